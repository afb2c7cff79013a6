import {
  functionLike,
  isPlain,
  optionProblems,
  refuseOptions,
  type OptionRule,
  type OptionRules,
  required,
} from '@stageflow/core/kit'

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
  return optionProblems(shape, rules, path, isPlain(shape) ? undefined : Object.keys(Object(shape)))
}

const ANY_SUBJECT = subjectRules([(value) => typeof value === 'object' && value !== null, 'a store'])

/** Has the store under test for one case. */
export class StoreBench<Store> {
  readonly store: Store
  /** How long things last that end in the case, in ms. */
  readonly shortMs: number
  readonly #subject: StoreUnderTest<Store>

  constructor(subject: StoreUnderTest<Store>, shortMs: number) {
    refuseOptions('new StoreBench()', 'keyed-work/illegal-option', shapeProblems(subject, ANY_SUBJECT))
    this.store = subject.store
    this.shortMs = shortMs
    this.#subject = subject
  }

  /** Resolves when everything that lasts this long is over. */
  async expire(lastedMs: number = this.shortMs): Promise<void> {
    await this.#subject.advance(endMs(lastedMs))
  }
}

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
