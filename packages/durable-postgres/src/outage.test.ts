import { connect as connectTo, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { isHeavy } from '../../core/test/property-settings.ts'
import type { TestServer } from '../../interceptor-idempotency/test/server-process.ts'
import { startPostgres } from '../../store-postgres/test/postgres-server.ts'
import { connect } from '../../store-postgres/test/postgres.ts'
import { durablePostgres } from './durable-postgres.ts'
import type { JournalPool } from './options.ts'

let server: TestServer
let pool: Pool
beforeAll(async () => {
  server = await startPostgres({ fsync: 'off' })
  pool = connect({ connectionString: server.url })
  await using durable = durablePostgres({ pool })
  await durable.migrate()
}, 120_000)
afterAll(async () => {
  await pool.end()
  await server.close()
}, 120_000)

let ids = 0
const newId = (): string => `run ${++ids}`
const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }

test('runs go on when the server restarts, and no stage that had settled is called again', async () => {
  const calls: string[] = []
  let reached = 0
  const restarted = Promise.withResolvers<void>()
  const graph = new Pipeline('p')
    .withStage('before', ({ snapshot }) => {
      calls.push(`${snapshot.inputText} before`)
      return {}
    })
    .withStage(
      'during',
      async ({ snapshot }) => {
        calls.push(`${snapshot.inputText} during`)
        reached++
        await restarted.promise
        return {}
      },
      { dependencies: ['before'] },
    )
    .withStage('after', () => ({ done: true }), { dependencies: ['during'] })
    .build()
  const durable = durablePostgres({ pool })
  const runs = Array.from({ length: 20 }, (_, place) =>
    durable.run(graph, { inputText: `${place}` }, { runId: newId() }),
  )
  await expect.poll(() => reached).toBe(20)
  await server.stop()
  // The facts of all stages are to be written while there is no server.
  restarted.resolve()
  await new Promise((resolve) => setTimeout(resolve, 100))
  await server.start()
  for (const run of runs) expect((await run).status).toBe('completed')
  expect(new Set(calls).size).toBe(40)
  expect(calls).toHaveLength(40)
  await durable.close()
}, 120_000)

test('an error without a server says what could not be done', async () => {
  const dead = new Pool({ connectionString: 'postgres://127.0.0.1:1/none' })
  await using durable = durablePostgres({ pool: dead, timeoutMs: 100 })
  const message = (what: string) => ({
    message: expect.stringContaining(`The journal in the schema "stageflow" could not be ${what}: `) as string,
  })
  await expect(durable.migrate()).rejects.toMatchObject(message('migrated'))
  await expect(durable.get('a')).rejects.toMatchObject(message('read'))
  await dead.end()
})

test('while there is no server, each request is an error worth another try, and close() resolves', async () => {
  const graph = new Pipeline('p').withStage('a', ask).build()
  const before = durablePostgres({ pool })
  await before.run(graph, {}, { runId: 'waits' })
  await before.close()
  await server.stop()
  const durable = durablePostgres({ pool, timeoutMs: 300 })
  const unavailable = { code: 'durable-postgres/unavailable' }
  await expect(durable.run(graph, {}, { runId: newId() })).rejects.toMatchObject(unavailable)
  await expect(durable.resume(graph, 'waits', { a: 1 })).rejects.toMatchObject(unavailable)
  await expect(durable.cancel('waits', 'down')).rejects.toMatchObject(unavailable)
  await expect(durable.get('waits')).rejects.toMatchObject(unavailable)
  await expect(durable.list()).rejects.toMatchObject(unavailable)
  const report = await durable.close({ timeoutMs: 0 })
  expect(report.error).toMatchObject(unavailable)
  await server.start()
  const again = durablePostgres({ pool })
  expect((await again.resume(graph, 'waits', { a: 1 })).data).toEqual({ a: { answer: 1 } })
  await again.close()
}, 120_000)

/** A way to the server that a firewall can cut: connections stay open, and nothing comes through any more. */
async function firewall() {
  const sockets = new Set<Socket>()
  const { port, hostname } = new URL(server.url)
  const listener = createServer((near) => {
    const far = connectTo(Number(port), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (data) => void (isCut || to.write(data)))
      from.on('error', () => {})
      from.on('close', () => to.destroy())
    }
  })
  let isCut = false
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve))
  const url = new URL(server.url)
  url.port = String((listener.address() as AddressInfo).port)
  return {
    url: url.href,
    cut: () => void (isCut = true),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

test.each<[what: string, uses: 'nothing' | 'a run', listen: boolean]>([
  ['that was never used', 'nothing', true],
  ['that has run something', 'a run', false],
  ['that listens', 'a run', true],
])(
  'close() of a journal %s keeps its limit while the server does not answer',
  async (_what, uses, listen) => {
    const wall = await firewall()
    const own = connect({ connectionString: wall.url, max: 2, query_timeout: 0, connectionTimeoutMillis: 0 })
    const durable = durablePostgres({ pool: own, listen })
    const graph = new Pipeline('p').withStage('a', ask).build()
    if (uses === 'a run') await durable.run(graph, {}, { runId: newId() })
    wall.cut()
    // What is in progress takes all connections, and the last write waits for one.
    const reads = Array.from({ length: 4 }, async () => durable.list().catch((error: unknown) => error))
    const since = performance.now()
    const report = await durable.close({ timeoutMs: 1_000 })
    expect(performance.now() - since).toBeLessThan(6_000)
    expect(report).toMatchObject({ released: [], error: { code: 'durable-postgres/unavailable' } })
    for (const read of reads) expect(await read).toMatchObject({ code: 'durable-postgres/unavailable' })
    await wall.close()
    await own.end()
  },
  120_000,
)

test('close() keeps its limit while the server refuses connections, and says why nothing was released', async () => {
  const dead = new Pool({ connectionString: 'postgres://127.0.0.1:1/none' })
  const durable = durablePostgres({ pool: dead })
  const since = performance.now()
  const report = await durable.close({ timeoutMs: 500 })
  expect(performance.now() - since).toBeLessThan(15_000)
  expect(report.error).toMatchObject({
    code: 'durable-postgres/unavailable',
    message: expect.stringContaining('ECONNREFUSED') as string,
  })
  await dead.end()
}, 120_000)

type Query = (statement: string) => Promise<unknown>

/** A pool whose clients send their statements through `send`. */
function through(send: (query: Query, statement: string) => Promise<unknown>): JournalPool {
  return {
    options: { max: 10 },
    connect: async () => {
      const client = await pool.connect()
      const query = client.query.bind(client) as Query
      let isDead = false
      return {
        query: async (statement: string) => {
          if (isDead) throw lost()
          try {
            return await send(query, statement)
          } catch (error) {
            isDead = (error as Error).message === lost().message
            throw error
          }
        },
        on: client.on.bind(client),
        off: client.off.bind(client),
        release: (error?: Error | boolean) => client.release(isDead || error),
      } as never
    },
  }
}
const lost = (): Error => new Error('Connection terminated unexpectedly')

test('an answer whose commit is not confirmed is an error that says so, and is not given twice', async () => {
  const graph = new Pipeline('p').withStage('a', ask).build()
  const runId = newId()
  await using here = durablePostgres({ pool })
  await here.run(graph, {}, { runId })
  let isBroken = true
  const losing = through(async (query, statement) => {
    const answer = await query(statement)
    if (isBroken && statement.endsWith('COMMIT') && statement.includes('INSERT INTO')) throw lost()
    return answer
  })
  await using there = durablePostgres({ pool: losing, listen: false })
  await expect(there.answer(graph, runId, { a: 1 })).rejects.toMatchObject({
    code: 'durable-postgres/unavailable',
    message: expect.stringContaining('not known whether the change was kept') as string,
  })
  isBroken = false
  await expect(there.answer(graph, runId, { a: 2 })).rejects.toMatchObject({ code: 'durable-engine/not-waiting' })
  expect((await here.run(graph, {}, { runId })).data).toEqual({ a: { answer: 1 } })
})

test.each(isHeavy ? [1, 2, 3] : [3])(
  'messages that are lost at random, before or after they were carried out, repeat no settled call (seed %i)',
  async (seed) => {
    let state = seed
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
    let losses = 0
    const losing = through(async (query, statement) => {
      const fate = random()
      if (fate < 0.15) {
        losses++
        throw lost()
      }
      const answer = await query(statement)
      if (fate < 0.3) {
        losses++
        throw lost()
      }
      return answer
    })
    const calls = new Map<string, number>()
    const counted = ({ stage, snapshot }: StageContext): { readonly calls: number } => {
      const key = `${snapshot.inputText} ${stage.name}`
      calls.set(key, (calls.get(key) ?? 0) + 1)
      return { calls: 1 }
    }
    const graph = new Pipeline('p')
      .withStage('a', counted)
      .withMap('items', { over: () => [1, 2, 3], each: (_item, context) => counted(context), dependencies: ['a'] })
      .withStage('b', counted, { dependencies: ['items'] })
      .withStage('c', counted, { dependencies: ['b'] })
      .build()
    const durable = durablePostgres({ pool: losing, leaseMs: 60_000 })
    const runs = await Promise.all(
      Array.from({ length: isHeavy ? 30 : 12 }, (_, place) =>
        durable.run(graph, { inputText: `${place}` }, { runId: newId() }),
      ),
    )
    expect(losses).toBeGreaterThan(5)
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['completed']))
    for (const [key, count] of calls) expect([key, count]).toEqual([key, key.endsWith('items') ? 3 : 1])
    await durable.close()
  },
  120_000,
)

test('a process that is silent in a transaction keeps its run locked for no longer than its lease', async () => {
  const graph = new Pipeline('p').withStage('a', ask).build()
  const runId = newId()
  await using here = durablePostgres({ pool, leaseMs: 300, timeoutMs: 20_000 })
  await here.run(graph, {}, { runId })
  // The first message of an answer locks the run; then its process says nothing more.
  const silent = Promise.withResolvers<unknown>()
  let [isSilent, wasSilent] = [false, false]
  const stopping = through(async (query, statement) => {
    if (isSilent) return silent.promise
    const answer = await query(statement)
    isSilent = !wasSilent && statement.includes('FOR UPDATE')
    wasSilent ||= isSilent
    return answer
  })
  const there = durablePostgres({ pool: stopping, leaseMs: 300, listen: false, timeoutMs: 5_000 })
  const stuck = there.answer(graph, runId, { a: 'never' }).catch((error: unknown) => error)
  await expect.poll(() => isSilent).toBe(true)
  expect((await here.resume(graph, runId, { a: 'now' })).data).toEqual({ a: { answer: 'now' } })
  // It comes back, and asks again.
  isSilent = false
  silent.reject(lost())
  expect(await stuck).toMatchObject({ code: expect.stringMatching(/^durable-/) as string })
  await there.close({ timeoutMs: 0 })
}, 120_000)

test('a run whose fact finds no room on the disk of the server is blocked, and recover calls its stage once', async () => {
  const patient = durablePostgres({ pool, schema: 'full' })
  await patient.migrate()
  await patient.close()
  // A server without room is asked again for this long. All else has to be done in that time, too, on a busy machine.
  const durable = durablePostgres({ pool, schema: 'full', timeoutMs: 1_000, leaseMs: 60_000 })
  let calls = 0
  const graph = new Pipeline('p').withStage('a', () => (calls++, {})).build()
  await pool.query(`
    CREATE FUNCTION "full".refuse() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON "full".facts EXECUTE FUNCTION "full".refuse()`)
  const error = { code: 'durable-postgres/full', message: expect.stringContaining('Make room') as string }
  await expect(durable.run(graph, {}, { runId: 'a' })).rejects.toMatchObject(error)
  expect(await durable.get('a')).toMatchObject({ status: 'blocked', error })
  expect(await durable.recover(graph)).toMatchObject([{ runId: 'a', status: 'blocked', error }])
  // Longer than some beats.
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  expect(calls).toBe(2)
  await pool.query('DROP TRIGGER refuse ON "full".facts')
  expect(await durable.recover(graph)).toMatchObject([{ runId: 'a', status: 'completed' }])
  await durable.close()
}, 60_000)
