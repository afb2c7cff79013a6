import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './places.mjs'
import { continueUnderNode24, ensureInstalled } from './prepare.mjs'

// Claims per second of each idempotency store beside the bare command that it cannot be faster than, in one run on one
// server. The servers are those of the tests: REDIS_URL, POSTGRES_URL, else servers of their own.

const help = `Measures the idempotency stores beside the bare command of their database.

  node benchmarks/stores.mjs [options]      (or: npm run bench:stores -- [options])

  --claims n     claims per round (500)
  --rounds n     rounds; the medians count (15)
  --at-once n    how many claims wait for their answer at once, in the second row of a store (50)
  --json         prints the figures as JSON
  --help         this text`

const LEASE_MS = 30_000
const FINGERPRINT = 'a'.repeat(64)

function readValues() {
  return parseArgs({
    options: {
      claims: { type: 'string', default: '500' },
      rounds: { type: 'string', default: '15' },
      'at-once': { type: 'string', default: '50' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values
}

function wholeNumbers({ claims, rounds, 'at-once': atOnce, json }) {
  for (const [option, text] of Object.entries({ claims, rounds, 'at-once': atOnce })) {
    if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`--${option} takes a whole number of 1 or more, not "${text}".`)
  }
  return { claims: Number(claims), rounds: Number(rounds), atOnce: Number(atOnce), json }
}

async function main({ claims, rounds, atOnce, json }) {
  ensureInstalled()
  continueUnderNode24()
  const figures = []
  for (const [name, open] of Object.entries({ redis, postgres, sqlite })) {
    process.stderr.write(`measuring ${name} …\n`)
    const { bare, store, says, close } = await open()
    try {
      for (const lanes of name === 'sqlite' ? [1] : [1, atOnce]) {
        const times = []
        // The first round warms up. Who begins takes turns, and what counts is the ratio within a round: other work on
        // the machine is the same for both.
        for (let round = -1; round < rounds; round += 1) {
          const measured = new Map()
          for (const subject of round % 2 === 0 ? [bare, store] : [store, bare]) {
            measured.set(subject, await timePerClaim(subject, claims, lanes))
          }
          if (round >= 0) times.push({ bare: measured.get(bare), store: measured.get(store) })
        }
        figures.push({
          name,
          lanes,
          says,
          bareMicros: median(times.map((time) => time.bare)),
          storeMicros: median(times.map((time) => time.store)),
          ratio: median(times.map((time) => time.store / time.bare)),
        })
      }
    } finally {
      await close()
    }
  }
  const machine = { cpu: cpus()[0]?.model.trim(), cores: availableParallelism(), node: process.version }
  if (json) return process.stdout.write(`${JSON.stringify({ machine, claims, rounds, figures })}\n`)
  print(figures)
}

/** Microseconds of wall time for a claim of a new key. */
async function timePerClaim(subject, claims, lanes) {
  const names = Array.from({ length: claims }, () => randomUUID())
  const startedAt = performance.now()
  let next = 0
  const lane = async () => {
    while (next < claims) await subject(names[next++])
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return ((performance.now() - startedAt) * 1000) / claims
}

function median(list) {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
}

function print(figures) {
  const perSecond = (micros) => Math.round(1e6 / micros).toLocaleString('en')
  const rows = figures.map(({ name, lanes, says, bareMicros, storeMicros, ratio }) => [
    name,
    `${lanes}`,
    perSecond(storeMicros),
    perSecond(bareMicros),
    `${ratio.toFixed(2)}×`,
    says,
  ])
  const all = [['store', 'at once', 'claims/s', 'bare/s', 'time ÷ bare', 'the bare command'], ...rows]
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)))
  for (const row of all) {
    const cells = row.map((cell, column) =>
      column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    )
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`)
  }
}

async function claimOf(store, key) {
  const { status } = await store.claim(key, { token: randomUUID(), parameters: FINGERPRINT, leaseMs: LEASE_MS })
  if (status !== 'claimed') throw new Error(`A new key was answered with "${status}".`)
}

/** What `package` of the workspace depends on, wherever pnpm has put it. */
function requireFrom(folder) {
  return createRequire(join(root, 'packages', folder, 'package.json'))
}

async function redis() {
  const { findRedis } = await import('../packages/store-redis/test/find-redis.ts')
  const { startRedis } = await import('../packages/store-redis/test/redis-server.ts')
  const { redisStore } = await import('../packages/store-redis/src/index.ts')
  const { Redis } = requireFrom('store-redis')('ioredis')
  const found = await findRedis()
  const server = 'url' in found ? { url: found.url, close: () => {} } : await startRedis(found.binary)
  const client = new Redis(server.url, { maxRetriesPerRequest: 1 })
  client.on('error', () => {})
  const prefix = `stageflow-bench:${randomUUID()}:`
  const store = redisStore({ client, prefix })
  return {
    says: 'SET key token PX lease NX',
    bare: async (key) => {
      if ((await client.set(prefix + key, randomUUID(), 'PX', LEASE_MS, 'NX')) !== 'OK') throw new Error('not set')
    },
    store: (key) => claimOf(store, key),
    close: async () => {
      await client.quit()
      await server.close()
    },
  }
}

async function postgres() {
  const { startPostgres } = await import('../packages/store-postgres/test/postgres-server.ts')
  const { postgresStore } = await import('../packages/store-postgres/src/index.ts')
  const { Pool } = requireFrom('store-postgres')('pg')
  const given = process.env.POSTGRES_URL
  const server = given ? { url: given, close: () => {} } : await startPostgres()
  const pool = new Pool({ connectionString: server.url, connectionTimeoutMillis: 2_000 })
  pool.on('error', () => {})
  const schema = `stageflow_bench_${randomUUID().replaceAll('-', '')}`
  const store = postgresStore({ pool, schema })
  await store.migrate()
  await pool.query(
    `CREATE TABLE ${schema}.bare (key text PRIMARY KEY, token text NOT NULL, expires_at timestamptz NOT NULL)`,
  )
  const insert = `INSERT INTO ${schema}.bare VALUES ($1, $2, now() + interval '30 s') ON CONFLICT DO NOTHING`
  return {
    says: 'INSERT … ON CONFLICT DO NOTHING, of key, token and time',
    bare: async (key) => {
      if ((await pool.query(insert, [key, randomUUID()])).rowCount !== 1) throw new Error('not inserted')
    },
    store: (key) => claimOf(store, key),
    close: async () => {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`)
      await pool.end()
      await server.close()
    },
  }
}

async function sqlite() {
  const { DatabaseSync } = await import('node:sqlite')
  const { sqliteStore } = await import('../packages/store-sqlite/src/index.ts')
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-bench-'))
  const store = sqliteStore({ path: join(folder, 'store.db') })
  const database = new DatabaseSync(join(folder, 'bare.db'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE bare (key TEXT PRIMARY KEY, token TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT')
  const insert = database.prepare('INSERT INTO bare VALUES (?, ?, unixepoch() + 30) ON CONFLICT DO NOTHING')
  return {
    says: 'INSERT … ON CONFLICT DO NOTHING, in a file of its own, WAL, synchronous=FULL',
    bare: (key) => {
      if (Number(insert.run(key, randomUUID()).changes) !== 1) throw new Error('not inserted')
    },
    store: (key) => claimOf(store, key),
    close: () => {
      store.close()
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

try {
  const values = readValues()
  if (values.help) process.stdout.write(`${help}\n`)
  else await main(wholeNumbers(values))
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
