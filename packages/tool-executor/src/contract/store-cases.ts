import type { StageflowError } from '@stageflow/core'
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

/** One case of a contract. `run` rejects with the error of the contract if the store breaks it. */
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
  /** By name. */
  readonly rules: Readonly<Record<string, StoreRule<Bench>>>
  readonly Bench: new (subject: StoreUnderTest<Store>, shortMs: number) => Bench
  /** Makes the error of a broken rule. */
  readonly errorOf: (breach: StoreBreach) => StageflowError
}

/** A broken rule. */
export interface StoreBreach {
  /** Its name. */
  readonly rule: string
  /** What was seen, as a sentence. */
  readonly seen: string
  /** What to do, as a sentence. */
  readonly mend: string
  readonly cause: unknown
}

/** One case for each rule, with a store and a bench of its own. */
export function storeCases<Store, Bench>(
  { rules, Bench, errorOf }: StoreContract<Store, Bench>,
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
        throw errorOf({ rule: name, mend, ...seenIn(error) })
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

function seenIn(error: unknown): Pick<StoreBreach, 'seen' | 'cause'> {
  return error instanceof Seen
    ? { seen: error.message, cause: error.cause }
    : { seen: `the store, or the case, failed with: ${textOf(error)}.`, cause: error }
}
