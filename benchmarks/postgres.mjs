import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'

import { Pipeline } from '../packages/core/src/index.ts'
import { durablePostgres } from '../packages/durable-postgres/src/index.ts'
import { startPostgres } from '../packages/store-postgres/test/postgres-server.ts'
import { ensureInstalled } from './prepare.mjs'

ensureInstalled()
// Installed with the other peers, whose manifest is that of this folder.
const { DBOS } = createRequire(import.meta.url)('@dbos-inc/dbos-sdk')
const pg = createRequire(new URL('../packages/store-postgres/package.json', import.meta.url))('pg')

// What a step costs on PostgreSQL, beside DBOS: the same steps, on the same server, in turns. The server is that of the tests, with its default
// settings: each commit reaches the disk.

const help = `Measures durable runs in PostgreSQL beside workflows of DBOS on the same server.

  node benchmarks/postgres.mjs [options]      (or: npm run bench:postgres -- [options])

  --rounds n     rounds that count; the medians are printed (9)
  --json         prints the figures as JSON
  --help         this text`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)

/** What each step returns: 34 bytes as JSON. */
const output = (value) => ({ value: 1_000_000 + value, text: 'twelve chars' })

/** Steps one after another, each with the output of the one before. */
function chain(length) {
  let pipeline = new Pipeline(`chain${length}`).withStage('s0', async () => output(0))
  for (let place = 1; place < length; place += 1) {
    const before = `s${place - 1}`
    pipeline = pipeline.withStage(`s${place}`, async ({ inputs }) => output(inputs.from(before).value - 999_999), {
      dependencies: [before],
    })
  }
  return pipeline.build()
}
const workflow = (length) =>
  DBOS.registerWorkflow(
    async () => {
      let last = await DBOS.runStep(async () => output(0), { name: 's0' })
      for (let place = 1; place < length; place += 1) {
        const { value } = last
        last = await DBOS.runStep(async () => output(value - 999_999), { name: `s${place}` })
      }
      return last
    },
    { name: `chain${length}` },
  )

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const timed = async (work) => {
  const since = performance.now()
  await work()
  return performance.now() - since
}
let ids = 0
const newId = () => `run-${++ids}`

/** µs of a step: `runs` one after another, or at once. */
async function microseconds(run, { steps, runs, atOnce }) {
  const ms = await timed(async () => {
    if (atOnce) await Promise.all(Array.from({ length: runs }, run))
    else for (let count = 0; count < runs; count += 1) await run()
  })
  return (ms * 1_000) / runs / steps
}

/** Both in turns, so that whatever else the machine does meets both. */
async function compared(ours, theirs, shape) {
  const [mine, their] = [[], []]
  for (let round = -1; round < rounds; round += 1) {
    const one = await microseconds(ours, shape)
    const other = await microseconds(theirs, shape)
    if (round < 0) continue
    mine.push(one)
    their.push(other)
  }
  return { ...shape, ours: median(mine), dbos: median(their) }
}

/** Bytes of all tables and indexes of a schema, without what is free in them. */
async function bytesOf(pool, schema) {
  await pool.query('VACUUM FULL')
  const { rows } = await pool.query(
    'SELECT sum(pg_total_relation_size(relid))::float8 AS bytes FROM pg_stat_user_tables WHERE schemaname = $1',
    [schema],
  )
  return rows[0].bytes
}
async function bytesOfStep(run, pool, schema, steps) {
  const runs = 20_000 / steps / 10
  const before = await bytesOf(pool, schema)
  for (let count = 0; count < runs; count += 1) await run()
  return ((await bytesOf(pool, schema)) - before) / runs / steps
}

async function measure() {
  const server = await startPostgres()
  const pools = [server.url, server.url.replace(/[^/]*$/, 'dbos')].map(
    (connectionString) => new pg.Pool({ connectionString }),
  )
  for (const pool of pools) pool.on('error', () => {})
  const [pool, systemPool] = pools
  const durable = durablePostgres({ pool })
  const graphs = { 5: chain(5), 50: chain(50) }
  const workflows = { 5: workflow(5), 50: workflow(50) }
  const ours = (steps) => () => durable.run(graphs[steps], {}, { runId: newId() })
  const theirs = (steps) => () => {
    // As a method, the workflow would look for its object.
    const start = workflows[steps]
    return DBOS.withNextWorkflowID(newId(), () => start())
  }
  try {
    await durable.migrate()
    await pool.query('CREATE DATABASE dbos')
    DBOS.setConfig({
      name: 'bench',
      systemDatabaseUrl: server.url.replace(/[^/]*$/, 'dbos'),
      logLevel: 'error',
      runAdminServer: false,
    })
    await DBOS.launch()
    const figures = { microseconds: [], bytes: [] }
    for (const shape of [
      { steps: 5, runs: 20, atOnce: false },
      { steps: 50, runs: 3, atOnce: false },
      { steps: 5, runs: 100, atOnce: true },
    ]) {
      process.stderr.write(`${shape.runs} runs of ${shape.steps} steps${shape.atOnce ? ' at once' : ''} …\n`)
      figures.microseconds.push(await compared(ours(shape.steps), theirs(shape.steps), shape))
    }
    for (const steps of [5, 50])
      figures.bytes.push({
        steps,
        ours: await bytesOfStep(ours(steps), pool, 'stageflow', steps),
        dbos: await bytesOfStep(theirs(steps), systemPool, 'dbos', steps),
      })
    return figures
  } finally {
    await DBOS.shutdown()
    await durable.close()
    for (const each of pools) await each.end()
    await server.close()
  }
}

const shown = (value, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits })

function print({ microseconds: times, bytes }) {
  const rows = [
    ['', 'Stageflow', 'DBOS', 'DBOS / Stageflow'],
    ...times.map(({ steps, runs, atOnce, ours, dbos }) => [
      `µs a step: ${runs} runs of ${steps} steps, ${atOnce ? 'at once' : 'one after another'}`,
      shown(ours),
      shown(dbos),
      shown(dbos / ours, 2),
    ]),
    ...bytes.map(({ steps, ours, dbos }) => [
      `bytes a step, ${steps} steps`,
      shown(ours),
      shown(dbos),
      shown(dbos / ours, 2),
    ]),
  ]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  for (const [name, ...cells] of rows)
    process.stdout.write(
      `${name.padEnd(widths[0])}  ${cells.map((cell, column) => cell.padStart(widths[column + 1])).join('  ')}\n`,
    )
}

if (values.help) process.stdout.write(`${help}\n`)
else {
  const figures = await measure()
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else print(figures)
}
