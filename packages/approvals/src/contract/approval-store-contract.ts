import { APPROVAL_STORE, type ApprovalStore } from '@stageflow/keyed-work'
import {
  type StoreCase,
  storeCases,
  type StoreContract,
  type StoreContractOptions,
  type StoreUnderTest,
} from '@stageflow/keyed-work/suite'

import { ApprovalBench } from './approval-bench.ts'
import { APPROVAL_RULES } from './approval-cases.ts'

/**
 * The contract of every approval store, as cases for any test runner: `for (const { name, run } of approvalStoreContract(open))
 * test(name, run)`. A case rejects with `approvals/contract` if the store breaks its rule. Throws `approvals/illegal-option`.
 */
export function approvalStoreContract(
  open: () => StoreUnderTest<ApprovalStore> | Promise<StoreUnderTest<ApprovalStore>>,
  options: StoreContractOptions = {},
): readonly StoreCase[] {
  return storeCases(CONTRACT, open, options)
}

const CONTRACT: StoreContract<ApprovalStore, ApprovalBench> = {
  name: 'approvalStoreContract',
  illegal: 'approvals/illegal-option',
  store: APPROVAL_STORE,
  rules: APPROVAL_RULES,
  Bench: ApprovalBench,
  broken: 'approvals/contract',
  subject: 'The approval store',
}
