import { expect, test } from 'vitest'

import { testContract } from '../../../keyed-work/test/broken-stores.ts'
import { mutants } from '../../test/approval-store-mutants.ts'
import { testWrongCalls } from '../../../keyed-work/test/wrong-calls.ts'
import { approvalStoreContract } from '../contract.ts'
import { Approvals, memoryApprovalStore } from '../index.ts'

testContract({
  contract: approvalStoreContract,
  memoryStore: memoryApprovalStore,
  mutants,
  code: 'approvals/contract',
  message: 'The approval store breaks the rule',
  first: ['request', 'Insert the record'],
})

testWrongCalls({
  name: 'approvalStoreContract',
  contract: approvalStoreContract,
  code: 'approvals/illegal-option',
  store: memoryApprovalStore(),
  kind: 'an approval store with request()',
})

test('a store for another version of core is refused (core/plugin-version)', () => {
  expect(() => new Approvals({ store: { ...memoryApprovalStore(), core: '^99.0.0' } })).toThrow(
    expect.objectContaining({
      code: 'core/plugin-version',
      message: expect.stringContaining('The approval store needs another core than') as string,
    }),
  )
})
