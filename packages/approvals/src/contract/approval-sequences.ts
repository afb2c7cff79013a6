import { LONG_MS, randomSequences, type Random, type Step } from '@stageflow/keyed-work/suite'
import type { ApprovalStore } from '@stageflow/keyed-work'

import { memoryApprovalStore } from '../memory-approval-store.ts'
import type { ApprovalBench } from './approval-bench.ts'

/** Runs random operations on the store and on the store in memory, and compares every record. */
export function randomApprovals(bench: ApprovalBench): Promise<void> {
  return randomSequences(bench, {
    model: (clock) => ({ store: memoryApprovalStore({ clock }) }),
    begin: (random, shortMs) => () => stepOf(bench, random, shortMs),
    // A record is kept for a time after it has expired.
    lives: 2,
  })
}

function stepOf({ owner, tenant }: ApprovalBench, random: Random, shortMs: number): Step<ApprovalStore> {
  const oneOf = <Choice>(...choices: readonly Choice[]): Choice => choices[random(choices.length)] as Choice
  const id = oneOf('x', 'y')
  const word = oneOf('a', 'b', 'c')
  const [ttlMs, retentionMs] = [oneOf(shortMs, LONG_MS), oneOf(shortMs, LONG_MS)]
  const approved = oneOf(true, true, false)
  const request: Step<ApprovalStore> = {
    text: `request(${word}, ttlMs ${ttlMs}, retentionMs ${retentionMs}) of ${id}`,
    act: (store, prefix) => store.request(owner, prefix + id, { tenant, request: word, ttlMs, retentionMs }),
  }
  const decide: Step<ApprovalStore> = {
    text: `decide(${approved}, ${word}) of ${id}`,
    act: (store, prefix) => store.decide(owner, prefix + id, { approved, decision: word }),
  }
  const use: Step<ApprovalStore> = {
    text: `use(${word}) of ${id}`,
    act: (store, prefix) => store.use(owner, prefix + id, word),
  }
  const find: Step<ApprovalStore> = { text: `find() of ${id}`, act: (store, prefix) => store.find(owner, prefix + id) }
  const cancel: Step<ApprovalStore> = {
    text: `cancel() of ${id}`,
    act: (store, prefix) => store.cancel(owner, prefix + id),
  }
  // A record is cancelled half as often as anything else, so that more of them live on.
  return oneOf(request, request, decide, decide, use, use, find, find, cancel)
}
