import { setTimeout as wait } from 'node:timers/promises'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, test } from 'vitest'

import { connect } from './postgres.ts'

interface Opened<Store> {
  readonly store: Store
  advance(ms: number): Promise<void>
}

/** The contract of one kind of store, as `@stageflow/undo/contract` and others export it. */
type Contract<Store> = (
  open: () => Opened<Store>,
  options: { readonly shortMs: number },
) => readonly { readonly name: string; readonly run: () => Promise<void> }[]

const POOLS: Readonly<Record<string, () => Pool>> = {
  'a pool with default settings': () => connect(),
  'a pool whose transactions are serializable': () =>
    connect({ options: '-c default_transaction_isolation=serializable' }),
}

/** Tests a contract with pools of several kinds. */
export function contractWithPools<Store>(contract: Contract<Store>, open: (pool: Pool) => Store): void {
  // Most cases wait for the server's clock, so the pools run them at the same time. The cases of one pool run in turn.
  describe.concurrent.each(Object.entries(POOLS))('the contract with %s', (_, connectOwn) => {
    let own: Pool
    beforeAll(() => {
      own = connectOwn()
    })
    afterAll(() => own.end())
    const opened = (): Opened<Store> => ({ store: open(own), advance: (ms) => wait(ms) })
    for (const { name, run } of contract(opened, { shortMs: 500 }))
      test(name, { concurrent: false, timeout: 60_000 }, run)
  })
}
