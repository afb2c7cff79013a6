import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { processContract } from '@stageflow/interceptor-idempotency/contract'
import { afterAll, beforeAll, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'store-sqlite-'))
beforeAll(() => {
  process.env['SQLITE_SIDE_FILE'] = join(folder, 'race.db')
})
afterAll(() => rmSync(folder, { recursive: true }))

for (const { name, run } of processContract(new URL('../test/sqlite-side.ts', import.meta.url)))
  test(name, run, 120_000)
