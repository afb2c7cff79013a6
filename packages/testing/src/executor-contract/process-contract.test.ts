import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { executorProcessContract } from '../durable-contract.ts'
import type { KillCounts } from '../durable-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'executor-processes-'))
let files = 0
beforeEach(() => {
  env['EXECUTOR_FILE'] = join(folder, `runs-${++files}.db`)
  delete env['EXECUTOR_FAULT']
})
afterAll(() => rmSync(folder, { recursive: true }))

const MODULE = new URL('../../test/sqlite-executor.ts', import.meta.url)
/** All processes are killed with STAGEFLOW_HEAVY=1 only, as at night. */
const killSettings = (): { runs: number; kills: number } =>
  (env['STAGEFLOW_HEAVY'] ?? '') === '' ? { runs: 12, kills: 4 } : { runs: 200, kills: 60 }
const settings = killSettings()
const TIMEOUT_MS = 900_000

describe('an executor that keeps its facts in a file keeps the contract of processes', () => {
  let counts: KillCounts | undefined
  for (const { name, run } of executorProcessContract(MODULE, { ...settings, counted: (seen) => (counts = seen) }))
    test(name, run, TIMEOUT_MS)
  test('its processes were killed while they carried out steps', () => {
    console.info(counts)
    expect(counts?.kills).toBe(settings.kills)
    expect(counts?.steps).toBeGreaterThan(settings.runs * 2)
  })
})

const broken: readonly (readonly [fault: string, fails: string])[] = [
  ['batches', 'processes that are killed at random lose nothing and repeat nothing that has settled'],
  ['no-lease', 'two processes on the same runs carry out each step once'],
  ['no-fence', 'a process that slept while another took its run over records nothing'],
]

test.each(broken)('an executor with %s fails "%s"', { timeout: TIMEOUT_MS }, async (fault, fails) => {
  env['EXECUTOR_FAULT'] = fault
  const found = executorProcessContract(MODULE, { runs: 16, kills: 6 }).find(({ name }) => name === fails)
  await expect(found?.run()).rejects.toMatchObject({ code: 'testing/contract' })
})

test('an argument that is not an address is refused', () => {
  expect(() => executorProcessContract('./store.ts' as never)).toThrow('executorProcessContract() needs the address')
})
