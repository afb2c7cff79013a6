import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import {
  LATE,
  ignoresAbort,
  limitIdleTo,
  limitTo,
  logAnswers,
  logExpired,
  runStage,
  stopsOnAbort,
  withPart,
} from './interceptors.ts'
import { untypedPipeline } from './untyped-pipeline.ts'
import { WAYS } from './ways.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { CallPart, Clock, Interceptor, StageContext } from '../src/index.ts'

describe.each(WAYS)('%s,', (_, beside) => {
  test('the code, items and children of a call see the earliest deadline of its parts and of the run', async () => {
    const seen: Record<string, unknown> = {}
    const limit = (name: string, deadline: number): Interceptor =>
      withPart(name, (context, { name: stage, pipeline }) => {
        if (pipeline.name === 'child') return undefined
        seen[`${name} at ${stage}`] = context.deadline
        return { deadline, expired: () => StageOutput.fail(LATE) }
      })
    const child = new Pipeline('child').withStage('inside', (context) => {
      seen['child'] = context.deadline
    })
    const run = new Pipeline('demo')
      .withStage('code', async (context) => {
        await context.clock.sleep(1)
        seen['code'] = context.deadline
      })
      .withMap('map', { over: () => [1], each: (_item, context) => ({ at: (seen['item'] = context.deadline) }) })
      .withPipeline('above', child)
      .build({ clock, interceptors: beside([limit('outer', 500), limit('inner', 400)]) })
      .run({}, { timeoutMs: 1_000 })
    await clock.advance(1)
    await run
    expect(seen).toMatchObject({ code: 400, item: 400, child: 400 })
    for (const stage of ['code', 'map', 'above'])
      expect([seen[`outer at ${stage}`], seen[`inner at ${stage}`]]).toEqual([1_000, 500])
  })

  test.each([
    ['later than', 60],
    ['at the same time as', 50],
  ])("a part with a deadline %s that of the run doesn't expire: the run ends", async (_what, deadline) => {
    const log: string[] = []
    const seen: unknown[] = []
    const run = runStage(
      clock,
      (context) => {
        seen.push(context.deadline)
        return context.clock.sleep(500, context.signal)
      },
      beside([logExpired(log, 'limit', () => ({ deadline }))]),
      { timeoutMs: 50 },
    )
    await clock.advance(500)
    const result = await run
    expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
    expect(result.status === 'failed' && result.errors).toHaveLength(1)
    expect(result.report.stages['a']).toMatchObject({ status: 'cancel', endedAt: 50 })
    expect([seen, log]).toEqual([[50], []])
  })

  test.each([
    ['later than', 30],
    ['at the same time as', 20],
  ])(
    "a part with a deadline %s that of an outer part doesn't expire: the outer part answers",
    async (_what, deadline) => {
      const log: string[] = []
      const list = [logExpired(log, 'outer', () => ({ deadline: 20 })), logExpired(log, 'inner', () => ({ deadline }))]
      const run = runStage(clock, ignoresAbort, beside(list), { onFailure: 'skip' })
      await clock.advance(500)
      expect((await run).report.stages['a']).toMatchObject({ endedAt: 20, error: { message: 'outer expired' } })
      expect(log).toEqual(['outer a deadline at 20'])
    },
  )

  test('a deadline is read once, when the call begins', async () => {
    let reads = 0
    const seen: unknown[] = []
    const part: CallPart = {
      get deadline() {
        return ++reads === 1 ? 20 : 400
      },
      expired: () => StageOutput.fail(LATE),
    }
    const stage = (context: StageContext): Promise<void> => {
      seen.push(context.deadline)
      return stopsOnAbort(context)
    }
    const run = runStage(clock, stage, beside([withPart('reads', () => part)]), { onFailure: 'skip' })
    await clock.advance(500)
    expect((await run).report.stages['a']?.endedAt).toBe(20)
    expect(seen).toEqual([20])
  })

  test.each([
    ['now', 100],
    ['in the past', 50],
    ['at the start of time', -Infinity],
  ])(
    'a deadline that is %s when the call begins expires as the event loop turns: the code has begun',
    async (_when, deadline) => {
      const log: string[] = []
      await clock.advance(100)
      const run = runStage(
        clock,
        async (context) => {
          log.push('code')
          await context.clock.sleep(500, context.signal)
        },
        beside([logExpired(log, 'limit', () => ({ deadline }))]),
        { onFailure: 'skip' },
      )
      expect(log).toEqual(['code'])
      await clock.settle()
      const { report } = await run
      expect(log).toEqual(['code', 'limit a deadline at 100'])
      expect(report.stages['a']).toMatchObject({
        status: 'fail',
        endedAt: 100,
        attempts: [{ startedAt: 100, endedAt: 100 }],
      })
    },
  )

  test('a stage that answers at once is not cut short by a deadline in the past', async () => {
    const log: string[] = []
    const list = beside([logExpired(log, 'limit', () => ({ deadline: -1 }))])
    expect((await runStage(clock, () => ({ a: 1 }), list)).data).toEqual({ a: { a: 1 } })
    await clock.advance(10)
    expect(log).toEqual([])
  })

  test.each([
    ['undefined', undefined],
    ['Infinity', Infinity],
  ])('a deadline and an idleTimeoutMs of %s limit nothing', async (_what, limit) => {
    const log: string[] = []
    const seen: unknown[] = []
    const none = withPart('none', () => ({
      deadline: limit,
      idleTimeoutMs: limit,
      expired: (why) => {
        log.push(why)
        return StageOutput.skip('late')
      },
    }))
    const run = runStage(
      clock,
      async (context) => {
        seen.push(context.deadline)
        await ignoresAbort(context)
      },
      beside([none]),
    )
    await clock.advance(0)
    expect(clock.pending).toBe(1)
    await clock.advance(500)
    expect((await run).status).toBe('completed')
    expect([seen, log]).toEqual([[undefined], []])
  })

  test.each(
    (['deadline', 'idleTimeoutMs'] as const).flatMap((key) =>
      [NaN, '5', null, new Date(5), 5n, {}].map((value) => [key, typeof value, value] as const),
    ),
  )(
    "a part whose %s isn't a number (%s: %s) fails its call, and the code does not run (core/interceptor-answer)",
    async (key, _type, value) => {
      let calls = 0
      const log: string[] = []
      const wrong = withPart('wrong', () => ({ [key]: value, expired: () => StageOutput.skip('late') }) as never)
      const run = runStage(clock, () => void calls++, beside([logAnswers(log), wrong]), { onFailure: 'skip' })
      const { report } = await run
      expect(report.stages['a']).toMatchObject({
        status: 'fail',
        attempts: [],
        error: {
          code: 'core/interceptor-answer',
          message: expect.stringMatching(
            new RegExp(
              `^Interceptor "wrong" answered stage "a" with .*\\. Its ${key} must be a number of milliseconds, not .*\\.$`,
            ),
          ),
        },
      })
      expect([calls, log]).toEqual([0, ['part a fail at 0']])
    },
  )

  test.each<[what: string, part: object]>([
    ['a deadline and no expired', { deadline: 5 }],
    ['an idleTimeoutMs and no expired', { idleTimeoutMs: 5 }],
    ['a deadline and an ended, and no expired', { deadline: 5, ended() {} }],
    ['an expired that is not a function', { deadline: 5, expired: StageOutput.skip('late') }],
  ])('a part with %s fails its call (core/interceptor-answer)', async (_what, part) => {
    let calls = 0
    const run = runStage(clock, () => void calls++, beside([withPart('wrong', () => part as CallPart)]), {
      onFailure: 'skip',
    })
    expect((await run).report.stages['a']).toMatchObject({
      status: 'fail',
      attempts: [],
      error: {
        code: 'core/interceptor-answer',
        message: expect.stringContaining('A part with a limit needs expired().'),
      },
    })
    expect(calls).toBe(0)
  })

  test('a part with expired and no limit never expires', async () => {
    const run = runStage(
      clock,
      ignoresAbort,
      beside([withPart('none', () => ({ expired: () => StageOutput.skip('late') }))]),
    )
    await clock.advance(500)
    expect((await run).status).toBe('completed')
  })

  test('a refused limit disables the limits before it and leaves no timer', async () => {
    const log: string[] = []
    const list = beside([
      logExpired(log, 'outer', () => ({ deadline: 5 })),
      withPart('wrong', () => ({ deadline: NaN, expired: () => StageOutput.skip('late') })),
    ])
    await runStage(clock, () => ({}), list, { onFailure: 'skip' })
    await clock.advance(20)
    expect(log).toEqual([])
  })
})

test('all limits of a graph share one timer, which is set as the event loop turns and goes with the last run', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', (context) => context.clock.sleep(5))
    .withStage('b', (context) => context.clock.sleep(5))
    .build({ clock, interceptors: [limitTo(50), limitIdleTo(30)] })
  const runs = [graph.run(), graph.run()]
  await clock.advance(0)
  expect(clock.timers.filter(({ kind }) => kind === 'timer')).toHaveLength(1)
  await clock.advance(5)
  await Promise.all(runs)
  expect(clock.timers).toEqual([])
})

test('on a clock without setImmediate, limits expire on time and leave no timer', async () => {
  const { setImmediate: _, ...plain } = { setImmediate: undefined, ...clock }
  const log: string[] = []
  const run = runStage({ ...plain, now: () => clock.now() }, stopsOnAbort, [limitTo(20, log)], { onFailure: 'skip' })
  expect(clock.timers.filter(({ kind }) => kind === 'timer')).toMatchObject([{ dueAt: 20 }])
  await clock.advance(20)
  await run
  expect(log).toEqual(['limit-20 a fail at 20'])
})

test('on a clock with setImmediate, a run that ends at once sets no timer', async () => {
  const immediates: (() => void)[] = []
  let timers = 0
  const counting: Clock = {
    ...clock,
    now: () => clock.now(),
    setTimeout: (callback, ms) => {
      timers++
      return clock.setTimeout(callback, ms)
    },
    setImmediate: (callback) => {
      immediates.push(callback)
      return () => void immediates.splice(0)
    },
  }
  await runStage(counting, async () => ({}), [limitTo(20)])
  expect([timers, immediates.length]).toEqual([0, 0])
  const log: string[] = []
  const run = runStage(counting, stopsOnAbort, [limitTo(20, log)], { onFailure: 'skip' })
  expect([timers, immediates.length]).toEqual([0, 1])
  for (const fire of immediates.splice(0)) fire()
  await clock.advance(20)
  await run
  expect(log).toEqual(['limit-20 a fail at 20'])
})

test('the limits of many calls each expire at their own time, whatever order they were set in', async () => {
  const log: string[] = []
  const times = [70, 10, 50, 30, 90, 20, 60, 40, 80]
  let pipeline = untypedPipeline('demo')
  times.forEach((_, place) => {
    pipeline = pipeline.withStage(`s${place}`, stopsOnAbort, { onFailure: 'skip' })
  })
  const limits = withPart('limits', (_, { index }) => ({
    deadline: times[index] as number,
    expired: () => {
      log.push(`${times[index]} at ${clock.now()}`)
      return StageOutput.skip('late')
    },
  }))
  const run = pipeline.build({ clock, interceptors: [limits] }).runSettled()
  await clock.advance(100)
  await run
  expect(log).toEqual(times.toSorted((a, b) => a - b).map((ms) => `${ms} at ${ms}`))
})
