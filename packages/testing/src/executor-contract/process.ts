import { spawn } from 'node:child_process'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { broken } from '../contract-base/contract-case.ts'
import { WORKER_URL, work } from './process-worker.ts'
import type { ProcessTask } from './process-worker.ts'

/** A process under test. */
export interface Worker {
  readonly signal: (name: NodeJS.Signals) => void
  readonly go: () => void
  /** Resolves when it has printed a word so many more times, or has ended. */
  readonly printed: (word: string, times?: number) => Promise<void>
  readonly isDone: () => boolean
  readonly ended: Promise<void>
  /** Rejects the case if the process has failed. */
  readonly mustLive: () => void
}

/** Starts a process that carries runs. */
export function startWorker(task: ProcessTask): Worker {
  const script = `const worker = await import(${JSON.stringify(WORKER_URL)}); await worker.${work.name}()`
  const child = spawn(execPath, ['--input-type=module', '-e', script, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = Promise.withResolvers<void>()
  const counts = new Map<string, number>()
  const waiting = new Set<() => void>()
  let errors = ''
  const look = (): void => {
    for (const each of waiting) each()
  }
  child.stdin.on('error', () => {}) // a killed process closes its input
  child.stderr.on('data', (text: Buffer) => (errors += String(text)))
  createInterface({ input: child.stdout }).on('line', (line) => {
    counts.set(line, (counts.get(line) ?? 0) + 1)
    look()
  })
  child.on('close', () => {
    ended.resolve()
    look()
  })
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  return {
    signal: (name) => void child.kill(name),
    go: () => void child.stdin.write('go\n'),
    printed: (word, times = 1) =>
      new Promise((resolve) => {
        const check = (): void => {
          if ((counts.get(word) ?? 0) < times && !hasEnded()) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    isDone: () => counts.has('done'),
    ended: ended.promise,
    mustLive: () => {
      if (child.signalCode === null && child.exitCode !== null && child.exitCode !== 0)
        throw broken(`a process failed: ${errors.trim()}`)
    },
  }
}
