import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { durableRuns } from '@stageflow/durable-engine'
import type { DurableRuns } from '@stageflow/durable-engine'
import { afterAll, afterEach, expect, test } from 'vitest'

import { lateJournal } from '../test/journal-executor.ts'

// The engine with a journal that answers reads later, as a server does.

const folder = mkdtempSync(join(tmpdir(), 'durable-local-late-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const opened: DurableRuns[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close({ timeoutMs: 0 })
})
function open(path = join(folder, `${++files}.db`)): DurableRuns {
  const durable = durableRuns(lateJournal(path), { leaseMs: 60_000 })
  opened.push(durable)
  return durable
}
const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }
const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test.each(Array.from({ length: 24 }, (_, delay) => delay))(
  'an answer that comes %i turns after the start is not lost, wherever the leg is then',
  async (delay) => {
    const durable = open()
    const graph = new Pipeline('p')
      .withStage('first', async () => ({}))
      .withStage('ask', ask, { dependencies: ['first'] })
      .build()
    const run = durable.run(graph, {}, { runId: 'a' })
    while ((await durable.get('a')) === undefined) await turns(1)
    await turns(delay)
    await durable.answer(graph, 'a', { ask: 7 })
    const { status } = await run
    const result = status === 'completed' ? await run : await durable.run(graph, {}, { runId: 'a' })
    expect(result).toMatchObject({ status: 'completed', data: { ask: { answer: 7 } } })
  },
)

test('an answer that is written with its question is not lost, whichever the leg sees first', async () => {
  const durable = open()
  for (let steps = 0; steps < 60; steps++) {
    const runId = `r${steps}`
    const graph = new Pipeline('p')
      .withStage('ask', ({ resumed }) => {
        if (resumed !== undefined) return { answer: resumed.answer }
        void (async () => {
          for (let step = 0; step < steps; step++) await undefined
          await durable.as('test').answer(runId, { ask: 7 })
        })()
        return StageOutput.suspend('?')
      })
      .build()
    const first = await durable.run(graph, {}, { runId })
    const result = first.status === 'completed' ? first : await durable.run(graph, {}, { runId })
    expect(result, `${steps} steps`).toMatchObject({ status: 'completed', data: { ask: { answer: 7 } } })
  }
})

test('a run goes on from its facts in another handle, and gives its result to later callers', async () => {
  const path = join(folder, `${++files}.db`)
  const calls: string[] = []
  const graph = new Pipeline('p')
    .withStage('first', async () => void calls.push('first'))
    .withStage('ask', ask, { dependencies: ['first'] })
    .build()
  expect((await open(path).run(graph, {}, { runId: 'a' })).status).toBe('suspended')
  expect((await open(path).resume(graph, 'a', { ask: 7 })).data.ask).toEqual({ answer: 7 })
  expect((await open(path).run(graph, {}, { runId: 'a' })).data.ask).toEqual({ answer: 7 })
  expect(calls).toEqual(['first'])
})
