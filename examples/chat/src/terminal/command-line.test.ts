import { expect, test } from 'vitest'
import { parseCommandLine } from './command-line.ts'

test('words without quotes are one question', () => {
  expect(parseCommandLine(['What', 'is', 'a', 'stage?'])).toEqual({
    question: 'What is a stage?',
    session: 'default',
    docs: undefined,
    json: false,
    web: false,
    help: false,
  })
})

test('an empty text is a question, and without a text there is no question', () => {
  expect(parseCommandLine(['']).question).toBe('')
  expect(parseCommandLine(['--json']).question).toBeUndefined()
})

test.each(['ada', 'Ada-1.2_x', 'Æsa'])('the session %j is a name of a file', (session) => {
  expect(parseCommandLine(['--session', session]).session).toBe(session)
})

test.each(['', '.', '../x', 'a/b', 'a\\b', 'a:b', 'a'.repeat(101)])('the session %j is refused', (session) => {
  expect(() => parseCommandLine(['--session', session])).toThrow(/--session takes a name/)
})
