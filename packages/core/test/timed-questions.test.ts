import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { openRequests, resumeRun, runDurable, wakeAt } from '../src/durable.ts'
import type { SuspendedRun } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { PipelineResult, StageContext, SuspendedResult } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

const START = 1_000_000
let clock = manualClock({ startAt: START })
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock({ startAt: START })
})

/** Asks for 100 ms, and then goes on with "no answer". */
const ask = ({ resumed }: StageContext) =>
  resumed === undefined
    ? StageOutput.suspend('May I?', { forMs: 100, otherwise: 'no answer', state: { asked: 1 } })
    : { ...resumed }

function suspended<Stages>(result: PipelineResult<Stages>): SuspendedResult<Stages> {
  if (result.status !== 'suspended') throw new Error(`the run is ${result.status}`)
  return result
}
/** As a store gives it back. */
const stored = <Stages>(result: SuspendedResult<Stages>): SuspendedResult<Stages> =>
  JSON.parse(JSON.stringify(result)) as SuspendedResult<Stages>

test.each<[what: string, options: object, problem: string]>([
  ['both times', { forMs: 1, until: 2 }, 'pass either forMs or until'],
  ['no time for otherwise', { otherwise: 1 }, 'otherwise needs one of them'],
  ['a negative time', { forMs: -1 }, 'forMs must be a number of milliseconds from 0, not -1'],
  ['an endless time', { forMs: Infinity }, 'forMs must be'],
  ['an invalid date', { until: new Date('x') }, 'until must be a time in ms since 1970, or a Date'],
  ['a text', { until: 'tomorrow' }, 'until must be'],
])('a question with %s fails its stage (core/illegal-option)', async (_what, options, problem) => {
  const graph = new Pipeline('p').withStage('a', () => StageOutput.suspend('?', options)).build({ clock })
  const result = await graph.runSettled()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/illegal-option', message: expect.stringContaining(problem) }],
  })
})

test('the time of a question counts from the end of its stage, and stands in its output, its request and its result', async () => {
  const graph = new Pipeline('p')
    .withStage('a', async (context) => {
      await context.clock.sleep(30)
      return ask(context)
    })
    .withStage('b', () => StageOutput.suspend('?', { until: new Date(START + 7) }))
    .withStage('c', () => StageOutput.suspend('?'))
    .build({ clock })
  const ended = graph.run()
  await clock.advance(30)
  const run = suspended(await ended)
  expect(run.outputs.a).toMatchObject({ until: START + 130, otherwise: 'no answer' })
  expect(openRequests(run as SuspendedRun)).toEqual([
    { path: ['a'], request: 'May I?', until: START + 130 },
    { path: ['b'], request: '?', until: START + 7 },
    { path: ['c'], request: '?', until: undefined },
  ])
  expect(wakeAt(run as SuspendedRun)).toBe(START + 7)
  expect(wakeAt(stored(run) as SuspendedRun)).toBe(START + 7)
})

test('a run without answers goes on once the time of a question has passed, and not before', async () => {
  const graph = new Pipeline('p')
    .withStage('a', ask)
    .withStage('b', () => StageOutput.suspend('?'))
    .build({ clock })
  const run = stored(suspended(await graph.run()))
  await clock.advance(99)
  await expect(resumeRun(graph, run as never, {})).rejects.toMatchObject({
    code: 'core/resume',
    message: expect.stringContaining('the first of its questions goes on without one in 1 ms'),
  })
  await clock.advance(1)
  const next = suspended(await resumeRun(graph, run as never, {}))
  expect(next.data.a).toEqual({
    request: 'May I?',
    state: { asked: 1 },
    answer: 'no answer',
    expired: true,
    by: undefined,
  })
  expect(Object.keys(next.requests)).toEqual(['b'])
  expect(wakeAt(next as SuspendedRun)).toBeUndefined()
  await expect(resumeRun(graph, next as never, {})).rejects.toMatchObject({ code: 'core/resume' })
})

test('an answer that comes before the time counts, and one that comes with another expired question too', async () => {
  const graph = new Pipeline('p').withStage('a', ask).withStage('b', ask).build({ clock })
  const run = stored(suspended(await graph.run()))
  const early = suspended(await resumeRun(graph, run as never, { a: 'yes' }))
  expect(early.data.a).toMatchObject({ answer: 'yes', expired: false })
  await clock.advance(100)
  const { data } = await resumeRun(graph, run as never, { a: 'late, and it counts' })
  expect(data.a).toMatchObject({ answer: 'late, and it counts', expired: false })
  expect(data.b).toMatchObject({ answer: 'no answer', expired: true })
})

test('questions inside child pipelines and items of maps have a time too', async () => {
  const kid = new Pipeline('kid').withStage('check', ask).withStage('other', () => StageOutput.suspend('?'))
  const graph = new Pipeline('p')
    .withPipeline('kid', kid)
    .withMap('letters', {
      over: () => ['a', 'b'],
      each: (letter, context) =>
        letter === 'b' && context.resumed === undefined ? StageOutput.suspend('?') : ask(context),
    })
    .build({ clock })
  const run = stored(suspended(await graph.run()))
  expect(wakeAt(run as SuspendedRun)).toBe(START + 100)
  await clock.advance(100)
  const next = suspended(await resumeRun(graph, run as never, {}))
  expect(openRequests(next as SuspendedRun).map(({ path }) => path.join('/'))).toEqual(['kid/other', 'letters/1'])
  const end = await resumeRun(graph, stored(next) as never, { kid: { other: 1 }, letters: { 1: 'hi' } })
  expect(end).toMatchObject({ status: 'suspended' })
})

test('a stage that is asked again can remind, and give up later', async () => {
  const reminders: number[] = []
  const graph = new Pipeline('p')
    .withStage('boss', ({ resumed, clock: time }) => {
      if (resumed === undefined) return StageOutput.suspend('Pay?', { forMs: 20, state: { asked: time.now() } })
      const { asked, isReminded } = resumed.state as { readonly asked: number; readonly isReminded?: true }
      if (!resumed.expired) return { paid: resumed.answer }
      if (isReminded) return StageOutput.cancel('no answer came')
      reminders.push(time.now())
      return StageOutput.suspend('Pay?', { until: asked + 70, state: { asked, isReminded: true } })
    })
    .build({ clock })
  const first = stored(suspended(await graph.run()))
  await clock.advance(20)
  const second = stored(suspended(await resumeRun(graph, first as never, {})))
  expect(reminders).toEqual([START + 20])
  expect((await resumeRun(graph, second as never, { boss: 'yes' })).data).toEqual({ boss: { paid: 'yes' } })
  await clock.advance(50)
  expect(await resumeRun(graph, second as never, {})).toMatchObject({ status: 'cancelled', reason: 'no answer came' })
})

// ---------- durable runs

test('in a durable run the time of a question is a fact: every leg goes on with it, and no answer after it counts', async () => {
  const graph = new Pipeline('p')
    .withStage('a', ask)
    .withStage('b', ({ inputs }) => inputs.from('a'), { dependencies: ['a'] })
    .build({ clock })
  const first = new ArrayExecutor([], { now: () => clock.now() })
  expect(await runDurable(graph, first)).toMatchObject({ status: 'suspended' })
  expect(first.facts).toMatchObject([{ kind: 'call', key: 'a', facts: { until: START + 100, otherwise: 'no answer' } }])

  await clock.advance(100)
  const second = new ArrayExecutor(first.facts, { now: () => clock.now() })
  const ended = await runDurable(graph, second)
  expect(ended).toMatchObject({ status: 'completed', data: { a: { answer: 'no answer', expired: true } } })
  expect(second.facts.slice(1)).toMatchObject([
    { kind: 'timer', key: 'a' },
    { kind: 'call', key: 'a@2' },
    { kind: 'call', key: 'b' },
  ])
  second.answer('a', 'too late')
  const third = await runDurable(graph, new ArrayExecutor(second.facts, { now: () => clock.now() }))
  expect(third.data).toEqual(ended.data)
})

test('of an answer and the time of a question the first fact counts', async () => {
  const graph = new Pipeline('p').withStage('a', ask).build({ clock })
  const first = new ArrayExecutor([], { now: () => clock.now() })
  await runDurable(graph, first)
  first.answer('a', 'in time')
  await clock.advance(100)
  const second = new ArrayExecutor(first.facts, { now: () => clock.now() })
  expect((await runDurable(graph, second)).data).toMatchObject({ a: { answer: 'in time', expired: false } })
})

test('the limits of a run stand still while it only waits, and go on when the time of a question has passed', async () => {
  const graph = new Pipeline('p')
    .withStage('a', ask)
    .withStage('b', (context) => context.clock.sleep(40, context.signal).then(() => ({})), { dependencies: ['a'] })
    .build({ clock })
  const start = { options: { timeoutMs: 50 }, startedAt: START }
  const first = new ArrayExecutor([], { start, now: () => clock.now() })
  await runDurable(graph, first)
  await clock.advance(100)
  const second = new ArrayExecutor(first.facts, { start, now: () => clock.now() })
  const ended = runDurable(graph, second)
  await clock.advance(40)
  expect((await ended).status).toBe('completed')
})

test('durable maps and child pipelines have questions with a time', async () => {
  const kid = new Pipeline('kid').withStage('check', ask)
  const graph = new Pipeline('p')
    .withPipeline('kid', kid)
    .withMap('letters', { over: () => [1, 2], each: (_letter, context) => ask(context) })
    .build({ clock })
  const first = new ArrayExecutor([], { now: () => clock.now() })
  await runDurable(graph, first)
  await clock.advance(100)
  const { data } = await runDurable(graph, new ArrayExecutor(first.facts, { now: () => clock.now() }))
  expect(data).toMatchObject({
    kid: { check: { answer: 'no answer', expired: true } },
    letters: { items: [{ expired: true }, { expired: true }] },
  })
})

test('a refusal of a question is as good in a durable run', async () => {
  const graph = new Pipeline('p').withStage('a', () => StageOutput.suspend('?', { forMs: NaN })).build({ clock })
  const result = await runDurable(graph, new ArrayExecutor())
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/illegal-option' }] })
})
