import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { ContextSnapshot, Pipeline, StageflowError, createSlot } from './index.ts'
import type { Interceptor, RunContext, RunInput, RunOptions, RunPipeline, StageContext } from './index.ts'

let clock = manualClock()
let eventSink = recordingSink()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  eventSink = recordingSink()
})

const around = (wrapRun: NonNullable<Interceptor['wrapRun']>, name = 'around'): Interceptor => ({ name, wrapRun })
const sleeping = async (context: StageContext): Promise<object> => {
  await context.clock.sleep(1_000, context.signal)
  return { slept: true }
}
const build = (
  interceptors: readonly Interceptor[],
  stage: (context: StageContext) => object | Promise<object> = () => ({ a: 1 }),
) => new Pipeline('demo').withStage('a', stage).build({ clock, eventSink, interceptors })
const run = (
  interceptors: readonly Interceptor[],
  stage?: (context: StageContext) => object | Promise<object>,
  options?: RunOptions,
  input?: RunInput,
) => build(interceptors, stage).runSettled(input, options)

test('the first interceptor is the outermost around the run, and the last event follows it', async () => {
  const log: string[] = []
  const logging = (name: string): Interceptor =>
    around(
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

test('pipeline.started comes before any interceptor is asked, so that a refusal is seen', async () => {
  const refused = new StageflowError('auth/missing-token', 'no token')
  const result = await run([
    around(() => (face) => {
      face.tryEmitEvent('quota.refused', { reason: 'missing' })
      return face.fail(refused)
    }),
  ])
  expect(result).toMatchObject({ status: 'failed', data: {}, errors: [{ code: 'auth/missing-token' }] })
  expect(result.report.stages['a']).toMatchObject({ status: 'cancel', startedAt: undefined })
  expect(eventSink.types()).toEqual(['pipeline.started', 'quota.refused', 'pipeline.failed'])
})

test('run() rejects with what an interceptor failed the run with', async () => {
  const refused = new StageflowError('auth/missing-token', 'no token')
  await expect(build([around(() => (face) => face.fail(refused))]).run()).rejects.toMatchObject({
    code: 'core/pipeline-failed',
    cause: refused,
    message: 'Pipeline "demo" failed: no token',
  })
})

test('an interceptor may cancel a run instead of running it', async () => {
  expect(await run([around(() => (face) => face.cancel('closed on Sundays'))])).toMatchObject({
    status: 'cancelled',
    reason: 'closed on Sundays',
  })
  expect(eventSink.events.at(-1)).toMatchObject({ type: 'pipeline.cancelled', data: { reason: 'closed on Sundays' } })
})

test('a run that is answered early while it goes on is stopped and awaited, and ends as it was answered', async () => {
  const answers: ((face: RunContext) => ReturnType<RunPipeline>)[] = [
    (face) => face.fail(new Error('changed my mind')),
    (face) => face.cancel('changed my mind'),
  ]
  for (const answer of answers) {
    eventSink.clear()
    const result = await run(
      [
        around((next) => (face) => {
          void next(face)
          return answer(face)
        }),
      ],
      sleeping,
    )
    expect(result.status).toBe(answer === answers[0] ? 'failed' : 'cancelled')
    expect(result.report.stages['a']).toMatchObject({ status: 'cancel' })
    expect(eventSink.types()).toEqual([
      'pipeline.started',
      'stage.a.started',
      'stage.a.cancelled',
      `pipeline.${result.status}`,
    ])
  }
})

test('an interceptor may fail a run after all its stages were ok; what they gave is kept', async () => {
  const result = await run([
    around((next) => async (face) => {
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
      around((next) => async (face) => {
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

test('an interceptor that throws around the run fails it and is named (core/interceptor-threw)', async () => {
  const result = await run([
    around(
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
      around((next) => async (face) => {
        void next(face)
        throw new Error('a bug')
      }),
    ],
    sleeping,
  )
  expect(result).toMatchObject({ status: 'failed', report: { stages: { a: { status: 'cancel' } } } })
})

test.each([
  ['nothing', undefined],
  ['a made-up outcome', { status: 'completed' }],
  ['null', null],
])('an interceptor that answers a run with %s fails it and is named (core/interceptor-answer)', async (_, answer) => {
  const result = await run([
    around(
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
})

test('the outcome of another run is no answer', async () => {
  let stolen: unknown
  await run([
    around((next) => async (face) => {
      const outcome = await next(face)
      stolen = outcome
      return outcome
    }),
  ])
  const result = await run([around(() => () => stolen as never)])
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/interceptor-answer' }] })
})

test('next takes a run and nothing else (core/interceptor-context)', async () => {
  const result = await run([around((next) => () => next({} as never))])
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/interceptor-threw', cause: { code: 'core/interceptor-context' } }],
  })
})

test('the stages run once, however often next is called', async () => {
  let calls = 0
  const result = await run(
    [
      around((next) => async (face) => {
        const [first, second] = await Promise.all([next(face), next(face)])
        expect(second).toBe(first)
        return next(face)
      }),
    ],
    () => ({ calls: ++calls }),
  )
  expect(result.data).toEqual({ a: { calls: 1 } })
})

test('next after the run is over runs nothing', async () => {
  let calls = 0
  const late: unknown[] = []
  const inner = around(
    (next) => async (face) => {
      await face.clock.sleep(50)
      late.push((await next(face)).status)
      return next(face)
    },
    'inner',
  )
  const result = await run(
    [
      around(
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

test('an interceptor that hangs is given up the grace time after the run was stopped, and the report says so (core/interceptor-stuck)', async () => {
  const hanging: NonNullable<Interceptor['wrapRun']>[] = [
    () => () => new Promise(() => {}),
    (next) => async (face) => {
      await next(face)
      return new Promise(() => {})
    },
  ]
  for (const wrapRun of hanging) {
    const start = clock.now()
    const settled = run([around(wrapRun)], undefined, { timeoutMs: 100, graceMs: 300 })
    await clock.advance(399)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    const result = await settled
    expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/run-timeout' }] })
    expect(result.report.endedAt).toBe(start + 400)
    expect(result.report.notes['core/problems']).toMatchObject([
      { code: 'core/interceptor-stuck', message: expect.stringContaining('300 ms (graceMs)') },
    ])
  }
})

test('those around an interceptor that hangs end with the run: they see how it ended, and clean up', async () => {
  const log: string[] = []
  const tidy = around(
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
  const stuck = (name: string) => around(() => () => new Promise(() => {}), name)
  const settled = run([tidy, stuck('stuck')], undefined, { timeoutMs: 100, graceMs: 300 })
  await clock.advance(400)
  expect((await settled).report.notes['core/problems']).toMatchObject([
    { code: 'core/interceptor-stuck', message: expect.stringContaining('"stuck"') },
  ])
  expect(log).toEqual(['saw failed', 'cleaned up'])
  const neverAnswers = around(
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

test('a signal that has aborted already leaves the interceptors around the run the grace time too', async () => {
  const settled = run(
    [
      around(() => async (face) => {
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

test("a throw of the abort that stopped the run is a cancel, not the interceptor's failure", async () => {
  const settled = run(
    [
      around(() => async (face) => {
        await face.clock.sleep(10_000, face.signal)
        throw new Error('unreached')
      }),
    ],
    undefined,
    { signal: abortedAfter(20) },
  )
  await clock.advance(20)
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'enough' })
})

function abortedAfter(ms: number): AbortSignal {
  const controller = new AbortController()
  clock.setTimeout(() => controller.abort(new Error('enough')), ms)
  return controller.signal
}

test('a narrowed signal aborts the run, a narrowed deadline bounds it, a changed snapshot is what stages see', async () => {
  const own = new AbortController()
  const settled = run([around((next) => (face) => next(face.with({ signal: own.signal })))], sleeping)
  await clock.advance(10)
  own.abort(new Error('narrowed'))
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'narrowed' })

  const bounded = run([around((next) => (face) => next(face.with({ deadline: clock.now() + 100 })))], sleeping)
  await clock.advance(100)
  expect(await bounded).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/run-timeout', message: expect.stringContaining('100 ms') }],
  })

  const verified = run(
    [
      around((next) => (face) => next(face.with({ snapshot: face.snapshot.withIdentity({ userId: 'ada' }) }))),
      around(
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

test("a deadline is never widened: the run's own stays", async () => {
  const settled = run([around((next) => (face) => next(face.with({ deadline: 1_000_000 })))], sleeping, {
    timeoutMs: 10,
  })
  await clock.advance(10)
  expect(await settled).toMatchObject({ status: 'failed', errors: [{ code: 'core/run-timeout' }] })
})

test('what it sets in slots, stages read; what it notes is in the report; what it is told of the run is right', async () => {
  const claims = createSlot<string>('auth/claims')
  const seen: unknown[] = []
  const result = await run(
    [
      around((next) => async (face) => {
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

test('the events of the engine cannot be forged by an interceptor either (core/event-type)', async () => {
  const result = await run([
    around(() => (face) => {
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

test('returning next itself from wrapRun leaves runs alone', async () => {
  expect((await run([around((next) => next)])).status).toBe('completed')
})

test('an abort after the stages were ok, while an interceptor still works, is never a success', async () => {
  const settled = run(
    [
      around((next) => async (face) => {
        const outcome = await next(face)
        await face.clock.sleep(50)
        return outcome
      }),
    ],
    undefined,
    { signal: abortedAfter(20) },
  )
  await clock.advance(50)
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'enough', data: { a: { a: 1 } } })
  expect(eventSink.types().at(-1)).toBe('pipeline.cancelled')
})

test('the functions of a run can be taken off it', async () => {
  const slot = createSlot<string>('x')
  const result = await run([
    around((next) => ({ set, get, note, with: narrowed, tryEmitEvent }) => {
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
    around((next) => (face) => {
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

test('an interceptor that hangs is given up also when the run is stopped while its cleanups run', async () => {
  const hanging = around((next) => async (face) => {
    await next(face)
    return new Promise(() => {})
  })
  const settled = run(
    [hanging],
    (context) => {
      context.onCleanup(async () => context.clock.sleep(50))
      return { a: 1 }
    },
    { signal: abortedAfter(10), graceMs: 100 },
  )
  await clock.advance(110)
  const outcome = await Promise.race([settled, clock.settle().then(() => clock.settle())])
  expect(outcome).toMatchObject({ status: 'cancelled', reason: 'enough', report: { endedAt: 110 } })
})

test('an interceptor cannot change how a run that was stopped has ended: its error goes to core/problems (core/interceptor-late)', async () => {
  const failing = around((next) => async (face) => {
    await next(face)
    return face.fail(new Error('over budget'))
  })
  const settled = run([failing], sleeping, { signal: abortedAfter(20) })
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

test('a run that failed is not made a cancelled one, nor a cancelled one another', async () => {
  const cancelling = around((next) => async (face) => {
    await next(face)
    return face.cancel('let it be')
  })
  const failed = await run([cancelling], () => {
    throw new Error('boom')
  })
  expect(failed).toMatchObject({ status: 'failed', errors: [{ message: 'boom' }] })
  expect(eventSink.types().at(-1)).toBe('pipeline.failed')
})

test('an interceptor that hangs in a run that was stopped before it was asked is given up after the grace time', async () => {
  const hanging = around(() => () => new Promise(() => {}))
  const settled = run([hanging], undefined, { signal: AbortSignal.abort(new Error('too late')), graceMs: 100 })
  await clock.advance(100)
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'too late', report: { endedAt: 100 } })
})

test("the caller's signal is read once more after the interceptors: an abort that was kept from the run is no success", async () => {
  const caller = new AbortController()
  caller.signal.addEventListener('abort', (event) => event.stopImmediatePropagation())
  const slow = around((next) => async (face) => {
    const outcome = await next(face)
    caller.abort(new Error('unheard'))
    return outcome
  })
  expect(await run([slow], undefined, { signal: caller.signal })).toMatchObject({
    status: 'cancelled',
    reason: 'unheard',
  })
})

test('a narrowed run shows what it was narrowed to: the earlier deadline, and a signal that aborts with either', async () => {
  const own = new AbortController()
  const seen: unknown[] = []
  const narrowing = around((next) => (face) => {
    const narrowed = face.with({ signal: own.signal })
    seen.push(face.with({ deadline: 10 }).deadline, face.with({ deadline: 1_000_000 }).deadline, face.with({}).deadline)
    seen.push(narrowed.signal.aborted)
    own.abort(new Error('narrowed'))
    seen.push(narrowed.signal.aborted, face.signal.aborted)
    return next(face)
  })
  await run([narrowing], undefined, { timeoutMs: 500 })
  await run([
    around((next) => (face) => {
      seen.push(face.with({}).deadline)
      return next(face)
    }),
  ])
  expect(seen).toEqual([10, 500, 500, false, true, false, undefined])
})

test('what an interceptor reports as broken beside the run is under core/problems and changes nothing (core/problem)', async () => {
  const quota = new StageflowError('quota/store', 'The store of the quota is down.')
  const result = await run([
    around((next) => async (context) => {
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

test.each([
  ['a deadline that is no time', { deadline: NaN }],
  ['a deadline that is no number', { deadline: new Date() }],
  ['a signal that is none', { signal: {} }],
  ['a signal that only looks like one', { signal: { aborted: false, addEventListener() {} } }],
])('a run cannot be narrowed to %s (core/run-option)', async (_, changes) => {
  const result = await new Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ clock, interceptors: [{ name: 'narrows', wrapRun: (next) => (run) => next(run.with(changes as never)) }] })
    .runSettled()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/interceptor-threw', cause: { code: 'core/run-option' } }],
  })
})

test('an interceptor that prints an outcome, while stages still run, changes nothing of the result', async () => {
  for (const print of [(value: unknown) => JSON.stringify(value), (value: unknown) => inspect(value)]) {
    const prints = around(
      (next) => async (face) => {
        const outcome = await next(face)
        print(outcome)
        return outcome
      },
      'prints',
    )
    const early = around((next) => async (face) => {
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
  }
})

test('a run that was refused ended when it started, also for who surrounds it', async () => {
  await clock.advance(1_000)
  const spans: unknown[] = []
  const times = around(
    (next) => async (face) => {
      const outcome = await next(face)
      spans.push(outcome.startedAt, outcome.endedAt, outcome.report.endedAt)
      return outcome
    },
    'times',
  )
  const { report } = await run([times, around(() => async (face) => face.fail(new Error('no')))])
  expect([...spans, report.endedAt]).toEqual([1_000, 1_000, 1_000, 1_000])
})
