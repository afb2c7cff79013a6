import { afterEach, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { aroundRun, sleepFor } from './interceptors.ts'
import { oneStageRuns } from './one-stage-runs.ts'
import { Pipeline, StageflowError } from '../src/index.ts'
import type { Interceptor } from '../src/index.ts'

let clock = manualClock()
let eventSink = recordingSink()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  eventSink = recordingSink()
})

const { build, run } = oneStageRuns(() => ({ clock, eventSink }))

test('the first interceptor is the outermost around the run, and the last event follows it', async () => {
  const log: string[] = []
  const logging = (name: string): Interceptor =>
    aroundRun(
      (next, pipeline) => async (face) => {
        log.push(`${name} in: ${pipeline.name}`)
        const outcome = await next(face)
        log.push(`${name} out: ${outcome.status}, ${eventSink.types().at(-1)}`)
        return outcome
      },
      name,
    )
  await run([logging('first'), logging('second')])
  expect(log).toEqual([
    'first in: demo',
    'second in: demo',
    'second out: completed, stage.a.completed',
    'first out: completed, stage.a.completed',
  ])
  expect(eventSink.types().at(-1)).toBe('pipeline.completed')
})

test('pipeline.started comes before any wrapRun is called, so that a refused run has it', async () => {
  const refused = new StageflowError('auth/missing-token', 'no token')
  const result = await run([
    aroundRun(() => (face) => {
      face.tryEmitEvent('quota.refused', { reason: 'missing' })
      return face.fail(refused)
    }),
  ])
  expect(result).toMatchObject({ status: 'failed', data: {}, errors: [{ code: 'auth/missing-token' }] })
  expect(result.report.stages['a']).toMatchObject({ status: 'cancel', startedAt: undefined })
  expect(eventSink.types()).toEqual(['pipeline.started', 'quota.refused', 'pipeline.failed'])
})

test('run() rejects with the error that an interceptor failed the run with', async () => {
  const refused = new StageflowError('auth/missing-token', 'no token')
  await expect(build([aroundRun(() => (face) => face.fail(refused))]).run()).rejects.toMatchObject({
    code: 'core/pipeline-failed',
    cause: refused,
    message: 'Pipeline "demo" failed: [auth/missing-token] no token',
  })
})

test('an interceptor may cancel a run instead of running it', async () => {
  expect(await run([aroundRun(() => (face) => face.cancel('closed on Sundays'))])).toMatchObject({
    status: 'cancelled',
    reason: 'closed on Sundays',
  })
  expect(eventSink.events.at(-1)).toMatchObject({ type: 'pipeline.cancelled', data: { reason: 'closed on Sundays' } })
})

test('an interceptor that throws around the run fails it, and the error names it (core/interceptor-threw)', async () => {
  const result = await run([
    aroundRun(
      () => () => {
        throw new Error('a bug')
      },
      'broken',
    ),
  ])
  expect(result).toMatchObject({
    status: 'failed',
    errors: [
      {
        code: 'core/interceptor-threw',
        message: 'Interceptor "broken" threw around the run: a bug',
        cause: { message: 'a bug' },
      },
    ],
  })
})

test('an interceptor that throws while the run goes on stops it', async () => {
  const result = await run(
    [
      aroundRun((next) => async (face) => {
        void next(face)
        throw new Error('a bug')
      }),
    ],
    sleepFor(1_000),
  )
  expect(result).toMatchObject({ status: 'failed', report: { stages: { a: { status: 'cancel' } } } })
})

test.each([
  ['nothing', undefined],
  ['a made-up outcome', { status: 'completed' }],
  ['null', null],
])(
  'an interceptor that answers a run with %s fails it, and the error names it (core/interceptor-answer)',
  async (_, answer) => {
    const result = await run([
      aroundRun(
        (next) => async (face) => {
          await next(face)
          return answer as never
        },
        'vague',
      ),
    ])
    expect(result).toMatchObject({
      status: 'failed',
      errors: [{ code: 'core/interceptor-answer', message: expect.stringContaining('"vague"') }],
    })
  },
)

test('the outcome of another run is not an answer', async () => {
  let stolen: unknown
  await run([
    aroundRun((next) => async (face) => {
      const outcome = await next(face)
      stolen = outcome
      return outcome
    }),
  ])
  const result = await run([aroundRun(() => () => stolen as never)])
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/interceptor-answer' }] })
})

test("next refuses a value that isn't a run context (core/interceptor-context)", async () => {
  const result = await run([aroundRun((next) => () => next({} as never))])
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/interceptor-threw', cause: { code: 'core/interceptor-context' } }],
  })
})

test('the stages run once, also if next is called several times', async () => {
  let calls = 0
  const result = await run(
    [
      aroundRun((next) => async (face) => {
        const [first, second] = await Promise.all([next(face), next(face)])
        expect(second).toBe(first)
        return next(face)
      }),
    ],
    () => ({ calls: ++calls }),
  )
  expect(result.data).toEqual({ a: { calls: 1 } })
})

test('next after the run is over runs no stage', async () => {
  let calls = 0
  const late: unknown[] = []
  const inner = aroundRun(
    (next) => async (face) => {
      await face.clock.sleep(50)
      late.push((await next(face)).status)
      return next(face)
    },
    'inner',
  )
  const result = await run(
    [
      aroundRun(
        (next) => (face) => {
          void next(face)
          return face.fail(new Error('early'))
        },
        'outer',
      ),
      inner,
    ],
    () => ({ calls: ++calls }),
  )
  await clock.advance(50)
  expect(result.status).toBe('failed')
  expect(calls).toBe(0)
  expect(late).toHaveLength(1)
})

test('a wrapRun that returns next itself adds no layer to the runs', async () => {
  expect((await run([aroundRun((next) => next)])).status).toBe('completed')
})

test.each([
  ['a signal that only looks like one', { signal: { aborted: false, addEventListener() {} } }],
  ['a deadline that is NaN', { deadline: NaN }],
  ["a deadline that isn't a number", { deadline: new Date() }],
  ["a signal that isn't an AbortSignal", { signal: {} }],
])('a run cannot be narrowed to %s (core/illegal-option)', async (_, changes) => {
  const result = await new Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ clock, interceptors: [{ name: 'narrows', wrapRun: (next) => (run) => next(run.with(changes as never)) }] })
    .runSettled()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/interceptor-threw', cause: { code: 'core/illegal-option' } }],
  })
})
