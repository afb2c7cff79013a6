import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { abortedAfter, aroundRun, sleepFor } from './interceptors.ts'
import { oneStageRuns } from './one-stage-runs.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { RunContext, RunPipeline } from '../src/index.ts'

let clock = manualClock()
let eventSink = recordingSink()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  eventSink = recordingSink()
})

const { run } = oneStageRuns(() => ({ clock, eventSink }))

test.each<[status: string, answer: (face: RunContext) => ReturnType<RunPipeline>]>([
  ['failed', (face) => face.fail(new Error('changed my mind'))],
  ['cancelled', (face) => face.cancel('changed my mind')],
])('if a wrapRun answers early, the run is stopped and awaited, and ends as %s', async (status, answer) => {
  const result = await run(
    [
      aroundRun((next) => (face) => {
        void next(face)
        return answer(face)
      }),
    ],
    sleepFor(1_000),
  )
  expect(result.status).toBe(status)
  expect(result.report.stages['a']).toMatchObject({ status: 'cancel' })
  expect(eventSink.types()).toEqual([
    'pipeline.started',
    'stage.a.started',
    'stage.a.cancelled',
    `pipeline.${result.status}`,
  ])
})

test('an interceptor may fail a run after all its stages were ok, and their data is kept', async () => {
  const result = await run([
    aroundRun((next) => async (face) => {
      await next(face)
      return face.fail(new Error('over budget'))
    }),
  ])
  expect(result).toMatchObject({
    status: 'failed',
    data: { a: { a: 1 } },
    errors: [{ code: 'core/stage-failed', message: 'over budget' }],
  })
  expect(result.report).toMatchObject({ status: 'failed', stages: { a: { status: 'ok' } } })
  expect(eventSink.types().at(-1)).toBe('pipeline.failed')
})

test('a failure that an interceptor adds comes after those of the stages', async () => {
  const result = await run(
    [
      aroundRun((next) => async (face) => {
        await next(face)
        return face.fail(new Error('second'))
      }),
    ],
    () => {
      throw new Error('first')
    },
  )
  expect(result.status === 'failed' && result.errors.map(({ message }) => message)).toEqual(['first', 'second'])
})

test('an abort after the stages were ok, while an interceptor still works, is never a success', async () => {
  const settled = run(
    [
      aroundRun((next) => async (face) => {
        const outcome = await next(face)
        await face.clock.sleep(50)
        return outcome
      }),
    ],
    undefined,
    { signal: abortedAfter(clock, 20) },
  )
  await clock.advance(50)
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'enough', data: { a: { a: 1 } } })
  expect(eventSink.types().at(-1)).toBe('pipeline.cancelled')
})

test("an interceptor can't change how a stopped run ended, and its error goes to core/problems (core/interceptor-late)", async () => {
  const failing = aroundRun((next) => async (face) => {
    await next(face)
    return face.fail(new Error('over budget'))
  })
  const settled = run([failing], sleepFor(1_000), { signal: abortedAfter(clock, 20) })
  await clock.advance(20)
  const result = await settled
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(result.report.notes['core/problems']).toMatchObject([
    {
      code: 'core/interceptor-late',
      message: expect.stringContaining('cancelled: over budget'),
      cause: { message: 'over budget' },
    },
  ])
})

test("an interceptor can't turn a failed run into a cancelled one, or a cancelled run into another ending", async () => {
  const cancelling = aroundRun((next) => async (face) => {
    await next(face)
    return face.cancel('let it be')
  })
  const failed = await run([cancelling], () => {
    throw new Error('boom')
  })
  expect(failed).toMatchObject({ status: 'failed', errors: [{ message: 'boom' }] })
  expect(eventSink.types().at(-1)).toBe('pipeline.failed')
})

test("a run reads the caller's signal again after the interceptors, so a missed abort is never a success", async () => {
  const caller = new AbortController()
  caller.signal.addEventListener('abort', (event) => event.stopImmediatePropagation())
  const slow = aroundRun((next) => async (face) => {
    const outcome = await next(face)
    caller.abort(new Error('unheard'))
    return outcome
  })
  expect(await run([slow], undefined, { signal: caller.signal })).toMatchObject({
    status: 'cancelled',
    reason: 'unheard',
  })
})

test.each<[how: string, print: (value: unknown) => string]>([
  ['as JSON', (value) => JSON.stringify(value)],
  ['with inspect', (value) => inspect(value)],
])("an interceptor that prints an outcome %s while stages still run doesn't change the result", async (_, print) => {
  const prints = aroundRun(
    (next) => async (face) => {
      const outcome = await next(face)
      print(outcome)
      return outcome
    },
    'prints',
  )
  const early = aroundRun((next) => async (face) => {
    void next(face)
    await face.clock.sleep(5)
    return face.fail(new Error('no'))
  })
  const settled = run([prints, early], async (context) => {
    await context.clock.sleep(10)
    return { done: true }
  })
  await clock.advance(20)
  expect(await settled).toMatchObject({
    status: 'failed',
    data: { a: { done: true } },
    outputs: { a: { status: 'ok' } },
  })
})

test('the outcome of a refused run ends at its start time, for its interceptors too', async () => {
  await clock.advance(1_000)
  const spans: unknown[] = []
  const times = aroundRun(
    (next) => async (face) => {
      const outcome = await next(face)
      spans.push(outcome.startedAt, outcome.endedAt, outcome.report.endedAt)
      return outcome
    },
    'times',
  )
  const { report } = await run([times, aroundRun(() => async (face) => face.fail(new Error('no')))])
  expect([...spans, report.endedAt]).toEqual([1_000, 1_000, 1_000, 1_000])
})

test("an interceptor that throws the abort reason of a stopped run cancels it, and doesn't fail it", async () => {
  const settled = run(
    [
      aroundRun(() => async (face) => {
        await face.clock.sleep(10_000, face.signal)
        throw new Error('unreached')
      }),
    ],
    undefined,
    { signal: abortedAfter(clock, 20) },
  )
  await clock.advance(20)
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'enough' })
})

test('an interceptor around a stopped run cannot change how it ended', async () => {
  const fails = new Pipeline().withStage('a', () => StageOutput.fail('boom'))
  const soothing = aroundRun((next) => async (run) => {
    await next(run)
    return run.cancel('all is well')
  })
  expect(await fails.build({ clock, interceptors: [soothing] }).runSettled()).toMatchObject({ status: 'failed' })

  const flushing = aroundRun((next) => async (run) => {
    await next(run)
    throw new Error('flush failed')
  })
  const stopped = new Pipeline().withStage('a', () => StageOutput.cancel('enough'))
  const result = await stopped.build({ clock, interceptors: [flushing] }).runSettled()
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(result.report.notes['core/problems']).toMatchObject([{ code: 'core/interceptor-late' }])
})
