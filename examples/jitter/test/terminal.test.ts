import { expect, test, vi } from 'vitest'
import { startOnTerminal } from './jitter-process.ts'

vi.setConfig({ testTimeout: 120_000 })

const HIDDEN = '\x1b[?25l'
const SHOWN = '\x1b[?25h'
const COLOUR = /\x1b\[3\dm/
const DEAF = new URL('./deaf.ts', import.meta.url).href

test('on a terminal it draws at one place, in colour, and gives the cursor back', async () => {
  const { code, stdout, stderr } = await startOnTerminal(['--seconds', '1']).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.split(HIDDEN)).toHaveLength(2)
  expect(stdout.split('Speech over a bad line').length).toBeGreaterThan(8)
  expect(stdout).toMatch(/\x1b\[\d+A/)
  expect(stdout).toMatch(COLOUR)
  expect(stdout.lastIndexOf(SHOWN)).toBeGreaterThan(stdout.lastIndexOf(HIDDEN))
  expect(stdout.lastIndexOf('\x1b[?7h')).toBeGreaterThan(stdout.lastIndexOf('\x1b[?7l'))
  expect(stdout).toContain("by the buffer's own count")
})

test.each([
  ['Ctrl-C', 'SIGINT', 130],
  ['an end from outside', 'SIGTERM', 143],
] as const)('%s stops it, and leaves the terminal as it was', async (_, signal, status) => {
  const { ended, saw, kill } = startOnTerminal(['--seconds', '60', '--wav', 'heard.wav'])
  await saw(HIDDEN)
  kill(signal)
  const { code, stdout, stderr } = await ended
  const why = 'heard.wav was not written: it was stopped before its end.\n'
  expect({ code, stderr }).toEqual({ code: status, stderr: why })
  expect(stdout).toContain('until it was stopped')
  expect(stdout.lastIndexOf(SHOWN)).toBeGreaterThan(stdout.lastIndexOf(HIDDEN))
  // The shell's prompt begins a line of its own.
  expect(stdout.endsWith('\n')).toBe(true)
})

test('a second Ctrl-C ends it at once, and gives the cursor back too', async () => {
  const { ended, saw, kill } = startOnTerminal(['--seconds', '60'], {}, [DEAF])
  await saw(HIDDEN)
  kill('SIGINT')
  await saw('it is deaf')
  kill('SIGINT')
  const { code, stdout } = await ended
  expect(code).toBe(130)
  expect(stdout).not.toContain('until it was stopped')
  expect(stdout.lastIndexOf(SHOWN)).toBeGreaterThan(stdout.lastIndexOf(HIDDEN))
})

test('NO_COLOR draws without colour', async () => {
  const { stdout } = await startOnTerminal(['--seconds', '1'], { NO_COLOR: '1' }).ended
  expect(stdout).toContain(HIDDEN)
  expect(stdout).not.toMatch(COLOUR)
})

test('on a narrow terminal no line of the plot wraps, and drops are counted alike', async () => {
  const { stdout } = await startOnTerminal(['--seconds', '3'], { COLUMNS: '30', NO_COLOR: '1' }).ended
  const still = stdout.slice(stdout.lastIndexOf(SHOWN))
  const plot = still.split('\n').filter((line) => /┤|└|^underrun |^overflow /.test(line))
  expect(plot).toHaveLength(11)
  const [, dropped, own] = /dropped: (\d+) bytes .* by the events, (\d+) by the buffer's own count/.exec(still) ?? []
  expect(dropped).toMatch(/^\d+$/)
  expect(own).toBe(dropped)
  for (const line of plot) expect(line.replace('\x1b[K', '').length).toBeLessThanOrEqual(30)
})

test.each([{ TERM: 'dumb' }, { LINES: '12' }])(
  'a terminal that cannot be drawn on gets the plot once: %o',
  async (env) => {
    const { stdout } = await startOnTerminal(['--seconds', '1'], env).ended
    expect(stdout).not.toContain('\x1b')
    expect(stdout.split('Speech over a bad line')).toHaveLength(2)
  },
)
