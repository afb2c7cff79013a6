import { expect, test } from 'vitest'

import { testContract } from '../../../keyed-work/test/broken-stores.ts'
import { mutants } from '../../test/undo-store-mutants.ts'
import { testWrongCalls } from '../../../keyed-work/test/wrong-calls.ts'
import { undoStoreContract } from '../contract.ts'
import { memoryUndoStore, undoLog } from '../index.ts'

testContract({
  contract: undoStoreContract,
  memoryStore: memoryUndoStore,
  mutants,
  code: 'undo/contract',
  message: 'The undo store breaks the rule',
  first: ['add', 'Give each entry'],
})

testWrongCalls({
  name: 'undoStoreContract',
  contract: undoStoreContract,
  code: 'undo/illegal-option',
  store: memoryUndoStore(),
  kind: 'an undo store with add()',
})

test('a store for another version of core is refused (core/plugin-version)', () => {
  expect(() => undoLog({ store: { ...memoryUndoStore(), core: '^99.0.0' } })).toThrow(
    expect.objectContaining({
      code: 'core/plugin-version',
      message: expect.stringContaining('The undo store needs another core than') as string,
    }),
  )
})
