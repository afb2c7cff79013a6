import { describe, expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import {
  LATE,
  ignoresAbort,
  limitTo,
  logAnswers,
  logExpired,
  logSettled,
  notAt,
  onlyAt,
  problemsOf,
  runStage,
  stopsOnAbort,
  withPart,
} from './interceptors.ts'
import { WAYS, passing } from './ways.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { CallPart, Interceptor, InterceptorContext, StageContext } from '../src/index.ts'

describe.each(WAYS)('%s,', (_, beside) => {
  test('a limit that passes answers the call at once and aborts it with the error; the run waits for the code, and the attempt records how the code ended', async () => {
    const log: string[] = []
    const settled = new Pipeline('demo')
      .withStage(
        'slow',
        async (context) => {
          context.signal.addEventListener('abort', () =>
            log.push(`aborted: ${(context.signal.reason as Error).message} at ${clock.now()}`),
          )
          await context.clock.sleep(150)
          log.push(`code ended at ${clock.now()}`)
          return { a: 1 }
        },
        { onFailure: 'skip' },
      )
      .withStage('next', () => void log.push(`next at ${clock.now()}`), { dependencies: ['slow'], join: 'settled' })
      .build({
        clock,
        interceptors: [
          logSettled(log),
          ...beside([logAnswers(log, 'outer'), limitTo(100, log), logAnswers(log, 'inner')]),
        ],
      })
      .run()
    await clock.advance(100)
    expect(log.slice(0, 6)).toEqual([
      'aborted: late at 100',
      'inner slow fail at 100',
      'limit-100 slow fail at 100',
      'outer slow fail at 100',
      'settled slow fail at 100',
      'next at 100',
    ])
    await clock.advance(50)
    const { report } = await settled
    expect(report.endedAt).toBe(150)
    expect(report.stages['slow']).toMatchObject({
      status: 'fail',
      tolerated: true,
      endedAt: 100,
      error: { code: 'acme/late' },
      attempts: [{ attempt: 1, startedAt: 0, endedAt: 150, status: 'ok' }],
    })
    expect(log.filter((line) => line.includes('slow'))).toHaveLength(4)
    expect(log.at(-1)).toBe('code ended at 150')
  })

  test("code that throws the reason of its signal after its call expired fails with it, and isn't cancelled", async () => {
    const run = runStage(clock, stopsOnAbort, beside([limitTo(100)]), { onFailure: 'skip' })
    await clock.advance(100)
    expect((await run).report.stages['a']).toMatchObject({
      status: 'fail',
      attempts: [{ startedAt: 0, endedAt: 100, status: 'fail', error: { code: 'acme/late' } }],
    })
  })

  test.each<[what: string, code: () => unknown, status: string, message: unknown]>([
    ['throws', () => Promise.reject(new Error('mine')), 'fail', 'mine'],
    ['fails', () => StageOutput.fail('no'), 'fail', 'no'],
    ['skips', () => StageOutput.skip('no'), 'skip', undefined],
    ['asks for a retry', () => StageOutput.retry('again'), 'retry', 'again'],
    ['returns a number', () => 5, 'fail', expect.stringContaining('5')],
  ])('the attempt of code that %s after its call expired records that', async (_what, code, status, message) => {
    const stage = async (context: StageContext): Promise<unknown> => {
      await context.clock.sleep(150)
      return code()
    }
    const run = runStage(clock, stage, beside([limitTo(100)]), { onFailure: 'skip' })
    await clock.advance(150)
    const { attempts } = (await run).report.stages['a'] ?? {}
    expect(attempts).toMatchObject([{ startedAt: 0, endedAt: 150, status }])
    expect(attempts?.[0]?.error?.message).toEqual(message)
  })

  test('code that ignores its signal for the grace time after its call expired is abandoned, and its attempt stays open', async () => {
    const log: string[] = []
    const run = runStage(clock, () => new Promise(() => {}), beside([limitTo(100, log), logAnswers(log)]), {
      graceMs: 50,
      onFailure: 'skip',
    })
    await clock.advance(150)
    const { report } = await run
    expect(report.endedAt).toBe(150)
    expect(report.stages['a']).toMatchObject({ status: 'fail', abandoned: true, endedAt: 100 })
    expect(report.stages['a']?.attempts).toMatchObject([{ startedAt: 0, endedAt: undefined, status: undefined }])
    expect(log).toEqual(['part a fail at 100', 'limit-100 a fail at 100'])
  })

  test('a call that ends in time is answered by its stage, and its limits never expire', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage('quick', (context) => context.clock.sleep(10))
      .withStage('sync', () => ({ a: 1 }), { dependencies: ['quick'] })
      .withStage('long', (context) => context.clock.sleep(200), { dependencies: ['sync'] })
      .build({
        clock,
        interceptors: beside([
          notAt(
            'long',
            logExpired(log, 'deadline', ({ now }) => ({ deadline: now + 95 })),
          ),
          notAt(
            'long',
            logExpired(log, 'idle', () => ({ idleTimeoutMs: 95 })),
          ),
        ]),
      })
      .run()
    await clock.advance(500)
    expect((await run).status).toBe('completed')
    expect(log).toEqual([])
  })

  test.each<[what: string, output: StageOutput, status: string, reason: object]>([
    ['a fallback', StageOutput.ok({ cached: true }), 'ok', { code: 'core/call-ended' }],
    ['a skip', StageOutput.skip('asleep'), 'skip', { code: 'core/call-ended' }],
    ['a cancel', StageOutput.cancel('closed'), 'cancel', { code: 'core/call-ended' }],
    ['a retry', StageOutput.retry('busy'), 'retry', { message: 'busy' }],
    ['a failure', StageOutput.fail('no', { retryable: true, data: { n: 1 } }), 'fail', { message: 'no' }],
  ])(
    '%s of expired answers the call, and aborts the signal with its error or with core/call-ended',
    async (_what, output, status, reason) => {
      const log: string[] = []
      const reasons: unknown[] = []
      const list = beside([logAnswers(log, 'outer'), limitTo(5, log, output), logAnswers(log, 'inner')])
      const run = runStage(
        clock,
        (context) => {
          context.signal.addEventListener('abort', () => reasons.push(context.signal.reason))
          return context.clock.sleep(10)
        },
        list,
        { onFailure: 'skip' },
      )
      await clock.advance(10)
      const result = await run
      expect(log).toEqual([`inner a ${status} at 5`, `limit-5 a ${status} at 5`, `outer a ${status} at 5`])
      expect(result.report.stages['a']).toMatchObject({ status: status === 'retry' ? 'fail' : status, endedAt: 5 })
      if (status === 'ok') expect(result.data).toEqual({ a: { cached: true } })
      if (status === 'cancel') expect(result).toMatchObject({ status: 'cancelled', reason: 'closed' })
      expect(reasons).toHaveLength(1)
      expect(reasons[0]).toMatchObject(reason)
    },
  )

  test.each<[what: string, expired: () => unknown]>([
    ['undefined', () => undefined],
    ['plain data', () => ({ a: 1 })],
    ['a string', () => 'late'],
    ['a promise', () => Promise.resolve(StageOutput.ok())],
    ['a promise that rejects', () => Promise.reject(new Error('no connection'))],
  ])('an expired that returns %s fails the call (core/interceptor-answer)', async (what, expired) => {
    const log: string[] = []
    const wrong = withPart('wrong', () => ({ deadline: 10, expired: expired as never }))
    const run = runStage(clock, ignoresAbort, beside([logAnswers(log), wrong]), { onFailure: 'skip' })
    await clock.advance(500)
    const result = await run
    expect(result.report.stages['a']).toMatchObject({
      status: 'fail',
      endedAt: 10,
      error: {
        code: 'core/interceptor-answer',
        message: expect.stringMatching(
          /^Interceptor "wrong" answered stage "a" with .*\. Return a StageOutput from expired/,
        ),
      },
    })
    expect(log).toEqual(['part a fail at 10'])
    expect(problemsOf(result)).toHaveLength(what === 'a promise that rejects' ? 1 : 0)
  })

  test('an expired that throws fails the call, with the thrown value as the cause (core/interceptor-threw)', async () => {
    const log: string[] = []
    const broken = withPart('broken', () => ({
      deadline: 10,
      expired: () => {
        throw new Error('a bug')
      },
    }))
    const run = runStage(clock, ignoresAbort, beside([logAnswers(log), broken]), { onFailure: 'skip' })
    await clock.advance(500)
    expect((await run).report.stages['a']).toMatchObject({
      status: 'fail',
      endedAt: 10,
      error: {
        code: 'core/interceptor-threw',
        message: 'Interceptor "broken" threw at stage "a": a bug',
        cause: { message: 'a bug' },
      },
    })
    expect(log).toEqual(['part a fail at 10'])
  })

  test('expired is called on its part, once, with the limit that passed and the context of the call', async () => {
    const seen: unknown[] = []
    let given: InterceptorContext | undefined
    const part: CallPart = {
      deadline: 10,
      idleTimeoutMs: 7,
      expired(why, context) {
        seen.push(this === part, why, context === given, context.aborted)
        context.note('acme/why' as never, why as never)
        return StageOutput.skip('late')
      },
    }
    const limited = withPart('limited', (context) => {
      given = context
      return part
    })
    const run = runStage(clock, ignoresAbort, beside([limited]))
    await clock.advance(500)
    expect((await run).report.stages['a']?.notes).toEqual({ 'acme/why': 'idle' })
    expect(seen).toEqual([true, 'idle', true, undefined])
  })

  test('one part object with limits may serve the calls of many stages and runs', async () => {
    const log: string[] = []
    const shared: CallPart = {
      idleTimeoutMs: 10,
      expired: (why, { pipelineRunId, stage }) => {
        log.push(`${pipelineRunId} ${stage.name} ${why} at ${clock.now()}`)
        return StageOutput.skip('late')
      },
    }
    const graph = new Pipeline('demo')
      .withStage('a', (context) => context.clock.sleep(20, context.signal))
      .withStage('b', (context) => context.clock.sleep(5))
      .withStage('c', (context) => context.clock.sleep(20, context.signal), { dependencies: ['b'] })
      .build({ clock, interceptors: beside([withPart('shared', () => shared)]) })
    const first = graph.runSettled({ pipelineRunId: 'run-1' })
    await clock.advance(3)
    const second = graph.runSettled({ pipelineRunId: 'run-2' })
    await clock.advance(500)
    await Promise.all([first, second])
    expect(log).toEqual(['run-1 a idle at 10', 'run-2 a idle at 13', 'run-1 c idle at 15', 'run-2 c idle at 18'])
  })

  test('an interceptor inside an expired call that answers when it is aborted comes too late', async () => {
    const log: string[] = []
    const onAbort: Interceptor = {
      name: 'on-abort',
      wrap: (next) => (context) => {
        void next(context)
        return new Promise((resolve) => {
          context.signal.addEventListener('abort', () => resolve(StageOutput.ok({ from: 'inside' })))
        })
      },
      onCall: () => () => ({ ended: ({ status }) => void log.push(`on-abort ${status}`) }),
    }
    const run = runStage(clock, stopsOnAbort, beside([limitTo(10, log), onAbort]), { onFailure: 'skip' })
    await clock.advance(10)
    const { report } = await run
    expect(report.stages['a']).toMatchObject({ status: 'fail', error: { code: 'acme/late' }, endedAt: 10 })
    expect(report.endedAt).toBe(10)
    expect(log).toEqual(['on-abort fail', 'limit-10 a fail at 10'])
  })

  test('`aborted` and the signal of an expired call have the reason, for its own part and for those inside', async () => {
    const seen: unknown[] = []
    const look = (context: InterceptorContext): void =>
      void seen.push(context.aborted?.reason, context.signal.reason, context.signal.aborted)
    const limited = withPart('limited', () => ({
      deadline: 10,
      expired: () => StageOutput.fail(LATE),
      ended: (_, context) => look(context),
    }))
    const inner = withPart('inner', () => ({ ended: (_, context) => look(context) }))
    const run = runStage(clock, stopsOnAbort, beside([limited, inner]))
    await clock.advance(10)
    await run
    expect(seen).toEqual([LATE, LATE, true, LATE, LATE, true])
  })

  test.each([
    ['outer', [10, 20]],
    ['inner', [20, 10]],
  ] as const)('of two limits the one that passes first answers: the %s one', async (_which, [outer, inner]) => {
    const log: string[] = []
    const run = runStage(clock, ignoresAbort, beside([limitTo(outer, log), limitTo(inner, log)]), { onFailure: 'skip' })
    await clock.advance(500)
    expect((await run).report.stages['a']).toMatchObject({ error: { code: 'acme/late' }, endedAt: 10 })
    expect(log).toEqual([`limit-${inner} a fail at 10`, `limit-${outer} a fail at 10`])
  })

  test('a limit that passes after the run was cancelled does not expire', async () => {
    const log: string[] = []
    const handle = new Pipeline('demo')
      .withStage('a', ignoresAbort)
      .build({
        clock,
        interceptors: beside([logAnswers(log), logExpired(log, 'limit', () => ({ deadline: 50, idleTimeoutMs: 70 }))]),
      })
      .start({}, { graceMs: 10_000 })
    await clock.advance(10)
    handle.cancel('enough')
    await clock.advance(500)
    const { status, report } = await handle.settled
    expect(status).toBe('cancelled')
    expect(report.stages['a']).toMatchObject({ status: 'ok', endedAt: 500, attempts: [{ endedAt: 500 }] })
    expect(log).toEqual(['part a ok at 500'])
  })

  test('items of a map and child runs end with their call', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('inside', async (context) => {
      await context.clock.sleep(500, context.signal).catch(() => log.push(`child aborted at ${clock.now()}`))
    })
    const run = new Pipeline('demo')
      .withMap('map', {
        over: () => [1, 2],
        each: async (item, context) => {
          await context.clock.sleep(500, context.signal).catch(() => log.push(`item ${item} aborted at ${clock.now()}`))
          return {}
        },
      })
      .withPipeline('above', child)
      .withStage('starts', async (context) => void (await context.runChild(child)))
      .build({ clock, interceptors: beside([notAt('inside', limitTo(10))]) })
      .runSettled({}, { onStageFailure: 'continue' })
    await clock.advance(500)
    const { report } = await run
    expect(report.endedAt).toBe(10)
    for (const stage of ['map', 'above', 'starts'] as const)
      expect(report.stages[stage]).toMatchObject({ status: 'fail', endedAt: 10, error: { code: 'acme/late' } })
    expect(log.toSorted()).toEqual([
      'child aborted at 10',
      'child aborted at 10',
      'item 1 aborted at 10',
      'item 2 aborted at 10',
    ])
    expect(report.stages['above']?.children).toMatchObject([{ status: 'cancelled' }])
  })

  test('a stage that streams stops at the first chunk after its call expired', async () => {
    const pulled: number[] = []
    const run = runStage(
      clock,
      async function* (context) {
        for (let chunk = 1; ; chunk++) {
          await context.clock.sleep(4)
          pulled.push(chunk)
          yield chunk
        }
      },
      beside([limitTo(10)]),
      { onFailure: 'skip' },
    )
    await clock.advance(12)
    expect((await run).report.stages['a']).toMatchObject({
      status: 'fail',
      endedAt: 10,
      chunks: 2,
      attempts: [{ status: 'fail', endedAt: 12, error: { code: 'acme/late' } }],
    })
    expect(pulled).toEqual([1, 2, 3])
  })

  test('the abort of an expired call does not reach other stages', async () => {
    const aborted: string[] = []
    const watch =
      (name: string) =>
      async (context: StageContext): Promise<void> => {
        context.signal.addEventListener('abort', () => aborted.push(name))
        await context.clock.sleep(50)
      }
    const run = new Pipeline('demo')
      .withStage('a', watch('a'), { onFailure: 'skip' })
      .withStage('b', watch('b'))
      .build({ clock, interceptors: beside([onlyAt('a', limitTo(10))]) })
      .run()
    await clock.advance(50)
    expect((await run).status).toBe('completed')
    expect(aborted).toEqual(['a'])
  })

  test('a call that expires as its stage becomes late settles its stage once', async () => {
    const log: string[] = []
    const sink = recordingSink()
    const settled = new Pipeline('demo')
      .withStage('a', ({ clock: time, signal }) => time.sleep(100, signal), { late: 'abort' })
      .withStage('b', (context) => context.clock.sleep(10))
      .withStage('c', () => ({}), { dependencies: ['a', 'b'], join: 'any' })
      .build({
        clock,
        interceptors: [logSettled(log), ...beside([onlyAt('a', limitTo(10, [], StageOutput.skip('late')))])],
        eventSink: sink,
      })
      .runSettled({}, { graceMs: 1_000 })
    await clock.advance(2_000)
    const { report } = await settled
    expect(sink.of('stage.a.skipped')).toHaveLength(1)
    expect(log.filter((line) => line.startsWith('settled a'))).toEqual(['settled a skip at 10'])
    expect(report.endedAt).toBe(10)
    expect(report.stages['a']?.abandoned).toBeUndefined()
  })

  test('the call after an expired call has its whole limit', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage('a', stopsOnAbort, { onFailure: 'skip' })
      .withStage('b', stopsOnAbort, { dependencies: ['a'], join: 'settled', onFailure: 'skip' })
      .build({ clock, interceptors: beside([limitTo(20, log)]) })
      .runSettled()
    await clock.advance(100)
    await run
    expect(log).toEqual(['limit-20 a fail at 20', 'limit-20 b fail at 40'])
  })
})

test('an interceptor inside an expired call is not waited for', async () => {
  const stubborn: Interceptor = {
    name: 'stubborn',
    wrap: (next) => async (context) => {
      await next(context)
      return new Promise(() => {})
    },
  }
  const run = runStage(clock, (context) => context.clock.sleep(10), [limitTo(100), stubborn], { onFailure: 'skip' })
  await clock.advance(100)
  expect((await run).report.stages['a']).toMatchObject({ error: { code: 'acme/late' }, endedAt: 100 })
})

test('a part inside an expired call ends at once and once, if a wrap with a promise of its own is inside', async () => {
  const log: string[] = []
  const list = [logAnswers(log, 'outer'), limitTo(100), logAnswers(log, 'inner'), passing('inside')]
  const run = runStage(clock, ignoresAbort, list, { onFailure: 'skip' })
  await clock.advance(100)
  expect(log).toEqual(['inner a fail at 100', 'outer a fail at 100'])
  await clock.advance(1_000)
  await run
  expect(log).toHaveLength(2)
})

test('a wrap inside an expired call gets the answer of the code', async () => {
  const log: string[] = []
  const watch: Interceptor = {
    name: 'watch',
    wrap: (next) => async (context) => {
      const output = await next(context)
      log.push(`inside got ${output.status} at ${clock.now()}`)
      return output
    },
  }
  const run = runStage(clock, (context) => context.clock.sleep(150), [limitTo(100), watch], { onFailure: 'skip' })
  await clock.advance(150)
  expect((await run).report.stages['a']?.endedAt).toBe(100)
  expect(log).toEqual(['inside got ok at 150'])
})

test('a part outside a wrap around an expired call gets the answer, and its own context is not aborted', async () => {
  const seen: unknown[] = []
  const outer = withPart('outer', (context) => ({
    ended: ({ status }) => void seen.push(status, context.aborted, context.signal.aborted),
  }))
  const run = runStage(clock, stopsOnAbort, [outer, passing('between'), limitTo(10)])
  await clock.advance(10)
  await run
  expect(seen).toEqual(['fail', undefined, false])
})

test('a wrap outside an expired call gets its answer at once, while the code still runs', async () => {
  const log: string[] = []
  const watch: Interceptor = {
    name: 'watch',
    wrap: (next) => async (context) => {
      const output = await next(context)
      log.push(`outside got ${output.status} at ${clock.now()}`)
      return StageOutput.ok({ from: 'outside' })
    },
  }
  const run = runStage(clock, ignoresAbort, [watch, limitTo(100)])
  await clock.advance(500)
  const { data, report } = await run
  expect(log).toEqual(['outside got fail at 100'])
  expect(data).toEqual({ a: { from: 'outside' } })
  expect([report.stages['a']?.endedAt, report.endedAt]).toEqual([100, 500])
})

test('a stage whose call expired runs again, and its second call expires too', async () => {
  const log: string[] = []
  const again: Interceptor = {
    name: 'again',
    wrap: (next) => async (context) => {
      await next(context)
      return next(context)
    },
  }
  const run = runStage(clock, stopsOnAbort, [again, limitTo(10, log)], { onFailure: 'skip' })
  await clock.advance(100)
  expect((await run).report.stages['a']).toMatchObject({
    endedAt: 20,
    attempts: [
      { startedAt: 0, endedAt: 10 },
      { startedAt: 10, endedAt: 20 },
    ],
  })
  expect(log).toEqual(['limit-10 a fail at 10', 'limit-10 a fail at 20'])
})

test('of two calls at once only the one whose limit passed is answered and aborted', async () => {
  const log: string[] = []
  let calls = 0
  const hedged: Interceptor = {
    name: 'hedged',
    wrap: (next) => async (context) => {
      const first = next(context.fork().context)
      const second = next(context.fork().context)
      log.push(`first ${(await first).status} at ${clock.now()}`)
      return await second
    },
  }
  const limits = withPart('limits', () => ({
    deadline: ++calls === 1 ? 10 : 1_000,
    expired: () => StageOutput.fail(LATE),
  }))
  const stage = async (context: StageContext): Promise<void> => await context.clock.sleep(100, context.signal)
  const run = runStage(clock, stage, [hedged, limits])
  await clock.advance(500)
  expect((await run).report.stages['a']).toMatchObject({ status: 'ok', endedAt: 110 })
  expect(log).toEqual(['first fail at 10'])
})
