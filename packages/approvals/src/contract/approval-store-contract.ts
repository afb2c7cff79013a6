import { StageflowError } from '@stageflow/core'
import { storeCases } from '@stageflow/keyed-work/suite'
import type { StoreBreach, StoreCase, StoreContractOptions, StoreUnderTest } from '@stageflow/keyed-work/suite'

import type { ApprovalStore } from '../approval-store.ts'
import { ApprovalBench } from './approval-bench.ts'
import { APPROVAL_RULES } from './approval-cases.ts'

/**
 * The contract of every approval store, as cases for any test runner: `for (const { name, run } of approvalStoreContract(open))
 * test(name, run)`. A case rejects with `approvals/contract` if the store breaks its rule.
 */
export function approvalStoreContract(
  open: () => StoreUnderTest<ApprovalStore> | Promise<StoreUnderTest<ApprovalStore>>,
  options: StoreContractOptions = {},
): readonly StoreCase[] {
  return storeCases({ rules: APPROVAL_RULES, Bench: ApprovalBench, errorOf }, open, options)
}

const errorOf = ({ rule, seen, mend, cause }: StoreBreach): StageflowError =>
  new StageflowError('approvals/contract', `The approval store breaks the rule "${rule}": ${seen} ${mend}`, { cause })
