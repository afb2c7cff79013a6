import { describe, expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { limitTo, logAnswers, retryOnce, retryUpTo } from './interceptors.ts'
import { Pipeline, StageflowError, StageOutput, createSlot } from '../src/index.ts'
import type { Interceptor, InterceptorContext, StageContext } from '../src/index.ts'

const wrapping = (wrap: NonNullable<Interceptor['wrap']>, name = 'under-test'): Interceptor => ({ name, wrap })

test('calling next again is a retry: each call is an attempt with times, status and error, and has an event', async () => {
  const eventSink = recordingSink()
  const seen: number[] = []
  const graph = new Pipeline('demo')
    .withStage('flaky', async (context) => {
      seen.push(context.attempt)
      await context.clock.sleep(10)
      if (context.attempt === 1) throw new Error('first')
      if (context.attempt === 2) return StageOutput.retry('second')
      return { tries: context.attempt }
    })
    .build({ clock, eventSink, interceptors: [retryUpTo(5)] })
  const settled = graph.run()
  await clock.advance(30)
  const { data, report } = await settled
  expect(data).toEqual({ flaky: { tries: 3 } })
  expect(seen).toEqual([1, 2, 3])
  expect(report.stages['flaky']?.attempts).toMatchObject([
    { attempt: 1, startedAt: 0, endedAt: 10, status: 'fail', error: { message: 'first' } },
    { attempt: 2, startedAt: 10, endedAt: 20, status: 'retry', error: { message: 'second' } },
    { attempt: 3, startedAt: 20, endedAt: 30, status: 'ok' },
  ])
  expect(eventSink.events.filter(({ type }) => type === 'stage.flaky.retrying').map(({ data }) => data)).toMatchObject([
    { attempt: 2, error: { message: 'first' } },
    { attempt: 3, error: { message: 'second' } },
  ])
  expect(eventSink.of('stage.flaky.completed')).toMatchObject([{ data: { attempts: 3, durationMs: 30 } }])
})

test('a call of next without a fork counts as an attempt too', async () => {
  const graph = new Pipeline('demo')
    .withStage('flaky', (context) => (context.attempt === 1 ? StageOutput.fail('first') : { attempt: context.attempt }))
    .build({
      clock,
      interceptors: [
        wrapping(
          (next) => async (context) =>
            (await next(context)).status === 'fail' ? next(context) : StageOutput.fail('never'),
        ),
      ],
    })
  expect((await graph.run()).data).toEqual({ flaky: { attempt: 2 } })
})

test.each<[what: string, interceptors: readonly Interceptor[]]>([
  ['no interceptor repeats', []],
  ['an interceptor gives up', [retryUpTo(2)]],
])('a retry that %s is a failure with its cause (core/retry-exhausted)', async (_, interceptors) => {
  const result = await new Pipeline('demo')
    .withStage('busy', () => StageOutput.retry(new Error('busy')))
    .build({ clock, interceptors })
    .runSettled()
  expect(result.status === 'failed' && result.errors).toMatchObject([
    { code: 'core/retry-exhausted', stage: 'busy', cause: { message: 'busy' } },
  ])
})

test('a stage never runs twice at once: a second next waits for the code of the first call', async () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('slow', async (context) => {
      const { attempt } = context
      log.push(`start ${attempt} at ${clock.now()}`)
      await context.clock.sleep(100)
      log.push(`end ${attempt} at ${clock.now()}`)
      return { attempt }
    })
    .build({
      clock,
      interceptors: [
        wrapping((next) => (context) => {
          void next(context.fork().context)
          return next(context.fork().context)
        }),
      ],
    })
  const settled = graph.run()
  await clock.advance(200)
  expect((await settled).data).toEqual({ slow: { attempt: 2 } })
  expect(log).toEqual(['start 1 at 0', 'end 1 at 100', 'start 2 at 100', 'end 2 at 200'])
})

test('a second next returns core/still-running if the first call ignores its signal past the grace time', async () => {
  const graph = new Pipeline('demo')
    .withStage('deaf', () => new Promise<object>(() => {}))
    .build({
      clock,
      interceptors: [
        wrapping((next) => (context) => {
          const first = context.fork()
          void next(first.context)
          first.abort(new Error('too slow'))
          return next(context.fork().context)
        }),
      ],
    })
  const settled = graph.runSettled({}, { graceMs: 200 })
  await clock.advance(200)
  await clock.advance(200)
  const result = await settled
  expect(result.status === 'failed' && result.errors).toMatchObject([
    { code: 'core/still-running', stage: 'deaf', message: expect.stringContaining('200 ms') },
  ])
  expect(result.report.stages['deaf']).toMatchObject({ status: 'fail', abandoned: true })
})

test('three calls of next at once run one after the other', async () => {
  let running = 0
  let most = 0
  const graph = new Pipeline('demo')
    .withStage('slow', async (context) => {
      most = Math.max(most, ++running)
      await context.clock.sleep(10)
      running--
    })
    .build({
      clock,
      interceptors: [
        wrapping((next) => async (context) => (await Promise.all([next(context), next(context), next(context)]))[2]),
      ],
    })
  const settled = graph.run()
  await clock.advance(30)
  expect((await settled).report.stages['slow']?.attempts).toHaveLength(3)
  expect(most).toBe(1)
})

// ---------- fork

test('a fork aborts only what is inside it, with its own reason, and that reason is a failure', async () => {
  const exceeded = new StageflowError('timeout/timed-out', 'too slow')
  const outside: boolean[] = []
  const graph = new Pipeline('demo')
    .withStage('slow', async (context) => void (await context.clock.sleep(1_000, context.signal)))
    .build({
      clock,
      interceptors: [
        wrapping((next) => async (context) => {
          const { context: inner, abort } = context.fork()
          const stop = context.clock.setTimeout(() => abort(exceeded), 50)
          const output = await next(inner)
          stop()
          outside.push(context.signal.aborted, inner.signal.aborted)
          return output
        }),
      ],
    })
  const settled = graph.runSettled()
  await clock.advance(50)
  const result = await settled
  expect(result.status === 'failed' && result.errors).toMatchObject([{ code: 'timeout/timed-out', stage: 'slow' }])
  expect(outside).toEqual([false, true])
})

test('the signal of a fork follows the outer one, however deep, and is linked only when it is read', async () => {
  const caller = new AbortController()
  const seen: unknown[] = []
  const graph = new Pipeline('demo')
    .withStage(
      'slow',
      (context) =>
        new Promise<object>((resolve) => {
          context.signal.addEventListener('abort', () => {
            seen.push(context.signal.reason)
            resolve({})
          })
        }),
    )
    .build({
      clock,
      interceptors: [
        wrapping((next) => (context) => next(context.fork().context), 'outer'),
        wrapping((next) => (context) => next(context.fork().context), 'inner'),
      ],
    })
  const settled = graph.runSettled({}, { signal: caller.signal })
  const reason = new Error('enough')
  caller.abort(reason)
  expect((await settled).status).toBe('cancelled')
  expect(seen).toEqual([reason])
})

test('a fork that is aborted before its signal is read has an aborted signal', async () => {
  const seen: unknown[] = []
  const graph = new Pipeline('demo')
    .withStage('slow', async (context) => {
      await context.clock.sleep(20)
      seen.push(context.signal.aborted, (context.signal.reason as Error).message)
      context.raiseIfCancelled()
    })
    .build({
      clock,
      interceptors: [
        wrapping((next) => async (context) => {
          const fork = context.fork()
          const answer = next(fork.context)
          await context.clock.sleep(10)
          fork.abort(new Error('given up'))
          fork.abort(new Error('a second reason changes nothing'))
          return answer
        }),
      ],
    })
  const settled = graph.runSettled()
  await clock.advance(20)
  const result = await settled
  expect(seen).toEqual([true, 'given up'])
  expect(result.status === 'failed' && result.errors[0]?.message).toBe('given up')
})

test("next in an aborted fork doesn't run the stage again", async () => {
  let calls = 0
  const graph = new Pipeline('demo')
    .withStage('counted', () => void calls++)
    .build({
      clock,
      interceptors: [
        wrapping((next) => (context) => {
          const fork = context.fork()
          fork.abort(new Error('given up'))
          return next(fork.context)
        }),
      ],
    })
  const result = await graph.runSettled()
  expect(result.status === 'failed' && result.errors[0]?.message).toBe('given up')
  expect(calls).toBe(0)
})

test('the attempt of a fork is the number of attempts so far + 1, for the code and for parts inside', async () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', (context) => {
      log.push(`code ${context.attempt}`)
      return StageOutput.fail('again')
    })
    .build({
      clock,
      interceptors: [
        wrapping((next) => async (context) => {
          log.push(`fork ${context.fork().context.attempt}`)
          await next(context.fork().context)
          const second = context.fork().context
          log.push(`fork ${second.attempt}`)
          const within = second.fork().context
          log.push(`fork ${within.attempt}`)
          return next(within)
        }),
        {
          name: 'part',
          onCall: () => (context) => {
            log.push(`asked ${context.attempt}`)
            return { ended: (_, same) => void log.push(`ended ${same.attempt}`) }
          },
        },
      ],
    })
  await graph.runSettled()
  expect(log).toEqual(['fork 1', 'asked 1', 'code 1', 'ended 1', 'fork 2', 'fork 2', 'asked 2', 'code 2', 'ended 2'])
})

test('the attempt of a fork that was made before an attempt began stays as it was', async () => {
  const seen: number[] = []
  const graph = new Pipeline('demo')
    .withStage('a', () => StageOutput.fail('again'))
    .build({
      clock,
      interceptors: [
        wrapping((next) => async (context) => {
          await next(context)
          const kept = context.fork().context
          await next(context)
          seen.push(kept.attempt, context.attempt, context.fork().context.attempt)
          return StageOutput.ok()
        }),
      ],
    })
  await graph.runSettled()
  expect(seen).toEqual([2, 2, 3])
})

test('a fork has the deadline of the call around it', async () => {
  const seen: unknown[] = []
  const graph = new Pipeline('demo')
    .withStage('a', () => ({}))
    .build({
      clock,
      interceptors: [
        wrapping((next) => (context) => {
          seen.push(context.fork().context.deadline)
          return next(context)
        }),
      ],
    })
  await graph.run({}, { timeoutMs: 1_000 })
  await graph.run()
  expect(seen).toEqual([1_000, undefined])
})

test('the calls in an aborted fork are answered with its reason, each part once', async () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', (context) => context.clock.sleep(50, context.signal), { onFailure: 'skip' })
    .build({
      clock,
      interceptors: [
        logAnswers(log, 'outer'),
        wrapping((next) => (context) => {
          const { context: inner, abort } = context.fork()
          clock.setTimeout(() => abort(new Error('enough')), 20)
          return next(inner)
        }),
        logAnswers(log, 'inner'),
      ],
    })
  const run = graph.run()
  await clock.advance(50)
  expect((await run).report.stages['a']).toMatchObject({ endedAt: 20, error: { message: 'enough' } })
  expect(log).toEqual(['inner a fail at 20', 'outer a fail at 20'])
})

// ---------- late calls

test('next after the stage has ended returns core/stage-ended and runs no code', async () => {
  let calls = 0
  let late: unknown
  const graph = new Pipeline('demo')
    .withStage('once', () => void calls++)
    .withStage('slow', async (context) => void (await context.clock.sleep(100)))
    .build({
      clock,
      interceptors: [
        wrapping((next, stage) =>
          stage.name !== 'once'
            ? next
            : (context) => {
                void context.clock.sleep(50).then(async () => {
                  late = await next(context)
                })
                return next(context)
              },
        ),
      ],
    })
  const settled = graph.run()
  await clock.advance(100)
  await settled
  expect(calls).toBe(1)
  expect(late).toMatchObject({ status: 'fail', error: { code: 'core/stage-ended' } })
})

test('next after the run was stopped returns cancel and runs no code', async () => {
  let calls = 0
  const statuses: string[] = []
  const graph = new Pipeline('demo')
    .withStage('retried', () => {
      calls++
      return StageOutput.retry('again')
    })
    .build({
      clock,
      interceptors: [
        wrapping((next) => async (context) => {
          await next(context)
          await context.clock.sleep(100).catch(() => {})
          const output = await next(context)
          statuses.push(output.status)
          return output
        }),
      ],
    })
  const run = graph.start()
  run.cancel('enough')
  await clock.advance(100)
  expect(await run.settled).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(statuses).toEqual(['cancel'])
  expect(calls).toBe(1)
})

test.each([undefined, {}, 5])(
  'next takes a context of this run, and %o fails the stage (core/interceptor-context)',
  async (wrong) => {
    const graph = new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: [wrapping((next) => () => next(wrong as never))] })
    const result = await graph.runSettled()
    expect(result.status === 'failed' && result.errors).toMatchObject([
      { code: 'core/interceptor-context', message: expect.stringContaining('fork()') },
    ])
  },
)

test('the record of a stage can be read while it runs', async () => {
  const seen: unknown[] = []
  const graph = new Pipeline('demo')
    .withStage('a', (context: StageContext) => {
      context.note('usage', { inputTokens: 3 })
      return { a: 1 }
    })
    .build({
      clock,
      interceptors: [
        wrapping((next) => async (context) => {
          const output = await next(context)
          const { status, attempts, notes, startedAt } = context.record
          seen.push(status, attempts.length, notes, startedAt)
          return output
        }),
      ],
    })
  await graph.run()
  expect(seen).toEqual([undefined, 1, { usage: { inputTokens: 3 } }, 0])
})

test('code that a call reaches while another stage starts begins at the time of that start', async () => {
  const waiting: (() => void)[] = []
  const seen: unknown[] = []
  const gate: Interceptor = {
    name: 'gate',
    wrap: (next, { name }) => {
      if (name === 'waits')
        return (context) => new Promise((resolve) => waiting.push(() => resolve(next(context) as never)))
      if (name !== 'opens') return next
      return (context) => {
        const answer = next(context)
        for (const goOn of waiting.splice(0)) goOn()
        return answer
      }
    },
  }
  const watch = wrapping((next, { name }) => (context) => {
    seen.push([name, context.now])
    return next(context)
  })
  const graph = new Pipeline('demo')
    .withStage('waits', async () => ({}))
    .withStage('sleeps', (context) => context.clock.sleep(50))
    .withStage('opens', () => ({}), { dependencies: ['sleeps'] })
    .build({ clock, interceptors: [gate, watch] })
  const settled = graph.run()
  await clock.advance(50)
  const { report } = await settled
  expect(seen).toEqual([
    ['sleeps', 0],
    ['opens', 50],
    ['waits', 50],
  ])
  expect(report.stages['waits']?.attempts).toMatchObject([{ startedAt: 50, endedAt: 50 }])
})

test('`aborted` has the reason for which a fork or the run was aborted, and creates no signal', async () => {
  const seen: unknown[] = []
  const caller = new AbortController()
  const watching = wrapping((next) => (context) => {
    const fork = context.fork()
    seen.push(fork.context.aborted)
    fork.abort('first')
    seen.push(fork.context.aborted, context.aborted)
    caller.abort('caller')
    seen.push(fork.context.aborted, context.aborted)
    return next(context)
  })
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, interceptors: [watching] })
  expect((await graph.runSettled({}, { signal: caller.signal })).status).toBe('cancelled')
  expect(seen).toEqual([undefined, { reason: 'first' }, undefined, { reason: 'first' }, { reason: 'caller' }])
})

test.each<[what: string, change: (context: InterceptorContext) => unknown]>([
  ['undefined', () => undefined],
  ['null', () => null],
  ['an empty object', () => ({})],
  ['a string', () => 'text'],
  ['a copy of the context', (context) => ({ ...context })],
])('next with %s fails with core/interceptor-context, also if another layer is inside', async (_, change) => {
  const outer: Interceptor = { name: 'outer', wrap: (next) => (context) => next(change(context) as never) }
  const using: Interceptor = {
    name: 'using',
    wrap: (next) => (context) => (context.stage.name === 'a' ? next(context) : next(context)),
  }
  const graph = new Pipeline().withStage('a', () => ({})).build({ clock, interceptors: [outer, using] })
  expect(await graph.runSettled()).toMatchObject({ errors: [{ code: 'core/interceptor-context' }] })
})

test('next with the context of another graph fails with core/interceptor-context, and runs the code of neither', async () => {
  let calls = 0
  let stranger: InterceptorContext | undefined
  const keep: Interceptor = { name: 'keep', onCall: () => (context) => void (stranger = context) }
  await new Pipeline()
    .withStage('a', () => void calls++)
    .build({ clock, interceptors: [keep] })
    .run()
  const outer: Interceptor = { name: 'outer', wrap: (next) => () => next(stranger as InterceptorContext) }
  const inner: Interceptor = { name: 'inner', wrap: (next) => (context) => next(context) }
  const graph = new Pipeline().withStage('a', () => void calls++).build({ clock, interceptors: [outer, inner] })
  expect(await graph.runSettled()).toMatchObject({ errors: [{ code: 'core/interceptor-context' }] })
  expect(calls).toBe(1)
})

test('next around a run with undefined fails with core/interceptor-context, also if another layer is inside', async () => {
  const around: Interceptor = { name: 'around', wrapRun: (next) => () => next(undefined as never) }
  const inside: Interceptor = { name: 'inside', wrapRun: (next) => (run) => next(run) }
  const runs = new Pipeline().withStage('a', () => ({})).build({ clock, interceptors: [around, inside] })
  expect(await runs.runSettled()).toMatchObject({ errors: [{ cause: { code: 'core/interceptor-context' } }] })
})

test('`startedAt` of a context is the start of its attempt', async () => {
  const times: number[] = []
  const again: Interceptor = {
    name: 'again',
    wrap: (next) => async (context) => {
      await next(context)
      await context.clock.sleep(100)
      return next(context)
    },
  }
  const graph = new Pipeline()
    .withStage('a', (context: StageContext) => void times.push(context.startedAt))
    .build({ clock, interceptors: [again] })
  const startedAt = clock.now()
  const settled = graph.run()
  await clock.advance(100)
  await settled
  expect(times).toEqual([startedAt, startedAt + 100])
  expect(clock.timers).toEqual([])
})

describe('a value of a fork', () => {
  const model = createSlot<string>('acme/model')
  /** Calls the stage once for each model, until it completes. */
  const routing = (...models: string[]): Interceptor => ({
    name: 'routing',
    wrap: (next) => async (context) => {
      let output: StageOutput = StageOutput.fail('no model')
      for (const one of models) {
        output = await next(context.fork(model, one).context)
        if (output.status === 'ok') return output
      }
      return output
    },
  })

  test('is read inside it, and not beside it', async () => {
    const seen: unknown[] = []
    const reading: Interceptor = {
      name: 'reading',
      wrap: (next) => async (context) => {
        const output = await next(context)
        seen.push(context.get(model))
        return output
      },
    }
    const graph = new Pipeline('demo')
      .withStage('a', ({ get }) => {
        seen.push(get(model))
        return get(model) === 'large' ? {} : StageOutput.fail('too small')
      })
      .build({ clock, interceptors: [reading, routing('small', 'large')] })
    expect((await graph.run()).status).toBe('completed')
    expect(seen).toEqual(['small', 'large', undefined])
  })

  test('is read through other forks and parts inside it, and in child runs that start there', async () => {
    const seen: unknown[] = []
    const inner = new Pipeline('inner').withStage('deep', ({ get }) => void seen.push(get(model)))
    const graph = new Pipeline('demo')
      .withStage('a', async (context) => {
        seen.push(context.get(model))
        await context.runChild(inner)
      })
      .withPipeline('b', inner)
      .withMap('c', { over: () => [1], each: (_, { get }) => void seen.push(get(model)) })
      .build({ clock, interceptors: [routing('large'), limitTo(1_000), retryOnce] })
    await graph.run()
    expect(seen).toEqual(['large', 'large', 'large', 'large'])
  })

  test('comes before that of the run, and may be undefined', async () => {
    const seen: unknown[] = []
    const setting: Interceptor = { name: 'setting', onRun: (run) => void run.set(model, 'of the run') }
    const hiding: Interceptor = {
      name: 'hiding',
      wrap: (next) => async (context) => {
        await next(context)
        return next(context.fork(model, undefined as never).context)
      },
    }
    const graph = new Pipeline('demo')
      .withStage('a', ({ get }) => void seen.push(get(model)))
      .build({ clock, interceptors: [setting, hiding] })
    await graph.run()
    expect(seen).toEqual(['of the run', undefined])
  })

  test('needs a slot (core/slot)', async () => {
    const wrong: Interceptor = {
      name: 'wrong',
      wrap: (next) => (context) => next(context.fork('acme/model' as never, 'x' as never).context),
    }
    const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, interceptors: [wrong] })
    const { report } = await graph.runSettled()
    expect(report.stages['a']?.error).toMatchObject({ cause: { code: 'core/slot' } })
  })
})
