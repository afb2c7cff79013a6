import { storeCases } from '../store-contract/store-cases.ts'
import type { StoreCase, StoreContractOptions, StoreUnderTest } from '../store-contract/store-cases.ts'
import { ApprovalBench } from './approval-bench.ts'
import { APPROVAL_RULES } from './approval-cases.ts'
import type { ApprovalStore } from './approval-store.ts'

/**
 * The contract of every approval store, as cases for any test runner: `for (const { name, run } of approvalStoreContract(open))
 * test(name, run)`. A case rejects with `tools/contract` if the store breaks its rule.
 */
export function approvalStoreContract(
  open: () => StoreUnderTest<ApprovalStore> | Promise<StoreUnderTest<ApprovalStore>>,
  options: StoreContractOptions = {},
): readonly StoreCase[] {
  return storeCases({ subject: 'The approval store', rules: APPROVAL_RULES, Bench: ApprovalBench }, open, options)
}
