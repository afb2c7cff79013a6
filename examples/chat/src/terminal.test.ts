import { PassThrough, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { deferred } from '../test/async-values.ts'
import { openTerminal, wantsColor } from './terminal.ts'

function terminalOf({ isTTY = false, columns = undefined as number | undefined, env = {} } = {}) {
  const stdout = Object.assign(new PassThrough(), { isTTY, ...(columns === undefined ? {} : { columns }) })
  const stderr = new PassThrough()
  const written = (stream: PassThrough): string => String((stream.read() as Buffer | null) ?? '')
  return {
    terminal: openTerminal({ stdout, stderr, env }),
    stdout,
    stderr,
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

test('our own text keeps its colours and ends in a line end', () => {
  const { terminal, out } = terminalOf()
  terminal.show('\x1b[31mred\x1b[39m')
  expect(out()).toBe('\x1b[31mred\x1b[39m\n')
})

test('what was printed is followed by one empty line, and nothing by none', () => {
  const { terminal, out } = terminalOf()
  terminal.endPrint()
  expect(out()).toBe('')
  terminal.print('words')
  terminal.endPrint()
  terminal.endPrint()
  expect(out()).toBe('words\n\n')
  terminal.print('line\n')
  terminal.endPrint()
  expect(out()).toBe('line\n\n')
})

test('lines are broken between words on a terminal, and left alone in a pipe', () => {
  const text = 'word '.repeat(20)
  const onTerminal = terminalOf({ isTTY: true, columns: 40 })
  onTerminal.terminal.print(text)
  expect(onTerminal.out().split('\n').length).toBeGreaterThan(1)
  const inPipe = terminalOf()
  inPipe.terminal.print(text)
  expect(inPipe.out()).toBe(text)
})

test('the width is that of the terminal within reason, and 80 in a pipe', () => {
  expect(terminalOf().terminal.width).toBe(80)
  expect(terminalOf({ columns: 100 }).terminal.width).toBe(100)
  expect(terminalOf({ columns: 10 }).terminal.width).toBe(40)
  expect(terminalOf({ columns: 400 }).terminal.width).toBe(120)
})

test('colour is for terminals, unless the environment says otherwise', () => {
  expect(wantsColor({ isTTY: true }, {})).toBe(true)
  expect(wantsColor({}, {})).toBe(false)
  expect(wantsColor({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
  expect(wantsColor({ isTTY: true }, { NO_COLOR: '' })).toBe(true)
  expect(wantsColor({ isTTY: true }, { TERM: 'dumb' })).toBe(false)
  expect(wantsColor({}, { FORCE_COLOR: '1' })).toBe(true)
  expect(wantsColor({ isTTY: true }, { FORCE_COLOR: '0' })).toBe(false)
  expect(wantsColor({}, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
})

test('a reader that leaves is told once to who listens, and writing goes on without an error', async () => {
  const stdout = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    autoDestroy: false,
  })
  const terminal = openTerminal({ stdout, stderr: new PassThrough(), env: {} })
  let told = 0
  const { promise: left, resolve } = deferred()
  terminal.onReaderLeft(() => {
    told++
    resolve()
  })
  const forget = terminal.onReaderLeft(() => expect.fail('it was taken back'))
  forget()
  terminal.print('one')
  terminal.print('two')
  await left
  terminal.show('three')
  await terminal.flush()
  expect(told).toBe(1)
  terminal.onReaderLeft(() => told++)
  expect(told).toBe(2)
})
