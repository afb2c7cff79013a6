import type { KeyedStore } from '../keyed-store.ts'
import type { StoreUnderTest } from '../suite/store-bench.ts'
import { storeCases, type StoreCase, type StoreContractOptions } from '../suite/store-cases.ts'
import { KeyedBench } from './keyed-bench.ts'
import { errorOf } from './keyed-breach.ts'
import { KEYED_RULES } from './keyed-cases.ts'

/**
 * The contract of every `KeyedStore`, as cases for any test runner: `for (const { name, run } of keyedStoreContract(open)) test(name,
 * run)`. A case rejects with `keyed-work/contract` if the store breaks its rule.
 */
export function keyedStoreContract(
  open: () => StoreUnderTest<KeyedStore> | Promise<StoreUnderTest<KeyedStore>>,
  options: StoreContractOptions = {},
): readonly StoreCase[] {
  return storeCases({ rules: KEYED_RULES, Bench: KeyedBench, errorOf }, open, options)
}
