import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { StatementSync } from 'node:sqlite'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import { expect, test } from 'vitest'

import { FIVE, inFile, newPath, open, order, until } from '../../durable-engine/test/open-runs.ts'

test('a list reads no input, no options and no result, however large they are', async () => {
  const durable = open()
  const large = new Pipeline('large').withStage('a', () => ({ text: 'x'.repeat(500_000) })).build()
  await durable.run(large, { inputText: 'y'.repeat(500_000) }, { runId: 'a' })
  const read: string[] = []
  const all = StatementSync.prototype.all
  StatementSync.prototype.all = function (this: StatementSync, ...values: readonly never[]) {
    const rows = all.apply(this, values as never)
    read.push(JSON.stringify(rows))
    return rows
  }
  try {
    expect(await durable.list()).toHaveLength(1)
  } finally {
    StatementSync.prototype.all = all
  }
  expect(read.join().length).toBeLessThan(1_000)
})

test('a result that changes while it is read is read again', async () => {
  // Between the row and the facts, another process has tried the run again.
  const path = newPath()
  const durable = open(path)
  let fails = true
  const graph = new Pipeline('p')
    .withStage('a', () => ({ text: 'a text that is long enough for a reference' }))
    .withStage('b', () => (fails ? StageOutput.fail(new Error('b failed')) : {}), { dependencies: ['a'] })
    .build()
  await durable.run(graph, {}, { runId: 'a' }).catch(() => {})
  const get = StatementSync.prototype.get
  let hasChanged = false
  StatementSync.prototype.get = function (this: StatementSync, ...values: readonly never[]) {
    const row = get.apply(this, values as never)
    if (!hasChanged && this.sourceSQL.includes('FROM runs JOIN')) {
      hasChanged = true
      inFile(path, 'DELETE FROM facts WHERE n > 1')
      inFile(path, `UPDATE runs SET status = 'running', fence = fence + 1, result = NULL`)
    }
    return row
  }
  fails = false
  try {
    expect(await durable.get('a')).toMatchObject({ status: 'running', result: undefined })
  } finally {
    StatementSync.prototype.get = get
  }
})

test.each([
  ['no longer deflated', `x'00'`],
  ['a text', `CAST('{' AS BLOB)`],
  ['not there', `x'0300'`],
])('a result that is %s is refused by name', async (_what, value) => {
  const path = newPath()
  const durable = open(path)
  await durable.run(order(), FIVE, { runId: 'a' })
  inFile(path, `UPDATE runs SET result = ${value}`)
  for (const read of [() => durable.get('a'), () => durable.run(order(), FIVE, { runId: 'a' })])
    await expect(read()).rejects.toMatchObject({
      code: 'durable-engine/damaged',
      message: expect.stringContaining('The result of run "a"') as string,
    })
})

test('a run is at most 500 bytes a step in its file, at 50 steps of 34 bytes of data', async () => {
  const path = newPath()
  const durable = open(path)
  let pipeline: any = new Pipeline('steps')
  for (let step = 0; step < 50; step++)
    pipeline = pipeline.withStage(
      `step${step}`,
      () => ({ text: randomBytes(7).toString('hex'), n: step + 1_000 }),
      step === 0 ? {} : { dependencies: [`step${step - 1}`] },
    )
  const graph = pipeline.build({ interceptors: [] }) as StageGraph<any, any>
  const first = await durable.run(graph, {}, { runId: 'r0' })
  expect(JSON.stringify(first.data['step7']).length).toBe(34)
  const RUNS = 40
  for (let run = 1; run < RUNS; run++) await durable.run(graph, {}, { runId: `r${run}` })
  await durable.close()
  await until(() => inFile(path, 'PRAGMA wal_checkpoint(TRUNCATE)').length > 0)
  expect(statSync(path).size / RUNS / 50).toBeLessThan(500)
})
