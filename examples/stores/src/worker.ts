import { setTimeout as wait } from 'node:timers/promises'
import { Pipeline, StageKind } from '@stageflow/core'
import { idempotency } from '@stageflow/interceptor-idempotency'
import type { KeyedStore } from '@stageflow/keyed-work'
import { postgresStore } from '@stageflow/store-postgres'
import { redisStore } from '@stageflow/store-redis'
import { Redis } from 'ioredis'
import { Pool } from 'pg'

/** What the parent process says. */
export interface Job {
  readonly redisUrl: string
  readonly postgresUrl: string
  /** Two starts of the example share nothing. */
  readonly name: string
  readonly orders: number
  /** One process begins with the first order, the other with the last. */
  readonly isReversed: boolean
}

/** Which orders of a store this process paid. For the others it got the receipts of the other process. */
export interface Counted {
  readonly store: string
  readonly paid: readonly number[]
  readonly receipts: readonly string[]
}

// One of two processes. It has clients of its own, and takes its orders from the parent.
process.once('message', (job: Job) => {
  work(job).then(
    (counted) => process.send!({ counted }, () => process.exit()),
    (error: unknown) => process.send!({ problem: (error as Error).message }, () => process.exit(1)),
  )
})
process.send!('ready')

async function work({ redisUrl, postgresUrl, name, ...rest }: Job): Promise<Counted[]> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, commandTimeout: 10_000 })
  redis.on('error', () => {}) // the store reports it
  const pool = new Pool({ connectionString: postgresUrl, connectionTimeoutMillis: 10_000, query_timeout: 10_000 })
  pool.on('error', () => {})
  const postgres = postgresStore({ pool, table: `${name}_orders` })
  await postgres.migrate() // any number of processes may call it at once
  return Promise.all([
    payAll('Redis', redisStore({ client: redis, prefix: `${name}:` }), rest),
    payAll('PostgreSQL', postgres, rest),
  ])
}

type Orders = Pick<Job, 'orders' | 'isReversed'>

/** Pays one order after the other, each with its number as the key. */
async function payAll(store: string, records: KeyedStore, { orders, isReversed }: Orders): Promise<Counted> {
  const shop = new Pipeline('shop')
    .withStage('pay', pay, StageKind.WORK)
    .build({ interceptors: [idempotency({ store: records })] })
  const receipts: string[] = []
  const paid: number[] = []
  for (let count = 0; count < orders; count++) {
    const order = isReversed ? orders - 1 - count : count
    const { data, report } = await shop.run({ extensions: { idempotencyKey: `order-${order}` } })
    receipts[order] = data.pay?.receipt ?? 'none'
    if (report.stages['pay']?.notes.idempotency?.result === 'executed') paid.push(order)
  }
  return { store, paid, receipts }
}

/** The receipt tells which process paid. */
async function pay(): Promise<{ receipt: string }> {
  await wait(5)
  return { receipt: `${process.pid}-${crypto.randomUUID()}` }
}
