import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { manualClock } from '@stageflow/testing'
import { pino } from 'pino'
import { expect, test } from 'vitest'

import { createStageflow } from './index.ts'

const appOf = () => createStageflow({ clock: manualClock(), logger: pino({ level: 'silent' }) })
const guard = (text: string) => (/bad/.test(text) ? StageOutput.fail('blocked') : {})

test('five users that a guard blocks do not lock out the next one', async () => {
  const app = appOf()
  const graph = app.build(
    new Pipeline('chat').withStage('check', ({ snapshot }) => guard(snapshot.inputText ?? ''), StageKind.GUARD),
  )
  for (let run = 0; run < 6; run++)
    expect(await graph.runSettled({ inputText: 'bad words' })).toMatchObject({ errors: [{ message: 'blocked' }] })
  expect((await graph.runSettled({ inputText: 'nice words' })).status).toBe('completed')
})

test('five ids that do not exist do not lock out one that does', async () => {
  const app = appOf()
  const graph = app.build(
    new Pipeline('shop').withStage('order', ({ snapshot }): object => {
      if (snapshot.inputText !== '7') throw Object.assign(new Error('not found'), { status: 404 })
      return { id: 7 }
    }),
  )
  for (let run = 0; run < 6; run++) await graph.runSettled({ inputText: 'no such id' })
  expect((await graph.runSettled({ inputText: '7' })).status).toBe('completed')
})

test('five texts that are not JSON do not lock out one that is', async () => {
  const app = appOf()
  const graph = app.build(
    new Pipeline('shop').withStage('order', ({ snapshot }) => JSON.parse(snapshot.inputText ?? '') as object),
  )
  for (let run = 0; run < 6; run++) await graph.runSettled({ inputText: 'x' })
  expect((await graph.runSettled({ inputText: '{}' })).status).toBe('completed')
})

test('a loop with more attempts than the breaker tolerates failures ends with the attempt that the guard accepts', async () => {
  let drafts = 0
  const draftThenCheck = new Pipeline('draft_then_check')
    .withStage('draft', () => ({ number: ++drafts }))
    .withStage(
      'check',
      ({ inputs }) => (inputs.from('draft').number < 10 ? StageOutput.fail('too short') : {}),
      StageKind.GUARD,
      { dependencies: ['draft'] },
    )
  const app = appOf()
  const graph = app.build(
    new Pipeline('chat').withPipeline('answer', draftThenCheck, {
      repeat: repeatUntil('check', { maxAttempts: 10, sameVerdict: () => false }),
    }),
  )
  expect((await graph.runSettled()).status).toBe('completed')
  expect(drafts).toBe(10)
})

test('two pipelines without a name do not share a circuit', async () => {
  const app = appOf()
  const down = Object.assign(new Error('down'), { status: 503 })
  const sick = app.build(new Pipeline().withStage('llm', (): object => Promise.reject(down)))
  for (let run = 0; run < 5; run++) await sick.runSettled()
  expect(await sick.runSettled()).toMatchObject({ errors: [{ code: 'circuit-breaker/open' }] })
  const healthy = app.build(new Pipeline().withStage('llm', () => ({})))
  expect((await healthy.runSettled()).status).toBe('completed')
})
