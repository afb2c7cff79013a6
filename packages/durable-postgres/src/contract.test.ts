import { executorContract, executorProcessContract } from '@stageflow/testing/durable/contract'
import { beforeAll, describe, test } from 'vitest'

import { isHeavy } from '../../core/test/property-settings.ts'
import { connect, ownSchema, postgresUrl } from '../../store-postgres/test/postgres.ts'
import { executorsOf } from '../test/journal-executor.ts'
import { durablePostgres } from './durable-postgres.ts'

const schema = ownSchema()
beforeAll(async () => {
  const pool = connect()
  await using durable = durablePostgres({ pool, schema })
  await durable.migrate()
  process.env['EXECUTOR_URL'] = postgresUrl
  process.env['EXECUTOR_SCHEMA'] = schema
  return async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await pool.end()
  }
})

describe('the executor of the journal keeps the contract', () => {
  for (const { name, run } of executorContract(() => executorsOf(postgresUrl, schema), { pipelines: isHeavy ? 20 : 3 }))
    test(name, run, 240_000)
})

describe('the executor of the journal keeps the contract of processes', () => {
  const module = new URL('../test/journal-executor.ts', import.meta.url)
  for (const { name, run } of executorProcessContract(module, { runs: 8, kills: 3 })) test(name, run, 240_000)
})
