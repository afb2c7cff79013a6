import { spawn } from 'node:child_process'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { broken } from '../contract-base/contract-case.ts'
import { WORKER_URL, work } from './process-worker.ts'
import type { ProcessTask } from './process-worker.ts'

/** A process under test. */
export interface Worker {
  readonly kill: () => void
  /** Resolves when one of its steps waits, or it sleeps, or it has ended without coming to that. */
  readonly waits: Promise<void>
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
  const waits = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  let isDone = false
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += String(text)))
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'waits') waits.resolve()
    if (line === 'done') isDone = true
  })
  child.on('close', () => {
    waits.resolve()
    ended.resolve()
  })
  return {
    kill: () => void child.kill('SIGKILL'),
    waits: waits.promise,
    isDone: () => isDone,
    ended: ended.promise,
    mustLive: () => {
      if (child.signalCode === null && child.exitCode !== null && child.exitCode !== 0)
        throw broken(`a process failed: ${errors.trim()}`)
    },
  }
}
