import type { Pool } from 'pg'
import { expect, test } from 'vitest'

import { postgresStore } from '../src/postgres-store.ts'
import { ownSchema } from './postgres.ts'

interface TableStore {
  migrate(): Promise<void>
  purge(limit?: number): Promise<number>
}
interface TableOptions {
  readonly pool: Pool
  readonly schema?: string
  readonly table?: string
}

/** A store of tools, and what its table tests do with it. */
export interface TestedTable<Store extends TableStore> {
  readonly open: (options: TableOptions) => Store
  /** The default name. */
  readonly table: string
  /** The column of ids. Default: `id`. */
  readonly column?: string
  readonly write: (store: Store, id: string) => Promise<unknown>
  /** The ids of all rows that are written and not past their time. */
  readonly read: (store: Store) => Promise<readonly string[]>
}

/** The tests of what each store of tools does with its table. */
export function testTable<Store extends TableStore>(
  { pool, schema }: { readonly pool: Pool; readonly schema: string },
  { open, table, column = 'id', write, read }: TestedTable<Store>,
): void {
  test('migrate() can be called by many at once, keeps rows, and makes its own table beside that of postgresStore', async () => {
    const own = ownSchema()
    const store = open({ pool, schema: own })
    await expect(read(store)).rejects.toMatchObject({
      code: 'store-postgres/not-migrated',
      message: expect.stringMatching(
        new RegExp(`${open.name}\\(\\): \\w+ failed, because the table "${own}"\\."${table}" does not exist`),
      ) as string,
    })
    try {
      await Promise.all([store, store, postgresStore({ pool, schema: own }), store].map((each) => each.migrate()))
      await write(store, 'a')
      await store.migrate()
      expect(await read(store)).toEqual(['a'])
    } finally {
      await pool.query(`DROP SCHEMA IF EXISTS ${own} CASCADE`)
    }
  })

  test('purge() deletes rows past their time, up to its limit', async () => {
    const store = open({ pool, schema, table: 'to_purge' })
    await store.migrate()
    for (const id of ['a', 'b', 'c', 'd']) await write(store, id)
    await pool.query(
      `UPDATE ${schema}.to_purge SET gone_at = clock_timestamp() - interval '1 s' WHERE ${column} <> 'd'`,
    )
    expect(await store.purge(2)).toBe(2)
    expect(await store.purge()).toBe(1)
    expect(await store.purge()).toBe(0)
    expect(await read(store)).toEqual(['d'])
    await expect(store.purge(0)).rejects.toMatchObject({ code: 'store-postgres/illegal-option' })
  })

  test('options are checked, all at once', () => {
    const options = { pool: 'postgres://user:hunter2@host/db', table: 'a b', maxValueBytes: 1 }
    expect(() => open(options as never)).toThrow(
      new RegExp(
        `^${open.name}\\(\\): table must be a name.*unknown option "maxValueBytes".*pool must be a pool of pg: ${open.name}\\(`,
      ),
    )
  })
}
