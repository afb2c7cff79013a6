import { StoreBench } from './store-bench.ts'
import { CASES } from './store-cases.ts'
import { keepsRule } from './store-rule.ts'
import type { IdempotencyStore } from './store.ts'

export interface StoreUnderTest {
  readonly store: IdempotencyStore
  /** Lets time pass on the store's clock: advances it, or waits. */
  advance(ms: number): void | Promise<void>
  /** Runs after each case. */
  close?(): void | Promise<void>
}

export interface StoreContractOptions {
  /** How long records live that expire in a case, in ms. Must be longer than twenty operations take. Default: 300. */
  readonly shortMs?: number
}

/** One case of the contract. `run` rejects with `idempotency/contract` if the store breaks it. */
export interface StoreCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/**
 * The contract of every store, as cases for any test runner: `for (const { name, run } of storeContract(open)) test(name, run)`. A case
 * rejects with `idempotency/contract` if the store breaks its rule.
 */
export function storeContract(
  open: () => StoreUnderTest | Promise<StoreUnderTest>,
  { shortMs = 300 }: StoreContractOptions = {},
): readonly StoreCase[] {
  return Object.entries(CASES).map(([name, rule]) => ({
    name,
    run: async () => {
      const subject = await open()
      const key = JSON.stringify(['contract', crypto.randomUUID()])
      try {
        await keepsRule(name, rule, new StoreBench(subject.store, key, shortMs, (ms) => subject.advance(ms)))
      } finally {
        await subject.close?.()
      }
    },
  }))
}
