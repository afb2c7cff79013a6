// Two processes pay the same orders, and each order is paid once. The pipeline is in worker.ts.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { findServers, type Servers } from './servers.ts'
import type { Counted, Job } from './worker.ts'

const WHAT = 'Two processes pay the same orders. With a store that they share, each order is paid once.'
const LONGEST_PICTURE = 40
const USAGE = `${WHAT}

Usage: npm run example stores -- [options]

  --orders N  how many orders, from 1 to 500 (20)
  --help      print this

Environment:
  REDIS_URL     use this Redis (default: start a redis-server; on Debian, root installs it)
  POSTGRES_URL  use this PostgreSQL (default: start one)

Exit codes: 0 every order was paid once, 1 failed, 2 wrong options, 130 stopped by Ctrl-C`

process.exitCode = await main().catch((error: unknown) => {
  console.error(`Failed: ${(error as Error).message}`)
  return 1
})

async function main(): Promise<number> {
  let orders: number
  try {
    const options = { orders: { type: 'string', default: '20' }, help: { type: 'boolean', short: 'h' } } as const
    const { values } = parseArgs({ options })
    if (values.help) {
      console.log(USAGE)
      return 0
    }
    orders = /^\d{1,3}$/.test(values.orders) ? Number(values.orders) : 0
    if (orders < 1 || orders > 500)
      throw new Error(`--orders takes a whole number from 1 to 500, not "${values.orders}".`)
  } catch (error) {
    console.error(`${(error as Error).message} (--help lists the options)`)
    return 2
  }
  console.log(`${WHAT}\n`)
  const servers = await findServers(process.env)
  let code = 0
  const workers = [startWorker(), startWorker()]
  process.once('SIGINT', () => {
    code = 130
    for (const worker of workers) worker.kill()
  })
  const name = `stageflow_example_${process.pid}_${Date.now()}`
  try {
    const job = { redisUrl: servers.redisUrl, postgresUrl: servers.postgresUrl, name, orders }
    return print(
      await Promise.all(workers.map((worker, index) => countedBy(worker, { ...job, isReversed: index === 1 }))),
      orders,
    )
  } catch (error) {
    if (code === 130) return code
    throw error
  } finally {
    for (const worker of workers) worker.kill()
    await removeRecords(servers, name)
    await servers.close()
  }
}

function startWorker(): ChildProcess {
  return fork(fileURLToPath(new URL('./worker.ts', import.meta.url)))
}

/** Gives the worker its job, and waits for what it has counted. */
async function countedBy(worker: ChildProcess, job: Job): Promise<readonly Counted[]> {
  const left = once(worker, 'exit').then(() => Promise.reject(new Error('a worker ended before its job was done.')))
  await Promise.race([once(worker, 'message'), left])
  worker.send(job)
  const [{ counted, problem }] = (await Promise.race([once(worker, 'message'), left])) as [
    { readonly counted?: readonly Counted[]; readonly problem?: string },
  ]
  left.catch(() => {}) // it may leave now
  if (counted === undefined) throw new Error(problem)
  return counted
}

function print([one, other]: readonly (readonly Counted[])[], orders: number): number {
  let code = 0
  for (const [index, here] of one!.entries()) {
    const there = other![index]!
    const isOnce =
      here.paid.length + there.paid.length === orders &&
      here.receipts.every((receipt, order) => receipt === there.receipts[order])
    console.log(`${here.store}: ${orders} orders, for each of which both processes ask`)
    for (const [name, { paid }] of [['process 1', here] as const, ['process 2', there] as const])
      console.log(`  ${name} paid ${picture(paid, orders)} ${paid.length}, and got ${orders - paid.length} receipts`)
    console.log(
      isOnce
        ? `  each order was paid once, and both processes have the same receipts`
        : '  WRONG: an order was paid twice',
    )
    if (!isOnce) code = 1
  }
  return code
}

/** A mark for each order, in their order: whether it was paid. Of many orders a mark stands for several, if one of them was paid. */
function picture(paid: readonly number[], orders: number): string {
  const width = Math.min(orders, LONGEST_PICTURE)
  const marked = new Set(paid.map((order) => Math.floor((order * width) / orders)))
  return Array.from({ length: width }, (_, place) => (marked.has(place) ? '█' : '·')).join('')
}

/** A server of yours is left as it was. */
async function removeRecords({ redisUrl, postgresUrl }: Servers, name: string): Promise<void> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, lazyConnect: true })
  redis.on('error', () => {})
  const pool = new Pool({ connectionString: postgresUrl, connectionTimeoutMillis: 10_000 })
  pool.on('error', () => {}) // the server may end before the connection has
  try {
    for await (const keys of redis.scanStream({ match: `${name}:*` })) if (keys.length > 0) await redis.unlink(keys)
    await pool.query(`DROP TABLE IF EXISTS "${name}_orders"`)
  } catch {
    // The server is gone, and what was wrong with it is reported already.
  } finally {
    redis.disconnect()
    await pool.end()
  }
}
