import { DatabaseSync } from 'node:sqlite'

import { budgetStoreContract } from '@stageflow/models/contract'
import { expect, test } from 'vitest'

import { databaseWithBrokenCommits } from '../test/broken-database.ts'
import type { BudgetTask } from '../test/budget-side.ts'
import { contractWithDatabases } from '../test/contract-with-databases.ts'
import type { ModelTask } from '../test/model-side.ts'
import { ownFiles } from '../test/own-files.ts'
import { race } from '../test/race.ts'
import { sqliteBudgetStore, type SqliteBudgetStore } from './sqlite-budget-store.ts'
import { sqliteStore } from './sqlite-store.ts'

const newFile = ownFiles()
const RESERVATION = { token: 't', amount: 30, most: 100, windowMs: 60_000 }
const UNAVAILABLE = expect.objectContaining({ code: 'store-sqlite/unavailable' }) as Error

contractWithDatabases(budgetStoreContract, sqliteBudgetStore, { path: newFile(), shortMs: 300 })

/** How much of `most` a new token could reserve. */
function leftOf(store: SqliteBudgetStore, most: number, key = 'key'): number {
  const answer = store.reserve(key, { ...RESERVATION, token: 'one more', amount: most + 1, most })
  return answer.status === 'refused' ? answer.left : Number.NaN
}

const callsOf = (side: number): readonly string[] => Array.from({ length: 100 }, (_, place) => `${side}-${place}`)

test('four processes reserve at once: together no more than the limit, and to the last unit of it', async () => {
  const file = newFile()
  const tasks = [0, 1, 2, 3].map((side): BudgetTask => ({
    file,
    calls: callsOf(side),
    amount: 2,
    settled: 2,
    most: 300,
  }))
  const reserved = (await race('budget-side.ts', tasks)).flatMap(({ answer }) => answer as string[])
  expect(reserved).toHaveLength(150)
  const store = sqliteBudgetStore({ path: file })
  expect(leftOf(store, 300)).toBe(0)
  store.close()
}, 120_000)

test('of a process that is killed, what it had settled counts as settled, and the rest as reserved', async () => {
  const file = newFile()
  const given = { file, amount: 5, settled: 2, most: 10_000 }
  const tasks: readonly BudgetTask[] = [
    { ...given, calls: callsOf(0) },
    { ...given, calls: callsOf(1), dieAt: '1-40' },
  ]
  const [, dead] = await race('budget-side.ts', tasks)
  expect(dead?.signal).toBe('SIGKILL')
  const store = sqliteBudgetStore({ path: file })
  expect(leftOf(store, 10_000)).toBe(10_000 - 2 * 140 - 5)
  store.close()
}, 120_000)

const keyOfAda = JSON.stringify(['perUser', 'tokens', 3_600_000, null, 'ada'])

test('three processes ask a model within the limit of a user, and count exactly what they have used', async () => {
  const file = newFile()
  const tasks = [0, 1, 2].map((): ModelTask => ({ file, runs: 40, maxTokens: 700 }))
  const made = (await race('model-side.ts', tasks)).reduce((sum, { answer }) => sum + (answer as number), 0)
  const store = sqliteBudgetStore({ path: file })
  const used = 700 - leftOf(store, 700, keyOfAda)
  expect(used).toBe(11 * made)
  // Each was reserved with 20: the last one fitted then.
  expect(used).toBeLessThanOrEqual(700 - 20 + 11)
  expect(made).toBeGreaterThan(30)
  store.close()
}, 120_000)

test('a process that is killed in the middle of an answer leaves its reservation, until the window ends', async () => {
  const file = newFile()
  const [dead] = await race('model-side.ts', [{ file, runs: 10, maxTokens: 1_000, dieAt: 7 } satisfies ModelTask])
  expect(dead?.signal).toBe('SIGKILL')
  const store = sqliteBudgetStore({ path: file })
  const held = 1_000 - leftOf(store, 1_000, keyOfAda) - 5 * 11
  // Of the five runs at once, those that had reserved.
  expect([20, 40, 60, 80, 100]).toContain(held)
  store.close()
}, 120_000)

test('all stores can share a file, and windows outlive the process', () => {
  const file = newFile()
  const first = sqliteBudgetStore({ path: file })
  const other = sqliteStore({ path: file })
  first.reserve('key', RESERVATION)
  first.close()
  other.close()
  const second = sqliteBudgetStore({ path: file })
  expect(leftOf(second, 100)).toBe(70)
  second.settle('key', { token: 't', amount: 1 })
  expect(leftOf(second, 100)).toBe(99)
  second.close()
})

test('in a transaction of the app, an operation is part of it', () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteBudgetStore({ database })
  database.exec('BEGIN')
  store.reserve('key', RESERVATION)
  store.settle('key', { token: 't', amount: 10 })
  database.exec('ROLLBACK')
  expect(leftOf(store, 100)).toBe(100)
  database.exec('BEGIN')
  store.reserve('key', RESERVATION)
  database.exec('COMMIT')
  expect(leftOf(store, 100)).toBe(70)
  database.close()
})

test('a settled window has one row', () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteBudgetStore({ database })
  for (const token of ['a', 'b']) {
    store.reserve('key', { ...RESERVATION, token })
    store.settle('key', { token, amount: 2 })
  }
  const rows = database.prepare('SELECT key, token, amount FROM stageflow_budgets').all()
  expect(rows.map((row) => ({ ...row }))).toEqual([{ key: 'key', token: '', amount: 4 }])
  database.close()
})

test('every 64th reservation removes some rows past their time', () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteBudgetStore({ database })
  const count = (): unknown => database.prepare('SELECT count(*) AS n FROM stageflow_budgets').get()?.['n']
  for (let n = 0; n < 300; n++) store.reserve(`old${n}`, RESERVATION)
  database.exec('UPDATE stageflow_budgets SET gone_at = 5')
  // Each has a row of its window and one of its token. 300 were made: the next one that purges is the 320th.
  for (let n = 0; n < 19; n++) store.reserve(`new${n}`, RESERVATION)
  expect(count()).toBe(638)
  store.reserve('new19', RESERVATION)
  expect(count()).toBe(640 - 256)
  database.close()
})

test('a file that another program locks makes the store unavailable, and so does close()', () => {
  const file = newFile()
  const store = sqliteBudgetStore({ path: file, busyTimeoutMs: 20 })
  store.reserve('key', RESERVATION)
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  expect(() => store.reserve('key', RESERVATION)).toThrow(
    /^sqliteBudgetStore\(\): reserve failed for the file ".*": database is locked/,
  )
  expect(() => store.settle('key', { token: 't', amount: 1 })).toThrow(UNAVAILABLE)
  other.exec('ROLLBACK')
  other.close()
  expect(leftOf(store, 100)).toBe(70)
  store.close()
  expect(() => store.reserve('key', RESERVATION)).toThrow(UNAVAILABLE)
  expect(() => store.settle('key', { token: 't', amount: 1 })).toThrow(UNAVAILABLE)
})

test('a change that cannot be committed is an error, not a success, and changes nothing', () => {
  const { database, breakCommits } = databaseWithBrokenCommits()
  const store = sqliteBudgetStore({ database })
  store.reserve('key', RESERVATION)
  breakCommits('stageflow_budgets')
  expect(() => store.reserve('key', { ...RESERVATION, token: 'u' })).toThrow(UNAVAILABLE)
  expect(() => store.settle('key', { token: 't', amount: 1 })).toThrow(UNAVAILABLE)
  database.exec('DROP TRIGGER broken')
  expect(leftOf(store, 100)).toBe(70)
  store.settle('key', { token: 't', amount: 1 })
  expect(leftOf(store, 100)).toBe(99)
  database.close()
})

test('a reservation that the database never decides fails, and does not block the process forever', () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteBudgetStore({ database })
  database.exec('CREATE TRIGGER broken BEFORE INSERT ON stageflow_budgets BEGIN SELECT RAISE(IGNORE); END')
  expect(() => store.reserve('key', RESERVATION)).toThrow('neither fitted nor was too much 100 times in a row')
  database.close()
})
