import { afterEach, describe, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { WAYS, passing } from '../test/ways.ts'
import { Pipeline, StageOutput, StageflowError, createSlot } from './index.ts'
import type { CallPart, Interceptor, InterceptorContext, OnCall, StageContext, StageInfo } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

type Answer = ReturnType<OnCall>
const taking = (name: string, onCall: (context: InterceptorContext, stage: StageInfo) => Answer): Interceptor => ({
  name,
  onCall: (stage) => (context) => onCall(context, stage),
})

/** An interceptor that leaves a stage alone. */
const notAt = (stage: string, { name, wrap, onCall }: Interceptor): Interceptor => ({
  name,
  ...(wrap === undefined ? {} : { wrap: (next, info) => (info.name === stage ? next : wrap(next, info)) }),
  ...(onCall === undefined ? {} : { onCall: (info) => (info.name === stage ? undefined : onCall(info)) }),
})

/** Writes into `log` how each call was answered, and when. */
const hearing = (log: string[], name = 'part'): Interceptor =>
  taking(name, (_, { name: stage }) => ({
    ended: ({ status }) => void log.push(`${name} ${stage} ${status} at ${clock.now()}`),
  }))

const telling = (log: string[]): Interceptor => ({
  name: 'telling',
  settled: ({ stage, status }) => void log.push(`settled ${stage} ${status} at ${clock.now()}`),
})

function start(
  stage: (context: StageContext) => unknown,
  interceptors: readonly Interceptor[],
  options: { readonly onFailure?: 'skip'; readonly signal?: AbortSignal; readonly graceMs?: number } = {},
) {
  const { onFailure, ...runOptions } = options
  return new Pipeline('demo')
    .withStage('a', stage as () => object, onFailure === undefined ? {} : { onFailure })
    .build({ clock, interceptors })
    .runSettled({}, { graceMs: 100, ...runOptions })
}

const deaf = async (context: StageContext): Promise<void> => await context.clock.sleep(500)
const problemsOf = ({ report }: { readonly report: { readonly notes: object } }): readonly string[] =>
  ((report.notes as { 'core/problems'?: readonly { code: string; message: string }[] })['core/problems'] ?? []).map(
    ({ code, message }) => `${code}: ${message}`,
  )

const ENDINGS: readonly (readonly [how: string, stage: (context: StageContext) => unknown, status: string])[] = [
  ['with data', () => ({ a: 1 }), 'ok'],
  ['with nothing', () => undefined, 'ok'],
  ['with a skip', () => StageOutput.skip('not now'), 'skip'],
  ['with a cancel', () => StageOutput.cancel('stop'), 'cancel'],
  ['with a failure', () => StageOutput.fail('no'), 'fail'],
  ['with a retry', () => StageOutput.retry('again'), 'retry'],
  ['with what is no output', () => 5, 'fail'],
  [
    'with a throw',
    () => {
      throw new Error('no')
    },
    'fail',
  ],
]

describe.each(WAYS)('%s,', (_, beside) => {
  test.each(ENDINGS)(
    'who takes part in a call hears once how it was answered, inner ones first, and before who is told of the stage: %s',
    async (_how, stage, status) => {
      for (const [waits, at] of [
        [false, 0],
        [true, 50],
      ] as const) {
        clock = manualClock()
        const log: string[] = []
        const code = waits
          ? async (context: StageContext) => {
              await context.clock.sleep(50)
              return stage(context)
            }
          : stage
        const list = beside([hearing(log, 'outer'), hearing(log, 'inner')])
        const run = start(code, [telling(log), ...list], { onFailure: 'skip' })
        await clock.advance(100)
        await run
        const final = status === 'retry' ? 'fail' : status
        expect(log).toEqual([`inner a ${status} at ${at}`, `outer a ${status} at ${at}`, `settled a ${final} at ${at}`])
      }
    },
  )

  test('a stage that streams is answered with its last word', async () => {
    const log: string[] = []
    const run = start(
      async function* () {
        yield 1
        await clock.sleep(20)
        yield 2
        return { words: 2 }
      },
      beside([hearing(log)]),
    )
    await clock.advance(20)
    expect((await run).data).toEqual({ a: { words: 2 } })
    expect(log).toEqual(['part a ok at 20'])
  })

  test('who takes part in a call is asked as it begins, outermost first, and code runs within what all of them set', async () => {
    const log: string[] = []
    const entering = (name: string): Interceptor =>
      taking(name, () => {
        log.push(`${name} asked`)
        return {
          enter: (next) => {
            log.push(`${name} in`)
            next()
            log.push(`${name} out`)
          },
          ended: () => void log.push(`${name} ended`),
        }
      })
    const run = start(async () => void log.push('code'), beside([entering('outer'), entering('inner')]))
    await run
    expect(log.filter((line) => line.endsWith('asked'))).toEqual(['outer asked', 'inner asked'])
    expect(log.filter((line) => !line.endsWith('asked'))).toEqual([
      'outer in',
      'inner in',
      'code',
      'inner out',
      'outer out',
      'inner ended',
      'outer ended',
    ])
  })

  test('the functions of a part are called on it, and each sees the context that its interceptor was asked with', async () => {
    class Counting implements CallPart {
      #calls: string[]
      constructor(calls: string[]) {
        this.#calls = calls
      }
      enter(next: () => void, context: InterceptorContext): void {
        this.#calls.push(`enter ${context === seen}`)
        next()
      }
      onHeartbeat(): void {
        this.#calls.push('beat')
      }
      ended(output: StageOutput, context: InterceptorContext): void {
        this.#calls.push(`${output.status} ${context === seen}`)
      }
    }
    const calls: string[] = []
    let seen: InterceptorContext | undefined
    const counting = taking('counting', (context) => {
      seen = context
      return new Counting(calls)
    })
    await start((context) => context.heartbeat(), beside([counting]))
    expect(calls).toEqual(['enter true', 'beat', 'ok true'])
  })

  test.each<readonly [what: string, enter: NonNullable<CallPart['enter']>, problems: number]>([
    ['does not call next', () => {}, 0],
    [
      'calls it twice',
      (next) => {
        next()
        next()
      },
      0,
    ],
    ['calls it later', (next) => void Promise.resolve().then(next), 0],
    [
      'throws before',
      () => {
        throw new Error('no')
      },
      1,
    ],
    [
      'throws after',
      (next) => {
        next()
        throw new Error('no')
      },
      1,
    ],
    ['rejects before', (() => Promise.reject(new Error('no'))) as never, 1],
    [
      'rejects after',
      (async (next: () => void) => {
        next()
        await Promise.resolve()
        throw new Error('no')
      }) as never,
      1,
    ],
  ])(
    'the call is made once where an enter %s, and what it throws is a problem of the report',
    async (__, enter, count) => {
      for (const stage of [
        () => ({ a: 1 }),
        async () => ({ a: 1 }),
        () => {
          throw new Error('mine')
        },
      ]) {
        let calls = 0
        const heard: string[] = []
        const odd = taking('odd', () => ({ enter, ended: ({ status }) => void heard.push(status) }))
        const plain = taking('plain', () => ({
          enter: (next) => next(),
          ended: ({ status }) => void heard.push(status),
        }))
        const run = new Pipeline('demo')
          .withStage('a', () => {
            calls++
            return stage()
          })
          .withStage('waits', () => clock.sleep(1))
          .build({ clock, interceptors: beside([plain, odd, { ...plain, name: 'inner' }]) })
          .runSettled({}, { onStageFailure: 'continue' })
        await clock.advance(1)
        const result = await run
        const fails = result.report.stages['a']?.status === 'fail'
        expect(calls).toBe(1)
        if (fails) expect(result.report.stages['a']?.error).toMatchObject({ message: 'mine' })
        expect(heard.slice(0, 3)).toEqual(Array(3).fill(fails ? 'fail' : 'ok'))
        // Also of the stage beside it, which has the same parts: who throws is reported once a run.
        expect(problemsOf(result)).toEqual(
          Array(count).fill(
            expect.stringMatching(/^core\/observer-threw: Interceptor "odd" threw when it was told of a call: no/),
          ),
        )
      }
    },
  )

  test('an output answers in the place of the call: nobody inside is asked, who is outside hears, and there is no attempt', async () => {
    const eventSink = recordingSink()
    for (const [output, status] of [
      [StageOutput.ok({ cached: true }), 'ok'],
      [StageOutput.skip('open'), 'skip'],
      [StageOutput.fail('open'), 'fail'],
      [StageOutput.retry('later'), 'retry'],
      [StageOutput.cancel('closed'), 'cancel'],
    ] as const) {
      const log: string[] = []
      let calls = 0
      let asked = 0
      const attempts: unknown[] = []
      const outer = taking('outer', (context) => ({
        ended: () => void attempts.push(context.attempt, context.record.attempts),
      }))
      const inner = taking('inner', () => {
        asked++
        return { ended: () => void log.push('inner') }
      })
      const list = [hearing(log, 'outermost'), outer, taking('answers', () => output), inner]
      const { report, outputs } = await new Pipeline('demo')
        .withStage('a', () => void calls++, { onFailure: 'skip' })
        .build({ clock, interceptors: beside(list), eventSink })
        .runSettled()
      expect([calls, asked]).toEqual([0, 0])
      expect(log).toEqual([`outermost a ${status} at 0`])
      expect(attempts).toEqual([1, []])
      expect(report.stages['a']).toMatchObject({ status: status === 'retry' ? 'fail' : status, attempts: [] })
      if (status === 'ok') expect(outputs).toMatchObject({ a: { status: 'ok', data: { cached: true } } })
    }
    expect(eventSink.of('stage.a.completed')).toMatchObject([{ data: { attempts: 0 } }])
  })

  test.each([
    ['a promise', Promise.resolve(StageOutput.ok())],
    ['a promise of nothing', Promise.resolve()],
    ['null', null],
    ['a number', 5],
    ['a function', () => {}],
    ['a text', 'ok'],
    ['false', false],
  ])('an onCall that answers with %s fails the stage (core/interceptor-answer)', async (__, answer) => {
    let calls = 0
    const log: string[] = []
    const wrong = taking('wrong', () => answer as never)
    const { report } = await start(() => void calls++, beside([hearing(log, 'outer'), wrong, hearing(log, 'inner')]))
    expect(calls).toBe(0)
    expect(log).toEqual(['outer a fail at 0'])
    expect(report.stages['a']).toMatchObject({
      status: 'fail',
      attempts: [],
      error: { code: 'core/interceptor-answer', message: expect.stringContaining('"wrong"') },
    })
  })

  test('an onCall that throws fails the stage, with what it threw as the cause (core/interceptor-threw)', async () => {
    let calls = 0
    const log: string[] = []
    const broken = taking('broken', () => {
      throw new Error('a bug')
    })
    const { report } = await start(() => void calls++, beside([hearing(log, 'outer'), broken, hearing(log, 'inner')]))
    expect(calls).toBe(0)
    expect(log).toEqual(['outer a fail at 0'])
    expect(report.stages['a']).toMatchObject({
      status: 'fail',
      attempts: [],
      error: {
        code: 'core/interceptor-threw',
        message: 'Interceptor "broken" threw at stage "a": a bug',
        cause: { message: 'a bug' },
      },
    })
  })

  test('an onCall that throws the reason of a stopped run passes the stop on', async () => {
    const caller = new AbortController()
    const stops = taking('stops', (context) => {
      caller.abort(new Error('enough'))
      context.raiseIfCancelled()
      return undefined
    })
    let calls = 0
    const result = await start(() => void calls++, beside([stops]), { signal: caller.signal })
    expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
    expect(result.report.stages['a']).toMatchObject({ status: 'cancel', attempts: [] })
    expect(calls).toBe(0)
  })

  test.each([
    ['as it is asked', (stop: () => void): CallPart => (stop(), {})],
    [
      'as it enters',
      (stop: () => void): CallPart => ({
        enter: (next) => {
          stop()
          next()
        },
      }),
    ],
  ])('a run that is stopped while its call begins does not run the code of the stage: %s', async (__, stopping) => {
    const caller = new AbortController()
    let calls = 0
    const log: string[] = []
    const list = [hearing(log), taking('stops', () => stopping(() => caller.abort(new Error('enough'))))]
    const result = await start(() => void calls++, beside(list), { signal: caller.signal })
    expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
    expect(result.report.stages['a']).toMatchObject({ status: 'cancel', attempts: [] })
    expect([calls, log]).toEqual([0, ['part a cancel at 0']])
  })

  test('a deadline that is no time counts for nothing', async () => {
    const seen: unknown[] = []
    const list = [taking('wrong', () => ({ deadline: NaN })), taking('right', () => ({ deadline: 70 }))]
    await start((context) => void seen.push(context.deadline), beside(list))
    await start((context) => void seen.push(context.deadline), beside(list.slice(0, 1)))
    expect(seen).toEqual([70, undefined])
  })

  test.each([
    [
      'throws',
      (): void => {
        throw new Error('a bug')
      },
    ],
    ['rejects', (async (): Promise<void> => Promise.reject(new Error('a bug'))) as () => void],
  ])(
    'an ended that %s is a problem that names its interceptor, changes nothing, and the others still hear',
    async (__, ended) => {
      for (const stage of [() => ({ a: 1 }), async () => ({ a: await clock.sleep(5) }), () => StageOutput.fail('no')]) {
        clock = manualClock()
        const log: string[] = []
        const list = beside([hearing(log, 'outer'), taking('broken', () => ({ ended })), hearing(log, 'inner')])
        const run = new Pipeline('demo')
          .withStage('waits', () => clock.sleep(15)) // what rejects is heard a little later
          .withStage('a', stage as () => object, { onFailure: 'skip' })
          .withStage('goes-on', () => clock.sleep(5), { dependencies: ['a'], join: 'settled' })
          .build({ clock, interceptors: list.map((one) => notAt('waits', one)) })
          .runSettled()
        await clock.advance(20)
        const result = await run
        expect(result.status).toBe('completed')
        expect(log.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
          'inner a',
          'outer a',
          'inner goes-on',
          'outer goes-on',
        ])
        // Also at the stage that goes on: who throws is reported once a run.
        expect(problemsOf(result)).toEqual([
          'core/observer-threw: Interceptor "broken" threw when it was told of a call: a bug',
        ])
      }
    },
  )

  test('a stage that is abandoned was given up: its parts hear of a cancel then, and of nothing more', async () => {
    const log: string[] = []
    const reasons: unknown[] = []
    const watch = taking('watch', () => ({
      ended: (output) => void reasons.push('reason' in output && output.reason),
    }))
    const run = new Pipeline('demo')
      .withStage('a', async (context) => {
        await context.clock.sleep(500)
        context.heartbeat()
      })
      .build({ clock, interceptors: beside([hearing(log, 'outer'), watch, hearing(log, 'inner')]) })
      .start({}, { graceMs: 100 })
    run.cancel('enough')
    await clock.advance(100)
    const { report } = await run.settled
    await clock.advance(1_000)
    expect(log).toEqual(['inner a cancel at 100', 'outer a cancel at 100'])
    expect(reasons).toEqual(['given up'])
    expect(report.stages['a']).toMatchObject({ status: 'cancel', abandoned: true })
  })

  test('a stage that is aborted as late was given up: its parts hear of a cancel', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage('quick', (context) => context.clock.sleep(10))
      .withStage('slow', deaf, { late: 'abort' })
      .withStage('first', () => ({}), { dependencies: ['quick', 'slow'], join: 'any' })
      .build({ clock, interceptors: [telling(log), ...beside([hearing(log)])] })
      .runSettled()
    await clock.advance(500)
    const { report } = await run
    expect(log.filter((line) => line.includes('slow'))).toEqual(['part slow cancel at 10', 'settled slow skip at 10'])
    expect(report.stages['slow']).toMatchObject({ status: 'skip', reason: 'late', endedAt: 10 })
  })

  test('code that stops when the run is cancelled ends its call with a cancel', async () => {
    const log: string[] = []
    const caller = new AbortController()
    const run = start((context) => context.clock.sleep(500, context.signal), beside([hearing(log)]), {
      signal: caller.signal,
    })
    await clock.advance(10)
    caller.abort(new Error('enough'))
    expect((await run).status).toBe('cancelled')
    expect(log).toEqual(['part a cancel at 10'])
  })

  test('a run that is out of time ends its calls with a cancel', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage('a', (context) => context.clock.sleep(500, context.signal))
      .withStage('deaf', deaf)
      .build({ clock, interceptors: beside([hearing(log)]) })
      .runSettled({}, { timeoutMs: 50, graceMs: 100 })
    await clock.advance(500)
    expect((await run).status).toBe('failed')
    expect(log).toEqual(['part a cancel at 50', 'part deaf cancel at 150'])
  })

  test('signs of life of the code, its chunks, its items and its children reach every part of the call, inner ones first', async () => {
    const log: string[] = []
    const beating = (name: string): Interceptor =>
      taking(name, (_context, { name: stage }) => ({
        onHeartbeat: () => void log.push(`${name} ${stage} at ${clock.now()}`),
      }))
    const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(30))
    const run = new Pipeline('demo')
      .withStage('beats', async (context) => {
        context.heartbeat()
        await context.clock.sleep(1)
      })
      .withStage('streams', async function* (context) {
        await context.clock.sleep(10)
        yield 'chunk'
        return {}
      })
      .withMap('map', {
        over: () => [20],
        each: async (ms, context) => {
          await context.clock.sleep(ms)
          context.heartbeat()
          return {}
        },
      })
      .withPipeline('above', child)
      .build({ clock, interceptors: beside([beating('outer'), beating('inner')]) })
      .run()
    await clock.advance(30)
    expect((await run).status).toBe('completed')
    expect(log).toEqual([
      'inner beats at 0',
      'outer beats at 0',
      'inner streams at 10',
      'outer streams at 10',
      'inner map at 20',
      'outer map at 20',
      'inner above at 30',
      'outer above at 30',
    ])
  })

  test('after a call was answered its parts hear no sign of life of code that goes on', async () => {
    const log: string[] = []
    const part: CallPart = {
      onHeartbeat: () => void log.push(`beat at ${clock.now()}`),
      ended: ({ status }) => void log.push(`${status} at ${clock.now()}`),
    }
    const ending = taking('ending', (context) => {
      clock.setTimeout(() => context.endCall(part, StageOutput.fail('late')), 10)
      return part
    })
    const run = start(
      async (context) => {
        await context.clock.sleep(5)
        context.heartbeat()
        await context.clock.sleep(20)
        context.heartbeat()
      },
      beside([ending]),
      { onFailure: 'skip' },
    )
    await clock.advance(100)
    await run
    expect(log).toEqual(['beat at 5', 'fail at 10'])
  })

  test('parts are told while the engine blocks what is inside for a reader that is far behind, children too', async () => {
    const log: string[] = []
    const watch = taking('watch', (_context, { name }) => ({
      onParked: (parked) => void log.push(`${name} ${parked ? 'parked' : 'goes on'}`),
    }))
    const child = new Pipeline('child').withStage('streams', async function* () {
      for (let i = 0; i < 1_005; i++) yield i
      return {}
    })
    const graph = new Pipeline('demo').withPipeline('above', child).build({ clock, interceptors: beside([watch]) })
    const handle = graph.start()
    const events = handle[Symbol.asyncIterator]()
    await events.next()
    await clock.advance(1)
    expect(log).toEqual(['streams parked', 'above parked'])
    while ((await events.next()).done !== true);
    expect(log.slice(0, 4)).toEqual(['streams parked', 'above parked', 'streams goes on', 'above goes on'])
    expect((await handle.result).status).toBe('completed')
  })

  test('what a part throws when it is told of a sign of life, or rejects with, is a problem of the report', async () => {
    for (const onHeartbeat of [
      (): void => {
        throw new Error('a bug')
      },
      (async (): Promise<void> => Promise.reject(new Error('a bug'))) as () => void,
    ]) {
      const run = start(
        async (context) => {
          context.heartbeat()
          context.heartbeat()
          await context.clock.sleep(1)
        },
        beside([taking('broken', () => ({ onHeartbeat }))]),
      )
      await clock.advance(1)
      const result = await run
      expect(result.status).toBe('completed')
      expect(problemsOf(result)).toEqual([expect.stringMatching(/^core\/observer-threw: Interceptor "broken" .*a bug/)])
    }
  })

  test('the earliest deadline of the parts, the run and its children counts, for code, items and children, while the call goes on', async () => {
    const seen: Record<string, unknown> = {}
    const limit = (name: string, deadline: number): Interceptor =>
      taking(name, (context, { name: stage, pipeline }) => {
        if (pipeline.name === 'child') return undefined
        seen[`${name} asked at ${stage}`] = context.deadline
        return { deadline, ended: () => void (seen[`${name} hears of ${stage}`] = context.deadline) }
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
      expect([seen[`outer asked at ${stage}`], seen[`outer hears of ${stage}`]]).toEqual([1_000, 1_000])
    expect([seen['inner hears of code'], seen['inner hears of map']]).toEqual([500, 500])
  })

  test('a deadline later than that of the run changes nothing, and one that is read each time may move', async () => {
    const seen: unknown[] = []
    let deadline = 5_000
    const part = {
      get deadline() {
        return deadline
      },
    }
    const run = start(
      async (context) => {
        seen.push(context.deadline)
        deadline = 70
        seen.push(context.deadline)
      },
      beside([taking('moves', () => part)]),
    )
    await run
    expect(seen).toEqual([5_000, 70])
  })

  test('the facts of the call as a part sees them: when it is asked, and when it hears of the answer', async () => {
    const seen: Record<string, unknown> = {}
    const facts = (context: InterceptorContext): object => {
      const { attempt, startedAt, now, aborted, record } = context
      const { status, startedAt: since, endedAt, attempts } = record
      const calls = attempts.map((each) => [each.startedAt, each.endedAt, each.status, each.error?.message])
      return { attempt, startedAt, now, aborted, record: [status, since, endedAt], calls }
    }
    const watch = taking('watch', (context, { name }) => {
      seen[`${name} asked`] = facts(context)
      return { ended: () => void (seen[`${name} answered`] = facts(context)) }
    })
    const run = new Pipeline('demo')
      .withStage('waits', (context) => context.clock.sleep(10))
      .withStage('quick', () => ({}), { dependencies: ['waits'] })
      .withStage(
        'fails',
        async (context) => {
          await context.clock.sleep(5)
          throw new Error('no')
        },
        { dependencies: ['waits'] },
      )
      .build({ clock, interceptors: beside([watch]) })
      .runSettled()
    await clock.advance(20)
    await run
    const asked = (at: number): object => ({
      attempt: 1,
      startedAt: at,
      now: at,
      aborted: undefined,
      record: [undefined, at, undefined],
      calls: [],
    })
    const answered = (at: number, endedAt: number, status: string, message?: string): object => ({
      ...asked(at),
      now: endedAt,
      calls: [[at, endedAt, status, message]],
    })
    expect(seen).toEqual({
      'waits asked': asked(0),
      'waits answered': answered(0, 10, 'ok'),
      'quick asked': asked(10),
      'quick answered': answered(10, 10, 'ok'),
      'fails asked': asked(10),
      'fails answered': answered(10, 15, 'fail', 'no'),
    })
  })

  test('code, items and children see the attempt, the start and the signal of the call', async () => {
    const seen: Record<string, unknown> = {}
    const look = (name: string, { attempt, startedAt, signal }: StageContext<{}>): object => {
      seen[name] = [attempt, startedAt, signal.aborted]
      return {}
    }
    const child = new Pipeline('child').withStage('inside', (context) => look('child', context))
    const run = new Pipeline('demo')
      .withStage('waits', (context) => context.clock.sleep(10))
      .withStage('code', (context) => look('code', context), { dependencies: ['waits'] })
      .withMap('map', {
        dependencies: ['waits'],
        over: () => [1],
        each: async (_item, context) => {
          await context.clock.sleep(5)
          return look('item', context)
        },
      })
      .withPipeline('above', child, { dependencies: ['waits'] })
      .build({ clock, interceptors: beside([taking('part', () => ({ enter: (next) => next() }))]) })
      .run()
    await clock.advance(20)
    await run
    expect(seen).toEqual({
      code: [1, 10, false],
      item: [1, 10, false],
      child: [1, 10, false],
    })
  })

  test('a part finds the stages that run, its own too', async () => {
    const seen: unknown[] = []
    const watch = taking('watch', (context, { name }) => {
      seen.push([name, 'asked', context.run.running])
      return { ended: () => void seen.push([name, 'hears', context.run.running]) }
    })
    const run = new Pipeline('demo')
      .withStage('a', async (context) => void (await context.clock.sleep(5)))
      .withStage('b', (context) => context.clock.sleep(1))
      .build({ clock, interceptors: beside([watch]) })
      .run()
    await clock.advance(5)
    await run
    expect(seen).toEqual([
      ['a', 'asked', ['a']],
      ['b', 'asked', ['a', 'b']],
      ['b', 'hears', ['a', 'b']],
      ['a', 'hears', ['a']],
    ])
  })

  test('a part finds in aborted why the run was stopped', async () => {
    const seen: unknown[] = []
    const caller = new AbortController()
    const watch = taking('watch', (context) => {
      seen.push(context.aborted)
      return { ended: () => void seen.push(context.aborted, context.signal.aborted) }
    })
    const run = start((context) => context.clock.sleep(500, context.signal), beside([watch]), { signal: caller.signal })
    const reason = new Error('enough')
    caller.abort(reason)
    await run
    expect(seen).toEqual([undefined, { reason }, true])
  })

  test('a part leaves notes and events, reads slots, and narrows what it is given', async () => {
    const slot = createSlot<string>('acme/slot')
    const eventSink = recordingSink()
    const notes = taking('notes', (context) => {
      context.note('acme/asked' as never, context.get(slot) as never)
      context.tryEmitEvent('acme.asked', { beat: context.fork({ deadline: 5 }).context.deadline })
      return {
        ended: ({ status }) => {
          context.note('acme/answered' as never, status as never)
          context.tryEmitEvent('acme.answered', {})
        },
      }
    })
    const sets: Interceptor = { name: 'sets', onRun: (run) => void run.set(slot, 'mine') }
    const { report } = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, eventSink, interceptors: [sets, ...beside([notes])] })
      .run()
    expect(report.stages['a']?.notes).toEqual({ 'acme/asked': 'mine', 'acme/answered': 'ok' })
    expect(eventSink.events.map(({ type }) => type)).toEqual([
      'pipeline.started',
      'stage.a.started',
      'acme.asked',
      'acme.answered',
      'stage.a.completed',
      'pipeline.completed',
    ])
    expect(eventSink.of('acme.asked' as never)).toMatchObject([{ stage: 'a', data: { beat: 5 } }])
  })

  test('one part may go along with the calls of many stages and runs', async () => {
    const log: string[] = []
    const shared: CallPart = {
      enter: (next, context) => {
        log.push(`enter ${context.pipelineRunId} ${context.stage.name}`)
        next()
      },
      ended: ({ status }, context) => void log.push(`${status} ${context.pipelineRunId} ${context.stage.name}`),
    }
    const graph = new Pipeline('demo')
      .withStage('a', (context) => context.clock.sleep(10))
      .withStage('b', (context) => context.clock.sleep(20))
      .withStage('c', () => StageOutput.skip('no'), { dependencies: ['a'] })
      .build({ clock, interceptors: beside([taking('shared', () => shared)]) })
    const runs = [graph.run({ pipelineRunId: 'run-1' }), graph.run({ pipelineRunId: 'run-2' })]
    await clock.advance(20)
    await Promise.all(runs)
    for (const id of ['run-1', 'run-2'])
      expect(log.filter((line) => line.includes(id))).toEqual([
        `enter ${id} a`,
        `enter ${id} b`,
        `ok ${id} a`,
        `enter ${id} c`,
        `skip ${id} c`,
        `ok ${id} b`,
      ])
  })

  test('the same part may be that of two interceptors: it hears once for each', async () => {
    const heard: string[] = []
    const part: CallPart = { ended: ({ status }) => void heard.push(status) }
    await start(async () => ({}), beside([taking('first', () => part), taking('second', () => part)]))
    expect(heard).toEqual(['ok', 'ok'])
  })

  test('a part of nothing goes along with a call and changes nothing', async () => {
    const { data } = await start(async () => ({ a: 1 }), beside([taking('empty', () => ({}))]))
    expect(data).toEqual({ a: { a: 1 } })
  })

  test('who answers undefined takes no part in that call, and may in the next', async () => {
    const log: string[] = []
    const some = taking('some', (_context, { name }) =>
      name === 'b' ? { ended: ({ status }) => void log.push(`${name} ${status}`) } : undefined,
    )
    await new Pipeline('demo')
      .withStage('a', () => ({}))
      .withStage('b', () => ({}))
      .withStage('c', () => ({}))
      .build({ clock, interceptors: beside([some]) })
      .run()
    expect(log).toEqual(['b ok'])
  })

  test('what a guard was answered with in its place is no verdict of it: the stage is not repeated', async () => {
    for (const answers of [
      (): Answer => StageOutput.fail('open'),
      (): Answer => {
        throw new Error('a bug')
      },
      (context: InterceptorContext): Answer => {
        const part: CallPart = {}
        clock.setTimeout(() => context.endCall(part, StageOutput.fail('late')), 1)
        return part
      },
    ]) {
      const child = new Pipeline('child').withStage(
        'check',
        async (context) => {
          await context.clock.sleep(5, context.signal)
          return StageOutput.fail('refused')
        },
        'guard',
      )
      const only: Interceptor = {
        name: 'only',
        onCall: ({ name }) => (name === 'check' ? answers : undefined),
      }
      const run = new Pipeline('demo')
        .withPipeline('answer', child, { repeat: { until: 'check' } })
        .build({ clock, interceptors: beside([only]) })
        .runSettled()
      await clock.advance(100)
      expect((await run).report.stages['answer']?.children).toHaveLength(1)
    }
  })

  test('what a guard says beside parts in its call is its verdict', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('check', () => StageOutput.fail('refused'), 'guard')
    const run = new Pipeline('demo')
      .withPipeline('answer', child, { repeat: { until: 'check' } })
      .build({ clock, interceptors: beside([hearing(log)]) })
      .runSettled()
    expect((await run).report.stages['answer']?.children).toHaveLength(3)
    expect(log.filter((line) => line.includes('check'))).toHaveLength(3)
  })

  test('the interceptors of a graph take part in the calls of its child pipelines', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('inside', (context) => context.clock.sleep(5))
    const run = new Pipeline('demo')
      .withPipeline('above', child)
      .build({ clock, interceptors: beside([hearing(log)]) })
      .run()
    await clock.advance(5)
    await run
    expect(log).toEqual(['part inside ok at 5', 'part above ok at 5'])
  })

  test('a stage with a condition is asked about only where it starts', async () => {
    const log: string[] = []
    await new Pipeline('demo')
      .withStage('no', () => ({}), { when: () => false })
      .withStage('yes', () => ({}), { when: () => true })
      .withStage('skipped', () => ({}), { dependencies: ['no'] })
      .build({ clock, interceptors: beside([hearing(log)]) })
      .run()
    expect(log).toEqual(['part yes ok at 0'])
  })
})

// ---------- several calls of one stage

const retrying: Interceptor = {
  name: 'retrying',
  wrap: (next) => async (context) => {
    for (let attempt = 1; ; attempt++) {
      const output = await next(context.fork({ attempt }).context)
      if ((output.status !== 'retry' && output.status !== 'fail') || attempt === 3) return output
    }
  },
}

test('parts inside a retry go along with one attempt each, those outside with all of them', async () => {
  const log: string[] = []
  const numbered = (name: string): Interceptor =>
    taking(name, ({ attempt }) => {
      log.push(`${name} asked for ${attempt}`)
      return {
        ended: ({ status }, context) => void log.push(`${name} ${status} of ${context.attempt}`),
      }
    })
  await start(
    (context) => (context.attempt < 3 ? StageOutput.fail('no') : {}),
    [numbered('outer'), retrying, numbered('inner')],
  )
  expect(log).toEqual([
    'outer asked for 1',
    'inner asked for 1',
    'inner fail of 1',
    'inner asked for 2',
    'inner fail of 2',
    'inner asked for 3',
    'inner ok of 3',
    'outer ok of 3',
  ])
})

/** Answers after `ms` by a race, without ending what is inside. */
const impatient = (ms: number): Interceptor => ({
  name: 'impatient',
  wrap: (next) => async (context) =>
    await Promise.race([next(context), clock.sleep(ms).then(() => StageOutput.fail('too slow'))]),
})

describe.each([
  ['at its own promise', []],
  ['at that of an interceptor inside', [passing('inside')]],
] as const)('%s,', (_, inside) => {
  test('a part of a call that hangs when its stage ends hears once, of a cancel', async () => {
    const log: string[] = []
    const run = start(deaf, [impatient(100), hearing(log), ...inside], { graceMs: 10_000 })
    await clock.advance(100)
    expect(log).toEqual(['part a cancel at 100'])
    await clock.advance(1_000)
    expect((await run).status).toBe('failed')
    expect(log).toEqual(['part a cancel at 100'])
  })

  test('a call that was aborted and hangs is given up when the stage goes on to its next call', async () => {
    const log: string[] = []
    const twice: Interceptor = {
      name: 'twice',
      wrap: (next) => async (context) => {
        const first = context.fork()
        void next(first.context)
        await clock.sleep(100)
        first.abort(new Error('enough'))
        expect(log).toEqual([])
        const second = context.fork({ attempt: 2 })
        expect(log).toEqual(['part a cancel at 100'])
        return next(second.context)
      },
    }
    const run = start(deaf, [twice, hearing(log), ...inside], { graceMs: 10_000 })
    await clock.advance(2_000)
    expect((await run).status).toBe('completed')
    expect(log).toEqual(['part a cancel at 100', 'part a ok at 1000'])
  })
})

test('of an abandoned stage that was answered before, a part hears when it is given up, and its attempt stays open', async () => {
  const log: string[] = []
  const run = start(() => new Promise(() => {}), [impatient(100), hearing(log)], { graceMs: 10_000 })
  await clock.advance(100)
  expect(log).toEqual(['part a cancel at 100'])
  await clock.advance(10_000)
  expect((await run).report.stages['a']?.attempts[0]?.endedAt).toBeUndefined()
})

test('a call that goes on beside a second one is not given up', async () => {
  const log: string[] = []
  const hedged: Interceptor = {
    name: 'hedged',
    wrap: (next) => async (context) => {
      const first = next(context.fork().context)
      void next(context.fork().context)
      return await first
    },
  }
  const run = start(deaf, [hedged, hearing(log)], { graceMs: 10_000 })
  await clock.advance(400)
  expect(log).toEqual([])
  await clock.advance(2_000)
  expect((await run).status).toBe('completed')
  expect(log[0]).toBe('part a ok at 500')
})

test('a retry that is answered in the place of its calls reaches no code', async () => {
  let calls = 0
  const log: string[] = []
  const busy = taking('busy', () => StageOutput.retry('busy'))
  const { report } = await start(() => void calls++, [hearing(log, 'outer'), retrying, hearing(log, 'inner'), busy])
  expect(calls).toBe(0)
  expect(log).toEqual([...Array(3).fill('inner a retry at 0'), 'outer a retry at 0'])
  expect(report.stages['a']).toMatchObject({ status: 'fail', error: { code: 'core/retry-exhausted' }, attempts: [] })
})

// ---------- where the graph is built

test('onCall is asked once for each stage when the graph is built, and not again when it runs', async () => {
  const asked: string[] = []
  let begun = 0
  const counting: Interceptor = {
    name: 'counting',
    onCall: ({ name, kind, options }) => {
      asked.push(`${name} ${kind} ${Object.keys(options).join()}`)
      return name === 'a' ? undefined : () => void begun++ as undefined
    },
  }
  const graph = new Pipeline('demo')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}), 'work')
    .build({ interceptors: [counting] })
  expect(asked).toEqual(['a transform ', 'b work '])
  await graph.run()
  await graph.run()
  expect(asked).toHaveLength(2)
  expect(begun).toBe(2)
})

test('onCall is called on its interceptor', () => {
  class Own implements Interceptor {
    readonly name = 'own'
    readonly #seen: string[] = []
    onCall(stage: StageInfo): undefined {
      this.#seen.push(stage.name)
    }
    get seen(): readonly string[] {
      return this.#seen
    }
  }
  const own = new Own()
  new Pipeline('demo').withStage('a', () => ({})).build({ interceptors: [own] })
  expect(own.seen).toEqual(['a'])
})

test('an interceptor that has both wraps its own part', async () => {
  const log: string[] = []
  const both: Interceptor = {
    name: 'both',
    wrap: (next) => async (context) => {
      log.push('wrap in')
      const output = await next(context)
      log.push('wrap out')
      return output
    },
    onCall: () => () => {
      log.push('asked')
      return { ended: () => void log.push('ended') }
    },
  }
  await start(() => void log.push('code'), [both])
  expect(log).toEqual(['wrap in', 'asked', 'code', 'ended', 'wrap out'])
})

test.each([
  ['no function (core/interceptor)', 5, 'core/interceptor', 'has a onCall that is not a function'],
  ['what answers with a number (core/interceptor-wrap)', () => 5, 'core/interceptor-wrap', 'onCall(stage) returns'],
  [
    'what answers with a part (core/interceptor-wrap)',
    () => ({ ended() {} }),
    'core/interceptor-wrap',
    'onCall(stage)',
  ],
  ['what answers with null (core/interceptor-wrap)', () => null, 'core/interceptor-wrap', 'onCall(stage) returns'],
  [
    'what throws (core/interceptor-wrap)',
    () => {
      throw new Error('illegal')
    },
    'core/interceptor-wrap',
    'Interceptor "wrong" refuses stage "a": illegal',
  ],
])('an onCall that is %s is a problem of the build', (_, onCall, code, message) => {
  expect(() =>
    new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ interceptors: [{ name: 'wrong', onCall: onCall as never }] }),
  ).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ code, message: expect.stringContaining(message) })],
    }),
  )
})

test('an error that an onCall fails a stage with is kept as it is', async () => {
  const error = new StageflowError('acme/open', 'open')
  const result = await start(() => ({}), [taking('open', () => StageOutput.fail(error))])
  expect(result.status === 'failed' && result.outputs.a).toMatchObject({ status: 'fail', error })
})
