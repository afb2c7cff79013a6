import { storeCases } from '../store-contract/store-cases.ts'
import type { StoreCase, StoreContractOptions, StoreUnderTest } from '../store-contract/store-cases.ts'
import { UndoBench } from './undo-bench.ts'
import { UNDO_RULES } from './undo-cases.ts'
import type { UndoStore } from './undo-store.ts'

/**
 * The contract of every undo store, as cases for any test runner: `for (const { name, run } of undoStoreContract(open)) test(name,
 * run)`. A case rejects with `tools/contract` if the store breaks its rule.
 */
export function undoStoreContract(
  open: () => StoreUnderTest<UndoStore> | Promise<StoreUnderTest<UndoStore>>,
  options: StoreContractOptions = {},
): readonly StoreCase[] {
  return storeCases({ subject: 'The undo store', rules: UNDO_RULES, Bench: UndoBench }, open, options)
}
