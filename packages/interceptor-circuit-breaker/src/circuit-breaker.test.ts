import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { Pipeline, StageOutput, StageflowError, type Interceptor, type StageContext } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { CircuitOpenError, circuitBreaker, type CircuitBreaker, type CircuitBreakerOptions } from './index.ts'

let clock = manualClock()
let calls = 0
beforeEach(() => {
  clock = manualClock()
  calls = 0
})
afterEach(() => expect(clock.timers).toEqual([]))

/** A pipeline `chat` with one stage `llm`. Each run passes what its stage does. */
type Body = (context: StageContext) => unknown
function build(interceptors: readonly Interceptor[], eventSink = recordingSink()) {
  let body: Body = () => ({})
  const graph = new Pipeline('chat')
    .withStage('llm', (context): Promise<object> | object => {
      calls++
      return body(context) as object
    })
    .build({ clock, interceptors, eventSink })
  return {
    eventSink,
    start: (
      next: Body,
      options: { readonly signal?: AbortSignal; readonly timeoutMs?: number; graceMs?: number } = {},
    ) => {
      body = next
      return graph.runSettled({}, options)
    },
  }
}

const ok: Body = () => ({ text: 'hello' })
const asyncOk: Body = async () => ({ text: 'hello' })
const broken: Body = () => {
  throw down()
}
const hang: Body = () => new Promise(() => {})

const stateOf = (breaker: CircuitBreaker, key = 'chat/llm') =>
  breaker.export().circuits.find((circuit) => circuit.key === key)
/** What the breaker of `chat/llm` has counted. */
const countsOf = (breaker: CircuitBreaker, key?: string) => stateOf(breaker, key)?.breaker
const failuresOf = (breaker: CircuitBreaker, key?: string) => {
  const counts = countsOf(breaker, key)
  return counts?.type === 'consecutive' ? counts.failures : undefined
}

async function fail(run: ReturnType<typeof build>['start'], times: number): Promise<void> {
  for (let each = 0; each < times; each++) await run(broken)
}

/** A timeout in a wrap, which does not stand still while a call waits for the code of the previous call. */
const timeout = (ms: number): Interceptor => ({
  name: 'timeout',
  wrap: (next, stage) => (context) => {
    const inner = context.fork()
    const expired = Promise.withResolvers<StageOutput>()
    const stop = context.clock.setTimeout(() => {
      const error = new StageflowError('timeout/timed-out', `Stage "${stage.name}" took longer than ${ms} ms.`)
      inner.abort(error)
      expired.resolve(StageOutput.fail(error, { retryable: true }))
    }, ms)
    const output = next(inner.context)
    if (output instanceof Promise) return Promise.race([output, expired.promise]).finally(stop)
    stop()
    return output
  },
})

/** A timeout that the engine keeps, like interceptor-timeout. */
const limit = (ms: number): Interceptor => ({
  name: 'timeout',
  onCall: () => (context) => ({
    deadline: context.now + ms,
    expired: () => StageOutput.fail(new StageflowError('timeout/timed-out', 'too slow'), { retryable: true }),
  }),
})

const retry = (attempts: number): Interceptor => ({
  name: 'retry',
  wrap: (next) => async (context) => {
    for (let attempt = 1; ; attempt++) {
      const output = await next(context.fork().context)
      const again = output.status === 'retry' || (output.status === 'fail' && output.retryable === true)
      if (!again || attempt === attempts) return output
    }
  },
})

test('case 1: an open circuit is a failure of the stage and of the run, and the stage is not called', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 1 } })
  const { start } = build([breaker])
  await fail(start, 1)
  await clock.advance(10_000)
  const result = await start(ok)
  if (result.status !== 'failed') throw new Error(result.status)
  expect(calls).toBe(1)
  expect(result.errors).toEqual([
    {
      code: 'circuit-breaker/open',
      message:
        'Stage "llm" was not called: the circuit "chat/llm" is open; it may close in 20000 ms, if a probe succeeds. Try again later, or set a fallback: { onFailure: { fallback: … } }.',
      stage: 'llm',
    },
  ])
  const output = result.outputs.llm
  expect(output?.status).toBe('fail')
  if (output?.status !== 'fail') return
  expect(output.retryable).toBe(false)
  expect(output.data).toEqual({ key: 'chat/llm', state: 'open', afterMs: 20_000 })
  expect(output.error).toBeInstanceOf(CircuitOpenError)
  expect(StageflowError.is(output.error, 'circuit-breaker/open')).toBe(true)
  expect(output.error).toMatchObject({ key: 'chat/llm', state: 'open', afterMs: 20_000 })
  expect(result.report.stages['llm']?.attempts).toEqual([])
})

test('case 2, and the defaults: five failures open the circuit for 30 s, then a probe that succeeds closes it', async () => {
  const breaker = circuitBreaker()
  const { start } = build([breaker])
  await fail(start, 4)
  expect(stateOf(breaker)?.state).toBe('closed')
  await fail(start, 1)
  expect(stateOf(breaker)?.state).toBe('open')
  expect(calls).toBe(5)

  await clock.advance(29_999)
  await start(ok)
  expect(calls).toBe(5)

  await clock.advance(1)
  expect((await start(ok)).status).toBe('completed')
  expect(calls).toBe(6)
  expect(stateOf(breaker)?.state).toBe('closed')
  await fail(start, 4)
  expect(stateOf(breaker)?.state).toBe('closed')
})

test.each([
  ['a throw', broken],
  ['a rejection', () => Promise.reject(down())],
  ['a fail output', () => StageOutput.fail(down())],
  ['a request to retry', async () => StageOutput.retry(down())],
])('%s is one failure', async (_, body) => {
  const breaker = circuitBreaker()
  await build([breaker]).start(body)
  expect(failuresOf(breaker)).toBe(1)
})

test.each([
  ['an illegal output', () => 7, 0],
  ['a fail output with a text', () => StageOutput.fail('down'), 1],
  ['a request to retry with a text', async () => StageOutput.retry('busy'), 1],
])('%s does not count as a failure', async (_, body, unknown) => {
  const breaker = circuitBreaker()
  await build([breaker]).start(body)
  expect([failuresOf(breaker), breaker.stats().unknown]).toEqual([0, unknown])
})

test.each([
  ['a skip', () => StageOutput.skip('nothing to do')],
  ['an asynchronous skip', async () => StageOutput.skip('nothing to do')],
  ['a cancel', () => StageOutput.cancel('enough')],
])('%s counts neither way', async (_, body) => {
  const breaker = circuitBreaker()
  const { start } = build([breaker])
  await fail(start, 3)
  await start(body)
  expect(failuresOf(breaker)).toBe(3)
})

test.each([
  ['synchronous', ok],
  ['asynchronous', asyncOk],
])('a %s success resets the count', async (_, body) => {
  const breaker = circuitBreaker()
  const { start } = build([breaker])
  await fail(start, 4)
  await start(body)
  await fail(start, 4)
  expect(stateOf(breaker)?.state).toBe('closed')
})

test.each([
  ['throws the reason', ({ clock: time, signal }: StageContext) => time.sleep(1_000, signal)],
  [
    'throws an error of its own',
    async ({ clock: time, signal }: StageContext) => {
      await time.sleep(1_000, signal).catch(() => {})
      throw new Error('the connection was closed')
    },
  ],
  [
    'succeeds in spite of it',
    async ({ clock: time, signal }: StageContext) => {
      await time.sleep(1_000, signal).catch(() => {})
      return { late: true }
    },
  ],
])('a call that its caller aborts counts neither way if the stage %s', async (_, body) => {
  const breaker = circuitBreaker()
  const { start } = build([breaker])
  await fail(start, 3)
  const caller = new AbortController()
  const run = start(body, { signal: caller.signal })
  caller.abort(new Error('the user left'))
  expect((await run).status).toBe('cancelled')
  expect(failuresOf(breaker)).toBe(3)
})

test('a call that the timeout of the run or the failure of another stage stopped counts neither way', async () => {
  const breaker = circuitBreaker()
  const sleeps = async ({ clock: time, signal }: StageContext) => {
    await time.sleep(1_000, signal).catch(() => {})
    throw new Error('the connection was closed')
  }
  const { start } = build([breaker])
  const run = start(sleeps, { timeoutMs: 10 })
  await clock.advance(10)
  expect((await run).status).toBe('failed')

  const other = new Pipeline('chat')
    .withStage('llm', sleeps)
    .withStage('other', broken as () => object)
    .build({ clock, interceptors: [breaker] })
  expect((await other.runSettled()).status).toBe('failed')
  expect(failuresOf(breaker)).toBe(0)
  expect(failuresOf(breaker, 'chat/other')).toBe(1)
})

test.each([
  ['outside it', (breaker: CircuitBreaker) => [timeout(100), breaker]],
  ['inside it', (breaker: CircuitBreaker) => [breaker, timeout(100)]],
])('a timeout %s is one failure, whatever the stage does then', async (_, order) => {
  const bodies: readonly Body[] = [
    ({ clock: time, signal }) => time.sleep(1_000, signal),
    ({ clock: time, signal }) => time.sleep(1_000, signal).catch(() => ({ late: true })),
    ({ clock: time, signal }) => time.sleep(1_000, signal).catch(() => StageOutput.skip('late')),
    async ({ clock: time }) => {
      await time.sleep(1_000)
      return { late: true }
    },
    hang,
  ]
  for (const body of bodies) {
    const breaker = circuitBreaker()
    const { start } = build(order(breaker))
    const run = start(body, { graceMs: 2_000 })
    await clock.advance(100)
    expect([bodies.indexOf(body), failuresOf(breaker)]).toEqual([bodies.indexOf(body), 1])
    await clock.advance(2_000)
    expect((await run).status).toBe('failed')
    expect([bodies.indexOf(body), failuresOf(breaker)]).toEqual([bodies.indexOf(body), 1])
  }
})

test('inside a retry, a stage that succeeds after its timeout is a failure too', async () => {
  const breaker = circuitBreaker()
  const { start } = build([retry(3), timeout(100), breaker])
  const run = start(async ({ clock: time }) => {
    await time.sleep(150)
    return {}
  })
  await clock.advance(1_000)
  expect((await run).status).toBe('failed')
  expect([calls, failuresOf(breaker)]).toEqual([3, 3])
})

test('an attempt that hangs counts before the next one begins', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 2 } })
  const { start } = build([retry(5), timeout(100), breaker])
  const run = start(hang, { graceMs: 1_000 })
  await clock.advance(200)
  expect(stateOf(breaker)).toMatchObject({ state: 'open', openedAt: 200 })
  await clock.advance(1_000)
  const result = await run
  expect(result.status === 'failed' && result.errors[0]?.code).toBe('circuit-breaker/open')
  expect(calls).toBe(1)
})

test('each attempt that hangs counts once', async () => {
  const breaker = circuitBreaker()
  const { start } = build([retry(3), timeout(100), breaker])
  const run = start(hang, { graceMs: 1_000 })
  await clock.advance(300)
  expect(failuresOf(breaker)).toBe(3)
  await clock.advance(1_000)
  await run
  expect(failuresOf(breaker)).toBe(3)
})

test('a call whose limit passes is a failure, and a call that then waits for its code is not another one', async () => {
  const breaker = circuitBreaker()
  const { start } = build([retry(3), limit(100), breaker])
  const run = start(hang, { graceMs: 1_000 })
  await clock.advance(300)
  expect(failuresOf(breaker)).toBe(1)
  await clock.advance(2_000)
  const result = await run
  expect(result.status === 'failed' && result.errors[0]?.code).toBe('core/still-running')
  expect([calls, failuresOf(breaker)]).toEqual([1, 1])
})

test('a call that hangs is a failure if it was given up with timeout/timed-out, without an abort', async () => {
  const breaker = circuitBreaker()
  const impatient = (code: string): Interceptor => ({
    name: 'impatient',
    wrap: (next) => async (context) => {
      const late = context.clock.sleep(100).then(() => StageOutput.fail(new StageflowError(code, 'too slow')))
      return Promise.race([next(context), late])
    },
  })
  for (const code of ['timeout/timed-out', 'app/gave-up']) {
    const run = build([impatient(code), breaker]).start(hang, { graceMs: 1_000 })
    await clock.advance(2_000)
    expect((await run).status).toBe('failed')
  }
  expect(failuresOf(breaker)).toBe(1)
})

test('a call that hangs is a failure although a fallback has answered', async () => {
  const breaker = circuitBreaker()
  const fallback: Interceptor = {
    name: 'fallback',
    wrap: (next) => async (context) => {
      const output = await next(context)
      return output.status === 'fail' ? StageOutput.ok({ instead: true }) : output
    },
  }
  const { start } = build([fallback, timeout(100), breaker])
  const run = start(hang, { graceMs: 1_000 })
  await clock.advance(100)
  expect(failuresOf(breaker)).toBe(1)
  await clock.advance(1_000)
  expect((await run).status).toBe('completed')
})

test('with a retry outside each attempt counts, and an open circuit ends them', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 2 } })
  const { start } = build([retry(5), breaker])
  const result = await start(() => StageOutput.fail(down(), { retryable: true }))
  expect(result.status === 'failed' && result.errors[0]?.code).toBe('circuit-breaker/open')
  expect(calls).toBe(2)
})

test('with a retry inside, all attempts are one call', async () => {
  const breaker = circuitBreaker()
  await build([breaker, retry(3)]).start(() => StageOutput.fail(down(), { retryable: true }))
  expect([calls, failuresOf(breaker)]).toEqual([3, 1])
})

test('a call that the engine did not let reach the stage counts neither way', async () => {
  const breaker = circuitBreaker()
  const { start } = build([retry(3), breaker])
  await start(async function* () {
    yield 'once'
    return StageOutput.fail(down('the stream broke'), { retryable: true })
  })
  expect([calls, failuresOf(breaker)]).toEqual([1, 1])
})

const opened = (options: CircuitBreakerOptions = {}) =>
  circuitBreaker({ breaker: { type: 'consecutive', failures: 1 }, halfOpenAfterMs: 1_000, ...options })

test('exactly one of many calls that meet a half-open circuit is the probe', async () => {
  const breaker = opened()
  const { start } = build([breaker])
  await fail(start, 1)
  await clock.advance(1_000)
  const slow: Body = async ({ clock: time }) => {
    await time.sleep(500)
    return {}
  }
  const runs = Array.from({ length: 20 }, () => start(slow))
  await clock.advance(500)
  const results = await Promise.all(runs)
  expect(results.map(({ status }) => status)).toEqual(['completed', ...Array<string>(19).fill('failed')])
  expect(calls).toBe(2)
  const refused = results[1]
  expect(refused?.status === 'failed' && refused.errors[0]?.message).toBe(
    'Stage "llm" was not called: the circuit "chat/llm" is half-open; it closes if the probe in progress succeeds. Try again later, or set a fallback: { onFailure: { fallback: … } }.',
  )
  expect(refused?.outputs.llm).toMatchObject({ data: { key: 'chat/llm', state: 'half-open', afterMs: 0 } })
  expect((await start(ok)).status).toBe('completed')
})

test.each([
  ['throws', broken],
  ['rejects', async () => Promise.reject(down())],
])('a probe that %s opens the circuit again, for the whole time', async (_, body) => {
  const breaker = opened()
  const { start } = build([breaker])
  await fail(start, 1)
  await clock.advance(1_500)
  await start(body)
  expect(stateOf(breaker)).toMatchObject({ state: 'open', openedAt: 1_500 })
  await clock.advance(999)
  await start(ok)
  expect(calls).toBe(2)
  await clock.advance(1)
  await start(ok)
  expect(calls).toBe(3)
  expect(stateOf(breaker)?.state).toBe('closed')
})

test.each([
  ['skips', () => StageOutput.skip('nothing to do')],
  ['skips later', async () => StageOutput.skip('nothing to do')],
  ['cancels', () => StageOutput.cancel('enough')],
])('a probe that %s gives its place to the next call', async (_, body) => {
  const breaker = opened()
  const { start } = build([breaker])
  await fail(start, 1)
  await clock.advance(1_000)
  await start(body)
  expect(stateOf(breaker)?.state).toBe('half-open')
  await start(ok)
  expect(stateOf(breaker)?.state).toBe('closed')
})

test('a probe that hangs gives its place up when its caller aborts, before its code returns', async () => {
  const breaker = opened()
  const { start } = build([breaker])
  await fail(start, 1)
  await clock.advance(1_000)
  const caller = new AbortController()
  const run = start(hang, { signal: caller.signal })
  caller.abort(new Error('the user left'))
  expect((await start(ok)).status).toBe('completed')
  expect(stateOf(breaker)?.state).toBe('closed')
  await clock.advance(5_000)
  expect((await run).status).toBe('cancelled')
})

test.each([
  ['outside', (breaker: CircuitBreaker) => [timeout(100), breaker]],
  ['inside', (breaker: CircuitBreaker) => [breaker, timeout(100)]],
])('a probe that hangs fails with its timeout %s, before its code returns', async (_, order) => {
  const breaker = opened()
  const { start } = build(order(breaker))
  await fail(start, 1)
  await clock.advance(1_000)
  const run = start(hang)
  await clock.advance(100)
  expect(stateOf(breaker)).toMatchObject({ state: 'open', openedAt: 1_100 })
  await clock.advance(5_000)
  expect((await run).status).toBe('failed')
  await start(ok)
  expect(stateOf(breaker)?.state).toBe('closed')
})

test('a probe that hangs without a timeout keeps others out for halfOpenAfterMs, and no longer', async () => {
  const breaker = opened()
  const { start } = build([breaker])
  await fail(start, 1)
  await clock.advance(1_000)
  const caller = new AbortController()
  const run = start(hang, { signal: caller.signal, graceMs: 0 })
  await clock.advance(999)
  expect((await start(ok)).status).toBe('failed')
  await clock.advance(1)
  expect((await start(ok)).status).toBe('completed')
  caller.abort()
  await clock.advance(0)
  await run
  expect(stateOf(breaker)?.state).toBe('closed')
})

test('a probe that has lost its place to another probe does not free that place when it ends', async () => {
  const breaker = opened()
  const { start } = build([breaker])
  await fail(start, 1)
  await clock.advance(1_000)
  const first = new AbortController()
  const second = new AbortController()
  const runs = [start(hang, { signal: first.signal, graceMs: 0 })]
  await clock.advance(1_000)
  runs.push(start(hang, { signal: second.signal, graceMs: 0 }))
  first.abort()
  await clock.advance(0)
  expect((await start(ok)).status).toBe('failed')
  second.abort()
  await clock.advance(0)
  await Promise.all(runs)
  expect((await start(ok)).status).toBe('completed')
})

test.each([
  ['succeeds', asyncOk],
  ['fails', broken],
])('a probe that %s removes its listener', async (_, body) => {
  const { start } = build([opened()])
  await fail(start, 1)
  await clock.advance(1_000)
  let signal: AbortSignal | undefined
  await start((context) => {
    signal = context.signal
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    return body(context)
  })
  expect(getEventListeners(signal as AbortSignal, 'abort')).toEqual([])
})

test('nothing is kept of a call that has ended, or that never ends', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const breaker = circuitBreaker()
  const { start } = build([timeout(100), breaker])
  const contexts: WeakRef<StageContext>[] = []
  const seen =
    (body: Body): Body =>
    (context) => {
      contexts.push(new WeakRef(context))
      return body(context)
    }
  const runs = [start(seen(asyncOk)), start(seen(hang), { graceMs: 10 })]
  await clock.advance(200)
  await Promise.all(runs.splice(0))
  // Another call clears what the last one left on the stack.
  await start(asyncOk)
  await clock.settle()
  collectGarbage()
  expect(contexts.map((context) => context.deref())).toEqual([undefined, undefined])
  expect(failuresOf(breaker)).toBe(0)
})

test('nothing is kept of a call that an outer interceptor answered before the code of its stage began', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const contexts: WeakRef<object>[] = []
  const fallback: Interceptor = {
    name: 'fallback',
    onCall: () => (context) => ({ deadline: context.now + 100, expired: () => StageOutput.ok({}) }),
  }
  const hangs: Interceptor = {
    name: 'hangs',
    wrap: () => (context) => {
      contexts.push(new WeakRef(context))
      return new Promise(() => {})
    },
  }
  const { start } = build([fallback, circuitBreaker(), hangs])
  const run = start(asyncOk)
  await clock.advance(100)
  expect((await run).status).toBe('completed')
  void start(asyncOk)
  await clock.advance(100)
  collectGarbage()
  expect(contexts[0]?.deref()).toBeUndefined()
})

test('a call that began before the circuit opened does not count when it ends', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 2 }, halfOpenAfterMs: 1_000 })
  const { start } = build([breaker])
  const fails: Body = async ({ clock: time }) => {
    await time.sleep(1_500)
    throw down('slow and down')
  }
  const slow = start(fails)
  await fail(start, 2)
  await clock.advance(1_000)
  const probe: Body = async ({ clock: time }) => {
    await time.sleep(1_000)
    return {}
  }
  const probing = start(probe)
  await clock.advance(500)
  expect((await slow).status).toBe('failed')
  expect(stateOf(breaker)?.state).toBe('half-open')
  await clock.advance(500)
  await probing
  expect(stateOf(breaker)?.state).toBe('closed')
})

test('a stage of a child run that hangs until its parent stage times out is a failure', async () => {
  const breaker = opened()
  const eventSink = recordingSink()
  const child = new Pipeline('search').withStage('query', () => new Promise<object>(() => {}))
  const graph = new Pipeline('chat')
    .withPipeline('search', child)
    .build({ clock, eventSink, interceptors: [timeoutOf('search', 100), breaker] })
  const run = graph.runSettled({}, { graceMs: 500 })
  await clock.advance(100)
  await clock.advance(500)
  await run
  expect(stateOf(breaker, 'search/query')?.state).toBe('open')
  expect(stateOf(breaker, 'chat/search')?.state).toBe('open')
  expect(eventSink.of('circuit_breaker.opened').map(({ data, timestamp }) => [data.key, timestamp])).toEqual([
    ['chat/search', 100],
    ['search/query', 600],
  ])
})

const timeoutOf = (name: string, ms: number): Interceptor => {
  const one = timeout(ms)
  return { ...one, wrap: (next, stage) => (stage.name === name ? (one.wrap?.(next, stage) ?? next) : next) }
}

test('a thousand concurrent runs share one circuit, and leave nothing behind', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'count', size: 1_000 } })
  const { start } = build([timeout(1_000), breaker])
  let one = 0
  const body: Body = async ({ clock: time }) => {
    const mine = ++one
    await time.sleep(mine % 7)
    if (mine % 2 === 0) throw down('even')
    return {}
  }
  const runs = Array.from({ length: 1_000 }, () => start(body))
  await clock.advance(10)
  await Promise.all(runs)
  const counts = countsOf(breaker)
  expect(counts?.type === 'count' && counts.failed.filter(Boolean)).toHaveLength(500)
  expect(counts?.type === 'count' && counts.failed).toHaveLength(1_000)
})

test('a circuit that changes while a synchronous stage runs is not changed by the end of that stage', async () => {
  const breaker = circuitBreaker({ key: () => 'one', breaker: { type: 'consecutive', failures: 1 } })
  const inner = new Pipeline('inner').withStage('bad', broken as () => object).build({ clock, interceptors: [breaker] })
  let innerRun: Promise<unknown> | undefined
  const outer = new Pipeline('outer')
    .withStage('good', () => {
      innerRun = inner.runSettled()
      return {}
    })
    .build({ clock, interceptors: [breaker] })
  await outer.run()
  await innerRun
  expect(stateOf(breaker, 'one')?.state).toBe('open')
})
