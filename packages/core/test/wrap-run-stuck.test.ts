import { afterEach, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { abortedAfter, aroundRun, untilAborted } from './interceptors.ts'
import { oneStageRuns } from './one-stage-runs.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'

let clock = manualClock()
let eventSink = recordingSink()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  eventSink = recordingSink()
})

const { run } = oneStageRuns(() => ({ clock, eventSink }))

const never = (): Promise<never> => new Promise(() => {})

test.each<[when: string, wrapRun: NonNullable<Interceptor['wrapRun']>]>([
  ['before next', () => () => never()],
  [
    'after next',
    (next) => async (face) => {
      await next(face)
      return never()
    },
  ],
])(
  'the run gives up an interceptor that hangs %s, graceMs after the stop, and reports it (core/interceptor-stuck)',
  async (_, wrapRun) => {
    const settled = run([aroundRun(wrapRun)], undefined, { timeoutMs: 100, graceMs: 300 })
    await clock.advance(399)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    const result = await settled
    expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
    expect(result.report.endedAt).toBe(400)
    expect(result.report.notes['core/problems']).toMatchObject([
      { code: 'core/interceptor-stuck', message: expect.stringContaining('300 ms (graceMs)') },
    ])
  },
)

test('interceptors around one that hangs get the outcome of the run, and can clean up', async () => {
  const log: string[] = []
  const tidy = aroundRun(
    (next) => async (context) => {
      try {
        const outcome = await next(context)
        log.push(`saw ${outcome.status}`)
        return outcome
      } finally {
        log.push('cleaned up')
      }
    },
    'tidy',
  )
  const stuck = (name: string) => aroundRun(() => () => new Promise(() => {}), name)
  const settled = run([tidy, stuck('stuck')], undefined, { timeoutMs: 100, graceMs: 300 })
  await clock.advance(400)
  expect((await settled).report.notes['core/problems']).toMatchObject([
    { code: 'core/interceptor-stuck', message: expect.stringContaining('"stuck"') },
  ])
  expect(log).toEqual(['saw failed', 'cleaned up'])
  const neverAnswers = aroundRun(
    (next) => async (context) => {
      await next(context)
      return await new Promise(() => {})
    },
    'never-answers',
  )
  const both = run([tidy, neverAnswers, stuck('stuck')], undefined, { timeoutMs: 100, graceMs: 300 })
  await clock.advance(400)
  expect((await both).report.notes['core/problems']).toMatchObject([
    { message: expect.stringContaining('"stuck"') },
    { message: expect.stringContaining('"never-answers"') },
    { message: expect.stringContaining('"tidy"') },
  ])
  await clock.advance(0)
  expect(log).toEqual(['saw failed', 'cleaned up', 'saw failed', 'cleaned up'])
})

test('interceptors of a run with an aborted signal have the grace time too', async () => {
  const settled = run(
    [
      aroundRun(() => async (face) => {
        await face.clock.sleep(50)
        face.signal.throwIfAborted()
        throw new Error('unreached')
      }),
    ],
    undefined,
    { signal: AbortSignal.abort(new Error('too late')) },
  )
  await clock.advance(50)
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'too late' })
})

test('the run also gives up a hanging interceptor if the stop comes during the cleanups', async () => {
  const hanging = aroundRun((next) => async (face) => {
    await next(face)
    return new Promise(() => {})
  })
  const settled = run(
    [hanging],
    (context) => {
      context.onCleanup(async () => context.clock.sleep(50))
      return { a: 1 }
    },
    { signal: abortedAfter(clock, 10), graceMs: 100 },
  )
  await clock.advance(110)
  const outcome = await Promise.race([settled, clock.settle().then(() => clock.settle())])
  expect(outcome).toMatchObject({ status: 'cancelled', reason: 'enough', report: { endedAt: 110 } })
})

test('the run gives up a hanging interceptor after the grace time if the stop came before its call', async () => {
  const hanging = aroundRun(() => () => new Promise(() => {}))
  const settled = run([hanging], undefined, { signal: AbortSignal.abort(new Error('too late')), graceMs: 100 })
  await clock.advance(100)
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'too late', report: { endedAt: 100 } })
})

test.each<[what: string, stage: (context: StageContext) => unknown]>([
  ["the caller's signal", untilAborted],
  ['a stage that fails', () => StageOutput.fail('x')],
  ['a stage that cancels', () => StageOutput.cancel('x')],
])(
  'the run gives up an interceptor that hangs after %s has stopped the run, after the grace time',
  async (_, stage) => {
    const hanging = aroundRun((next) => async (run) => {
      await next(run)
      return never()
    })
    const abort = new AbortController()
    const settled = new Pipeline()
      .withStage('a', stage as never)
      .build({ clock, interceptors: [hanging] })
      .runSettled({}, { signal: abort.signal, graceMs: 20 })
    await clock.settle()
    abort.abort()
    await clock.advance(20)
    const { status, report } = await settled
    expect(status).not.toBe('completed')
    expect(report.notes['core/problems']).toMatchObject([{ code: 'core/interceptor-stuck' }])
  },
)
