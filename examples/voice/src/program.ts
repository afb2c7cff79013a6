import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** Default: the folder and the environment of this process. */
interface Surroundings {
  readonly cwd?: string
  readonly env?: Environment
}

/**
 * Runs a program to its end and returns what it printed. If the signal aborts, the program is killed. The promise rejects after the
 * process has ended.
 */
export function runProgram(
  name: string,
  args: readonly string[],
  signal: AbortSignal,
  surroundings: Surroundings = {},
): Promise<string> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { ...surroundings, stdio: ['ignore', 'pipe', 'pipe'] })
    const kill = (): void => void child.kill('SIGKILL')
    signal.addEventListener('abort', kill, { once: true })
    const printed = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => (printed[stream] += text))
    child.once('error', reject)
    child.once('close', (code, killedBy) => {
      signal.removeEventListener('abort', kill)
      if (signal.aborted) reject(signal.reason)
      else if (code === 0) resolve(printed.stdout)
      else reject(new Error(`${name} ended with ${code ?? killedBy}: ${lastLines(printed.stderr)}`))
    })
  })
}

/** Calls `use` with a new folder, and removes it afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'stageflow-voice-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join('\n') || 'it printed no reason'
}
