import { setTimeout as wait } from 'node:timers/promises'
import { durableLocal, type DurableLocal } from '@stageflow/durable-local'
import { durablePostgres } from '@stageflow/durable-postgres'
import { Pool } from 'pg'
import type { Ask, Ended, Engine } from './engine.ts'
import { order, type OrderPorts } from './order.ts'

/** Others take over a second after a kill. */
const LEASE_MS = 1_000

/** Keeps orders in one file. Any process of this machine can go on with them. */
export const sqliteEngine = (path: string, ports: OrderPorts, token: string, ask: Ask): Engine =>
  journalEngine(durableLocal({ path, leaseMs: LEASE_MS }), ports, token, ask)

/** Keeps orders in a schema of PostgreSQL. Any process of any machine that reaches it can go on with them. */
export async function postgresEngine(url: string, schema: string, ports: OrderPorts, token: string, ask: Ask) {
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 10_000 })
  pool.on('error', () => {}) // the journal connects again
  const runs = durablePostgres({ pool, schema, leaseMs: LEASE_MS, pollMs: 200, timeoutMs: 10_000 })
  await runs.migrate()
  const engine = journalEngine(runs, ports, token, ask)
  const close = async (): Promise<void> => {
    await engine.close()
    await pool.end()
  }
  return { ...engine, close } satisfies Engine
}

/** Both have the same methods. */
type Runs = Pick<DurableLocal, 'run' | 'resume' | 'retryFailed' | 'recover' | 'get' | 'close'>

function journalEngine(runs: Runs, ports: OrderPorts, token: string, ask: Ask): Engine {
  // Takes over what a killed process has left, and wakes what waits when its time has come.
  runs.recover(order, { ports }).catch(() => {}) // the order itself reports a lost journal

  /** Waits until an order has ended, also if other processes carry it. */
  async function untilEnd(
    runId: string,
    attach: () => Promise<Ended & { readonly requests?: object }>,
  ): Promise<Ended> {
    let asked: string | undefined
    for (;;) {
      const result = await attach()
      if (result.status !== 'suspended') return result
      for (;;) {
        const run = await runs.get(runId)
        if (run?.status !== 'suspended') break
        const question = run.requests[0]?.request as string | undefined
        if (question !== undefined && question !== asked) ask((asked = question))
        await wait(100)
      }
    }
  }
  return {
    start: (runId, item) => untilEnd(runId, () => runs.run(order, { inputText: item }, { runId, ports, token })),
    answer: (runId, approve) => runs.resume(order, runId, { approve }, { ports, token }),
    retry: (runId) => runs.retryFailed(order, runId, { ports, token }),
    close: async () => void (await runs.close()),
  }
}
