import type { Clock } from '@stageflow/core'

import { memoryStore } from '../src/memory-store.ts'
import type { IdempotencyStore } from '../src/store.ts'

type Operation = 'claim' | 'complete' | 'release'

/** An in-memory store that answers later, as a server does, and that can be told to fail or to be silent. */
export interface ScriptedStore extends IdempotencyStore {
  /** What was asked of it, such as `claim`. */
  readonly log: Operation[]
  /** How often each operation fails from now on: a number of times, or Infinity. */
  readonly failures: Partial<Record<Operation, number>>
  /** Operations that are not answered until `answer()`. */
  readonly silent: Set<Operation>
  /** Answers what it was silent on, and is silent no more. */
  answer(): void
  readonly size: number
}

export function scriptedStore(clock: Clock): ScriptedStore {
  const store = memoryStore({ clock })
  const waiting: (() => void)[] = []
  const scripted: ScriptedStore = {
    log: [],
    failures: {},
    silent: new Set(),
    answer() {
      scripted.silent.clear()
      for (const answer of waiting.splice(0)) answer()
    },
    get size() {
      return store.size
    },
    claim: (key, claim) => later('claim', () => store.claim(key, claim)),
    complete: (key, completion) => later('complete', () => store.complete(key, completion)),
    release: (key, token) => later('release', () => store.release(key, token)),
  }
  async function later<T>(operation: Operation, act: () => T): Promise<T> {
    scripted.log.push(operation)
    await undefined
    if (scripted.silent.has(operation)) await new Promise<void>((resolve) => waiting.push(resolve))
    const left = scripted.failures[operation] ?? 0
    if (left === 0) return act()
    scripted.failures[operation] = left - 1
    throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
  }
  return scripted
}
