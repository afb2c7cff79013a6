import { isDeepStrictEqual } from 'node:util'

import { type Clock, systemClock } from '@stageflow/core'

import type { StoreBench } from './store-bench.ts'
import { must } from './store-cases.ts'

const SEEDS = 3
const ROUNDS = 3
const STEPS = 16
const MOST_SHOWN = 12

/** One operation, with its text for messages. */
export interface Step<Store> {
  readonly text: string
  readonly act: (store: Store) => unknown
}

/** A whole number from 0 up to `most`, which is not included. */
export type Random = (most: number) => number

/** The random sequences of one kind of store. */
export interface StoreSequences<Store> {
  /** The store in memory, whose answers are right. */
  readonly model: (clock: Clock) => Store
  /** The operations of which the next one is chosen. The last one is half as likely, so that more records live on. */
  readonly steps: (random: Random, prefix: string, shortMs: number) => readonly Step<Store>[]
}

/**
 * Runs random sequences on the store and on the store in memory, and compares every answer. After each round, everything with a short
 * life is over.
 */
export async function randomSequences<Store>(
  bench: StoreBench<Store>,
  sequences: StoreSequences<Store>,
): Promise<void> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    // Everything lives longer at each try, so that a busy machine can keep up.
    for (let time = 0, shortMs = bench.shortMs; ; time++, shortMs *= 2) {
      if (await isSame(bench, sequences, { seed, shortMs, prefix: `${seed}.${time}` })) break
      must(time < 6, `${STEPS} operations took longer than ${shortMs} ms: pass the contract a longer shortMs.`)
    }
  }
}

interface Sequence {
  readonly seed: number
  readonly shortMs: number
  readonly prefix: string
}

/** False if the machine was so slow that something expired in the middle of a round, so that nothing can be compared. */
async function isSame<Store>(
  bench: StoreBench<Store>,
  { model: modelWith, steps: stepsOf }: StoreSequences<Store>,
  { seed, shortMs, prefix }: Sequence,
): Promise<boolean> {
  let now = 0
  const model = modelWith({ ...systemClock, now: () => now })
  const random = randomFrom(seed)
  const made: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = systemClock.now()
    for (let count = 0; count < STEPS; count++) {
      const { text, act } = oneOf(stepsOf(random, prefix, shortMs), random)
      const expected = await act(model)
      const seen = await act(bench.store)
      if (systemClock.now() - startedAt >= shortMs) return false
      made.push(text)
      must(
        isDeepStrictEqual(withoutTime(seen), withoutTime(expected)),
        `the last of these operations must return ${JSON.stringify(expected)}, not ${JSON.stringify(seen)}: ${made.slice(-MOST_SHOWN).join('; ')} (from seed ${seed}).`,
      )
    }
    if (round === ROUNDS - 1) return true
    made.push('everything with a short life is over')
    // Also what is kept for a short time after it expired.
    now += Math.ceil(shortMs * 2.4)
    await bench.expire(2 * shortMs)
  }
  return true
}

const oneOf = <Choice>(all: readonly Choice[], random: Random): Choice => all[random(2 * all.length - 1) >> 1] as Choice

/** The same numbers for the same seed. */
function randomFrom(seed: number): Random {
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
