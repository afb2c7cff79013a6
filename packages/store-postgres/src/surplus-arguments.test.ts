import { expect, test } from 'vitest'

import { ownDatabase } from '../test/own-database.ts'
import { postgresApprovalStore } from './postgres-approval-store.ts'
import { postgresBudgetStore } from './postgres-budget-store.ts'
import { postgresStore } from './postgres-store.ts'
import { postgresUndoStore } from './postgres-undo-store.ts'

const { pool, schema } = ownDatabase(postgresStore)
const stores = { postgresStore, postgresUndoStore, postgresApprovalStore, postgresBudgetStore }

/** The error of an argument too many. */
const refusal = (message: string) => ({ code: 'store-postgres/illegal-option', message })

test.each(Object.entries(stores))('migrate and purge of %s refuse an option that they do not have', async (_, make) => {
  const { migrate, purge } = make({ pool, schema })
  const loose = async (method: Function, ...given: readonly unknown[]): Promise<unknown> => await method(...given)
  await expect(loose(migrate, { table: 'other' })).rejects.toMatchObject(
    refusal('migrate() was given 1 argument; call migrate().'),
  )
  await expect(loose(purge, 10, { olderThanMs: 5 })).rejects.toMatchObject(
    refusal('purge() was given 2 arguments; call purge(limit).'),
  )
})
