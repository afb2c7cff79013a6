import { manualClock, type ManualClock } from '@stageflow/testing'
import { describe, expect, test } from 'vitest'

import { isHeavy } from '../../core/test/property-settings.ts'
import type { StoreCase, StoreContractOptions, StoreUnderTest } from '../src/suite.ts'

/** What a broken store does in another way than the one in memory. */
export type Change<Store> = (store: Store, now: () => number) => Partial<Store>

/** A broken store, and the case that fails first for it, or why no case does. */
export type StoreMutant<Store> = {
  readonly name: string
  /** What it does wrong. */
  readonly does: string
  readonly change: Change<Store>
} & (
  | {
      readonly caughtBy: string
      /** Other cases that fail too. Further ones may. */
      readonly alsoCaughtBy?: readonly string[]
      readonly notOurs?: undefined
    }
  | { readonly caughtBy?: undefined; readonly alsoCaughtBy?: undefined; readonly notOurs: string }
)

/** What is tested of the contract of one kind of store. */
export interface TestedContract<Store> {
  readonly contract: (open: () => StoreUnderTest<Store>, options: StoreContractOptions) => readonly StoreCase[]
  readonly memoryStore: (options: { readonly clock: ManualClock }) => Store
  readonly mutants: readonly StoreMutant<Store>[]
  readonly code: string
  /** How the message of a broken rule begins. */
  readonly message: string
  /** The operation that the first case calls first, and the beginning of what it says to do. */
  readonly first: readonly [operation: keyof Store, fix: string]
}

/** The store in memory keeps the contract, and the contract finds every broken store. */
export function testContract<Store extends object>({
  contract,
  memoryStore,
  mutants,
  code,
  message,
  first: [operation, fix],
}: TestedContract<Store>): void {
  const casesOf = (change: Change<Store>): readonly StoreCase[] =>
    contract(
      () => {
        const clock = manualClock()
        const store = memoryStore({ clock })
        return { store: { ...store, ...change(store, () => clock.now()) }, advance: (ms) => clock.advance(ms) }
      },
      { timeoutMs: 250 },
    )

  describe('the store in memory', () => {
    for (const { name, run } of casesOf(() => ({}))) test(name, run)
  })

  describe('a store that breaks a rule is found', () => {
    test.each(mutants)('$name $does', async (mutant) => {
      const { change, caughtBy, alsoCaughtBy = [] } = mutant
      // By day the cases that find it, and with every eighth store and those that no case finds all of them.
      const isWhole = isHeavy || caughtBy === undefined || mutants.indexOf(mutant) % 8 === 0
      const cases = casesOf(change).filter(({ name }) => isWhole || name === caughtBy || alsoCaughtBy.includes(name))
      const found: string[] = []
      for (const { name, run } of cases) {
        const error = await run().catch((thrown: unknown) => thrown)
        if (error === undefined) continue
        found.push(name)
        expect(error).toMatchObject({ code })
        expect(String(error)).toContain(`${message} "${name}"`)
        // The other cases would wait as long as the first one.
        if (String(error).includes('did not settle')) break
      }
      expect(found[0]).toBe(caughtBy)
      expect(found).toEqual(expect.arrayContaining([...alsoCaughtBy]))
    })

    test('every case has a store that breaks its rule', () => {
      const rules = mutants.flatMap(({ caughtBy, alsoCaughtBy = [] }) => [
        ...(caughtBy === undefined ? [] : [caughtBy]),
        ...alsoCaughtBy,
      ])
      expect(new Set(rules)).toEqual(new Set(casesOf(() => ({})).map(({ name }) => name)))
    })

    test('a store that throws', async () => {
      const throws = (): never => {
        throw new Error('disk is full')
      }
      const [first] = casesOf(() => ({ [operation]: throws }) as Partial<Store>)
      await expect(first?.run()).rejects.toThrow(`the store, or the case, failed with: disk is full. ${fix}`)
    })
  })
}
