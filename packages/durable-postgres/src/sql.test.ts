import { afterAll, expect, test } from 'vitest'

import { connect } from '../../store-postgres/test/postgres.ts'
import { list, sql } from './sql.ts'

const pool = connect({ max: 2 })
afterAll(() => pool.end())

test.each([
  '',
  `it's`,
  `'; DROP TABLE runs; --`,
  'back\\slash',
  `\\' OR 1=1 --`,
  `'\\`,
  '$1 $$ ${x}',
  '"quoted"',
  'ünï😀',
  'a\nb\t',
])('the text %j reaches PostgreSQL as it is, with each setting of standard_conforming_strings', async (text) => {
  for (const setting of ['on', 'off']) {
    const statements = `SET standard_conforming_strings = ${setting}; SET escape_string_warning = off; ${sql`SELECT ${text} AS text`.text}`
    const results = (await pool.query(statements)) as unknown as readonly { readonly rows: readonly unknown[] }[]
    expect(results[2]?.rows).toEqual([{ text }])
  }
})

test.each([0, 7, -7, 1.5, -0.25, 2 ** 53 - 1, 1e21, 1_760_000_000_000.25])(
  'the number %d is the same',
  async (number) => {
    const { rows } = await pool.query(sql`SELECT (0 - ${number})::float8 AS minus, ${number}::float8 AS number`.text)
    expect(rows).toEqual([{ minus: 0 - number, number }])
  },
)

test('null, lists and parts are SQL', () => {
  expect(sql`SELECT ${null}, ${list([sql`${1}`, sql`${'b'}`])}`.text).toBe(`SELECT NULL, 1, 'b'`)
})

test.each(['nul \0 in it', Number.NaN, Infinity])('%j is refused by name', (value) => {
  expect(() => sql`SELECT ${value}`).toThrow(expect.objectContaining({ code: 'durable-postgres/illegal-text' }))
})
