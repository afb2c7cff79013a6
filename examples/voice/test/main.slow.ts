import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readWav } from '@stageflow/streaming/audio'
import { expect, onTestFinished, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-voice-main-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** The example as a process of its own. `onText` gets what it has printed so far. */
function start(args: readonly string[], env: NodeJS.ProcessEnv = {}, onText: (text: string) => void = () => {}) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text
      onText(printed.stdout)
    })
  const ended = new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>(
    (resolve) => child.once('close', (code) => resolve({ code, ...printed })),
  )
  return { ended, stop: () => void child.kill('SIGINT') }
}

test('it prints both times to first audio, both timelines and the history, and writes the audio', async () => {
  const folder = newFolder()
  const { code, stdout, stderr } = await start(['--speed', '4', '--wav', 'heard.wav'], { INIT_CWD: folder }).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.match(/the same, word for word/g)).toHaveLength(5)
  for (const pipeline of ['whole', 'streamed']) {
    expect(stdout).toMatch(new RegExp(`^${pipeline} · completed · `, 'm'))
    expect(stdout).toMatch(
      new RegExp(`^  ${pipeline} +[\\d,]+ ms; the last word of the model came after [\\d,]+ ms$`, 'm'),
    )
  }
  expect(stdout).toContain(' … (interrupted)')
  const { format, sampleRate, channels, durationMs, isTruncated } = readWav(readFileSync(join(folder, 'heard.wav')))
  expect({ format, sampleRate, channels, isTruncated }).toEqual({
    format: 'pcm_16',
    sampleRate: 16_000,
    channels: 1,
    isTruncated: false,
  })
  expect(durationMs).toBeGreaterThan(10_000)
})

test('the same seed draws the same questions', async () => {
  const said = async (): Promise<readonly string[]> => {
    const { stdout } = await start(['--speed', '8', '--seed', '7', '--wav', join(newFolder(), 'x.wav')]).ended
    return stdout.split('\n').filter((line) => line.startsWith('  person '))
  }
  const [first, again] = [await said(), await said()]
  expect(first).toHaveLength(4)
  expect(again).toEqual(first)
})

test.each(['  person ', '  recognized ', 'First audio'])(
  'Ctrl-C ends it after "%s", and neither it nor the ONNX runtime leaves a file',
  async (text) => {
    const folder = newFolder()
    // With its usage data switched on, the ONNX runtime writes to all of these.
    const env = { TMPDIR: folder, HOME: folder, XDG_CACHE_HOME: folder }
    let isStopped = false
    const { ended, stop } = start(['--speed', '4', '--wav', join(folder, 'x.wav')], env, (stdout) => {
      if (!stdout.includes(text) || isStopped) return
      isStopped = true
      stop()
    })
    const { code, stderr } = await ended
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Stopped.\n' })
    expect(readdirSync(folder)).toEqual([])
  },
)

test('without the programs it says what to install, with exit code 1', async () => {
  const { code, stdout, stderr } = await start([], { PATH: newFolder() }).ended
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^Failed: Not installed: flite, pocketsphinx_continuous\. Install /)
})
