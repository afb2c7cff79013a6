import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { spanRecorder } from '../test/span-recorder.ts'
import type { SeenSpan } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

let clock = manualClock()
let recorder = spanRecorder()
beforeEach(() => {
  clock = manualClock({ startAt: 1_000 })
  recorder = spanRecorder()
})
afterEach(() => {
  expect(clock.timers).toEqual([])
})
const traced = () => tracing({ tracerProvider: recorder.provider })
const build = <S>(pipeline: { build(options: object): S }, outside: Interceptor[], inside: Interceptor[] = []) =>
  pipeline.build({ clock, interceptors: [...outside, traced(), ...inside] })

/** The notes of other packages, which are read by name. */
const noting = (notes: Readonly<Record<string, unknown>>): Interceptor => ({
  name: 'noting',
  wrap: (next) => (context) => {
    for (const [key, value] of Object.entries(notes)) context.note(key as 'usage', value as object)
    return next(context)
  },
})
const retry = (attempts: number, delayMs: number, notes = true, name = 'retry'): Interceptor => ({
  name,
  wrap: (next) => async (context) => {
    const delaysMs: number[] = []
    for (let attempt = 1; ; attempt++) {
      const output = await next(context.fork().context)
      const again = output.status === 'retry' || output.status === 'fail'
      if (again && attempt < attempts) {
        delaysMs.push(delayMs)
        await context.clock.sleep(delayMs, context.signal)
        continue
      }
      if (notes) context.note('retry' as 'usage', { delaysMs, exhausted: again } as object)
      return output
    }
  },
})
const timeout = (ms: number): Interceptor => ({
  name: 'timeout',
  wrap: (next) => (context) => {
    const { context: inner, abort } = context.fork()
    const { promise: expired, resolve } = Promise.withResolvers<StageOutput>()
    const stop = context.clock.setTimeout(() => {
      const error = new StageflowError('timeout/timed-out', `Stage "${context.stage.name}" took longer than ${ms} ms.`)
      context.note('timeout' as 'usage', { kind: 'total', limitMs: ms, expired: true } as object)
      abort(error)
      resolve(StageOutput.fail(error, { retryable: true }))
    }, ms)
    return Promise.race([next(inner), expired]).finally(stop)
  },
})
/** A time limit as interceptor-timeout sets it: the engine keeps it. */
const limit = (ms: number): Interceptor => ({
  name: 'limit',
  onCall: () => (context) => ({
    deadline: context.now + ms,
    expired: () => StageOutput.fail('slow', { retryable: true }),
  }),
})
const answering = (answer: () => StageOutput | Promise<StageOutput>): Interceptor => ({
  name: 'answering',
  wrap: () => answer,
})
const times = ({ startedAt, endedAt }: SeenSpan) => [startedAt, endedAt]
const named = (name: string) =>
  recorder
    .spans()
    .filter((span) => span.name === name)
    .toSorted((a, b) => a.startedAt - b.startedAt)

test('each attempt has a span with its status; the last one has the status of the stage', async () => {
  let calls = 0
  const graph = build(
    new Pipeline('retried').withStage('llm', async ({ clock: time }) => {
      await time.sleep(10)
      if (++calls === 1) return StageOutput.retry('busy')
      if (calls === 2) throw Object.assign(new Error('reset', { cause: new Error('cable') }), { code: 'ECONNRESET' })
      return StageOutput.ok({})
    }),
    [retry(3, 100)],
  )
  const running = graph.run()
  await clock.advance(230)
  await running
  const spans = named('stage llm')
  expect(spans.map(times)).toEqual([
    [1_000, 1_010],
    [1_110, 1_120],
    [1_220, 1_230],
  ])
  expect(
    spans.map(({ attributes }) => [
      attributes['stageflow.stage.attempt'],
      attributes['stageflow.stage.status'],
      attributes['error.type'],
    ]),
  ).toEqual([
    [1, 'retry', 'core/stage-failed'],
    [2, 'fail', 'ECONNRESET'],
    [3, 'ok', undefined],
  ])
  expect(spans.map(({ isError }) => isError)).toEqual([true, true, false])
  expect(spans.map(({ events }) => events.map(({ name, at, attributes }) => [name, at, attributes]))).toEqual([
    [
      ['exception', 1_010, { 'exception.type': 'core/stage-failed', 'exception.message': 'busy' }],
      ['stageflow.retry.scheduled', 1_010, { 'stageflow.retry.attempt': 2, 'stageflow.retry.delay': 0.1 }],
    ],
    [
      [
        'exception',
        1_120,
        { 'exception.type': 'ECONNRESET', 'exception.message': 'reset (caused by core/stage-failed: cable)' },
      ],
      ['stageflow.retry.scheduled', 1_120, { 'stageflow.retry.attempt': 3, 'stageflow.retry.delay': 0.1 }],
    ],
    [],
  ])
})

test('attempts of synchronous stages have spans of their own', async () => {
  let calls = 0
  const graph = build(
    new Pipeline('retried').withStage('llm', () => (++calls < 3 ? StageOutput.fail(`no ${calls}`) : { calls })),
    [retry(3, 0, false)],
  )
  const running = graph.run()
  await clock.settle()
  await running
  const spans = recorder.spans().filter(({ name }) => name === 'stage llm')
  expect(spans.map(({ message, attributes }) => [attributes['stageflow.stage.attempt'], message])).toEqual([
    [1, 'no 1'],
    [2, 'no 2'],
    [3, undefined],
  ])
})

test('an exhausted retry says so on the last span', async () => {
  const graph = build(
    new Pipeline('tired').withStage('llm', () => StageOutput.fail('down')),
    [retry(2, 10)],
  )
  const settled = graph.runSettled()
  await clock.advance(10)
  await settled
  expect(named('stage llm').map(({ events }) => events.map(({ name, at }) => [name, at]))).toEqual([
    [
      ['exception', 1_000],
      ['stageflow.retry.scheduled', 1_000],
    ],
    [
      ['exception', 1_010],
      ['stageflow.retry.exhausted', 1_010],
    ],
  ])
})

test('a stage that timed out is a failure, and its span lasts as long as its code', async () => {
  const graph = build(
    new Pipeline('slow').withStage(
      'llm',
      async ({ clock: time, signal }) => {
        await time.sleep(1_000, signal).catch(() => {})
        await time.sleep(30) // closes its connection
        return { late: true }
      },
      { onFailure: 'skip' },
    ),
    [timeout(100)],
  )
  const running = graph.run()
  await clock.advance(130)
  const { report } = await running
  expect(report.stages['llm']).toMatchObject({
    status: 'fail',
    endedAt: 1_100,
    attempts: [{ endedAt: 1_130, status: 'ok' }],
  })
  const span = recorder.span('stage llm')
  expect(times(span)).toEqual([1_000, 1_130])
  expect(span.isError).toBe(true)
  expect(span.attributes).toMatchObject({
    'stageflow.stage.status': 'fail',
    'stageflow.attempt.status': 'ok',
    'error.type': 'timeout/timed-out',
    'stageflow.timeout.kind': 'total',
    'stageflow.timeout.limit': 0.1,
  })
  expect(recorder.tree()).toEqual(['invoke_workflow slow completed', '  stage llm fail !'])
})

test('code that ignores the end of its stage is abandoned: its span ends with the run and says so', async () => {
  const ignorant = Promise.withResolvers<void>()
  const graph = build(
    new Pipeline('stuck')
      .withStage('llm', () => ignorant.promise, { onFailure: 'skip' })
      .withStage('other', () => ({})),
    [timeout(100)],
  )
  const running = graph.run({}, { graceMs: 50 })
  await clock.advance(150)
  const { report } = await running
  expect(report.stages['llm']).toMatchObject({ status: 'fail', abandoned: true })
  const span = recorder.span('stage llm')
  expect(times(span)).toEqual([1_000, 1_150])
  expect(span.attributes).toMatchObject({ 'stageflow.stage.status': 'fail', 'stageflow.stage.abandoned': true })
  ignorant.resolve()
  await clock.settle()
  expect(recorder.spans()).toHaveLength(3)
})

test('a stage that ignores the end of its run is abandoned', async () => {
  const ignorant = Promise.withResolvers<void>()
  const graph = build(
    new Pipeline('stuck').withStage('llm', () => ignorant.promise),
    [],
  )
  const run = graph.start({}, { graceMs: 50 })
  run.cancel('enough')
  await clock.advance(50)
  await run.result
  expect(recorder.tree()).toEqual(['invoke_workflow stuck cancelled', '  stage llm cancel'])
  const span = recorder.span('stage llm')
  expect(times(span)).toEqual([1_000, 1_050])
  expect(span.attributes).toMatchObject({ 'stageflow.stage.abandoned': true })
  ignorant.resolve()
})

test('with retries around timeouts each attempt has a span of its own time', async () => {
  const graph = build(
    new Pipeline('slow').withStage('llm', ({ clock: time, signal }) => time.sleep(1_000, signal)),
    [retry(3, 10), timeout(100)],
  )
  const settled = graph.runSettled()
  await clock.advance(320)
  const { report } = await settled
  const { attempts } = report.stages.llm
  expect(attempts).toHaveLength(3)
  expect(named('stage llm').map(times)).toEqual(attempts.map(({ startedAt, endedAt }) => [startedAt, endedAt]))
  expect(named('stage llm').map(({ attributes }) => attributes['error.type'])).toEqual(
    Array.from({ length: 3 }, () => 'timeout/timed-out'),
  )
})

test('a call that core refuses because the one before still runs is a span without an attempt', async () => {
  const ignorant = Promise.withResolvers<void>()
  const graph = build(
    new Pipeline('stubborn').withStage('llm', () => ignorant.promise, { onFailure: 'skip' }),
    [retry(2, 0), timeout(100)],
  )
  const running = graph.run({}, { graceMs: 500 })
  await clock.advance(1_000)
  await running
  const [first, second] = named('stage llm')
  expect(first).toMatchObject({ isError: true, message: 'its code still ran when the run ended' })
  expect(first?.attributes).toMatchObject({ 'stageflow.stage.abandoned': true, 'stageflow.stage.attempt': 1 })
  expect(second?.attributes).toMatchObject({
    'stageflow.stage.status': 'fail',
    'error.type': 'timeout/timed-out',
  })
  ignorant.resolve()
})

test('code that outlasts its call and returns before the run ends is not abandoned', async () => {
  const graph = build(
    new Pipeline('slow').withStage('llm', ({ clock: time }) => time.sleep(200)),
    [retry(2, 0), timeout(50)],
  )
  const settled = graph.runSettled()
  await clock.advance(200)
  const { report } = await settled
  expect(report.stages['llm']?.attempts).toMatchObject([{ startedAt: 1_000, endedAt: 1_200 }])
  const spans = named('stage llm')
  // The second call waited in vain for the code of the first one. It isn't an attempt, and ended with its answer.
  expect(spans.map(times)).toEqual([
    [1_000, 1_200],
    [1_050, 1_100],
  ])
  expect(spans.map(({ attributes }) => attributes['stageflow.stage.abandoned'])).toEqual([undefined, undefined])
})

test('a call that waited for earlier code has a span from its own start', async () => {
  const graph = build(
    new Pipeline('slow').withStage('llm', ({ clock: time }) => time.sleep(200)),
    [retry(2, 0), limit(50)],
  )
  const settled = graph.runSettled()
  await clock.advance(400)
  const { report } = await settled
  const attempts = [
    { startedAt: 1_000, endedAt: 1_200 },
    { startedAt: 1_200, endedAt: 1_400 },
  ]
  expect(report.stages['llm']).toMatchObject({ status: 'fail', endedAt: 1_250, attempts })
  expect(named('stage llm').map(times)).toEqual([
    [1_000, 1_200],
    [1_050, 1_400],
  ])
})

test('a call that waits for the code of another call ends with its own answer', async () => {
  const both: Interceptor = {
    name: 'both',
    wrap: (next) => async (context) => (await Promise.all([next(context), next(context)]))[0],
  }
  const graph = build(
    new Pipeline('twice').withStage('llm', ({ clock: time }) => time.sleep(200)),
    [both],
  )
  const running = graph.run({}, { graceMs: 50 })
  await clock.advance(200)
  await running
  expect(named('stage llm').map((span) => [...times(span), span.attributes['error.type']])).toEqual([
    [1_000, 1_200, undefined],
    [1_000, 1_050, 'core/still-running'],
  ])
})

test('a call that ended ok and was followed by another ended when its code returned', async () => {
  const twice: Interceptor = {
    name: 'twice',
    wrap: (next) => async (context) => {
      await next(context)
      await context.clock.sleep(100)
      return next(context)
    },
  }
  const graph = build(
    new Pipeline('polled').withStage('llm', ({ clock: time }) => time.sleep(10)),
    [twice],
  )
  const running = graph.run()
  await clock.advance(120)
  await running
  expect(named('stage llm').map(times)).toEqual([
    [1_000, 1_010],
    [1_110, 1_120],
  ])
})

test.each([
  ['at once', () => StageOutput.ok({ cached: true })],
  ['later', async () => StageOutput.ok({ cached: true })],
])('a stage that an interceptor answered (%s) has a span that shows which one', async (_, answer) => {
  const graph = build(
    new Pipeline('cached')
      .withStage('work', () => ({ cached: false }))
      .withStage('next', () => ({}), { dependencies: ['work'] }),
    [
      {
        name: 'cache',
        wrap: (next, stage) =>
          stage.name === 'work'
            ? (context) => {
                context.note('idempotency' as 'usage', { result: 'hit', key: 'k' } as object)
                return answer()
              }
            : next,
      },
    ],
  )
  await graph.run()
  expect(recorder.tree()).toEqual(['invoke_workflow cached completed', '  stage work ok', '  stage next ok'])
  const { attributes } = recorder.span('stage work')
  expect(attributes).toMatchObject({ 'stageflow.idempotency.result': 'hit' })
  expect(attributes).not.toHaveProperty(['stageflow.stage.attempt'])
})

test('an open circuit is a failed span with the state of the breaker, and its changes as events', async () => {
  const open = new StageflowError('circuit-breaker/open', 'The circuit of "llm" is open.')
  const note = {
    key: 'openai',
    state: 'open',
    transitions: [
      { to: 'half-open', at: 1_000 },
      { to: 'open', at: 1_004 },
    ],
  }
  const graph = build(
    new Pipeline('broken').withStage('llm', () => ({})),
    [noting({ circuitBreaker: note }), answering(() => StageOutput.fail(open))],
  )
  await graph.runSettled()
  const span = recorder.span('stage llm')
  expect([span.isError, span.message]).toEqual([true, 'The circuit of "llm" is open.'])
  expect(span.attributes).toMatchObject({
    'error.type': 'circuit-breaker/open',
    'stageflow.circuit_breaker.key': 'openai',
    'stageflow.circuit_breaker.state': 'open',
  })
  expect(span.events.map(({ name, at }) => [name, at])).toEqual([
    ['stageflow.circuit_breaker.half_open', 1_000],
    ['stageflow.circuit_breaker.opened', 1_004],
    ['exception', 1_000],
  ])
})

test('calls that an interceptor inside answers have spans of their own, each with its own ending', async () => {
  let calls = 0
  const breaker: Interceptor = {
    name: 'breaker',
    wrap: (next) => (context) => (++calls === 1 ? StageOutput.fail('open') : next(context)),
  }
  const graph = build(
    new Pipeline('inside').withStage('llm', ({ clock: time }) => time.sleep(5)),
    [retry(2, 10)],
    [breaker],
  )
  const running = graph.run()
  await clock.advance(15)
  const { report } = await running
  expect(report.stages['llm']?.attempts).toHaveLength(1)
  const spans = named('stage llm')
  expect(spans.map(times)).toEqual([
    [1_000, 1_000],
    [1_010, 1_015],
  ])
  expect(spans.map(({ isError, attributes }) => [isError, attributes['stageflow.stage.status']])).toEqual([
    [true, 'fail'],
    [false, 'ok'],
  ])
})

test('a call with several attempts further inside is one span that covers all of them', async () => {
  const graph = build(
    new Pipeline('inside').withStage('llm', () => StageOutput.fail('down'), { onFailure: 'skip' }),
    [],
    [retry(3, 10, true, 'their-retry')],
  )
  const running = graph.run()
  await clock.advance(20)
  await running
  expect(times(recorder.span('stage llm'))).toEqual([1_000, 1_020])
})

test('a failure that an interceptor outside replaced is a failed attempt of an ok stage', async () => {
  const graph = build(
    new Pipeline('saved').withStage('llm', () => StageOutput.fail('down')),
    [
      {
        name: 'fallback',
        wrap: (next) => (context) => {
          void next(context)
          return StageOutput.ok({ saved: true })
        },
      },
    ],
  )
  await graph.run()
  const span = recorder.span('stage llm')
  expect([span.isError, span.message]).toEqual([true, 'down'])
  expect(span.attributes).toMatchObject({ 'stageflow.stage.status': 'ok', 'stageflow.attempt.status': 'fail' })
})

test('an ok output that an interceptor outside refused is a failed span', async () => {
  const graph = build(
    new Pipeline('refused').withStage('llm', async () => ({})),
    [
      {
        name: 'judge',
        wrap: (next) => async (context) => {
          await next(context)
          return StageOutput.fail('not good enough')
        },
      },
    ],
  )
  await graph.runSettled()
  expect(recorder.span('stage llm')).toMatchObject({ isError: true, message: 'not good enough' })
})

test('malformed notes of other interceptors are left out', async () => {
  const graph = build(
    new Pipeline('odd').withStage('llm', () => ({})),
    [
      noting({
        circuitBreaker: { key: {}, state: [], transitions: 'many' },
        retry: { delaysMs: 'soon' },
        timeout: { kind: null, limitMs: 'x' },
        idempotency: { result: [] },
        usage: { inputTokens: NaN, outputTokens: '3' },
      }),
    ],
  )
  const { report } = await graph.run()
  expect(report.notes).toEqual({})
  expect(recorder.span('stage llm').attributes).toMatchObject({ 'stageflow.stage.status': 'ok' })
})

test('an interceptor inside that answers the run before its stages end leaves no span open', async () => {
  const hasty: Interceptor = {
    name: 'hasty',
    wrapRun: (next) => async (run) => {
      void next(run)
      await run.clock.sleep(10)
      return run.cancel('enough')
    },
  }
  const graph = build(
    new Pipeline('hasty').withStage('llm', ({ clock: time, signal }) =>
      time.sleep(1_000, signal).catch(() => time.sleep(20)),
    ),
    [],
    [hasty],
  )
  const running = graph.run()
  await clock.advance(30)
  const { report } = await running
  expect(report).toMatchObject({ status: 'cancelled', endedAt: 1_030, stages: { llm: { status: 'ok' } } })
  expect(recorder.tree()).toEqual(['invoke_workflow hasty cancelled', '  stage llm ok'])
  expect(times(recorder.span('stage llm'))).toEqual([1_000, 1_030])
  // And the next run is its own.
  const next = graph.run()
  await clock.advance(30)
  await next
  expect(recorder.spans()).toHaveLength(4)
})

test('a call after the stage has settled has no span', async () => {
  let answered: StageOutput | undefined
  const late: Interceptor = {
    name: 'late',
    wrap: (next, { name }) =>
      name === 'b'
        ? next
        : (context) => {
            void context.clock.sleep(10).then(async () => {
              answered = await next(context)
            })
            return StageOutput.ok({ early: true })
          },
  }
  const graph = build(
    new Pipeline('late').withStage('a', () => ({})).withStage('b', ({ clock: time }) => time.sleep(20)),
    [late],
  )
  const running = graph.run()
  await clock.advance(20)
  await running
  expect(answered).toMatchObject({ status: 'fail', error: { code: 'core/stage-ended' } })
  expect(recorder.tree()).toEqual(['invoke_workflow late completed', '  stage a ok', '  stage b ok'])
})

test('with as many calls as attempts, but not one for each, every span has the time of its own call', async () => {
  let asked = 0
  const inside: Interceptor = {
    name: 'inside',
    wrap: (next) => async (context) => {
      if (++asked === 2) return StageOutput.ok({ cached: true })
      await next(context)
      await context.clock.sleep(10)
      return next(context)
    },
  }
  const graph = build(
    new Pipeline('both').withStage('llm', async ({ clock: time }) => {
      await time.sleep(5)
      return StageOutput.fail('down')
    }),
    [retry(2, 100)],
    [inside],
  )
  const running = graph.run()
  await clock.advance(120)
  const { report } = await running
  expect(report.stages['llm']).toMatchObject({ status: 'ok', attempts: [{ endedAt: 1_005 }, { endedAt: 1_020 }] })
  expect(named('stage llm').map((span) => [...times(span), span.isError])).toEqual([
    [1_000, 1_020, true],
    [1_120, 1_120, false],
  ])
})

test.each([
  ['at once', () => StageOutput.fail('down')],
  ['later', async () => StageOutput.fail('down')],
])('a failure that an interceptor inside replaced (%s) is a failed attempt of an ok stage', async (_, code) => {
  const inside: Interceptor = {
    name: 'inside',
    wrap: (next) => (context) => {
      const answer = next(context)
      return answer instanceof Promise ? answer.then(() => StageOutput.ok({})) : StageOutput.ok({})
    },
  }
  await build(new Pipeline('saved').withStage('llm', code as () => StageOutput), [], [inside]).run()
  const span = recorder.span('stage llm')
  expect([span.isError, span.message]).toEqual([true, 'down'])
  expect(span.attributes).toMatchObject({ 'stageflow.stage.status': 'ok', 'stageflow.attempt.status': 'fail' })
})
