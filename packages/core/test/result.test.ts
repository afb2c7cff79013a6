import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { Pipeline, StageOutput, StageflowError, defineStage } from '../src/index.ts'
import type { PipelineFailedError, RunOptions } from '../src/index.ts'
import { passingOn } from './ways.ts'

let clock = manualClock({ startAt: 1_000 })
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock({ startAt: 1_000 })
})

/** A run that ends as its second stage does. */
async function ended(ending: () => object, options: RunOptions = {}) {
  const settled = new Pipeline('demo')
    .withStage('first', async (context) => {
      context.note('usage', { inputTokens: 3, costUsd: 0.01 })
      await context.clock.sleep(20)
      return { first: true }
    })
    .withStage('second', ending, { dependencies: ['first'] })
    .withStage('third', () => ({ third: true }), { dependencies: ['second'] })
    .build({ clock })
    .runSettled({ pipelineRunId: 'run-1' }, options)
  await clock.advance(20)
  return settled
}

test('a completed run has the data and output of every stage, and a report', async () => {
  const result = await ended(() => ({ second: true }))
  expect(result.status).toBe('completed')
  expect(result.data).toEqual({ first: { first: true }, second: { second: true }, third: { third: true } })
  expect(result.outputs.third).toMatchObject({ status: 'ok', data: { third: true } })
  expect(result.report).toEqual({
    status: 'completed',
    pipeline: 'demo',
    pipelineRunId: 'run-1',
    startedAt: 1_000,
    endedAt: 1_020,
    droppedEvents: 0,
    notes: {},
    usage: { inputTokens: 3, costUsd: 0.01 },
    stages: {
      first: {
        stage: 'first',
        status: 'ok',
        readyAt: 1_000,
        startedAt: 1_000,
        endedAt: 1_020,
        releasedBy: undefined,
        chunks: 0,
        notes: { usage: { inputTokens: 3, costUsd: 0.01 } },
        attempts: [
          {
            attempt: 1,
            startedAt: 1_000,
            endedAt: 1_020,
            status: 'ok',
            notes: { usage: { inputTokens: 3, costUsd: 0.01 } },
          },
        ],
      },
      second: {
        stage: 'second',
        status: 'ok',
        readyAt: 1_020,
        startedAt: 1_020,
        endedAt: 1_020,
        releasedBy: 'first',
        chunks: 0,
        notes: {},
        attempts: [{ attempt: 1, startedAt: 1_020, endedAt: 1_020, status: 'ok' }],
      },
      third: {
        stage: 'third',
        status: 'ok',
        readyAt: 1_020,
        startedAt: 1_020,
        endedAt: 1_020,
        releasedBy: 'second',
        chunks: 0,
        notes: {},
        attempts: [{ attempt: 1, startedAt: 1_020, endedAt: 1_020, status: 'ok' }],
      },
    },
  })
})

test.each<[status: string, ending: () => object]>([
  ['cancelled', () => StageOutput.cancel('no')],
  ['failed', () => StageOutput.fail('broken', { data: { why: 'no' } })],
  ['completed', () => StageOutput.skip('no')],
])('case 7: the result of a %s run has the data and notes of the stages that completed', async (status, ending) => {
  const result = await ended(ending)
  expect(result.status).toBe(status)
  expect(result.data).toEqual({ first: { first: true } })
  expect(result.outputs.first).toMatchObject({ status: 'ok', data: { first: true } })
  expect(result.report.stages['first']).toMatchObject({
    status: 'ok',
    endedAt: 1_020,
    notes: { usage: { inputTokens: 3 } },
  })
  expect(result.report.status).toBe(status)
  expect(Object.keys(result.report.stages)).toEqual(['first', 'second', 'third'])
})

test('case 7: the result of a run that is out of time has the times of the stages that completed', async () => {
  const result = await ended(() => ({}), { timeoutMs: 20 })
  expect(result.report.stages['first']).toMatchObject({ endedAt: 1_020 })
})

test('a failed output keeps its data and its error', async () => {
  const result = await ended(() => StageOutput.fail('broken', { data: { why: 'no' }, retryable: true }))
  expect(result.outputs.second).toMatchObject({
    status: 'fail',
    data: { why: 'no' },
    retryable: true,
    error: { message: 'broken' },
  })
})

test.each<[status: string, ending: () => object]>([
  ['completed', () => ({})],
  ['cancelled', () => StageOutput.cancel('no')],
  ['failed', () => StageOutput.fail(new Error('x', { cause: new Error('y') }))],
])('the report of a %s run is equal to its JSON, except for keys that are undefined', async (status, ending) => {
  const { report } = await ended(ending)
  expect(report.status).toBe(status)
  expect(report).toEqual(JSON.parse(JSON.stringify(report)))
})

test('the JSON of a result has its errors or its reason, its data and its report', async () => {
  const result = await ended(() =>
    StageOutput.fail(new StageflowError('acme/broken', 'it broke', { cause: new Error('deeper') })),
  )
  expect(JSON.parse(JSON.stringify(result))).toMatchObject({
    status: 'failed',
    errors: [
      {
        code: 'acme/broken',
        message: 'it broke',
        stage: 'second',
        cause: { code: 'core/stage-failed', message: 'deeper' },
      },
    ],
    data: { first: { first: true } },
    report: { status: 'failed', stages: { second: { status: 'fail', error: { code: 'acme/broken' } } } },
  })
  const cancelled = await ended(() => StageOutput.cancel('no'))
  expect(JSON.parse(JSON.stringify(cancelled))).toMatchObject({ status: 'cancelled', reason: 'no' })
  expect(JSON.parse(JSON.stringify(cancelled))).not.toHaveProperty('errors')
})

test('a result on the console shows its status, reason or errors, and data', async () => {
  const shown = inspect(await ended(() => StageOutput.cancel('no')))
  expect(shown).toContain("status: 'cancelled'")
  expect(shown).toContain("reason: 'no'")
  expect(shown).toContain('first: true')
  expect(inspect(await ended(() => StageOutput.fail('broken')))).toContain('broken')
  expect(inspect((await ended(() => ({}))).data)).toBe('{ first: { first: true }, second: {}, third: { third: true } }')
})

test('the data, outputs and report of a result are computed once, have frozen data, and have no prototype', async () => {
  const result = await new Pipeline('demo')
    .withStage('toString', () => ({ a: 1 }))
    .withStage('constructor', () => ({ b: 1 }))
    .build({ clock })
    .run()
  expect(result.data).toBe(result.data)
  expect(result.outputs).toBe(result.outputs)
  expect(result.report).toBe(result.report)
  expect(Object.isFrozen(result.data.toString)).toBe(true)
  expect(result.data).toEqual({ toString: { a: 1 }, constructor: { b: 1 } })
  expect(
    'hasOwnProperty' in result.data || 'hasOwnProperty' in result.outputs || 'hasOwnProperty' in result.report.stages,
  ).toBe(false)
})

test('many stages give the same kind of result as few', async () => {
  const many = Array.from({ length: 100 }, (_, index) => defineStage({ name: `s${index}`, run: () => ({ index }) }))
  const { data } = await Pipeline.from('demo', many).build({ clock }).run()
  expect(Object.keys(data)).toHaveLength(100)
  expect('hasOwnProperty' in data).toBe(false)
})

test('PipelineFailedError has the result and the cause, and prints without the result', async () => {
  const cause = new Error('boom')
  const graph = new Pipeline('demo')
    .withStage('a', () => {
      throw cause
    })
    .build({ clock })
  const error = (await graph.run().catch((thrown: unknown) => thrown)) as PipelineFailedError
  expect(error).toMatchObject({ name: 'StageflowError', code: 'core/pipeline-failed', cause })
  expect(StageflowError.is(error, 'core/pipeline-failed')).toBe(true)
  expect(error.result.status).toBe('failed')
  expect(Object.keys(error)).not.toContain('result')
})

test.each([
  ['a bare stage', []],
  ['a wrapped stage', [passingOn('around')]],
])('the report of %s has its attempt, with times, status and error', async (_, interceptors) => {
  const settled = new Pipeline('demo')
    .withStage('a', async (context) => {
      await context.clock.sleep(5)
      throw new Error('x')
    })
    .build({ clock, interceptors })
    .runSettled()
  await clock.advance(5)
  expect((await settled).report.stages['a']?.attempts).toEqual([
    {
      attempt: 1,
      startedAt: 1_000,
      endedAt: 1_005,
      status: 'fail',
      error: { code: 'core/stage-failed', message: 'x' },
    },
  ])
})

test('the JSON of a result has the outputs, with their errors as records', async () => {
  const result = await ended(() => StageOutput.fail(new StageflowError('acme/broken', 'it broke')))
  expect((JSON.parse(JSON.stringify(result)) as { outputs: object }).outputs).toEqual({
    first: { status: 'ok', data: { first: true } },
    second: { status: 'fail', error: { code: 'acme/broken', message: 'it broke' } },
  })
})
