import { Pipeline } from '@stageflow/core'
import { expect, test } from 'vitest'

import { inFile, newPath, open, until } from '../../durable-engine/test/open-runs.ts'
import type { DurableLocal } from './index.ts'
import { openJournal } from './index.ts'

const DAY = 86_400_000

function charge() {
  const charged: string[] = []
  const graph = new Pipeline('order')
    .withStage('charge', ({ pipelineRunId }) => (charged.push(pipelineRunId), {}))
    .build()
  return { graph, charged }
}
/** Lets days pass for the runs that have ended. */
const later = (path: string, days: number): unknown =>
  inFile(path, `UPDATE runs SET updated_at = updated_at - ${days * DAY}`)
const ids = async (durable: Pick<DurableLocal, 'list'>): Promise<readonly string[]> =>
  (await durable.list()).map(({ runId }) => runId).toSorted()
/** Runs something until the outdated runs of the file have been looked for. */
async function runSomething(
  durable: DurableLocal,
  graph: ReturnType<typeof charge>['graph'],
  runId: string,
): Promise<void> {
  await durable.run(graph, {}, { runId })
  // A write that is committed after the deletion.
  await durable.run(graph, {}, { runId: `${runId} again` })
}

test('an opener without an option keeps what the file keeps: no order is charged again', async () => {
  const path = newPath()
  const { graph, charged } = charge()
  const app = open(path, { retentionMs: 365 * DAY })
  await app.run(graph, {}, { runId: 'order-7' })
  await app.close()
  later(path, 40)
  const other = open(path)
  await runSomething(other, graph, 'other')
  await other.recover(graph)
  expect(await ids(other)).toContain('order-7')
  await open(path).run(graph, {}, { runId: 'order-7' })
  expect(charged.filter((id) => id === 'order-7')).toHaveLength(1)
})

test('a new file keeps runs for 30 days', async () => {
  const path = newPath()
  const { graph } = charge()
  const app = open(path)
  await app.run(graph, {}, { runId: 'old' })
  later(path, 20)
  await app.run(graph, {}, { runId: 'newer' })
  await app.close()
  later(path, 11)
  const again = open(path)
  await runSomething(again, graph, 'now')
  await until(async () => !(await ids(again)).includes('old'))
  expect(await ids(again)).toEqual(['newer', 'now', 'now again'])
})

test('the last opener that passes a time changes that of the file, for all of its processes', async () => {
  const path = newPath()
  const { graph } = charge()
  const app = open(path, { retentionMs: DAY })
  open(path, { retentionMs: 365 * DAY })
  await app.run(graph, {}, { runId: 'kept' })
  later(path, 40)
  await runSomething(app, graph, 'now')
  await app.recover(graph)
  await runSomething(app, graph, 'then')
  expect(await ids(app)).toContain('kept')
  const short = open(path, { retentionMs: DAY })
  await short.recover(graph)
  await until(async () => !(await ids(app)).includes('kept'))
})

test('who only looks deletes nothing', async () => {
  const path = newPath()
  const { graph } = charge()
  const app = open(path)
  await app.run(graph, {}, { runId: 'old' })
  await app.close()
  later(path, 400)
  const looking = open(path)
  await looking.list()
  await looking.get('old')
  await looking.cancel('old', 'too late')
  await looking.close()
  const reader = openJournal(path, { readOnly: true })
  expect(await ids(reader)).toEqual(['old'])
})

test('a run that is deleted while a caller attaches to it begins again, as any id that is free', async () => {
  const path = newPath()
  const { graph, charged } = charge()
  const app = open(path, { retentionMs: DAY })
  await app.run(graph, {}, { runId: 'old' })
  await app.close()
  later(path, 2)
  const again = open(path)
  const recovered = again.recover(graph) // deletes in the transaction in which the next call looks
  const result = await again.run(graph, {}, { runId: 'old' })
  await recovered
  expect(result.status).toBe('completed')
  expect(charged).toEqual(['old', 'old'])
})
