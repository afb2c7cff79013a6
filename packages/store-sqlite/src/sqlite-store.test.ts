import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'

import { Pipeline, StageKind, StageflowError } from '@stageflow/core'
import { idempotency } from '@stageflow/interceptor-idempotency'
import { keyedStoreContract } from '@stageflow/keyed-work/contract'
import { recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { contractWithDatabases } from '../test/contract-with-databases.ts'
import { ownFiles } from '../test/own-files.ts'
import type { SqliteStoreOptions } from './database.ts'
import { sqliteStore } from './sqlite-store.ts'

const newFile = ownFiles()

const P = '0'.repeat(64)
const claim = (token: string, leaseMs = 60_000) => ({ token, parameters: P, leaseMs })
const completion = (token: string, value = '', ttlMs = 60_000) => ({ token, parameters: P, value, ttlMs })

contractWithDatabases(keyedStoreContract, sqliteStore, { path: newFile(), shortMs: 150 })

test('outputs are still there when the file is opened again', () => {
  const file = newFile()
  const first = sqliteStore({ path: file })
  first.claim('k', claim('a'))
  first.complete('k', completion('a', 'done'))
  first.close()
  const second = sqliteStore({ path: file })
  expect(second.claim('k', claim('b'))).toEqual({ status: 'completed', parameters: P, value: 'done' })
  second.close()
})

test.each<[Partial<SqliteStoreOptions>, number]>([
  [{}, 2],
  [{ synchronous: 'full' }, 2],
  [{ synchronous: 'normal' }, 1],
])('with %j the file is in WAL mode and has the chosen durability', (options, synchronous) => {
  const file = newFile()
  const pragmas: Record<string, unknown> = {}
  const exec = DatabaseSync.prototype.exec
  // The settings belong to a connection, so they are read in the connection of the store.
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
    exec.call(this, sql)
    if (!sql.includes('CREATE TABLE')) return
    for (const name of ['journal_mode', 'synchronous', 'busy_timeout'])
      Object.assign(pragmas, this.prepare(`PRAGMA ${name}`).get())
  }
  try {
    sqliteStore({ path: file, ...options }).close()
  } finally {
    DatabaseSync.prototype.exec = exec
  }
  expect(pragmas).toEqual({ journal_mode: 'wal', synchronous, timeout: 5_000 })
})

test("the app's own database keeps its settings and stays open", () => {
  const database = new DatabaseSync(newFile())
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF')
  const store = sqliteStore({ database })
  expect(store.claim('k', claim('a'))).toEqual({ status: 'claimed' })
  store.close()
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' })
  expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 0 })
  database.close()
})

test('every 64th claim removes some expired rows', () => {
  const file = newFile()
  const store = sqliteStore({ path: file, synchronous: 'normal' })
  const rows = new DatabaseSync(file)
  const count = () => Number(rows.prepare('SELECT count(*) AS n FROM stageflow_idempotency').get()?.['n'])
  for (let n = 0; n < 300; n++) store.complete(`old${n}`, completion('a', 'x', 1))
  rows.exec('PRAGMA busy_timeout = 1000; UPDATE stageflow_idempotency SET expires_at = 5')
  for (let n = 0; n < 63; n++) store.claim(`new${n}`, claim('a'))
  expect(count()).toBe(363)
  store.claim('new63', claim('a'))
  expect(count()).toBe(364 - 256)
  for (let n = 64; n < 128; n++) store.claim(`new${n}`, claim('a'))
  expect(count()).toBe(128)
  rows.close()
  store.close()
})

test('a file that cannot be opened is an error at once, with what to check', () => {
  const file = newFile('no/such/folder.db')
  const error = thrownBy(() => sqliteStore({ path: file }))
  expect(StageflowError.is(error, 'store-sqlite/unavailable')).toBe(true)
  expect(String(error)).toContain(
    `open failed for the file "${file}": unable to open database file. Check that its folder exists, that the process can write the file`,
  )
})

test('a file with another table of that name is an error at once, and is closed', () => {
  const file = newFile()
  const other = new DatabaseSync(file)
  other.exec('CREATE TABLE stageflow_idempotency (other TEXT)')
  other.close()
  expect(thrownBy(() => sqliteStore({ path: file }))).toMatchObject({ code: 'store-sqlite/unavailable' })
})

test('a closed store is unavailable, also after a second close()', () => {
  const store = sqliteStore({ path: newFile() })
  store.close()
  store.close()
  for (const act of [
    () => store.claim('k', claim('a')),
    () => store.complete('k', completion('a')),
    () => store.release('k', 'a'),
  ])
    expect(thrownBy(act)).toMatchObject({ code: 'store-sqlite/unavailable' })
})

test('a transaction that is open for longer than the store waits makes it unavailable, but repeats get their output', async () => {
  const file = newFile()
  const store = sqliteStore({ path: file, busyTimeoutMs: 20 })
  store.complete('done', completion('a', 'done'))
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  expect(thrownBy(() => store.claim('k', claim('a')))).toMatchObject({
    code: 'store-sqlite/unavailable',
    message: expect.stringMatching(/claim failed for the file ".*": database is locked/) as unknown,
  })
  expect(store.claim('done', claim('b')).status).toBe('completed')

  const eventSink = recordingSink()
  const graph = new Pipeline('shop')
    .withStage('charge', () => ({}), StageKind.WORK)
    .build({ interceptors: [idempotency({ store })], eventSink })
  const result = await graph.runSettled({ extensions: { idempotencyKey: 'k' } })
  expect(result).toMatchObject({
    errors: [{ code: 'idempotency/unavailable', cause: { code: 'store-sqlite/unavailable' } }],
  })
  expect(eventSink.of('idempotency.store_failed')).toMatchObject([
    { data: { operation: 'claim', code: 'store-sqlite/unavailable', consequence: 'fail' } },
  ])
  other.exec('COMMIT')
  other.close()
  expect((await graph.runSettled({ extensions: { idempotencyKey: 'k' } })).status).toBe('completed')
  store.close()
})

test('an output with an own "__proto__" key is stored, and repeats get it', async () => {
  const store = sqliteStore({ path: newFile() })
  let executions = 0
  const foreign = JSON.parse('{"__proto__":{"isAdmin":true}}') as object
  const graph = new Pipeline('shop')
    .withStage('pay', () => ({ foreign, execution: ++executions }), StageKind.WORK)
    .build({ interceptors: [idempotency({ store })] })
  for (let call = 0; call < 2; call++) {
    const { data } = await graph.run({ extensions: { idempotencyKey: 'k' } })
    expect(JSON.stringify(data.pay)).toBe('{"foreign":{"__proto__":{"isAdmin":true}},"execution":1}')
  }
  store.close()
})

/** A write of another thread to a new file. It lasts until `end` is called, or `mostMs` if this thread is blocked. */
function otherWrite(file: string, mostMs = 60_000): { end: () => Promise<unknown> } {
  const state = new Int32Array(new SharedArrayBuffer(4))
  const script = `
    const { file, state, mostMs } = require('node:worker_threads').workerData
    const database = new (require('node:sqlite').DatabaseSync)(file)
    database.exec('BEGIN IMMEDIATE; CREATE TABLE other (a)')
    Atomics.store(state, 0, 1)
    Atomics.notify(state, 0)
    Atomics.wait(state, 0, 1, mostMs)
    database.exec('COMMIT')
    database.close()`
  const ended = once(new Worker(script, { eval: true, workerData: { file, state, mostMs } }), 'exit')
  Atomics.wait(state, 0, 0)
  return {
    end() {
      Atomics.store(state, 0, 2)
      Atomics.notify(state, 0)
      return ended
    },
  }
}

test('the store waits for a write to a new file that has no write-ahead log yet', async () => {
  const file = newFile()
  const write = otherWrite(file, 300)
  const store = sqliteStore({ path: file })
  expect(store.claim('k', claim('a'))).toEqual({ status: 'claimed' })
  store.close()
  await write.end()
})

test('a write to a new file that takes longer than the store waits makes it unavailable', async () => {
  const file = newFile()
  const write = otherWrite(file)
  expect(thrownBy(() => sqliteStore({ path: file, busyTimeoutMs: 20 }))).toMatchObject({
    code: 'store-sqlite/unavailable',
    message: expect.stringMatching(/open failed for the file ".*": database is locked/) as unknown,
  })
  await write.end()
  sqliteStore({ path: file, busyTimeoutMs: 20 }).close()
})

test('the store waits for an exclusive lock at most busyTimeoutMs', () => {
  const file = newFile()
  const other = new DatabaseSync(file)
  other.exec('BEGIN EXCLUSIVE; CREATE TABLE other (a)')
  // With its default, 5,000 ms, it would wait longer than the test may take.
  expect(thrownBy(() => sqliteStore({ path: file, busyTimeoutMs: 100 }))).toMatchObject({
    code: 'store-sqlite/unavailable',
  })
  other.exec('COMMIT')
  other.close()
})

test('six processes can open one new file at the same time', async () => {
  const file = newFile()
  const script = `
    const { sqliteStore } = await import(${JSON.stringify(new URL('./sqlite-store.ts', import.meta.url).href)})
    const store = sqliteStore({ path: process.argv.at(-1) })
    console.log(store.claim('k', { token: String(process.pid), parameters: '', leaseMs: 60000 }).status)
    store.close()`
  const run = promisify(execFile)
  const outputs = await Promise.all(
    Array.from({ length: 6 }, () => run(process.execPath, ['--input-type=module', '-e', script, file])),
  )
  expect(outputs.map(({ stdout }) => stdout.trim()).toSorted()).toEqual([
    'claimed',
    ...Array<string>(5).fill('running'),
  ])
}, 120_000)

test('a claim that the database never takes fails, and does not block the process forever', () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteStore({ database })
  database.exec(`
    CREATE TRIGGER deaf BEFORE INSERT ON stageflow_idempotency BEGIN SELECT RAISE(IGNORE); END;
  `)
  expect(thrownBy(() => store.claim('key', claim('one')))).toMatchObject({
    code: 'store-sqlite/unavailable',
    message: expect.stringContaining('was neither free nor taken 100 times in a row') as string,
  })
  database.close()
})

test('illegal options are refused, all in one error', () => {
  const closed = new DatabaseSync(':memory:')
  closed.close()
  const bad = { database: closed, synchronous: 'off', busyTimeoutMs: -1, file: 'x' } as unknown as SqliteStoreOptions
  const error = thrownBy(() => sqliteStore(bad))
  expect(StageflowError.is(error, 'store-sqlite/illegal-option')).toBe(true)
  expect(String(error)).toMatch(
    /database must be an open DatabaseSync.*synchronous must be.*busyTimeoutMs must be.*unknown option "file"/,
  )
  for (const given of [
    undefined,
    null,
    7,
    {},
    { path: '' },
    { path: 7 },
    { path: 'a', database: closed },
    { database: {} },
  ])
    expect(thrownBy(() => sqliteStore(given as never))).toMatchObject({ code: 'store-sqlite/illegal-option' })
  for (const busyTimeoutMs of [NaN, Infinity, 1.5, '5', null, 2 ** 31])
    expect(() => sqliteStore({ path: 'x', busyTimeoutMs: busyTimeoutMs as number })).toThrow('busyTimeoutMs must be')
})

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}
