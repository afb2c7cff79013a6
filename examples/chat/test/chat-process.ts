import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ChatProcess {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  /** Resolves when standard output contains the text. */
  saw(text: string): Promise<void>
}

/** The example as a person starts it: a process of its own, with this environment and nothing of ours. */
export function startChat(args: readonly string[], env: Readonly<Record<string, string>>, script = MAIN): ChatProcess {
  const child = spawn(process.execPath, [script, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env } })
  // A test that fails half-way must not leave a process behind; one that has ended is not hurt.
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  const waiting = new Map<string, () => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const [wanted, resolve] of waiting) if (stdout.includes(wanted)) resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  // A child that ended early may no longer read what it is sent.
  child.stdin.on('error', () => {})
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  return {
    child,
    ended,
    saw: (text) =>
      Promise.race([
        new Promise<void>((resolve) => (stdout.includes(text) ? resolve() : waiting.set(text, resolve))),
        ended.then((end) => {
          if (!end.stdout.includes(text)) throw new Error(`it ended without "${text}": ${JSON.stringify(end)}`)
        }),
      ]),
  }
}

/** Starts it, gives it this on standard input, and waits for its end. */
export function runChat(args: readonly string[], env: Readonly<Record<string, string>>, input = ''): Promise<Ended> {
  const { child, ended } = startChat(args, env)
  child.stdin.end(input)
  return ended
}
