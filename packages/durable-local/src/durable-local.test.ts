import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'

import { Pipeline } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { describe, expect, test } from 'vitest'

import { FIVE, aborted, inFile, newPath, open, order, until } from '../../durable-engine/test/open-runs.ts'
import { durableLocal } from './index.ts'
import type { DurableLocalOptions } from './index.ts'

describe('the journal', () => {
  test('runs at once share their transactions, and one that is refused does not disturb the others', async () => {
    const durable = open()
    const graph = new Pipeline('p')
      .withStage('a', () => ({ a: 1 }))
      .withStage('b', () => ({ b: 1 }), { dependencies: ['a'] })
      .build()
    await durable.run(graph, {}, { runId: 'taken' })
    let commits = 0
    const run = StatementSync.prototype.run
    StatementSync.prototype.run = function (this: StatementSync, ...values: readonly never[]) {
      if (this.sourceSQL === 'COMMIT') commits++
      return run.apply(this, values as never)
    }
    try {
      const runs = Array.from({ length: 64 }, (_, place) => durable.run(graph, {}, { runId: `r${place}` }))
      const refused = durable.run(graph, { inputText: 'other' }, { runId: 'taken' })
      await expect(refused).rejects.toMatchObject({ code: 'durable-engine/other-input' })
      for (const each of await Promise.all(runs)) expect(each.status).toBe('completed')
    } finally {
      StatementSync.prototype.run = run
    }
    // 64 runs have 64 starts, 128 facts and 64 ends.
    expect(commits).toBeLessThan(20)
  })

  test('runs that have ended are deleted when their time is over, with their facts, and the file shrinks', async () => {
    const path = newPath()
    const graph = new Pipeline('p').withStage('a', () => ({ text: 'x'.repeat(20_000) })).build()
    const first = open(path)
    for (let run = 0; run < 20; run++) await first.run(graph, {}, { runId: `r${run}` })
    await first.run(order(), FIVE, { runId: 'waits' })
    const pages = () => Number(inFile(path, 'PRAGMA page_count')[0]?.['page_count'])
    const before = pages()
    inFile(path, 'UPDATE runs SET updated_at = updated_at - 3600000')
    const second = open(path, { retentionMs: 3_000_000 })
    await second.recover(graph)
    await until(async () => (await second.list()).length === 1)
    expect(inFile(path, 'SELECT DISTINCT run FROM facts')).toHaveLength(1)
    await until(() => pages() < before / 2)
    expect((await second.run(graph, {}, { runId: 'r1' })).status).toBe('completed')
  })

  test('a full journal refuses new runs by name, and lets others go on', async () => {
    const durable = open(newPath(), { maxBytes: 1024 * 1024 })
    const graph = new Pipeline('p').withStage('a', () => ({ text: 'x'.repeat(15_000) })).build()
    await durable.run(order(), FIVE, { runId: 'waits' })
    const fill = async (): Promise<void> => {
      for (let run = 0; ; run++) await durable.run(graph, {}, { runId: `r${run}` })
    }
    await expect(fill()).rejects.toMatchObject({
      code: 'durable-local/full',
      message: expect.stringContaining('has reached 90% of maxBytes') as string,
    })
    expect((await durable.resume(order(), 'waits', { approve: 1 })).status).toBe('completed')
  })

  test('a run for whose facts there is no room is blocked, and goes on when there is', async () => {
    const path = newPath()
    const graph = new Pipeline('large').withStage('a', () => ({ text: 'x'.repeat(1_200_000) })).build()
    const small = open(path, { maxBytes: 1024 * 1024 })
    await expect(small.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: 'durable-local/full' })
    expect(await small.get('a')).toMatchObject({ status: 'blocked', error: { code: 'durable-local/full' } })
    await small.close()
    expect((await open(path).run(graph, {}, { runId: 'a' })).status).toBe('completed')
  })

  test('a write that the file has no room for does not take those beside it with it', async () => {
    const durable = open(newPath(), { maxBytes: 1024 * 1024 })
    const graph = new Pipeline('p')
      .withStage('a', ({ snapshot }) => ({ text: 'x'.repeat(Number(snapshot.inputText)) }))
      .build()
    const runs = [10, 1_200_000, 10, 10].map((length, place) =>
      durable.run(graph, { inputText: `${length}` }, { runId: `r${place}` }),
    )
    expect((await Promise.allSettled(runs)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
  })

  test('a fact that the file has no room for leaves no gap before the facts that came with it, and none of their calls runs again', async () => {
    const path = newPath()
    const calls: string[] = []
    const stage = (name: string, length: number) => async () => {
      calls.push(name)
      return { text: 'x'.repeat(length) }
    }
    const graph = new Pipeline('p')
      .withStage('first', stage('first', 10))
      .withStage('big', stage('big', 1_200_000), { dependencies: ['first'] })
      .withStage('small', stage('small', 10), { dependencies: ['first'] })
      .build()
    const full = open(path, { maxBytes: 1024 * 1024 })
    await expect(full.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({ code: 'durable-local/full' })
    expect(inFile(path, 'SELECT n, key FROM facts ORDER BY n')).toEqual([{ n: 1, key: 'first' }])
    await full.close()
    expect((await open(path).run(graph, {}, { runId: 'a' })).status).toBe('completed')
    expect(calls).toEqual(['first', 'big', 'small', 'big'])
    expect(inFile(path, 'SELECT n FROM facts ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    expect(inFile(path, 'SELECT * FROM inbox')).toEqual([])
  })

  test('only its user may read the file and those beside it', async () => {
    const path = newPath()
    const durable = open(path)
    await durable.run(order(), FIVE, { runId: 'a' })
    for (const end of ['', '-wal', '-shm']) expect(statSync(path + end).mode & 0o777).toBe(0o600)
  })

  test.each<[what: string, make: (path: string) => string, code: string, message: RegExp]>([
    [
      'in a folder that is missing',
      (path) => join(path, 'no', 'such.db'),
      'unavailable',
      /The folder ".*" doesn't exist: create it first/,
    ],
    [
      'that is a folder',
      (path) => (mkdirSync(path), path),
      'other-file',
      /it is a folder\. Pass the path of a file, such as/,
    ],
    ['that ends with a slash', (path) => (mkdirSync(path), `${path}/`), 'other-file', /it is a folder/],
    [
      'below a file',
      (path) => (writeFileSync(path, 'x'), join(path, 'a', 'runs.db')),
      'other-file',
      /runs\.db" is a file, so nothing can be below it/,
    ],
    ['with a few letters', (path) => (writeFileSync(path, 'hi'), path), 'other-file', /isn't an SQLite database/],
    [
      'that is damaged',
      (path) => {
        inFile(path, 'PRAGMA journal_mode = WAL')
        inFile(path, 'CREATE TABLE mine (a)')
        truncateSync(path, 4_096)
        return path
      },
      'unavailable',
      /something else, or damaged/,
    ],
    [
      'that is no database',
      (path) => (writeFileSync(path, 'x'.repeat(5_000)), path),
      'other-file',
      /isn't an SQLite database, or its beginning was overwritten/,
    ],
    [
      "of another app's database",
      (path) => (inFile(path, 'CREATE TABLE mine (a)'), path),
      'other-file',
      /is an SQLite database, but not a journal/,
    ],
  ])('a path %s is refused with what to do', (_what, make, code, message) => {
    const open = (): unknown => durableLocal({ path: make(newPath()) })
    expect(open).toThrow(
      expect.objectContaining({
        code: `durable-local/${code}`,
        message: expect.stringMatching(message) as string,
      }) as Error,
    )
  })

  test("another app's database stays as it is", () => {
    const path = newPath()
    inFile(path, 'CREATE TABLE mine (a)')
    const before = readFileSync(path)
    expect(() => durableLocal({ path })).toThrow('is an SQLite database, but not a journal')
    expect(readFileSync(path)).toEqual(before)
  })

  test('a journal that a newer version has written is refused by its format', () => {
    const path = newPath()
    open(path)
    inFile(path, 'PRAGMA user_version = 9')
    expect(() => durableLocal({ path })).toThrow(
      expect.objectContaining({
        code: 'durable-local/other-file',
        message: expect.stringMatching(/has format 9, .*this version reads format 2/) as string,
      }) as Error,
    )
  })

  test('a transaction of another program that takes too long is an error, and the run can be started again', async () => {
    const path = newPath()
    const durable = open(path, { busyTimeoutMs: 20 })
    const graph = new Pipeline('p').withStage('a', () => ({ a: 1 })).build()
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    await expect(durable.run(graph, {}, { runId: 'a' })).rejects.toMatchObject({
      code: 'durable-local/unavailable',
      message: expect.stringContaining('end it, or raise busyTimeoutMs') as string,
    })
    other.exec('COMMIT')
    other.close()
    expect((await durable.run(graph, {}, { runId: 'a' })).status).toBe('completed')
  })

  test.each<[Partial<DurableLocalOptions>, number]>([
    [{}, 2],
    [{ synchronous: 'full' }, 2],
    [{ synchronous: 'normal' }, 1],
  ])('with %j it has the chosen durability', async (options, expected) => {
    const found: unknown[] = []
    const exec = DatabaseSync.prototype.exec
    DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
      exec.call(this, sql)
      if (sql.includes('PRAGMA synchronous')) found.push(this.prepare('PRAGMA synchronous').get()?.['synchronous'])
    }
    try {
      await durableLocal({ path: newPath(), ...options }).close()
    } finally {
      DatabaseSync.prototype.exec = exec
    }
    expect(found).toEqual([expected])
  })

  test.each([
    [{ busyTimeoutMs: 5_000 }, /busyTimeoutMs \(5000\) must be shorter than leaseMs \(5000\)/],
    [{ leaseMs: 1_000, busyTimeoutMs: 1_500 }, /busyTimeoutMs \(1500\) must be shorter than leaseMs \(1000\)/],
  ])('a wait for locks that outlives the lease is refused: %j', (options, message) => {
    expect(() => durableLocal({ path: newPath(), ...options })).toThrow(
      expect.objectContaining({
        code: 'durable-local/illegal-option',
        message: expect.stringMatching(message) as string,
      }) as Error,
    )
  })

  test.each([
    [{}, 4_000],
    [{ leaseMs: 50 }, 40],
    [{ leaseMs: 60_000 }, 5_000],
    [{ leaseMs: 60_000, busyTimeoutMs: 50_000 }, 50_000],
  ])('with %j a transaction waits for locks for %i ms, less than a lease', async (options, expected) => {
    let last: unknown
    const exec = DatabaseSync.prototype.exec
    DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
      exec.call(this, sql)
      if (sql.includes('busy_timeout')) last = this.prepare('PRAGMA busy_timeout').get()?.['timeout']
    }
    try {
      await durableLocal({ path: newPath(), ...options }).close()
    } finally {
      DatabaseSync.prototype.exec = exec
    }
    expect(last).toBe(expected)
  })

  test('a new file that another process makes a journal of meanwhile opens', () => {
    const path = newPath()
    const prepare = DatabaseSync.prototype.prepare
    let isFirst = true
    DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string) {
      // The other one comes between two looks at the file.
      if (isFirst && sql === 'PRAGMA application_id') {
        isFirst = false
        try {
          open(path, { busyTimeoutMs: 0 })
        } catch {
          // It has to wait.
        }
      }
      return prepare.call(this, sql)
    }
    try {
      open(path)
    } finally {
      DatabaseSync.prototype.prepare = prepare
    }
    expect(isFirst).toBe(false)
  })

  test('illegal options are refused, all in one error', () => {
    const bad = { synchronous: 'off', leaseMs: 1, maxRecoveries: -1, file: 'x' } as never
    expect(() => durableLocal(bad)).toThrow(
      /synchronous must be .*leaseMs must be .*maxRecoveries must be .*unknown option "file"/,
    )
    for (const given of [{}, { path: '' }, { path: ':memory:' }, undefined])
      expect(() => durableLocal(given as never)).toThrow(
        expect.objectContaining({ code: 'durable-local/illegal-option' }) as Error,
      )
  })
})

test('close() resolves although the journal cannot be written, and its report has the error', async () => {
  const path = newPath()
  let calls = 0
  const graph = new Pipeline('p').withStage('work', (context) => (calls++, aborted(context))).build()
  const durable = open(path, { busyTimeoutMs: 0 })
  const run = durable.run(graph, {}, { runId: 'a' }).catch((error: unknown) => error)
  await until(() => calls === 1)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const report = await durable.close()
  other.close()
  expect(report).toMatchObject({ released: [], stillRunning: [], error: { code: 'durable-local/unavailable' } })
  expect(await run).toMatchObject({ code: 'durable-engine/closed' })
})

test('an interceptor is told that a call is recorded when its fact is in the file, and not before', async () => {
  const path = newPath()
  const durable = open(path)
  const seen: unknown[] = []
  const watching: Interceptor = {
    name: 'watching',
    wrap: (next) => async (context) => {
      const keys = (): unknown[] => inFile(path, 'SELECT key FROM facts').map(({ key }) => key)
      context.onRecorded(() => seen.push([`${context.stage.name} recorded`, keys()]))
      const output = await next(context)
      seen.push([`${context.stage.name} done`, keys()])
      return output
    },
  }
  const graph = new Pipeline('order')
    .withStage('price', () => ({ total: 7 }))
    .withStage('pay', () => ({ paid: true }), { dependencies: ['price'] })
    .build({ interceptors: [watching] })
  await durable.run(graph, {}, { runId: 'watched' })
  expect(seen).toEqual([
    ['price done', []],
    ['price recorded', ['price']],
    ['pay done', ['price']],
    ['pay recorded', ['price', 'pay']],
  ])
})
