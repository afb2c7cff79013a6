import { userInfo } from 'node:os'

import { durablePostgres } from '@stageflow/durable-postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { connect, ownSchema, postgresUrl } from '../../../store-postgres/test/postgres.ts'
import { order } from '../../test/order.ts'
import { stageflow, stageflowHere } from '../../test/stageflow.ts'

const schema = ownSchema()
const pool = connect({ max: 2 })
const graph = order.build()
const where = ['--url-env', 'DATABASE_URL', '--schema', schema]
const env = { DATABASE_URL: postgresUrl }

beforeAll(async () => {
  await using durable = durablePostgres({ pool, schema, listen: false })
  await durable.migrate()
  await durable.run(graph, { inputText: '50' }, { runId: 'order-7' })
  await durable.run(graph, { inputText: '80' }, { runId: 'order-8' })
})
afterAll(async () => {
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
})

test('the real command lists the runs of a database, and ends', async () => {
  const { code, stdout, stderr } = await stageflow(['runs', ...where, '--json'], { cwd: import.meta.dirname, env })
  expect([code, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toMatchObject([
    { runId: 'order-8', status: 'suspended' },
    { runId: 'order-7', status: 'suspended' },
  ])
})

test('an answer and a cancel are kept there under the name of the OS user', async () => {
  const shown = await stageflowHere(['show', 'order-7', ...where], { env })
  expect(shown.stdout).toContain(`stageflow answer --url-env DATABASE_URL --schema ${schema} order-7 approve VALUE`)
  expect((await stageflowHere(['answer', 'order-7', 'approve', 'yes', ...where], { env })).code).toBe(0)
  expect((await stageflowHere(['cancel', 'order-8', ...where], { env })).code).toBe(0)
  await using durable = durablePostgres({ pool, schema, listen: false })
  const by = { system: `stageflow-cli: ${userInfo().username}` }
  expect((await durable.get('order-7'))?.timeline.at(-1)).toMatchObject({ kind: 'answer', by })
  expect((await durable.get('order-8'))?.status).toBe('cancelled')
})

test('a database without a journal is told apart, and no table is created in it', async () => {
  const other = ownSchema()
  const flags = ['--url-env', 'DATABASE_URL', '--schema', other]
  for (const words of [['runs'], ['show', 'a'], ['answer', 'a', 'b', 'c'], ['cancel', 'a']]) {
    const { code, stderr } = await stageflowHere([...words, ...flags], { env })
    expect(code).toBe(1)
    expect(stderr).toContain('durable-postgres/not-migrated')
  }
  const { rowCount } = await pool.query('SELECT 1 FROM information_schema.schemata WHERE schema_name = $1', [other])
  expect(rowCount).toBe(0)
})

test('no error shows the URL of the database', async () => {
  const urls = ['postgres://ada:hunter2@127.0.0.1:1/shop', 'postgres://ada:hunter2%ZZ@127.0.0.1:1/shop']
  const ended = urls.map((url) => stageflowHere(['runs', '--url-env', 'SHOP'], { env: { SHOP: url } }))
  for (const { code, stdout, stderr } of await Promise.all(ended)) {
    expect(code).toBe(1)
    expect(stderr).toMatch(/^stageflow: durable-postgres\/unavailable: /)
    expect(stdout + stderr).not.toContain('hunter2')
  }
})
