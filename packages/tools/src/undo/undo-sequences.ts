import { isDeepStrictEqual } from 'node:util'

import { systemClock } from '@stageflow/core'

import { memoryUndoStore } from './memory-undo-store.ts'
import { LONG_MS, must, type UndoBench } from './undo-bench.ts'
import type { UndoStore } from './undo-store.ts'

const SEEDS = 3
const ROUNDS = 3
const STEPS = 16
const MOST_SHOWN = 12

interface Step {
  readonly text: string
  readonly act: (store: UndoStore) => unknown
}

/**
 * Runs random sequences on the store and on the store in memory, and compares every answer. After each round, everything with a short
 * life is over.
 */
export async function randomSequences(bench: UndoBench): Promise<void> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    // Entries live longer at each try, so that a busy machine can keep up.
    for (let time = 0, shortMs = bench.shortMs; ; time++, shortMs *= 2) {
      if (await isSame(bench, seed, shortMs, `${seed}.${time}`)) break
      must(time < 6, `${STEPS} operations took longer than ${shortMs} ms: pass undoStoreContract a longer shortMs.`)
    }
  }
}

/** False if the machine was so slow that entries expired in the middle of a round, so that nothing can be compared. */
async function isSame(bench: UndoBench, seed: number, shortMs: number, prefix: string): Promise<boolean> {
  let now = 0
  const model = memoryUndoStore({ clock: { ...systemClock, now: () => now } })
  const random = randomFrom(seed)
  const steps: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = systemClock.now()
    for (let count = 0; count < STEPS; count++) {
      const step = randomStep(random, bench, prefix, shortMs)
      const expected = await step.act(model)
      const seen = await step.act(bench.store)
      if (systemClock.now() - startedAt >= shortMs) return false
      steps.push(step.text)
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

function randomStep(random: (most: number) => number, bench: UndoBench, prefix: string, shortMs: number): Step {
  const name = 'ab'[random(2)] as string
  const id = bench.own(`${prefix}/${name}`)
  const run = bench.own(`${prefix}/run`)
  const token = 'tu'[random(2)] as string
  const lives = [shortMs, LONG_MS]
  const [ttlMs, keepMs] = [lives[random(2)] as number, lives[random(2)] as number]
  const all: readonly Step[] = [
    {
      text: `add(${name}, ttlMs ${ttlMs}, keepMs ${keepMs})`,
      act: (store) => store.add({ id, run, callId: 'call', call: name, ttlMs, keepMs }),
    },
    {
      text: `claim(${name}, ${token}, leaseMs ${ttlMs})`,
      act: (store) => store.claim(id, { token, leaseMs: ttlMs }),
    },
    { text: 'find()', act: (store) => store.find({ run }) },
    { text: `release(${name}, ${token})`, act: (store) => store.release(id, token) },
    { text: `remove(${name}, ${token})`, act: (store) => store.remove(id, token) },
  ]
  // Removing is rarer, so that more entries get to expire.
  return all[Math.min(random(10) >> 1, 4)] as Step
}

/** Whole numbers from 0 up to `most`, the same for the same seed. */
function randomFrom(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state = (state * 48_271) % 2_147_483_647
    return state % most
  }
}

/** How long something lasts depends on how fast the store is. */
function withoutTime(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withoutTime)
  if (typeof answer !== 'object' || answer === null) return undefined
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [key, /^(?:left|lease)Ms$/.test(key) ? Number(value) > 0 : value]),
  )
}
