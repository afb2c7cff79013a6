import { systemClock } from '@stageflow/core'
import {
  functionLike,
  isPlain,
  isThenable,
  optionProblems,
  read,
  refuseOptions,
  type OptionRule,
  type OptionRules,
  required,
} from '@stageflow/core/kit'

import { settlesInTime } from './settles-in-time.ts'
import { must } from './store-rule.ts'

/** A store, and how its time passes. */
export interface StoreUnderTest<Store> {
  readonly store: Store
  /** Lets time pass on the store's clock: advances it, or waits. */
  advance(ms: number): void | Promise<void>
  /** Runs after each case. */
  close?(): void | Promise<void>
}

/** Longer than any case takes. */
export const LONG_MS = 3_600_000

/** Months, in ms: more than a 32-bit timer holds, what is 1 for one that wraps, and a year. */
export const MONTHS_MS: readonly number[] = [30 * 86_400_000, 2 ** 32 + 1, 365 * 86_400_000]

/** Less than a second, in ms: none if it is cut to whole seconds, or rounded to them. */
export const PARTS_OF_SECOND: readonly number[] = [999, 400]

/** Longer texts than some stores keep whole, by name. */
export const LARGE_TEXTS: Readonly<Record<string, string>> = {
  'a character more than a mebibyte': 'x'.repeat(2 ** 20 + 1),
  'a mebibyte of two-byte characters': 'é'.repeat(2 ** 19 + 1),
  'five mebibytes': 'xyz'.repeat(1_747_627),
}

/** The names of fifty callers at once. */
export const FIFTY: readonly string[] = Array.from({ length: 50 }, (_, index) => `t${index}`)

/** Ends of names that a careless store takes for each other. */
export const SIMILAR_ENDS: readonly string[] = ['', 'A', 'a', 'a ', ' a', 'ab', '%', '_', '*', '?', '\\', "'", '"', ';', ':', '/', '#', '{a}', '\u00e9', 'e\u0301', '😀', '__proto__'] // prettier-ignore

/** Texts that a careless store changes. The last one is long. */
export const ODD_TEXTS: readonly string[] = ['', ' ', '007', '1e3', 'null', '{"a":1}', '[{"__proto__":1,"~__proto__":2}]', 'line\r\nline\t', "'; --", '\\u0000', '\u0001\u2028é😀', 'x'.repeat(2 ** 20)] // prettier-ignore

/** The rules of a `StoreUnderTest`. `store`: the rule of its store. */
export const subjectRules = (store: OptionRule): OptionRules<StoreUnderTest<unknown>> => ({
  store: required(store),
  advance: required(functionLike('(ms) => void')),
  close: functionLike('() => void'),
})

/** The problems of an object that implements an interface. The instance of a class may have other fields too. */
export function shapeProblems(shape: unknown, rules: OptionRules, path?: string): readonly string[] {
  return optionProblems(shape, rules, path, isPlain(shape) ? undefined : 'any')
}

const ANY_SUBJECT = subjectRules([(value) => typeof value === 'object' && value !== null, 'a store'])

/** Longest time for one operation of a store, in ms, unless the contract is given another one. */
export const OPERATION_MS = 5_000

/** Has the store under test for one case. */
export class StoreBench<Store> {
  /** The store under test. An operation that doesn't settle within the limit fails the case. */
  readonly store: Store
  /** How long things last that end in the case, in ms. */
  readonly shortMs: number
  readonly #subject: StoreUnderTest<Store>
  readonly #limitMs: number

  constructor(subject: StoreUnderTest<Store>, shortMs: number, limitMs: number = OPERATION_MS) {
    refuseOptions('new StoreBench()', 'keyed-work/illegal-option', shapeProblems(subject, ANY_SUBJECT))
    this.store = limited(subject.store, limitMs)
    this.shortMs = shortMs
    this.#subject = subject
    this.#limitMs = limitMs
  }

  /** Resolves when everything that lasts this long is over. */
  async expire(lastedMs: number = this.shortMs): Promise<void> {
    const ms = endMs(lastedMs)
    const passed = Promise.resolve(this.#subject.advance(ms))
    await settlesInTime(
      passed,
      `advance(${ms})`,
      ms + this.#limitMs,
      'Resolve once that time has passed on the clock of the store.',
    )
  }

  /**
   * Adds records with `add`, some at once, until there are more than most limits, or until the store refuses one because it is full.
   * A slow store gets fewer.
   */
  async crowd(add: (store: Store, place: number) => unknown): Promise<void> {
    const until = systemClock.now() + CROWD_MS
    // One limit for those at once, because a limit for each takes longer than the operation.
    const { store } = this.#subject
    for (let place = 0; place < MOST_RECORDS; place += FIFTY.length) {
      if (place >= LEAST_RECORDS && systemClock.now() > until) return
      const adding = Promise.allSettled(FIFTY.map(async (_, index) => add(store, place + index)))
      const added = await settlesInTime(adding, `One of ${FIFTY.length} operations at once`, this.#limitMs, SETTLE)
      const failed = added.filter((one) => one.status === 'rejected')
      const other = failed.find(({ reason }) => !isRefusal(reason, 'full'))
      if (other !== undefined) throw other.reason
      if (failed.length > 0) return
    }
  }

  /**
   * Runs `check` on records that last `lifeMs`, a few times if the machine is too slow for one. `check` returns whether what it has
   * seen is right.
   */
  async inTime(lifeMs: number, check: (attempt: number) => Promise<string | undefined>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const startedAt = systemClock.now()
      const seen = await check(attempt)
      if (seen === undefined) return
      must(systemClock.now() - startedAt >= lifeMs || attempt === MOST_ATTEMPTS, seen)
    }
  }
}

const MOST_RECORDS = 11_000
const LEAST_RECORDS = 2_500
const CROWD_MS = 1_500
const MOST_ATTEMPTS = 7

const SETTLE = 'Return the answer, or a promise that always settles: reject if the store cannot be used.'

/** The store, whose operations fail if they don't settle in time. */
function limited<Store>(store: Store, limitMs: number): Store {
  if (typeof store !== 'object' || store === null) return store
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...given: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, given)
        return isThenable(answer) ? settlesInTime(answer, `${String(name)}()`, limitMs, SETTLE) : answer
      }
    },
  })
}

/** Whether a store refuses something with an error whose code ends like this, as `keyed-work/too-large` does. */
const isRefusal = (error: unknown, why: 'full' | 'too-large'): boolean =>
  [error, read(error, 'cause')].some((one) => String(read(one, 'code')).endsWith(`/${why}`))

/** How long to wait until everything that lasts this long is over. */
export const endMs = (lastedMs: number): number => Math.ceil(lastedMs * 1.2)

/** An answer or a value, on one line. */
export function shown(answer: unknown): string {
  const text =
    JSON.stringify(answer, (_, value: unknown) => (isHash(value) ? `${value.slice(0, 4)}…` : value)) ?? 'undefined'
  return text.length <= 120 ? text : `${text.slice(0, 120)}… (${text.length} characters)`
}
const isHash = (value: unknown): value is string => typeof value === 'string' && /^[\da-f]{64}$/.test(value)

const MOST_STEPS = 12

/** Numbered steps, the last ones if there are many. */
export function listOf(steps: readonly string[]): string {
  const from = Math.max(0, steps.length - MOST_STEPS)
  const rest = steps.slice(from).map((step, place) => `${from + place + 1}. ${step}`)
  return `Operations:${from > 0 ? ' …' : ''} ${rest.join('; ')}.`
}

/** Whether a store keeps a text: it may refuse one that is too long. */
export async function isKept(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    if (isRefusal(error, 'too-large') || isRefusal(error, 'full')) return false
    throw error
  }
}
