import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const AS_TERMINAL = new URL('./as-terminal.ts', import.meta.url).href

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

type Environment = Readonly<Record<string, string>>

/** The example in a pipe, as a process of its own, to its end. */
export function runJitter(args: readonly string[], env: Environment = {}): Promise<Ended> {
  return start([MAIN, ...args], env).ended
}

/** The example on what it takes for a terminal of 100 columns and 30 rows, on any system; `before` is loaded before it. */
export function startOnTerminal(args: readonly string[], env: Environment = {}, before: readonly string[] = []) {
  const imports = [AS_TERMINAL, ...before].flatMap((module) => ['--import', module])
  return start([...imports, MAIN, ...args], { TERM: 'xterm', ...env })
}

function start(args: readonly string[], env: Environment) {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '', ...env },
  })
  return { ...watch(child), kill: (signal: 'SIGINT' | 'SIGTERM') => void child.kill(signal) }
}

function watch(child: ChildProcessWithoutNullStreams) {
  // A test that fails half-way must not leave a process behind; one that has ended is not hurt.
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  let look = (): void => {}
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => {})
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  /** Resolves when it has printed the text, or has ended. */
  const saw = (text: string): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (stdout.includes(text)) resolve()
      }
      look()
      void ended.then(() => resolve())
    })
  return { ended, saw }
}
