import { LONG_MS, randomSequences, type StoreSequences } from '@stageflow/tool-executor/contract'

import type { ApprovalStore } from '../approval-store.ts'
import { memoryApprovalStore } from '../memory-approval-store.ts'
import type { ApprovalBench } from './approval-bench.ts'

/** Runs random operations on the store and on the store in memory, and compares every record. */
export async function randomApprovals(bench: ApprovalBench): Promise<void> {
  const { owner } = bench
  const steps: StoreSequences<ApprovalStore>['steps'] = (random, prefix, shortMs) => {
    const id = `${prefix}/${random(2)}`
    const word = 'abc'[random(3)] as string
    const lives = [shortMs, LONG_MS]
    const [ttlMs, retentionMs] = [lives[random(2)] as number, lives[random(2)] as number]
    const approved = random(3) > 0
    return [
      {
        text: `request(${word}, ttlMs ${ttlMs}, retentionMs ${retentionMs}) of ${id}`,
        act: (store) => store.request(owner, id, { request: word, ttlMs, retentionMs }),
      },
      {
        text: `decide(${approved}, ${word}) of ${id}`,
        act: (store) => store.decide(owner, id, { approved, decision: word }),
      },
      { text: `use(${word}) of ${id}`, act: (store) => store.use(owner, id, word) },
      { text: `find() of ${id}`, act: (store) => store.find(owner, id) },
      { text: `cancel() of ${id}`, act: (store) => store.cancel(owner, id) },
    ]
  }
  await randomSequences(bench, { model: (clock) => memoryApprovalStore({ clock }), steps })
}
