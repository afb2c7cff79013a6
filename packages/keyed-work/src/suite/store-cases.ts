import type { StoreUnderTest } from './store-bench.ts'
import { checkRule, type StoreRules } from './store-rule.ts'

export interface StoreContractOptions {
  /** How long records live that expire in a case, in ms. Must be longer than twenty operations take. Default: 300. */
  readonly shortMs?: number
}

/** One case of a contract. `run` rejects with the error of the contract if the store breaks it. */
export interface StoreCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/** The contract of one kind of store. */
export interface StoreContract<Store, Bench> extends StoreRules<Bench> {
  readonly Bench: new (subject: StoreUnderTest<Store>, shortMs: number) => Bench
}

/** One case for each rule, with a store and a bench of its own. */
export function storeCases<Store, Bench>(
  contract: StoreContract<Store, Bench>,
  open: () => StoreUnderTest<Store> | Promise<StoreUnderTest<Store>>,
  { shortMs = 300 }: StoreContractOptions,
): readonly StoreCase[] {
  return Object.keys(contract.rules).map((name) => ({
    name,
    run: async () => {
      const opened = await open()
      try {
        await checkRule(contract, name, new contract.Bench(opened, shortMs))
      } finally {
        await opened.close?.()
      }
    },
  }))
}
