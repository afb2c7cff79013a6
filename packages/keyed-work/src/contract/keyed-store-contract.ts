import type { KeyedStore } from '../keyed-store.ts'
import { KEYED_STORE } from '../rules.ts'
import type { StoreUnderTest } from '../suite/store-bench.ts'
import { storeCases, type StoreCase, type StoreContract, type StoreContractOptions } from '../suite/store-cases.ts'
import { KeyedBench } from './keyed-bench.ts'
import { KEYED_RULES } from './keyed-cases.ts'

/**
 * The contract of every `KeyedStore`, as cases for any test runner: `for (const { name, run } of keyedStoreContract(open)) test(name,
 * run)`. A case rejects with `keyed-work/contract` if the store breaks its rule. Throws `keyed-work/illegal-option`.
 */
export function keyedStoreContract(
  open: () => StoreUnderTest<KeyedStore> | Promise<StoreUnderTest<KeyedStore>>,
  options: StoreContractOptions = {},
): readonly StoreCase[] {
  return storeCases(CONTRACT, open, options)
}

const CONTRACT: StoreContract<KeyedStore, KeyedBench> = {
  name: 'keyedStoreContract',
  illegal: 'keyed-work/illegal-option',
  store: KEYED_STORE,
  rules: KEYED_RULES,
  Bench: KeyedBench,
  broken: 'keyed-work/contract',
  subject: 'The store',
}
