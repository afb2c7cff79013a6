import { StageflowError } from '@stageflow/core'
import { storeCases } from '@stageflow/keyed-work/suite'
import type { StoreBreach, StoreCase, StoreContractOptions, StoreUnderTest } from '@stageflow/keyed-work/suite'

import type { UndoStore } from '../undo-store.ts'
import { UndoBench } from './undo-bench.ts'
import { UNDO_RULES } from './undo-cases.ts'

/**
 * The contract of every undo store, as cases for any test runner: `for (const { name, run } of undoStoreContract(open)) test(name,
 * run)`. A case rejects with `undo/contract` if the store breaks its rule.
 */
export function undoStoreContract(
  open: () => StoreUnderTest<UndoStore> | Promise<StoreUnderTest<UndoStore>>,
  options: StoreContractOptions = {},
): readonly StoreCase[] {
  return storeCases({ rules: UNDO_RULES, Bench: UndoBench, errorOf }, open, options)
}

const errorOf = ({ rule, seen, mend, cause }: StoreBreach): StageflowError =>
  new StageflowError('undo/contract', `The undo store breaks the rule "${rule}": ${seen} ${mend}`, { cause })
