import { isDeepStrictEqual } from 'node:util'

import { systemClock } from '@stageflow/core'

import type { ApprovalStore, FoundApproval } from './approval-store.ts'
import { memoryApprovalStore } from './memory-approval-store.ts'
import { type ApprovalBench, LONG_MS, must } from './store-bench.ts'

const SEEDS = 3
const ROUNDS = 3
const STEPS = 16
const MOST_SHOWN = 12

interface Step {
  readonly text: string
  readonly act: (store: ApprovalStore, id: string) => FoundApproval | Promise<FoundApproval>
}

/**
 * Runs random sequences on the store and on the store in memory, and compares every record. After each round, everything with a short
 * life is over.
 */
export async function randomSequences(bench: ApprovalBench): Promise<void> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    // Records live longer at each try, so that a busy machine can keep up.
    for (let time = 0, shortMs = bench.shortMs; ; time++, shortMs *= 2) {
      if (await isSame(bench, seed, shortMs, `${seed}.${time}`)) break
      must(time < 6, `${STEPS} operations took longer than ${shortMs} ms: pass approvalStoreContract a longer shortMs.`)
    }
  }
}

/** False if the machine was so slow that records expired in the middle of a round, so that nothing can be compared. */
async function isSame(bench: ApprovalBench, seed: number, shortMs: number, prefix: string): Promise<boolean> {
  let now = 0
  const model = memoryApprovalStore({ clock: { ...systemClock, now: () => now } })
  const random = randomFrom(seed)
  const steps: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = systemClock.now()
    for (let count = 0; count < STEPS; count++) {
      const id = `${prefix}/${random(2)}`
      const step = randomStep(random, bench.owner, shortMs)
      const expected = await step.act(model, id)
      const seen = await step.act(bench.store, id)
      if (systemClock.now() - startedAt >= shortMs) return false
      steps.push(`${step.text} of ${id}`)
      must(
        isDeepStrictEqual(withoutTime(seen), withoutTime(expected)),
        `the last of these operations must return ${JSON.stringify(expected)}, not ${JSON.stringify(seen)}: ${steps.slice(-MOST_SHOWN).join('; ')} (from seed ${seed}).`,
      )
    }
    if (round === ROUNDS - 1) return true
    steps.push('everything with a short life is over')
    // Also what is kept for a short time after it expired.
    now += Math.ceil(shortMs * 2.4)
    await bench.expire(2 * shortMs)
  }
  return true
}

function randomStep(random: (most: number) => number, owner: string, shortMs: number): Step {
  const word = 'abc'[random(3)] as string
  const lives = [shortMs, LONG_MS]
  const [ttlMs, keepMs] = [lives[random(2)] as number, lives[random(2)] as number]
  const approved = random(3) > 0
  const all: readonly Step[] = [
    {
      text: `request(${word}, ttlMs ${ttlMs}, keepMs ${keepMs})`,
      act: (store, id) => store.request(owner, id, { request: word, ttlMs, keepMs }),
    },
    {
      text: `decide(${approved}, ${word})`,
      act: (store, id) => store.decide(owner, id, { approved, decision: word }),
    },
    { text: `use(${word})`, act: (store, id) => store.use(owner, id, word) },
    { text: 'find()', act: (store, id) => store.find(owner, id) },
    { text: 'cancel()', act: (store, id) => store.cancel(owner, id) },
  ]
  // Cancelling is rarer, so that more records get to be used.
  return all[Math.min(random(12) >> 1, 4)] as Step
}

/** Whole numbers from 0 up to `most`, the same for the same seed. */
function randomFrom(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state = (state * 48_271) % 2_147_483_647
    return state % most
  }
}

/** How long it can still be decided depends on how fast the store is. */
function withoutTime(record: FoundApproval): unknown {
  if (record === undefined) return undefined
  const { leftMs, ...rest } = record
  return { ...rest, isLeft: leftMs > 0 }
}
