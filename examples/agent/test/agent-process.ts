import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFailed, onTestFinished } from 'vitest'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The example as a person starts it: a process of its own. Its standard input stays open. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '', ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed = { stdout: '', stderr: '' }
  onTestFailed(() => console.error(`${args.join(' ')} (${child.exitCode ?? child.signalCode ?? 'runs'})`, printed))
  let look = (): void => {}
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
      look()
    })
  child.stdin.on('error', () => {})
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, ...printed }))
  })
  /** Resolves when it has printed this. */
  const prints = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      look = () => printed.stdout.includes(text) && resolve()
      void ended.then(({ code, stderr }) => reject(new Error(`It ended with ${code}: ${stderr}`)))
      look()
    })
  return { child, ended, prints }
}

/** `input`: all that a person types. */
export function run(args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}) {
  const { child, ended } = start(args, env)
  child.stdin.end(input)
  return ended
}
