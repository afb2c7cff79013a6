import { expect, test } from 'vitest'
import { parseCommandLine } from './command-line.ts'

test('without arguments questions come from elsewhere, in the default session', () => {
  expect(parseCommandLine([])).toEqual({
    question: undefined,
    session: 'default',
    docs: undefined,
    json: false,
    log: false,
    metrics: false,
    record: undefined,
    help: false,
  })
})

test('words without quotes are one question, and an empty one is a question too', () => {
  expect(parseCommandLine(['What', 'is', 'a stage?'])).toMatchObject({ question: 'What is a stage?' })
  expect(parseCommandLine([''])).toMatchObject({ question: '' })
})

test('options stand before or after the question', () => {
  expect(parseCommandLine(['--json', 'hi', '--session', 'a-1', '--docs=x'])).toMatchObject({
    question: 'hi',
    json: true,
    session: 'a-1',
    docs: 'x',
  })
  expect(parseCommandLine(['--log', 'hi', '--metrics'])).toMatchObject({ question: 'hi', log: true, metrics: true })
  expect(parseCommandLine(['--record', 'run.jsonl', 'hi'])).toMatchObject({ question: 'hi', record: 'run.jsonl' })
  expect(parseCommandLine(['-h'])).toMatchObject({ help: true })
  expect(parseCommandLine(['--', '--json'])).toMatchObject({ question: '--json', json: false })
})

test.each([
  [['--jsn']],
  [['--session']],
  [['--session', '']],
  [['--session', '../x']],
  [['--session', 'a'.repeat(101)]],
  [['--docs', '']],
  [['--record', '']],
  [['--record']],
  [['--json=yes']],
  [['--log=chat.log']],
])('%j is refused', (args) => {
  expect(() => parseCommandLine(args)).toThrow(/./)
})
