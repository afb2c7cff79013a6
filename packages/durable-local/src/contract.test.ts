import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { executorContract, executorProcessContract } from '@stageflow/testing/durable/contract'
import { afterAll, beforeEach, describe, test } from 'vitest'

import { isHeavy } from '../../core/test/property-settings.ts'
import { executorsOf, lateExecutorsOf } from '../test/journal-executor.ts'

const folder = mkdtempSync(join(tmpdir(), 'durable-local-contract-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

describe('the executor of the journal keeps the contract', () => {
  const open = () => executorsOf(join(folder, `${++files}.db`))
  for (const { name, run } of executorContract(open, { pipelines: isHeavy ? 20 : 10 })) test(name, run, 240_000)
})

describe('the executor of a journal whose answers come later keeps the contract', () => {
  const open = () => lateExecutorsOf(join(folder, `${++files}.db`))
  for (const { name, run } of executorContract(open, { pipelines: isHeavy ? 20 : 5 })) test(name, run, 240_000)
})

describe('the executor of the journal keeps the contract of processes', () => {
  beforeEach(() => {
    process.env['EXECUTOR_FILE'] = join(folder, `${++files}.db`)
  })
  const module = new URL('../test/journal-executor.ts', import.meta.url)
  for (const { name, run } of executorProcessContract(module, { runs: 8, kills: 3 })) test(name, run, 240_000)
})
