import { UNDO_STORE, type UndoStore } from '@stageflow/keyed-work'
import {
  type StoreCase,
  storeCases,
  type StoreContract,
  type StoreContractOptions,
  type StoreUnderTest,
} from '@stageflow/keyed-work/suite'

import { UndoBench } from './undo-bench.ts'
import { UNDO_RULES } from './undo-cases.ts'

/**
 * The contract of every undo store, as cases for any test runner: `for (const { name, run } of undoStoreContract(open)) test(name,
 * run)`. A case rejects with `undo/contract` if the store breaks its rule. Throws `undo/illegal-option`.
 */
export function undoStoreContract(
  open: () => StoreUnderTest<UndoStore> | Promise<StoreUnderTest<UndoStore>>,
  options: StoreContractOptions = {},
): readonly StoreCase[] {
  return storeCases(CONTRACT, open, options)
}

const CONTRACT: StoreContract<UndoStore, UndoBench> = {
  name: 'undoStoreContract',
  illegal: 'undo/illegal-option',
  store: UNDO_STORE,
  rules: UNDO_RULES,
  Bench: UndoBench,
  broken: 'undo/contract',
  subject: 'The undo store',
}
