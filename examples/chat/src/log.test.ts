import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fileLogger } from './log.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stageflow-chat-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const messages = (file: string): readonly string[] =>
  readFileSync(join(directory, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly msg: string }).msg)

test('the next process appends to what one wrote, and no other user may read it', () => {
  fileLogger(directory).info('one')
  fileLogger(directory).info('two')
  expect(messages('chat.log')).toEqual(['one', 'two'])
  expect(statSync(join(directory, 'chat.log')).mode & 0o077).toBe(0)
})

test('a file that is full makes room for a new one, also within a process, and only the last one is kept', () => {
  const logger = fileLogger(directory)
  const text = 'x'.repeat(100_000)
  for (let line = 0; line < 25; line++) logger.info({ line }, text)
  const lines = (file: string) => messages(file).length
  // Each line is a little longer than its text, so that ten of them fill a file.
  expect([lines('chat.log.1'), lines('chat.log')]).toEqual([10, 5])
  logger.info('last')
  expect(messages('chat.log').at(-1)).toBe('last')
})

test('two loggers that write at once share the files', () => {
  const both = [fileLogger(directory), fileLogger(directory)]
  const text = 'x'.repeat(100_000)
  for (let line = 0; line < 14; line++) both[line % 2]?.info(text)
  expect(messages('chat.log.1').length + messages('chat.log').length).toBe(14)
})

test('a log that cannot be written is an error that says what to do (chat/log-unusable)', () => {
  mkdirSync(join(directory, 'chat.log'))
  expect(() => fileLogger(directory)).toThrow(
    expect.objectContaining({ code: 'chat/log-unusable', message: expect.stringContaining('--log') as string }),
  )
  writeFileSync(join(directory, 'file'), '')
  expect(() => fileLogger(join(directory, 'file'))).toThrow(expect.objectContaining({ code: 'chat/log-unusable' }))
  expect(existsSync(join(directory, 'chat.log.1'))).toBe(false)
})
