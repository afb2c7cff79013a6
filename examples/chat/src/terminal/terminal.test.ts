import { PassThrough, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { openTerminal } from './terminal.ts'

function terminalOf({ isTTY = false, columns = 0, env = {}, secrets = [] as readonly string[] } = {}) {
  const stdout = Object.assign(new PassThrough(), { isTTY, columns })
  const stderr = new PassThrough()
  const written = (stream: PassThrough): string => String((stream.read() as Buffer | null) ?? '')
  return {
    terminal: openTerminal({ stdout, stderr, env }, secrets),
    out: () => written(stdout),
    err: () => written(stderr),
  }
}

test('text from outside cannot command the terminal', () => {
  const { terminal, out, err } = terminalOf()
  terminal.print('a\x1b[2Jb\rc\x07\x9bd\u202ee\tf\r\n')
  expect(out()).toBe('a␛[2Jb␍c␇\ufffdd\ufffde\tf\n')
  terminal.note('\x1b]0;title\x07')
  expect(err()).toBe('␛]0;title␇\n')
})

test('our own text keeps its colors, and a secret is hidden everywhere', () => {
  const { terminal, out, err } = terminalOf({ secrets: ['plain'] })
  terminal.show('\x1b[31mplain red\x1b[39m')
  terminal.note('plain')
  expect(out() + err()).toBe('\x1b[31m… red\x1b[39m\n…\n')
})

test('printed text is followed by one empty line, and nothing by none', () => {
  const { terminal, out } = terminalOf()
  terminal.endPrint()
  terminal.print('words')
  terminal.endPrint()
  terminal.endPrint()
  terminal.print('line\n')
  terminal.endPrint()
  expect(out()).toBe('words\n\nline\n\n')
})

test('lines end before the edge of a terminal, on both streams, and are left alone in a pipe', () => {
  const text = 'word '.repeat(20).trim()
  const { terminal, out, err } = terminalOf({ isTTY: true, columns: 44 })
  terminal.print(text)
  terminal.endPrint()
  terminal.note(text)
  for (const line of [...out().split('\n'), ...err().split('\n')]) expect(line).toMatch(/^(?:word(?: word){0,8})?$/)
  const pipe = terminalOf()
  pipe.terminal.print(text)
  expect(pipe.out()).toBe(text)
})

test('the width is that of the terminal within reason, and 80 in a pipe', () => {
  expect([0, 100, 10, 400].map((columns) => terminalOf({ columns }).terminal.width)).toEqual([80, 100, 40, 120])
})

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('color for terminal %s with %j is %s', (isTTY, env, color) => {
  expect(terminalOf({ isTTY, env }).terminal.color).toBe(color)
})

test('a reader that leaves aborts the signal, and writing goes on without an error', async () => {
  const stdout = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    autoDestroy: false,
  })
  const terminal = openTerminal({ stdout, stderr: new PassThrough(), env: {} })
  terminal.print('one')
  await expect.poll(() => terminal.readerLeft.aborted).toBe(true)
  terminal.show('two')
  await terminal.flush()
})
