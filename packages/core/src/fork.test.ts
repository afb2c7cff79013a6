import { afterEach, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { Pipeline, StageOutput, StageflowError } from './index.ts'
import type { Interceptor, RunStage, StageContext } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const wrapping = (wrap: NonNullable<Interceptor['wrap']>, name = 'under-test'): Interceptor => ({ name, wrap })
const retry = (attempts: number): Interceptor =>
  wrapping(
    (next) => async (context) => {
      for (let attempt = 1; ; attempt++) {
        const output = await next(context.fork({ attempt }).context)
        if ((output.status !== 'retry' && output.status !== 'fail') || attempt === attempts) return output
      }
    },
    'retry',
  )

test('calling next again is a retry: each call is an attempt with times, status and error, and an event tells of it', async () => {
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
    .build({ clock, eventSink, interceptors: [retry(5)] })
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

test('without a fork the attempt is counted too', async () => {
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

test('a retry that no interceptor honours is a failure with its cause (core/retry-exhausted)', async () => {
  const cause = new Error('busy')
  for (const interceptors of [[], [retry(2)]]) {
    const result = await new Pipeline('demo')
      .withStage('busy', () => StageOutput.retry(cause))
      .build({ clock, interceptors })
      .runSettled()
    expect(result.status === 'failed' && result.errors).toMatchObject([
      { code: 'core/retry-exhausted', stage: 'busy', cause: { message: 'busy' } },
    ])
  }
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
          void next(context.fork({ attempt: 1 }).context)
          return next(context.fork({ attempt: 2 }).context)
        }),
      ],
    })
  const settled = graph.run()
  await clock.advance(200)
  expect((await settled).data).toEqual({ slow: { attempt: 2 } })
  expect(log).toEqual(['start 1 at 0', 'end 1 at 100', 'start 2 at 100', 'end 2 at 200'])
})

test('a second next whose first call ignores its signal past the grace time answers core/still-running', async () => {
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
  const exceeded = new StageflowError('timeout/exceeded', 'too slow')
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
  expect(result.status === 'failed' && result.errors).toMatchObject([{ code: 'timeout/exceeded', stage: 'slow' }])
  expect(outside).toEqual([false, true])
})

test('the signal of a fork follows the outer one, however deep, and is linked only when somebody asks for it', async () => {
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

test('a fork that was given up before its signal was asked for hands out an aborted signal', async () => {
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

test('next in a fork that was given up does not run the stage again', async () => {
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

test('a fork narrows the deadline and never widens it; the run has its own', async () => {
  const seen: unknown[] = []
  const read: RunStage = (context) => {
    seen.push(
      context.fork({ deadline: 500 }).context.deadline,
      context.fork({ deadline: 5_000 }).context.deadline,
      context.fork().context.deadline,
    )
    return StageOutput.ok()
  }
  const graph = new Pipeline('demo')
    .withStage('a', (context) => ({ deadline: context.deadline }))
    .build({ clock, interceptors: [wrapping(() => read)] })
  await graph.run({}, { timeoutMs: 1_000 })
  await graph.run()
  expect(seen).toEqual([500, 1_000, 1_000, 500, 5_000, undefined])
})

test('a heartbeat reaches every fork around it', async () => {
  const log: string[] = []
  const beating = (name: string): Interceptor =>
    wrapping((next) => (context) => next(context.fork({ onHeartbeat: () => void log.push(name) }).context), name)
  const graph = new Pipeline('demo')
    .withStage('a', (context) => context.heartbeat())
    .build({ clock, interceptors: [beating('outer'), beating('inner')] })
  await graph.run()
  expect(log).toEqual(['inner', 'outer'])
})

// ---------- late calls

test('next after the stage has ended answers core/stage-ended and runs nothing', async () => {
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

test('next after the run was stopped answers cancel and runs nothing', async () => {
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

test('next takes a context of this run and nothing else (core/interceptor-context)', async () => {
  for (const wrong of [undefined, {}, 5]) {
    const graph = new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: [wrapping((next) => () => next(wrong as never))] })
    const result = await graph.runSettled()
    expect(result.status === 'failed' && result.errors).toMatchObject([
      { code: 'core/interceptor-context', message: expect.stringContaining('fork()') },
    ])
  }
})

test('the facts of a stage so far can be read while it runs', async () => {
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

test('an interceptor may number the attempts itself: the stage, and forks within, see its number', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', (context) => ({ attempt: context.attempt }))
    .build({
      clock,
      interceptors: [
        wrapping((next) => (context) => next(context.fork({ attempt: 7 }).context), 'outer'),
        wrapping((next) => (context) => next(context.fork().context), 'inner'),
      ],
    })
  expect((await graph.run()).data).toEqual({ a: { attempt: 7 } })
})

test('a chunk, a heartbeat inside a child run and a stage of it that settles are signs of life of the stage above', async () => {
  const log: string[] = []
  const watch: Interceptor = {
    name: 'watch',
    wrap:
      (next, { name }) =>
      (context) =>
        next(context.fork({ onHeartbeat: () => log.push(`${name} at ${context.clock.now()}`) }).context),
  }
  const child = new Pipeline('child')
    .withStage('beats', async (context) => {
      await context.clock.sleep(10)
      context.heartbeat()
      await context.clock.sleep(10)
    })
    .withStage('quiet', async (context) => void (await context.clock.sleep(15)))
  const graph = new Pipeline('demo')
    .withPipeline('inner', child)
    .withStage('streams', async function* (context) {
      await context.clock.sleep(1)
      yield 'a'
      await context.clock.sleep(1)
      yield 'b'
      return {}
    })
    .build({ clock, interceptors: [watch] })
  const settled = graph.run()
  await clock.advance(20)
  await settled
  expect(log).toEqual(['streams at 1', 'streams at 2', 'beats at 10', 'inner at 10', 'inner at 15', 'inner at 20'])
})

test('whoever surrounds a stage is told while the engine blocks it for a reader that is far behind', async () => {
  const log: string[] = []
  const watch: Interceptor = {
    name: 'watch',
    wrap:
      (next, { name }) =>
      (context) =>
        next(context.fork({ onParked: (parked) => void log.push(`${name} ${parked ? 'parked' : 'goes on'}`) }).context),
  }
  const child = new Pipeline('child').withStage('streams', async function* () {
    for (let i = 0; i < 1_005; i++) yield i
    return {}
  })
  const graph = new Pipeline('demo').withPipeline('inner', child).build({ clock, interceptors: [watch] })
  const handle = graph.start()
  const events = handle[Symbol.asyncIterator]()
  await events.next()
  await clock.advance(1)
  expect(log).toEqual(['streams parked', 'inner parked'])
  while ((await events.next()).done !== true);
  expect(log.slice(0, 4)).toEqual(['streams parked', 'inner parked', 'streams goes on', 'inner goes on'])
  expect((await handle.result).status).toBe('completed')
})
