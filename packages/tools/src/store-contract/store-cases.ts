import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

export interface StoreUnderTest<Store> {
  readonly store: Store
  /** Lets time pass on the store's clock: advances it, or waits. */
  advance(ms: number): void | Promise<void>
  /** Runs after each case. */
  close?(): void | Promise<void>
}

export interface StoreContractOptions {
  /** How long things last that end in a case, in ms. Must be longer than twenty operations take. Default: 300. */
  readonly shortMs?: number
}

/** One case of a contract. `run` rejects with `tools/contract` if the store breaks it. */
export interface StoreCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/** One rule of a contract. `check` throws if it is broken. */
export interface StoreRule<Bench> {
  /** What to do with a store that breaks it. */
  readonly mend: string
  readonly check: (bench: Bench) => Promise<void>
}

/** The contract of one kind of store. */
export interface StoreContract<Store, Bench> {
  /** The store in messages, such as "The undo store". */
  readonly subject: string
  /** By name. */
  readonly rules: Readonly<Record<string, StoreRule<Bench>>>
  readonly Bench: new (subject: StoreUnderTest<Store>, shortMs: number) => Bench
}

/** One case for each rule, with a store and a bench of its own. */
export function storeCases<Store, Bench>(
  { subject, rules, Bench }: StoreContract<Store, Bench>,
  open: () => StoreUnderTest<Store> | Promise<StoreUnderTest<Store>>,
  { shortMs = 300 }: StoreContractOptions,
): readonly StoreCase[] {
  return Object.entries(rules).map(([name, { mend, check }]) => ({
    name,
    run: async () => {
      const opened = await open()
      try {
        await check(new Bench(opened, shortMs))
      } catch (error) {
        throw breach({ subject, rule: name, mend }, error)
      } finally {
        await opened.close?.()
      }
    },
  }))
}

// What to do with a store, for rules that several contracts have.
export const ATOMIC =
  'Decide and write in one atomic operation: one statement with a condition, or a transaction that locks the row.'
export const TEXTS = 'Store the texts as they are, in no type that trims, parses or cuts them.'

/** What a check has seen of a broken rule. The contract adds the rule, and what to do. */
class Seen extends Error {}

/** Fails the case with what was seen, unless `holds`. */
export function must(holds: boolean, seen: string): asserts holds {
  if (!holds) throw new Seen(seen)
}

interface Breach {
  readonly subject: string
  readonly rule: string
  readonly mend: string
}

/** The error of a broken rule: which one, what was seen, and what to do. */
function breach({ subject, rule, mend }: Breach, error: unknown): StageflowError {
  const isSeen = error instanceof Seen
  const seen = isSeen ? error.message : `the store, or the case, failed with: ${textOf(error)}.`
  const message = `${subject} breaks the rule "${rule}": ${seen} ${mend}`
  return new StageflowError('tools/contract', message, { cause: isSeen ? error.cause : error })
}
