import type { Clock } from '@stageflow/core'

import { type KeyedStore, type MemoryStore, memoryStore } from '../src/index.ts'

type Operation = 'claim' | 'complete' | 'release'

/** An in-memory store that answers later, as a server does. A test can let it fail or stay silent. */
export interface ScriptedStore extends KeyedStore {
  /** The operations that were called. */
  readonly log: Operation[]
  /** How many more times each operation fails. */
  readonly failures: Partial<Record<Operation, number>>
  /** Operations that stay unanswered until `answer()`. */
  readonly silent: Set<Operation>
  /** Answers everything that is unanswered, and ends the silence. */
  answer(): void
  stats: MemoryStore['stats']
}

/** How many records the store has. */
export function sizeOf({ stats }: Pick<MemoryStore, 'stats'>): number {
  const { claims, results } = stats()
  return claims + results
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
    stats: store.stats,
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
