import { setTimeout as wait } from 'node:timers/promises'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, test } from 'vitest'

import { isHeavy } from '../../core/test/property-settings.ts'
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

/**
 * They take longest, and run one operation after the other or wait, so the isolation of transactions changes little in them. By day they run
 * with the first pool.
 */
const LONG = /however many others|random sequences|texts of any length|past its|lasts? for months/

/** Tests a contract with pools of several kinds. By night each of them has all cases. */
export function contractWithPools<Store>(contract: Contract<Store>, open: (pool: Pool) => Store): void {
  // Most cases wait for the server's clock, so the pools run them at the same time. The cases of one pool run in turn.
  const kinds = Object.entries(POOLS).map(([kind, connectOwn], place) => ({ kind, connectOwn, place }))
  describe.concurrent.each(kinds)('the contract with $kind', ({ connectOwn, place }) => {
    let own: Pool
    beforeAll(() => {
      own = connectOwn()
    })
    afterAll(() => own.end())
    const opened = (): Opened<Store> => ({ store: open(own), advance: (ms) => wait(ms) })
    for (const { name, run } of contract(opened, { shortMs: 500 }))
      if (isHeavy || place === 0 || !LONG.test(name)) test(name, { concurrent: false, timeout: 60_000 }, run)
  })
}
