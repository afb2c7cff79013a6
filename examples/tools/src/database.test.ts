import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDatabase, openDatabase, type Database } from './database.ts'

let folder: string
let database: Database
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stageflow-orders-'))
  makeDatabase(join(folder, 'orders.sqlite'))
  database = openDatabase(join(folder, 'orders.sqlite'))
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

test('it answers questions, and no more rows than are asked for', () => {
  expect(database.query('SELECT count(*) AS n FROM orders', 10)).toEqual([{ n: 4 }])
  expect(database.query('SELECT a.id FROM orders a, orders b ORDER BY a.id', 3)).toEqual(Array(3).fill({ id: 1 }))
  expect(database.query("SELECT UPPER(max(customer)) AS c FROM orders WHERE customer LIKE 'a%'", 3)).toEqual([
    { c: 'ALAN' },
  ])
})

test.each([
  'DELETE FROM orders',
  'INSERT INTO orders (customer) VALUES (1)',
  'DROP TABLE orders',
  'CREATE TABLE a (b)',
  "ATTACH 'other.sqlite' AS other",
  'PRAGMA journal_mode = DELETE',
  'PRAGMA query_only = 0',
  "SELECT * FROM pragma_table_info('orders')",
  'WITH a AS (SELECT 1) DELETE FROM orders',
  'WITH a AS (SELECT 1) INSERT INTO orders (customer) SELECT * FROM a RETURNING *',
  'UPDATE orders SET euros = 0 RETURNING *',
  'CREATE TEMP TABLE a (b)',
  'BEGIN IMMEDIATE',
  "VACUUM INTO 'other.sqlite'",
  "SELECT load_extension('other')",
  'SELECT zeroblob(1000000000)',
  "SELECT printf('%.*c', 1000000000, 'x')",
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
  'SELECT 1; DROP TABLE orders',
  'nonsense',
])('it refuses %s', (sql) => {
  let refusal: unknown
  try {
    database.query(sql, 10)
  } catch (error) {
    refusal = error
  }
  // What follows a question is not even read.
  if (!sql.startsWith('SELECT 1;')) expect(refusal).toMatchObject({ code: 'database/refused' })
  expect(database.query('SELECT count(*) AS n FROM orders', 10)).toEqual([{ n: 4 }])
  expect(existsSync('other.sqlite')).toBe(false)
})
