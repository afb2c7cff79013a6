import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { all } from '../test/async-values.ts'
import { promptedQuestions, questionLines } from './questions.ts'

const linesOf = (chunks: readonly (string | Buffer)[], longest = 100) =>
  all(questionLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), longest))

test('each line that is not blank is a question, the last one without its line end too', async () => {
  expect(await linesOf(['one\n\n  \ntw', 'o\r\nthree'])).toEqual(['one', 'two', 'three'])
  expect(await linesOf([])).toEqual([])
  expect(await linesOf(['\n\n'])).toEqual([])
})

test('a character cut in two by the stream is one character', async () => {
  const [first = 0, ...rest] = Buffer.from('✓?\n')
  expect(await linesOf([Buffer.of(first), Buffer.from(rest)])).toEqual(['✓?'])
})

test('a line that never ends is cut at the limit, and the next one is read as it is', async () => {
  expect(await linesOf(['x'.repeat(90), 'x'.repeat(90), '\nnext\n'])).toEqual(['x'.repeat(100), 'next'])
})

test('a prompt asks again after each answer, and ends with the input', async () => {
  const input = new PassThrough()
  const output = new PassThrough()
  const questions = promptedQuestions({ input, output, onInterrupt: () => expect.fail('nobody pressed Ctrl-C') })
  input.write('one\n\ntwo\n')
  expect((await questions.next()).value).toBe('one')
  expect((await questions.next()).value).toBe('two')
  input.end()
  expect(await questions.next()).toEqual({ done: true, value: undefined })
  expect(String(output.read()).match(/> /g)?.length).toBeGreaterThanOrEqual(3)
})

test('the terminal is its usual self while an answer is printed', async () => {
  const raw: boolean[] = []
  const input = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) })
  const questions = promptedQuestions({ input, output: new PassThrough(), onInterrupt: () => {} })
  input.write('one\n')
  await questions.next()
  expect(raw.at(-1)).toBe(false)
  await questions.return()
})

test('Ctrl-C at the prompt is told and ends the questions', async () => {
  const input = new PassThrough()
  let interrupted = 0
  const questions = promptedQuestions({ input, output: new PassThrough(), onInterrupt: () => interrupted++ })
  const next = questions.next()
  input.write('\x03')
  expect(await next).toEqual({ done: true, value: undefined })
  expect(interrupted).toBe(1)
})
