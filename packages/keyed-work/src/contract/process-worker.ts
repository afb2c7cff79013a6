import { argv, pid, stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline'

import { systemClock } from '@stageflow/core'

import type { KeyedStore } from '../keyed-store.ts'
import { keyedWork } from '../keyed-work.ts'

/** A store as one process sees it, and a counter in the same server that the store does not use. */
export interface ProcessSide {
  readonly store: KeyedStore
  /** Counts in the server that the work `name` was executed. */
  count(name: string): void | Promise<void>
  /** The number of executions, by all processes, of works whose names begin with `prefix`. */
  counted(prefix: string): number | Promise<number>
  close(): void | Promise<void>
}

/** A module that can open a side. */
export interface SideModule {
  readonly openSide: () => Promise<ProcessSide>
}

/** The task of a process under test. `hold`: its one piece of work lasts until it gets another line. */
export interface WorkerTask {
  readonly module: string
  readonly names: readonly string[]
  readonly leaseMs: number
  readonly hold: boolean
}

/** The lines that a process under test prints. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  /** `at`: when it claims or renews, in ms since 1970. */
  | { readonly type: 'claim'; readonly key: string; readonly token: string; readonly at: number }
  | { readonly type: 'holding' }
  | { readonly type: 'done'; readonly outputs: readonly WorkDone[] }

export interface WorkDone {
  readonly name: string
  /** The id of the process that did the work, or how it ended if there is no output. */
  readonly by: number | string
}

/** The address of this module, for the process that imports it. */
export const WORKER_URL: string = import.meta.url

const AT_ONCE = 50

/** Executes the work `name` once, whichever process does it. */
export function workThrough(
  side: ProcessSide,
  leaseMs: number,
  during?: () => Promise<void>,
): (name: string) => Promise<WorkDone> {
  const work = keyedWork<number>({
    store: side.store,
    leaseMs,
    waitMs: 30_000,
    storeTimeoutMs: 5_000,
    toText: String,
    fromText: Number,
  })
  const caller = { clock: systemClock, signal: new AbortController().signal }
  return async (name) => {
    const ending = await work.once({
      key: name,
      parameters: '0'.repeat(64),
      ttlMs: 86_400_000,
      caller,
      work: async () => {
        await side.count(name)
        await during?.()
        return { keep: true, result: pid }
      },
    })
    const isOutput = ending.status === 'executed' || ending.status === 'hit' || ending.status === 'shared'
    return { name, by: isOutput ? ending.result : ending.status }
  }
}

/** The life of a process under test; its task is its last argument. */
export async function work(): Promise<void> {
  const { module, names, leaseMs, hold } = JSON.parse(argv.at(-1) ?? '') as WorkerTask
  const { openSide } = (await import(module)) as SideModule
  const lines = createInterface({ input: stdin })
  const nextLine = (): Promise<void> => new Promise((resolve) => lines.once('line', () => resolve()))
  const side = await openSide()
  const shown = hold ? { ...side, store: printingStore(side.store) } : side
  const doWork = workThrough(shown, leaseMs, hold ? holding : undefined)
  async function holding(): Promise<void> {
    print({ type: 'holding' })
    await nextLine()
  }

  const go = nextLine()
  print({ type: 'ready' })
  await go
  const outputs: WorkDone[] = []
  const left = [...names]
  const lane = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) outputs.push(await doWork(name))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  print({ type: 'done', outputs })
  lines.close()
  await side.close()
}

/** Prints its claims, so that a test can act as a late owner. */
function printingStore(store: KeyedStore): KeyedStore {
  return {
    claim(key, claim) {
      print({ type: 'claim', key, token: claim.token, at: systemClock.now() })
      return store.claim(key, claim)
    },
    complete: (key, completion) => store.complete(key, completion),
    release: (key, token) => store.release(key, token),
  }
}

function print(message: WorkerMessage): void {
  stdout.write(`${JSON.stringify(message)}\n`)
}
