import { isDeepStrictEqual } from 'node:util'

import { type Clock, systemClock } from '@stageflow/core'
import { checkOptions, functionLike, type OptionRules, required, whole } from '@stageflow/core/kit'

import { endMs, listOf, shown, type StoreBench } from './store-bench.ts'
import { must, Seen } from './store-rule.ts'

/** A broken store mostly fails at the first seed. The other sequences run side by side, so that they wait for the same time to pass. */
const SEEDS: readonly (readonly number[])[] = [[1], [2, 3, 4, 5, 6]]
const ROUNDS = 3
const STEPS = 8
/** On a machine that is too slow, a sequence is tried again with longer lives, at most this often. */
const MOST_TRIES = 7
/** A sequence is made shorter for at most this long, because each try may have to wait until records expire. */
const SHRINK_MS = 2_000
const PASS = 'pass'

/** One operation, with its text for messages. */
export interface Step<Store> {
  readonly text: string
  /** `prefix`: all names of records begin with it, so that two tries of a sequence never meet. */
  readonly act: (store: Store, prefix: string) => unknown
}

/** A whole number from 0 up to `most`, which is not included. */
export type Random = (most: number) => number

/** The random sequences of one kind of store. */
export interface StoreSequences<Store> {
  /** A simple store whose answers are right. `rule`: the name of the rule that its last answer follows from. */
  readonly model: (clock: Clock) => { readonly store: Store; readonly rule?: () => string }
  /** Begins a sequence, and returns a function that makes its next step. `shortMs`: how long things last that end after a round. */
  readonly begin: (random: Random, shortMs: number) => () => Step<Store>
  /** How many times `shortMs` pass after each round. Default: 1. */
  readonly lives?: number
}

const RULES: OptionRules<StoreSequences<unknown>> = {
  model: required(functionLike('(clock) => ({ store, rule })')),
  begin: required(functionLike('(random, shortMs) => () => step')),
  lives: whole(1),
}

/**
 * Runs random sequences on the store and on a model, and compares every answer. After each round, everything with a short life is over.
 * A difference is reported as the shortest sequence that shows it.
 */
export async function randomSequences<Store>(
  bench: StoreBench<Store>,
  sequences: StoreSequences<Store>,
): Promise<void> {
  checkOptions('randomSequences()', 'keyed-work/illegal-option', sequences, RULES)
  for (const seeds of SEEDS) {
    // Records live longer at each try, so that a busy machine can keep up.
    for (let tries = 1, shortMs = bench.shortMs; ; tries++, shortMs *= 2) {
      const trial = new Trial(bench, sequences, shortMs)
      const outcome = await trial.run(seeds.map((seed) => sequenceOf(seed, sequences, shortMs)))
      if (outcome === 'same') break
      if (outcome === 'too slow') {
        must(
          tries < MOST_TRIES,
          `${seeds.length * STEPS} operations took longer than ${shortMs} ms: pass the contract a longer shortMs.`,
        )
        continue
      }
      const seed = seeds[outcome.place]
      const { texts, expected, given, rule } = await shortest(outcome, trial)
      const seen = `the last of these operations must return ${shown(expected)}, not ${shown(given)}`
      throw new Seen(`${seen}. ${listOf(texts)} The sequence is random, from seed ${seed}.`, { rule })
    }
  }
}

/** PASS: time passes until everything with a short life is over. */
type Sequence<Store> = readonly (Step<Store> | typeof PASS)[]

/** A sequence whose last step returned something else than the model's. */
interface Difference<Store> {
  /** Which of the sequences that ran side by side. */
  readonly place: number
  readonly sequence: Sequence<Store>
  readonly texts: readonly string[]
  readonly expected: unknown
  readonly given: unknown
  readonly rule: string | undefined
}
/** `too slow`: something expired in the middle of a round, so nothing can be compared. */
type Outcome<Store> = Difference<Store> | 'same' | 'too slow'

function sequenceOf<Store>(seed: number, { begin }: StoreSequences<Store>, shortMs: number): Sequence<Store> {
  const next = begin(randomFrom(seed), shortMs)
  const round = (): Sequence<Store> => Array.from({ length: STEPS }, next)
  return Array.from({ length: ROUNDS }, (_, place) => (place === 0 ? round() : ([PASS, ...round()] as const))).flat()
}

/** Runs sequences on one store, each with names of its own. */
class Trial<Store> {
  readonly #bench: StoreBench<Store>
  readonly #sequences: StoreSequences<Store>
  readonly #shortMs: number
  readonly #name: string = crypto.randomUUID()
  #runs = 0

  constructor(bench: StoreBench<Store>, sequences: StoreSequences<Store>, shortMs: number) {
    this.#bench = bench
    this.#sequences = sequences
    this.#shortMs = shortMs
  }

  /** Runs a round of each sequence, lets time pass for all of them, and goes on with the next round. Ends with the first difference. */
  async run(sequences: readonly Sequence<Store>[]): Promise<Outcome<Store>> {
    const passingMs = this.#shortMs * (this.#sequences.lives ?? 1)
    let now = 0
    const clock = { ...systemClock, now: () => now }
    const sides = sequences.map((sequence, place) => this.#sideOf(sequence, place, clock))
    for (;;) {
      const roundAt = systemClock.now()
      for (const side of sides) {
        const outcome = await this.#runRound(side, roundAt)
        if (outcome !== 'same') return outcome
      }
      if (sides.every(({ sequence, done }) => done === sequence.length)) return 'same'
      now += endMs(passingMs)
      await this.#bench.expire(passingMs)
    }
  }

  #sideOf(sequence: Sequence<Store>, place: number, clock: Clock): Side<Store> {
    const prefix = `${this.#name}.${++this.#runs}/`
    return { sequence, place, prefix, model: this.#sequences.model(clock), texts: [], done: 0 }
  }

  /** Makes the steps up to the next PASS. */
  async #runRound(side: Side<Store>, roundAt: number): Promise<Outcome<Store>> {
    const { sequence, place, prefix, model, texts } = side
    for (;;) {
      const step = sequence[side.done]
      if (step === undefined) return 'same'
      side.done++
      if (step === PASS) {
        texts.push('all records with a short life expire')
        return 'same'
      }
      const expected = await step.act(model.store, prefix)
      const given = await step.act(this.#bench.store, prefix)
      if (systemClock.now() - roundAt >= this.#shortMs) return 'too slow'
      texts.push(given === undefined ? step.text : `${step.text} → ${shown(given)}`)
      if (!isDeepStrictEqual(withoutTimes(given), withoutTimes(expected)))
        return { sequence: sequence.slice(0, side.done), place, texts, expected, given, rule: model.rule?.() }
    }
  }
}

/** A sequence that runs beside others. */
interface Side<Store> {
  readonly sequence: Sequence<Store>
  readonly place: number
  readonly prefix: string
  readonly model: ReturnType<StoreSequences<Store>['model']>
  readonly texts: string[]
  /** How many of its steps have been made. */
  done: number
}

/** Leaves out one step after the other, as long as what is left still shows a difference. */
async function shortest<Store>(first: Difference<Store>, trial: Trial<Store>): Promise<Difference<Store>> {
  const until = systemClock.now() + SHRINK_MS
  let found = first
  const keepIfDiffers = async (sequence: Sequence<Store>): Promise<boolean> => {
    const outcome = await trial.run([sequence])
    if (typeof outcome === 'string') return false
    found = outcome
    return true
  }
  // Without waits the other tries take no time.
  await keepIfDiffers(found.sequence.filter((step) => step !== PASS))
  for (let isShorter = true; isShorter;) {
    isShorter = false
    for (let place = found.sequence.length - 1; place >= 0; place--) {
      if (place >= found.sequence.length) continue // a try has cut this step off
      if (systemClock.now() >= until) return found
      if (await keepIfDiffers(found.sequence.toSpliced(place, 1))) isShorter = true
    }
  }
  return found
}

/** How much is left of a time depends on how fast the store is. */
function withoutTimes(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withoutTimes)
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [key, key.endsWith('Ms') ? Number(value) > 0 : value]),
  )
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed
  return (most) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * most)
  }
}
