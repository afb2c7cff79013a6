import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeSamples, readWav } from '@stageflow/streaming/audio'
import { expect, test, vi } from 'vitest'
import { runJitter } from './jitter-process.ts'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

const README = fileURLToPath(new URL('../README.md', import.meta.url))

interface BufferEvent {
  readonly type: string
  readonly data: { readonly bytesDropped?: number }
}

/** The numbers in the line of totals. */
function totals(stdout: string): readonly number[] {
  const line = /underruns: (\d+) · overflows: (\d+) · dropped: (\d+) bytes \((\d+) ms\) by the events, (\d+) by the/
  return (line.exec(stdout) ?? []).slice(1).map(Number)
}

/** How many marks stand in a row of the plot. */
function marks(stdout: string, row: string): number {
  const line = stdout.split('\n').find((text) => text.startsWith(row)) ?? ''
  return [...line.slice(row.length).matchAll(/[UO\d]/g)].reduce((sum, [mark]) => sum + (Number(mark) || 1), 0)
}

test('in a pipe it draws once, what the README shows, byte for byte', async () => {
  const { code, stdout, stderr } = await runJitter([])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(readFileSync(README, 'utf8')).toContain(`\`\`\`text\n${stdout}\`\`\`\n`)
})

test('the same seed is the same bytes, and another seed is another line', async () => {
  const [first, again, other] = await Promise.all(['3', '3', '4'].map((seed) => runJitter(['--seed', seed])))
  expect(again?.stdout).toBe(first?.stdout)
  expect(other?.stdout).not.toBe(first?.stdout)
})

test.each(['1', '7', '2026'])(
  'drops are counted alike in events, on screen and by the buffer (seed %s)',
  async (seed) => {
    const { stdout, stderr } = await runJitter(['--events', '--seed', seed, '--seconds', '6'])
    const events = stderr.trim().split('\n').map((line) => JSON.parse(line) as BufferEvent) // prettier-ignore
    const count = (name: string): number => events.filter(({ type }) => type === `stream.buffer_${name}`).length
    const dropped = events.reduce((sum, { data }) => sum + (data.bytesDropped ?? 0), 0)
    expect(dropped).toBeGreaterThan(0)
    expect(totals(stdout)).toEqual([count('underrun'), count('overflow'), dropped, dropped / 32, dropped])
    expect([marks(stdout, 'underrun'), marks(stdout, 'overflow')]).toEqual([count('underrun'), count('overflow')])
    // Each underrun ends in a recovery, but for one at the very end.
    expect(count('underrun') - count('recovered')).toBeLessThanOrEqual(1)
  },
)

test('no colour and no command reaches a pipe', async () => {
  const { stdout } = await runJitter(['--seconds', '1'], { FORCE_COLOR: '1', TERM: 'xterm' })
  expect(stdout).not.toContain('\x1b')
})

test('--wav keeps what was heard: as long as it played, with its gaps', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-jitter-'))
  try {
    const { code } = await runJitter(['--seconds', '4', '--wav', 'heard.wav'], { INIT_CWD: folder })
    expect(code).toBe(0)
    const { data, ...audio } = readWav(readFileSync(join(folder, 'heard.wav')))
    expect(audio).toEqual({ format: 'pcm_16', sampleRate: 16_000, channels: 1, durationMs: 4_000, isTruncated: false })
    const samples = decodeSamples(data, 'pcm_16')
    expect(Math.max(...samples)).toBeGreaterThan(0.2)
    expect(samples.subarray(0, 1_600).every((sample) => sample === 0)).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a file that cannot be written is a failure, and says why', async () => {
  const { code, stderr } = await runJitter(['--seconds', '1', '--wav', join(tmpdir(), 'no', 'such', 'folder', 'x.wav')])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Failed: ENOENT/)
})

test('--help prints the options, and a wrong one is exit code 2 with its error last', async () => {
  const help = await runJitter(['--help'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain('--wav FILE')
  for (const args of [
    ['--seconds', '0'],
    ['--seconds', 'x'],
    ['--seed', '1.5'],
    ['--seed', ''],
    ['--sed', '1'],
    ['x'],
  ]) {
    const { code, stdout, stderr } = await runJitter(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trimEnd().split('\n').at(-1)).toContain(args[0])
  }
})
