import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

const kid = new Pipeline('kid').withStage('one', ({ snapshot }) => {
  if (snapshot.inputText === 'bad') throw new Error('no')
  return { said: snapshot.inputText }
})
const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('?') : { answer: resumed.answer }

test('the children that code made with runChild are in the result of every leg, however they ended', async () => {
  const graph = new Pipeline('p')
    .withStage('family', async ({ runChild }) => {
      const first = await runChild(kid, { inputText: 'a' })
      const second = await runChild(kid, { inputText: 'bad' })
      return { statuses: [first.status, second.status] }
    })
    .withMap('letters', {
      over: () => ['x', 'y'],
      each: async (letter, { runChild }) => (await runChild(kid, { inputText: letter })).data as object,
    })
    .withStage('ask', ask, { dependencies: ['family', 'letters'] })
    .build()
  const first = new ArrayExecutor()
  const whole = await runDurable(graph, first)
  expect(Object.keys(whole.children).toSorted(([one], [other]) => String(one).localeCompare(String(other)))).toEqual([
    'family',
    'family~2',
    'letters#0',
    'letters#1',
  ])
  expect(whole.children['family~2']).toMatchObject({ status: 'failed', errors: [{ message: 'no' }] })
  first.answer('ask', 1)
  const later = await runDurable(graph, new ArrayExecutor(first.facts))
  expect(later.status).toBe('completed')
  const told = ({ children }: typeof whole): unknown =>
    Object.entries(children)
      .map(([path, { status, data, errors, report }]) => [
        path,
        status,
        { ...data },
        errors.map(({ code }) => code),
        report.pipelineRunId,
      ])
      .toSorted(([one], [other]) => String(one).localeCompare(String(other)))
  expect(told(later)).toEqual(told(whole))
})

test('of many child runs a thousand are kept with their call, the failed ones first', async () => {
  const graph = new Pipeline('p')
    .withStage('family', async ({ runChild }) => {
      for (let n = 0; n < 1_200; n++) await runChild(kid, { inputText: n === 1_150 ? 'bad' : `${n}` })
      return {}
    })
    .withStage('ask', ask, { dependencies: ['family'] })
    .build()
  const first = new ArrayExecutor()
  await runDurable(graph, first)
  const later = await runDurable(graph, new ArrayExecutor(first.facts))
  expect(Object.keys(later.children)).toHaveLength(1_000)
  expect(later.children['family~1151']).toMatchObject({ status: 'failed' })
})
