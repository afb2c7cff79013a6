import { spawn } from 'node:child_process'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { broken } from '../contract-base/contract-case.ts'
import { WORKER_URL, work } from './process-worker.ts'
import type { ProcessTask, Word } from './process-worker.ts'

/** A process under test. */
export interface Worker {
  readonly kill: () => void
  /** Lets its waiting steps go on. */
  readonly releaseSteps: () => void
  /** Resolves when it has said a word so many times, or has ended without coming to that. */
  readonly said: (word: Word, times?: number) => Promise<void>
  /** Whether it has carried all runs to their end. */
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
  let hasEnded = false
  let errors = ''
  const lookAgain = (): void => {
    for (const look of waiting) look()
  }
  child.stdin.on('error', () => {}) // a killed process closes its input
  child.stderr.on('data', (text: Buffer) => (errors += String(text)))
  createInterface({ input: child.stdout }).on('line', (line) => {
    counts.set(line, (counts.get(line) ?? 0) + 1)
    lookAgain()
  })
  child.on('close', () => {
    hasEnded = true
    ended.resolve()
    lookAgain()
  })
  return {
    kill: () => void child.kill('SIGKILL'),
    releaseSteps: () => void child.stdin.end(),
    said: (word, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const isSaid = (counts.get(word) ?? 0) >= times
          if (!isSaid && !hasEnded) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    isDone: () => counts.has('done'),
    ended: ended.promise,
    mustLive: () => {
      if (child.signalCode === null && child.exitCode !== null && child.exitCode !== 0)
        throw broken(`a process failed: ${errors.trim()}`)
    },
  }
}
