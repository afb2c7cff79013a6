import { LONG_MS, randomSequences, type StoreSequences } from '@stageflow/tool-executor/contract'

import { memoryUndoStore } from '../memory-undo-store.ts'
import type { UndoStore } from '../undo-store.ts'
import type { UndoBench } from './undo-bench.ts'

/** Runs random operations on the store and on the store in memory, and compares every answer. */
export async function randomUndo(bench: UndoBench): Promise<void> {
  const steps: StoreSequences<UndoStore>['steps'] = (random, prefix, shortMs) => {
    const name = 'ab'[random(2)] as string
    const id = bench.own(`${prefix}/${name}`)
    const run = bench.own(`${prefix}/run`)
    const token = 'tu'[random(2)] as string
    const lives = [shortMs, LONG_MS]
    const [ttlMs, retentionMs] = [lives[random(2)] as number, lives[random(2)] as number]
    return [
      {
        text: `add(${name}, ttlMs ${ttlMs}, retentionMs ${retentionMs})`,
        act: (store) => store.add({ id, run, callId: 'call', call: name, ttlMs, retentionMs }),
      },
      {
        text: `claim(${name}, ${token}, leaseMs ${ttlMs})`,
        act: (store) => store.claim(id, { token, leaseMs: ttlMs }),
      },
      { text: 'find()', act: (store) => store.find({ run }) },
      { text: `release(${name}, ${token})`, act: (store) => store.release(id, token) },
      { text: `remove(${name}, ${token})`, act: (store) => store.remove(id, token) },
    ]
  }
  await randomSequences(bench, { model: (clock) => memoryUndoStore({ clock }), steps })
}
