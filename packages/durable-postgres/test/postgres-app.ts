import { Pool } from 'pg'

import type { OpenApp } from '../../durable-engine/test/one-process.ts'
import { durablePostgres } from '../src/index.ts'

export const openApp: OpenApp = (address, options) => {
  const { url, schema } = JSON.parse(address) as { readonly url: string; readonly schema: string }
  const pool = new Pool({ connectionString: url, max: 3 })
  pool.on('error', () => {})
  const runs = durablePostgres({ pool, schema, pollMs: 100, ...options })
  const { close } = runs
  const closeAll: typeof close = async (closing) => {
    const report = await close(closing)
    await pool.end()
    return report
  }
  return Object.assign(runs, { close: closeAll })
}
