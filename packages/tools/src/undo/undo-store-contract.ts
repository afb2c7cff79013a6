import { breach, UndoBench } from './undo-bench.ts'
import { UNDO_CASES } from './undo-cases.ts'
import type { UndoStore } from './undo-store.ts'

export interface UndoStoreUnderTest {
  readonly store: UndoStore
  /** Lets time pass on the store's clock: advances it, or waits. */
  advance(ms: number): void | Promise<void>
  /** Runs after each case. */
  close?(): void | Promise<void>
}

export interface UndoContractOptions {
  /** How long entries and leases last that end in a case, in ms. Must be longer than twenty operations take. Default: 300. */
  readonly shortMs?: number
}

/** One case of the contract. `run` rejects with `tools/contract` if the store breaks it. */
export interface UndoStoreCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/**
 * The contract of every undo store, as cases for any test runner: `for (const { name, run } of undoStoreContract(open)) test(name,
 * run)`. A case rejects with `tools/contract` if the store breaks its rule.
 */
export function undoStoreContract(
  open: () => UndoStoreUnderTest | Promise<UndoStoreUnderTest>,
  { shortMs = 300 }: UndoContractOptions = {},
): readonly UndoStoreCase[] {
  return Object.entries(UNDO_CASES).map(([name, { mend, check }]) => ({
    name,
    run: async () => {
      const subject = await open()
      try {
        await check(new UndoBench(subject.store, shortMs, (ms) => subject.advance(ms)))
      } catch (error) {
        throw breach(name, error, mend)
      } finally {
        await subject.close?.()
      }
    },
  }))
}
