import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { processContract } from './process-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'idempotency-'))
beforeAll(() => {
  process.env['APART_SIDE_FILE'] = join(folder, 'counts')
})
afterAll(() => rmSync(folder, { recursive: true }))

// Stores that pass it are in the packages of the stores: this is one that must not.
for (const { name, run } of processContract(new URL('../test/apart-side.ts', import.meta.url)))
  test(`of a store that is not shared it does not hold that ${name}`, () => expect(run()).rejects.toThrow(), 60_000)
