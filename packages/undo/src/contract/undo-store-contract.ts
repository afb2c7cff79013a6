import { StageflowError } from '@stageflow/core'
import { storeCases } from '@stageflow/keyed-work/suite'
import type {
  StoreBreach,
  StoreCase,
  StoreContract,
  StoreContractOptions,
  StoreUnderTest,
} from '@stageflow/keyed-work/suite'

import { UNDO_STORE, type UndoStore } from '@stageflow/keyed-work'
import { UndoBench } from './undo-bench.ts'
import { UNDO_RULES } from './undo-cases.ts'

/**
 * The contract of every undo store, as cases for any test runner: `for (const { name, run } of undoStoreContract(open)) test(name,
 * run)`. A case rejects with `undo/contract` if the store breaks its rule. Throws
 * `undo/illegal-option`.
 */
export function undoStoreContract(
  open: () => StoreUnderTest<UndoStore> | Promise<StoreUnderTest<UndoStore>>,
  options: StoreContractOptions = {},
): readonly StoreCase[] {
  return storeCases(CONTRACT, open, options)
}

const errorOf = ({ rule, seen, fix, cause }: StoreBreach): StageflowError =>
  new StageflowError('undo/contract', `The undo store breaks the rule "${rule}": ${seen} ${fix}`, { cause })

const CONTRACT: StoreContract<UndoStore, UndoBench> = {
  name: 'undoStoreContract',
  illegal: 'undo/illegal-option',
  store: UNDO_STORE,
  rules: UNDO_RULES,
  Bench: UndoBench,
  errorOf,
}
