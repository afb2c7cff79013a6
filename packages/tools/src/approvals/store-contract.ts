import type { ApprovalStore } from './approval-store.ts'
import { ApprovalBench, breach } from './store-bench.ts'
import { CASES } from './store-cases.ts'

export interface ApprovalStoreUnderTest {
  readonly store: ApprovalStore
  /** Lets time pass on the store's clock: advances it, or waits. */
  advance(ms: number): void | Promise<void>
  /** Runs after each case. */
  close?(): void | Promise<void>
}

export interface ApprovalContractOptions {
  /** How long approvals live that expire in a case, in ms. Must be longer than twenty operations take. Default: 300. */
  readonly shortMs?: number
}

/** One case of the contract. `run` rejects with `tools/contract` if the store breaks it. */
export interface ApprovalStoreCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/**
 * The contract of every approval store, as cases for any test runner: `for (const { name, run } of approvalStoreContract(open))
 * test(name, run)`. A case rejects with `tools/contract` if the store breaks its rule.
 */
export function approvalStoreContract(
  open: () => ApprovalStoreUnderTest | Promise<ApprovalStoreUnderTest>,
  { shortMs = 300 }: ApprovalContractOptions = {},
): readonly ApprovalStoreCase[] {
  return Object.entries(CASES).map(([name, { mend, check }]) => ({
    name,
    run: async () => {
      const subject = await open()
      try {
        await check(new ApprovalBench(subject.store, shortMs, (ms) => subject.advance(ms)))
      } catch (error) {
        throw breach(name, error, mend)
      } finally {
        await subject.close?.()
      }
    },
  }))
}
