import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { openRuns, until } from '../test/open-runs.ts'

const { newPath, open } = openRuns()

const MINUTE = 60_000
/** Asks for 90, and once the time of that has passed, for 9000. */
const pay = ({ resumed }: StageContext) => {
  if (resumed === undefined) return StageOutput.suspend('Pay 90?', { forMs: MINUTE, state: 90 })
  if (resumed.expired) return StageOutput.suspend('Pay 9000?', { state: 9000 })
  return { paid: resumed.state, answer: resumed.answer }
}
const NOT_WAITING = { code: 'durable-engine/not-waiting' }

test.each(['answer', 'resume'] as const)(
  '%s to a question that its stage no longer asks is refused',
  async (method) => {
    const clock = manualClock()
    const graph = new Pipeline('order').withStage('boss', pay).build({ clock })
    const durable = open(newPath(), { clock })
    await durable.run(graph, {}, { runId: 'a' })
    const shown = (await durable.get('a'))?.requests[0]
    await clock.advance(MINUTE)
    await durable.run(graph, {}, { runId: 'a' })
    const asked = (await durable.get('a'))?.requests[0]
    expect([shown?.request, asked?.request]).toEqual(['Pay 90?', 'Pay 9000?'])
    await expect(durable[method](graph, 'a', { boss: 'yes' }, { question: shown?.question })).rejects.toMatchObject(
      NOT_WAITING,
    )
    expect((await durable.get('a'))?.requests).toEqual([asked])
    await durable[method](graph, 'a', { boss: 'yes' }, { question: asked?.question })
    expect((await durable.run(graph, {}, { runId: 'a' })).data).toEqual({ boss: { paid: 9000, answer: 'yes' } })
  },
)

test('an answer to a named question never becomes that to the next one, also if its time passes before a leg takes it', async () => {
  for (let turns = 0; turns < 12; turns++) {
    const clock = manualClock()
    const path = newPath()
    const graph = new Pipeline('order')
      .withStage('boss', pay)
      .withStage('slow', ({ clock: at }) => at.sleep(2 * MINUTE).then(() => ({})))
      .build({ clock })
    const here = open(path, { clock })
    const there = open(path, { clock })
    const run = here.run(graph, {}, { runId: 'a' })
    await until(async () => (await there.get('a'))?.requests.length === 1)
    const question = (await there.get('a'))?.requests[0]?.question
    const passed = clock.advance(MINUTE)
    for (let turn = 0; turn < turns; turn++) await undefined
    const isKept = await there.answer(graph, 'a', { boss: 'yes' }, { question }).then(
      () => true,
      () => false,
    )
    await passed
    await clock.advance(MINUTE)
    const { status, data } = await run
    expect(status === 'completed' ? data.boss : { paid: 'nothing' }, `${turns} turns`).not.toMatchObject({ paid: 9000 })
    const answer = (await there.get('a'))?.timeline.find(({ kind }) => kind === 'answer')
    const expected = status === 'completed' ? { key: 'boss' } : { key: 'boss', taken: false, refused: true }
    if (isKept) expect(answer, `${turns} turns`).toMatchObject(expected)
    else expect(answer).toBeUndefined()
    if (status === 'suspended') await here.resume(graph, 'a', { boss: 'no' }, {})
  }
})

test.each([0, MINUTE])(
  'an answer to a named question that a deploy put another one before is only that of the one, %d ms later',
  async (late) => {
    const clock = manualClock()
    const ask = ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('Fine?') : { fine: true })
    const before = new Pipeline('order').withStage('boss', pay).build({ clock })
    const after = new Pipeline('order')
      .withStage('check', ask)
      .withStage('boss', pay, { dependencies: ['check'] })
      .build({ clock })
    const durable = open(newPath(), { clock })
    await durable.run(before, {}, { runId: 'a' })
    const question = (await durable.get('a'))?.requests[0]?.question
    await durable.answer(before, 'a', { boss: 'yes' }, { question })
    await durable.run(after, {}, { runId: 'a' })
    expect((await durable.get('a'))?.requests.map(({ path }) => path)).toEqual([['check']])
    await clock.advance(late)
    const { data } = await durable.resume(after, 'a', { check: 'yes' })
    expect(data).toEqual({ check: { fine: true }, boss: { paid: 90, answer: 'yes' } })
  },
)

test('a stage that a retry asks again asks another question, also if it says the same', async () => {
  let isDown = true
  const graph = new Pipeline('order')
    .withStage('boss', ({ resumed }) =>
      resumed === undefined ? StageOutput.suspend('Pay?') : { answer: resumed.answer },
    )
    .withStage('pay', () => (isDown ? StageOutput.fail(new Error('down')) : { paid: true }), { dependencies: ['boss'] })
    .build()
  const durable = open()
  await durable.run(graph, {}, { runId: 'a' })
  const question = (await durable.get('a'))?.requests[0]?.question
  await expect(durable.resume(graph, 'a', { boss: 'yes' }, { question })).rejects.toMatchObject({
    code: 'core/pipeline-failed',
  })
  isDown = false
  expect((await durable.retryFailed(graph, 'a', { again: ['boss'] })).status).toBe('suspended')
  await expect(durable.answer(graph, 'a', { boss: 'yes' }, { question })).rejects.toMatchObject(NOT_WAITING)
})

test('a named question takes one answer: one to another stage is refused with it', async () => {
  const ask = ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('?') : {})
  const graph = new Pipeline('order')
    .withStage('a', ask)
    .withStage('b', ask)
    .withStage('c', ask, { dependencies: ['a'] })
    .build()
  const durable = open()
  await durable.run(graph, {}, { runId: 'r' })
  const question = (await durable.get('r'))?.requests.find(({ path }) => path[0] === 'a')?.question
  for (const answers of [{ a: 1, b: 1 }, { b: 1 }, { c: 1 }])
    await expect(durable.answer(graph, 'r', answers, { question })).rejects.toMatchObject(NOT_WAITING)
  expect((await durable.get('r'))?.requests).toHaveLength(2)
  for (const wrong of [7, '', {}])
    await expect(durable.answer(graph, 'r', { a: 1 }, { question: wrong as never })).rejects.toMatchObject({
      code: 'durable-engine/illegal-option',
    })
})
