import { LONG_MS, randomSequences, type Random, type Step } from '@stageflow/keyed-work/suite'
import type { UndoStore } from '@stageflow/keyed-work'

import { memoryUndoStore } from '../memory-undo-store.ts'
import type { UndoBench } from './undo-bench.ts'

/** Runs random operations on the store and on the store in memory, and compares every answer. */
export function randomUndo(bench: UndoBench): Promise<void> {
  return randomSequences(bench, {
    model: (clock) => ({ store: memoryUndoStore({ clock }) }),
    begin: (random, shortMs) => () => stepOf(random, shortMs),
    // An entry is kept for a time after it has expired.
    lives: 2,
  })
}

function stepOf(random: Random, shortMs: number): Step<UndoStore> {
  const oneOf = <Choice>(...choices: readonly Choice[]): Choice => choices[random(choices.length)] as Choice
  const name = oneOf('a', 'b')
  const token = oneOf('t', 'u')
  const [ttlMs, retentionMs] = [oneOf(shortMs, LONG_MS), oneOf(shortMs, LONG_MS)]
  const add: Step<UndoStore> = {
    text: `add(${name}, ttlMs ${ttlMs}, retentionMs ${retentionMs})`,
    act: async (store, prefix) => {
      await store.add({ id: prefix + name, run: prefix, callId: 'call', call: name, ttlMs, retentionMs })
    },
  }
  const claim: Step<UndoStore> = {
    text: `claim(${name}, ${token}, leaseMs ${ttlMs})`,
    act: (store, prefix) => store.claim(prefix + name, { token, leaseMs: ttlMs }),
  }
  const find: Step<UndoStore> = { text: 'find()', act: (store, prefix) => store.find({ run: prefix }) }
  const release: Step<UndoStore> = {
    text: `release(${name}, ${token})`,
    act: async (store, prefix) => {
      await store.release(prefix + name, token)
    },
  }
  const remove: Step<UndoStore> = {
    text: `remove(${name}, ${token})`,
    act: async (store, prefix) => {
      await store.remove(prefix + name, token)
    },
  }
  // An entry is removed half as often as anything else, so that more of them live on.
  return oneOf(add, add, claim, claim, find, find, release, release, remove)
}
