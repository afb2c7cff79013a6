import { BUDGET_STORE } from '@stageflow/keyed-work'
import type { BudgetStore } from '@stageflow/keyed-work'
import { storeCases } from '@stageflow/keyed-work/suite'
import type { StoreCase, StoreContract, StoreContractOptions, StoreUnderTest } from '@stageflow/keyed-work/suite'
import { CODE } from '../options.ts'
import { BudgetBench } from './budget-bench.ts'
import { BUDGET_RULES } from './budget-cases.ts'

/**
 * The contract of every budget store, as cases for any test runner: `for (const { name, run } of budgetStoreContract(open)) test(name, run)`.
 * A case rejects with `models/contract` if the store breaks its rule. Throws `models/illegal-option`.
 */
export function budgetStoreContract(
  open: () => StoreUnderTest<BudgetStore> | Promise<StoreUnderTest<BudgetStore>>,
  options: StoreContractOptions = {},
): readonly StoreCase[] {
  return storeCases(CONTRACT, open, options)
}

const CONTRACT: StoreContract<BudgetStore, BudgetBench> = {
  name: 'budgetStoreContract',
  illegal: CODE,
  store: BUDGET_STORE,
  rules: BUDGET_RULES,
  Bench: BudgetBench,
  broken: 'models/contract',
  subject: 'The budget store',
}
