import { afterEach, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { aroundRun, sleepFor } from './interceptors.ts'
import { oneStageRuns } from './one-stage-runs.ts'
import { ContextSnapshot, createSlot, Pipeline, StageflowError } from '../src/index.ts'
import type { RunContext } from '../src/index.ts'

let clock = manualClock()
let eventSink = recordingSink()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  eventSink = recordingSink()
})

const { run } = oneStageRuns(() => ({ clock, eventSink }))

test('a narrowed signal aborts the run, a narrowed deadline limits it, and stages see a changed snapshot', async () => {
  const own = new AbortController()
  const settled = run([aroundRun((next) => (face) => next(face.with({ signal: own.signal })))], sleepFor(1_000))
  await clock.advance(10)
  own.abort(new Error('narrowed'))
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'narrowed' })

  const bounded = run(
    [aroundRun((next) => (face) => next(face.with({ deadline: clock.now() + 100 })))],
    sleepFor(1_000),
  )
  await clock.advance(100)
  expect(await bounded).toMatchObject({
    status: 'failed',
    errors: [
      {
        code: 'core/timed-out',
        message: expect.stringContaining('did not end within 100 ms (run.with({ deadline }))'),
      },
    ],
  })

  const verified = run(
    [
      aroundRun((next) => (face) => next(face.with({ snapshot: face.snapshot.withIdentity({ userId: 'ada' }) }))),
      aroundRun(
        (next) => (face) => {
          expect([face.userId, face.with({}).userId]).toEqual(['ada', 'ada'])
          return next(face.with({ deadline: 1_000_000 }))
        },
        'inner',
      ),
    ],
    (context) => ({ userId: context.userId, same: context.snapshot.userId, deadline: context.deadline }),
    undefined,
    { userId: 'unknown', inputText: 'hello' },
  )
  expect((await verified).data).toEqual({ a: { userId: 'ada', same: 'ada', deadline: 1_000_000 } })
})

test("a wrapRun can't set a later deadline than the run's own", async () => {
  const settled = run([aroundRun((next) => (face) => next(face.with({ deadline: 1_000_000 })))], sleepFor(1_000), {
    timeoutMs: 10,
  })
  await clock.advance(10)
  expect(await settled).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
})

test('a wrapRun sets slots for the stages, adds notes to the report, and gets the facts of the run', async () => {
  const claims = createSlot<string>('auth/claims')
  const seen: unknown[] = []
  const result = await run(
    [
      aroundRun((next) => async (face) => {
        face.set(claims, 'ada')
        seen.push(
          face.get(claims),
          face.parent,
          face.options,
          face.pipeline.name,
          face.requestId,
          face.sessionId,
          face.orgId,
          face.interactionId,
          face.deadline,
          face.clock,
          face.signal.aborted,
        )
        expect(face.snapshot).toBeInstanceOf(ContextSnapshot)
        expect(face.snapshot.pipelineRunId).toBe(face.pipelineRunId)
        await face.emitEvent('quota.login', { sub: 'ada' })
        const outcome = await next(face)
        face.note('acme/cost' as never, 5 as never)
        seen.push(
          outcome.status,
          outcome.output('a')?.status,
          outcome.output('b'),
          outcome.errors,
          outcome.reason,
          outcome.report.stages['a']?.status,
        )
        return outcome
      }),
    ],
    (context) => ({ sub: context.get(claims) }),
    { timeoutMs: 5_000 },
    { requestId: 'q', sessionId: 's', orgId: 'o', interactionId: 'i' },
  )
  expect(result.data).toEqual({ a: { sub: 'ada' } })
  expect(result.report.notes).toEqual({ 'acme/cost': 5 })
  expect(seen).toEqual([
    'ada',
    undefined,
    { timeoutMs: 5_000 },
    'demo',
    'q',
    's',
    'o',
    'i',
    5_000,
    clock,
    false,
    'completed',
    'ok',
    undefined,
    [],
    undefined,
    'ok',
  ])
  expect(eventSink.types()).toContain('quota.login')
})

test("an interceptor can't emit events with a type of the engine (core/event-type)", async () => {
  const result = await run([
    aroundRun(() => (face) => {
      face.tryEmitEvent('pipeline.completed' as never, {})
      return face.cancel('unreached')
    }),
  ])
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/interceptor-threw', cause: { code: 'core/event-type' } }],
  })
  expect(eventSink.types()).toEqual(['pipeline.started', 'pipeline.failed'])
})

test('the functions of a run context work without it as `this`', async () => {
  const slot = createSlot<string>('x')
  const result = await run([
    aroundRun((next) => ({ set, get, note, with: narrowed, tryEmitEvent }) => {
      set(slot, 'kept')
      note('acme/slot' as never, get(slot) as never)
      tryEmitEvent('acme.event', {})
      return next(narrowed({}))
    }),
  ])
  expect(result).toMatchObject({ status: 'completed', report: { notes: { 'acme/slot': 'kept' } } })
})

test('a note after the run is over changes nothing', async () => {
  let kept: RunContext | undefined
  const result = await run([
    aroundRun((next) => (face) => {
      kept = face
      return next(face)
    }),
  ])
  kept?.note('acme/late' as never, 1 as never)
  expect(kept?.tryEmitEvent('acme.late', {})).toBe(false)
  await kept?.emitEvent('acme.late', {})
  expect(result.report.notes).toEqual({})
  expect(eventSink.types().at(-1)).toBe('pipeline.completed')
})

test('a narrowed run has the earlier deadline, and a signal that aborts with either', async () => {
  const own = new AbortController()
  const seen: unknown[] = []
  const narrowing = aroundRun((next) => (face) => {
    const narrowed = face.with({ signal: own.signal })
    seen.push(face.with({ deadline: 10 }).deadline, face.with({ deadline: 1_000_000 }).deadline, face.with({}).deadline)
    seen.push(narrowed.signal.aborted)
    own.abort(new Error('narrowed'))
    seen.push(narrowed.signal.aborted, face.signal.aborted)
    return next(face)
  })
  await run([narrowing], undefined, { timeoutMs: 500 })
  await run([
    aroundRun((next) => (face) => {
      seen.push(face.with({}).deadline)
      return next(face)
    }),
  ])
  expect(seen).toEqual([10, 500, 500, false, true, false, undefined])
})

test('a problem that an interceptor reports is under core/problems and changes nothing (core/problem)', async () => {
  const quota = new StageflowError('quota/store', 'The store of the quota is down.')
  const result = await run([
    aroundRun((next) => async (context) => {
      context.problem(new TypeError('exporter closed'))
      const outcome = await next(context)
      context.problem(quota)
      return outcome
    }),
  ])
  expect(result.status).toBe('completed')
  expect(result.report.notes['core/problems']).toEqual([
    {
      code: 'core/problem',
      message: 'exporter closed',
      cause: { code: 'core/stage-failed', message: 'exporter closed' },
    },
    { code: 'quota/store', message: 'The store of the quota is down.' },
  ])
})

test('a narrowed run is aborted with the run, and its deadline is the earlier one', async () => {
  const seen: unknown[] = []
  const outer = aroundRun(
    (next) => (run) => next(run.with({ signal: new AbortController().signal, deadline: 9e15 })),
    'outer',
  )
  const inner = aroundRun(
    () => async (run: RunContext) => {
      seen.push(run.deadline)
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve))
      throw run.signal.reason
    },
    'inner',
  )
  const abort = new AbortController()
  const settled = new Pipeline()
    .withStage('a', () => ({}))
    .build({ clock, interceptors: [outer, inner] })
    .runSettled({}, { signal: abort.signal, timeoutMs: 10_000 })
  await clock.advance(10)
  abort.abort(new Error('enough'))
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(seen).toEqual([10_000])
})
