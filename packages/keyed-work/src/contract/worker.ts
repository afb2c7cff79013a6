import { spawn } from 'node:child_process'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'

import { work, WORKER_URL, type WorkerMessage, type WorkerTask } from './process-worker.ts'

/** A process under test. */
export interface Worker {
  readonly signal: (name: NodeJS.Signals) => void
  /** Lets it begin its work, or end the work that it holds. */
  readonly go: () => void
  /** The next message of this type. Rejects if the process ends before it. */
  readonly received: <Type extends WorkerMessage['type']>(
    type: Type,
  ) => Promise<WorkerMessage & { readonly type: Type }>
  /** When it claimed and renewed, in ms since 1970. */
  readonly claimedAt: readonly number[]
  readonly ended: Promise<void>
}

export function startWorker(task: WorkerTask): Worker {
  const script = `const worker = await import(${JSON.stringify(WORKER_URL)}); await worker.${work.name}()`
  const child = spawn(execPath, ['--input-type=module', '-e', script, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = Promise.withResolvers<void>()
  const messages = new Messages()
  const claimedAt: number[] = []
  let errors = ''
  child.stdin.on('error', () => {}) // a killed process closes its input
  child.stderr.on('data', (text: Buffer) => (errors += String(text)))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as WorkerMessage
    if (message.type === 'claim') claimedAt.push(message.at)
    messages.add(message)
  })
  child.on('close', (code, signal) => {
    messages.end(`The process ended (${signal ?? code}). Its errors: ${errors}`)
    ended.resolve()
  })
  return {
    signal: (name) => child.kill(name),
    go: () => child.stdin.write('go\n'),
    received: (type) => messages.next(type) as Promise<never>,
    claimedAt,
    ended: ended.promise,
  }
}

interface Waiting {
  readonly type: WorkerMessage['type']
  readonly resolve: (message: WorkerMessage) => void
  readonly reject: (error: Error) => void
}

/** The messages of a process, each of which is received once. */
class Messages {
  readonly #unread: WorkerMessage[] = []
  readonly #waiting: Waiting[] = []
  /** Why no other message will come. */
  #end: string | undefined

  add(message: WorkerMessage): void {
    const waiting = takeFirst(this.#waiting, message.type)
    if (waiting === undefined) this.#unread.push(message)
    else waiting.resolve(message)
  }

  next(type: WorkerMessage['type']): Promise<WorkerMessage> {
    const unread = takeFirst(this.#unread, type)
    if (unread !== undefined) return Promise.resolve(unread)
    if (this.#end !== undefined) return Promise.reject(neverPrinted(type, this.#end))
    const { promise, resolve, reject } = Promise.withResolvers<WorkerMessage>()
    this.#waiting.push({ type, resolve, reject })
    return promise
  }

  end(why: string): void {
    this.#end = why
    for (const { type, reject } of this.#waiting.splice(0)) reject(neverPrinted(type, why))
  }
}

const neverPrinted = (type: string, why: string): Error => new Error(`${why} It never printed "${type}".`)

/** Removes the first one of this type, and returns it. */
function takeFirst<Item extends { readonly type: string }>(items: Item[], type: string): Item | undefined {
  const place = items.findIndex((item) => item.type === type)
  return place < 0 ? undefined : items.splice(place, 1)[0]
}
