import { AsyncLocalStorage } from 'node:async_hooks'
import { manualClock, recordingSink } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import type { Fact } from '../src/durable.ts'
import { Pipeline, StageOutput, after } from '../src/index.ts'
import type { Interceptor, StageContext, StageGraph } from '../src/index.ts'
import { show } from '../src/kit.ts'
import { ArrayExecutor } from './array-executor.ts'

/** Code that runs until its signal aborts. */
const untilAborted = ({ signal }: StageContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

/** Lets promises and immediates that are ready run. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

// ---------- values that JSON cannot hold

function cyclic(): { self?: unknown } {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}
function nested(levels: number): object {
  let value = {}
  for (let level = 0; level < levels; level++) value = { value }
  return value
}

test.each<[name: string, value: () => object, path: string]>([
  ['data that contains itself', cyclic, 'returned data.self.self'],
  ['a state that contains itself', () => StageOutput.suspend('?', { state: cyclic() }), 'returned state.self.self'],
  ['data of 20,000 levels', () => nested(20_000), 'returned data.value.value'],
])('%s fails the stage', async (_name, value, path) => {
  const graph = new Pipeline('p').withStage('a', value).build()
  const result = await runDurable(graph, new ArrayExecutor())
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/not-json', stage: 'a' }] })
  expect(JSON.stringify(result)).toContain(path)
})

// ---------- stops

test('a signal that aborts after the last fact changes nothing, in the leg that it aborts as in a later one', async () => {
  const graph = new Pipeline('p').withStage('a', () => ({})).build()
  const controller = new AbortController()
  class LateAbort extends ArrayExecutor {
    override async next(): Promise<Fact | undefined> {
      const fact = await super.next()
      controller.abort(new Error('too late'))
      return fact
    }
  }
  const executor = new LateAbort()
  expect(await runDurable(graph, executor, { signal: controller.signal })).toMatchObject({ status: 'completed' })
  expect(executor.facts.map(({ kind }) => kind)).toEqual(['call', 'stop'])
  const again = new ArrayExecutor(executor.facts)
  expect(await runDurable(graph, again, { signal: controller.signal })).toMatchObject({ status: 'completed' })
})

// ---------- async contexts

test('stages run in the async contexts that interceptors set up around runs and calls, after any fact', async () => {
  const store = new AsyncLocalStorage<string>()
  const seen: string[] = []
  const see = ({ stage }: StageContext): object => {
    seen.push(`${stage.name} in ${store.getStore()}`)
    return {}
  }
  const within = (name: string, next: () => void): void => store.run(`${store.getStore()} > ${name}`, next)
  const contexts: Interceptor = {
    name: 'contexts',
    onRun: ({ pipeline }) => ({ enter: (next) => within(pipeline.name, next) }),
    onCall: ({ name }) =>
      name === 'kid' || name === 'each' ? () => ({ enter: (next) => within(name, next) }) : undefined,
    wrapRun: (next) => (run) => store.run(`${store.getStore()} > wrap`, () => next(run)),
  }
  const child = new Pipeline('child').withStage('t', see).withStage('u', see, { dependencies: ['t'] })
  const graph = new Pipeline('p')
    .withStage('a', see)
    .withStage('ask', (context) => (see(context), context.resumed === undefined ? StageOutput.suspend('?') : {}), {
      dependencies: ['a'],
    })
    .withPipeline('kid', child, { dependencies: ['ask'] })
    .withMap('each', {
      over: () => [1, 2],
      each: (_item, context) => see(context),
      dependencies: ['kid'],
      concurrency: 1,
    })
    .withStage('last', see, { dependencies: ['each'] })
    .build({ interceptors: [contexts] })
  const first = new ArrayExecutor()
  await store.run('app', () => runDurable(graph, first))
  const second = new ArrayExecutor(first.facts)
  second.answer('ask', 'yes')
  await store.run('app', () => runDurable(graph, second))
  const run = 'app > p > wrap'
  expect(seen).toEqual([
    `a in ${run}`,
    `ask in ${run}`,
    `ask in ${run}`,
    `t in ${run} > kid > child > wrap`,
    `u in ${run} > kid > child > wrap`,
    `each in ${run} > each`,
    `each in ${run} > each`,
    `last in ${run}`,
  ])
})

// ---------- executors that break

test.each<[member: 'execute' | 'timer' | 'wait' | 'stop']>([['execute'], ['timer'], ['wait'], ['stop']])(
  'an error that the executor throws from %s() ends the leg, and the run has not failed',
  async (member) => {
    const controller = new AbortController()
    const graph = new Pipeline('p')
      .withStage('a', () => {
        controller.abort()
        return StageOutput.suspend('?')
      })
      .build()
    const executor = new ArrayExecutor([], { start: { options: { timeoutMs: 1_000 } } })
    const broken = new Error(`no connection in ${member}`)
    executor[member] = () => {
      throw broken
    }
    await expect(runDurable(graph, executor, member === 'wait' ? {} : { signal: controller.signal })).rejects.toBe(
      broken,
    )
  },
)

const call = { kind: 'call', key: 'a', at: 2_000, replayed: false }
const ended = { status: 'ok', data: {}, startedAt: 1_500, endedAt: 1_600, after: 0 }
test.each<[name: string, fact: unknown, message: string]>([
  [
    'a kind that the engine does not know',
    { ...call, kind: 'signal' },
    'an object of kind "signal" at 2000, which is not a fact',
  ],
  ['no time', { ...call, at: undefined, facts: ended }, 'an object of kind "call" at undefined, which is not a fact'],
  ['no facts', call, 'in its fact of "a", facts.status must be a status, not undefined'],
  ['no fields', null, 'null'],
  ['text', 'a', '"a"'],
])('a fact with %s is refused, with what is wrong in the message', async (_name, fact, message) => {
  const graph = new Pipeline('p').withStage('a', () => ({})).build()
  const executor = new ArrayExecutor()
  executor.next = () => Promise.resolve(fact as Fact)
  await expect(runDurable(graph, executor)).rejects.toMatchObject({
    code: 'core/replay',
    message: expect.stringContaining(message) as string,
  })
})

test.each<[field: string, value: unknown, must: string]>([
  ['status', 'okay', 'a status'],
  ['status', undefined, 'a status'],
  ['data', 5, 'an object'],
  ['data', undefined, 'an object'],
  ['data', [5], 'an object'],
  ['error', 'broken', 'an error'],
  ['error', { message: 'broken' }, 'an error'],
  ['gaps', 'x', 'an array of arrays'],
  ['gaps', [5], 'an array of arrays'],
  ['decided', { x: true }, 'an array of arrays'],
  ['decided', [5], 'an array of arrays'],
  ['attempts', 5, 'an array of objects'],
  ['attempts', [5], 'an array of objects'],
  ['after', '2', 'a number'],
  ['after', undefined, 'a number'],
])('a fact whose %s is %j is refused, with its run, its key and the value', async (field, value, must) => {
  const a = new Pipeline('p').withStage('a', () => ({})).build()
  const map = new Pipeline('p').withMap('a', { over: () => [1], each: () => ({}) }).build()
  for (const [key, graph] of Object.entries({ a, 'a#0': map })) {
    const facts = { ...ended, ...(field === 'error' && { status: 'fail' }), [field]: value } as never
    const executor = new ArrayExecutor([{ kind: 'call', key, at: 2_000, facts }])
    await expect(runDurable(graph as StageGraph<unknown, {}>, executor)).rejects.toMatchObject({
      code: 'core/replay',
      message: expect.stringContaining(
        `The run "run-1" cannot go on with this pipeline: in its fact of "${key}", facts.${field} must be ${must}, not ${show(value)}.`,
      ) as string,
    })
  }
})

test('calls in progress when a leg breaks off give no fact, and the next leg carries them out again', async () => {
  let calls = 0
  const graph = new Pipeline('p')
    .withStage('quick', () => ({}))
    .withStage('slow', ({ signal }) =>
      ++calls > 1
        ? { calls }
        : new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    )
    .build()
  class Broken extends ArrayExecutor {
    override next(): Promise<Fact | undefined> {
      return this.facts.length === 0 ? super.next() : Promise.reject(new Error('no connection'))
    }
  }
  const first = new Broken()
  await expect(runDurable(graph, first)).rejects.toThrow('no connection')
  await new Promise((resolve) => setImmediate(resolve))
  expect(first.facts.map(({ key }) => key)).toEqual(['quick'])
  const second = new ArrayExecutor(first.facts)
  expect(await runDurable(graph, second)).toMatchObject({ status: 'completed', data: { slow: { calls: 2 } } })
})

// ---------- events

test('events of code have any name, and an event with a name like a start is sent too', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('p')
    .withStage('a', ({ tryEmitEvent }) => {
      tryEmitEvent('fetch.started', {})
      return {}
    })
    .withMap('each', { over: () => [1], each: () => ({}), dependencies: ['a'] })
    .build()
  await runDurable(graph, new ArrayExecutor(), { eventSink: sink })
  expect(sink.types()).toEqual([
    'pipeline.started',
    'stage.a.started',
    'fetch.started',
    'stage.a.completed',
    'stage.each.started',
    'stage.each.item_started',
    'stage.each.item_completed',
    'stage.each.completed',
    'pipeline.completed',
  ])
})

// ---------- interceptors

test('an interceptor that answers a child pipeline ends the leg, and a leg in which it does not goes on', async () => {
  let isOpen = true
  const breaker: Interceptor = {
    name: 'breaker',
    onCall: ({ name }) =>
      name === 'kid' ? () => (isOpen ? StageOutput.fail('the circuit is open') : undefined) : undefined,
  }
  const graph = new Pipeline('p')
    .withStage('before', () => ({}))
    .withPipeline(
      'kid',
      new Pipeline('child').withStage('t', () => ({})),
      { onFailure: 'skip', dependencies: ['before'] },
    )
    .withStage('last', () => ({}), { dependencies: ['kid'], join: 'settled' })
    .build({ interceptors: [breaker] })
  const first = new ArrayExecutor()
  await expect(runDurable(graph, first)).rejects.toMatchObject({
    code: 'core/not-durable',
    message: expect.stringContaining('Stage "kid" is a child pipeline or a map, and "breaker" answered it') as string,
  })
  expect(first.facts.map(({ key }) => key)).toEqual(['before'])
  isOpen = false
  const second = new ArrayExecutor(first.facts)
  expect(await runDurable(graph, second)).toMatchObject({ status: 'completed', data: { kid: { t: {} } } })
  expect(second.begun).toEqual(['kid/t', 'last'])
})

/** A child pipeline that hangs in an interceptor around it, or a local stage that hangs. */
function hanging(what: string, perhaps: <Result>(result: Result) => Result | Promise<never>, clock: ManualClock) {
  const stuck: Interceptor = {
    name: 'stuck',
    wrapRun: (next, { name }) =>
      name !== 'child'
        ? next
        : what === 'an interceptor that has called next()'
          ? (run) => after(next(run), (outcome) => perhaps(outcome))
          : (run) => perhaps(undefined) ?? next(run),
  }
  const pipeline = new Pipeline('p')
  const stage =
    what === 'a local stage'
      ? pipeline.withStage('hangs', () => perhaps({}), { placement: 'local' })
      : pipeline.withPipeline(
          'hangs',
          new Pipeline('child').withStage('t', () => ({})),
        )
  return (stage as unknown as typeof pipeline)
    .withStage('after', () => ({}), { dependencies: ['hangs' as never] })
    .build({ clock, interceptors: [stuck] }) as unknown as StageGraph<Record<string, never>, {}>
}
const HANGING = ['an interceptor around a run', 'an interceptor that has called next()', 'a local stage']

test.each(HANGING)('a signal ends the leg after graceMs if %s hangs, and the next leg stops the run', async (what) => {
  const clock = manualClock()
  let hangs = true
  const graph = hanging(what, (result) => (hangs ? new Promise(() => {}) : result), clock)
  const controller = new AbortController()
  const reason = new Error('the user left')
  const first = new ArrayExecutor()
  const running = runDurable(graph, first, { graceMs: 50, signal: controller.signal })
  await turns()
  controller.abort(reason)
  await Promise.all([expect(running).rejects.toBe(reason), clock.advance(50)])
  const stops = first.facts.filter(({ kind }) => kind === 'stop')
  expect(stops).toMatchObject([{ key: '', reason: 'the user left' }])
  hangs = false
  const second = new ArrayExecutor(stops)
  expect(await runDurable(graph, second)).toMatchObject({ status: 'cancelled', reason: 'the user left' })
  // The leg that broke off still ends its own code within its grace times.
  await clock.advance(10_000)
  expect(clock.timers).toEqual([])
})

test.each(HANGING)(
  'the time limit ends the leg graceMs later if %s hangs, and the next leg ends as timed out',
  async (what) => {
    const clock = manualClock()
    let hangs = true
    const graph = hanging(what, (result) => (hangs ? new Promise(() => {}) : result), clock)
    const start = { startedAt: clock.now(), options: { timeoutMs: 1_000 } }
    const first = new ArrayExecutor([], { start, now: () => clock.now() })
    let ended: unknown
    void runDurable(graph, first, { graceMs: 50 }).catch((error: unknown) => (ended = error))
    await turns()
    await clock.advance(1_049)
    expect(ended).toBeUndefined()
    await clock.advance(1)
    await turns()
    expect(ended).toMatchObject({ code: 'core/timed-out' })
    // A leg that begins after the limit gives its interceptors the grace time too.
    const second = new ArrayExecutor(first.facts, { start, leg: 2, now: () => clock.now() })
    ended = undefined
    void runDurable(graph, second, { graceMs: 50 }).catch((error: unknown) => (ended = error))
    await turns()
    await clock.advance(49)
    expect(ended).toBeUndefined()
    await clock.advance(1)
    await turns()
    expect(ended).toMatchObject({ code: 'core/timed-out' })
    hangs = false
    const third = new ArrayExecutor(first.facts, { start, leg: 3, now: () => clock.now() })
    expect(await runDurable(graph, third)).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
    await clock.advance(10_000)
    expect(clock.timers).toEqual([])
  },
)

test.each(HANGING)('a stop from another process ends the leg after graceMs if %s hangs', async (what) => {
  const clock = manualClock()
  const graph = hanging(what, () => new Promise(() => {}), clock)
  const asking = new AbortController()
  const reason = new Error('stopped from elsewhere')
  const executor = Object.assign(new ArrayExecutor(), { stopping: asking.signal })
  const running = runDurable(graph, executor, { graceMs: 50 })
  await turns()
  asking.abort(reason)
  await Promise.all([expect(running).rejects.toBe(reason), clock.advance(50)])
  await clock.advance(10_000)
  expect(clock.timers).toEqual([])
})

test('a cleanup has its own limit, so the time limit of the run does not end the leg meanwhile', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p')
    .withStage('a', ({ onCleanup }) => {
      onCleanup(() => clock.sleep(2_000))
      return {}
    })
    .build({ clock })
  const start = { startedAt: clock.now(), options: { timeoutMs: 1_000 } }
  const running = runDurable(graph, new ArrayExecutor([], { start, now: () => clock.now() }), { graceMs: 50 })
  await turns()
  await clock.advance(2_000)
  expect(await running).toMatchObject({ status: 'completed' })
  expect(clock.timers).toEqual([])
})

// ---------- answers

test('an answer that nothing waits for changes nothing: the key is wrong, or the stage was stopped before it came', async () => {
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}), { late: 'abort' })
    .withStage('other', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}))
    .withStage('either', () => ({}), { dependencies: ['ask', 'other'], join: 'any' })
    .withStage('slow', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}), {
      dependencies: ['either'],
    })
    .build()
  const first = new ArrayExecutor()
  await runDurable(graph, first)
  first.answer('aks', 'a typing mistake')
  first.answer('other', 'yes')
  const second = new ArrayExecutor(first.facts)
  expect(await runDurable(graph, second)).toMatchObject({ status: 'suspended', requests: { slow: '?' } })
  second.answer('ask', 'too late')
  second.answer('slow', 'yes')
  const third = new ArrayExecutor(second.facts)
  const result = await runDurable(graph, third)
  expect(result).toMatchObject({ status: 'completed', report: { stages: { ask: { status: 'skip', reason: 'late' } } } })
  expect(third.begun).toEqual(['slow@2'])
})

// ---------- what mutations found

test('a leg in which nothing but a stop happens sends what follows from it', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('p').withStage('ask', () => StageOutput.suspend('?')).build({ eventSink: sink })
  const first = new ArrayExecutor()
  await runDurable(graph, first)
  sink.clear()
  const second = new ArrayExecutor(first.facts)
  second.stop('', 'too late')
  await runDurable(graph, second)
  expect(sink.types()).toEqual(['pipeline.resumed', 'stage.ask.cancelled', 'pipeline.cancelled'])
})

test('the time limit goes on while one stage waits for an answer and another one runs', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p')
    .withStage('ask', () => StageOutput.suspend('?'))
    .withStage('runs', untilAborted)
    .build({ clock })
  const start = { startedAt: clock.now(), options: { timeoutMs: 1_000 } }
  const executor = new ArrayExecutor([], { start, now: () => clock.now() })
  const running = runDurable(graph, executor)
  while (!executor.waiting.has('ask')) await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(1_000)
  executor.pass()
  expect(await running).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
})

test('each decision of a function of the pipeline is kept with one fact', async () => {
  const graph = new Pipeline('p')
    .withStage('a', () => ({}), { when: () => true })
    .withStage('b', () => ({}), { dependencies: ['a'], when: () => true })
    .withStage('c', () => ({}), { dependencies: ['b'], when: () => true })
    .build()
  const first = new ArrayExecutor()
  await runDurable(graph, first)
  const decided = (facts: ArrayExecutor['facts']): unknown =>
    facts.map((fact) => (fact.kind === 'call' ? fact.facts.decided?.map(([what]) => what) : undefined))
  const once = [['when of a'], ['when of b'], ['when of c']]
  expect(decided(first.facts)).toEqual(once)
  const second = new ArrayExecutor(first.facts.slice(0, 1))
  await runDurable(graph, second)
  expect(decided(second.facts)).toEqual(once)
})

test('after the lease is lost no code begins, no event is sent, and the code in progress gets its grace time', async () => {
  const clock = manualClock()
  const sink = recordingSink()
  const lease = new AbortController()
  const called: string[] = []
  const graph = new Pipeline('p')
    .withStage('a', (context) => {
      called.push('a')
      return untilAborted(context).catch(() => clock.sleep(30))
    })
    .withStage('b', () => void called.push('b'), { dependencies: ['a'] })
    .build({ clock, eventSink: sink })
  class Hands extends ArrayExecutor {
    calls: (() => Promise<unknown>)[] = []
    override execute(key: string, call: Parameters<ArrayExecutor['execute']>[1]): void {
      this.calls.push(call)
      super.execute(key, call)
    }
  }
  const executor = new Hands([], { lost: lease.signal })
  const running = runDurable(graph, executor, { graceMs: 50 })
  while (called.length === 0) await new Promise((resolve) => setImmediate(resolve))
  sink.clear()
  lease.abort(new Error('lost'))
  await expect(running).rejects.toThrow('lost')
  expect(await executor.calls[0]?.()).toMatchObject({ status: 'cancel', attempts: [] })
  await clock.advance(40)
  expect(called).toEqual(['a'])
  expect(sink.types()).toEqual([])
  expect(clock.timers).toEqual([])
})

test('an item of a map that has ended is not begun, and an item keeps its notes', async () => {
  const calls: number[] = []
  const graph = new Pipeline('p')
    .withMap('each', {
      over: () => [1, 2],
      each: (item, { note }) => {
        calls.push(item)
        void (note as (key: string, value: unknown) => void)(`item ${item}`, true)
        return item === 1 ? StageOutput.fail('broken') : {}
      },
      onFailure: 'skip',
    })
    .withStage('other', untilAborted)
    .build()
  const first = new ArrayExecutor()
  const controller = new AbortController()
  const running = runDurable(graph, first, { signal: controller.signal })
  while (first.facts.length < 2) await new Promise((resolve) => setImmediate(resolve))
  const failure = first.facts.slice(0, 1)
  controller.abort()
  expect(await running).toMatchObject({
    report: {
      stages: { each: { items: { records: [{ notes: { 'item 1': true } }, { notes: { 'item 2': true } }] } } },
    },
  })
  calls.length = 0
  const second = new ArrayExecutor(failure)
  second.stop('', 'enough')
  await runDurable(graph, second)
  expect(calls).toEqual([])
  const third = new ArrayExecutor(failure)
  const leg = new AbortController()
  const again = runDurable(graph, third, { signal: leg.signal })
  while (third.facts.length < 2) await new Promise((resolve) => setImmediate(resolve))
  leg.abort()
  expect(await again).toMatchObject({
    report: { stages: { each: { items: { records: [{ notes: { 'item 1': true } }, { status: 'cancel' }] } } } },
  })
  expect(calls).toEqual([])
})

test.each([
  ['deadline', { deadline: 100 }],
  ['idle', { idleTimeoutMs: 100 }],
])(
  'a child pipeline that ends in time is not stopped by its %s, and one that does not is told why',
  async (why, limit) => {
    const clock = manualClock()
    const heard: string[] = []
    const limits: Interceptor = {
      name: 'limits',
      onCall: ({ name }) =>
        name === 'kid'
          ? (context) => ({
              ...('deadline' in limit ? { deadline: context.now + limit.deadline } : limit),
              expired: (what) => {
                heard.push(what)
                return StageOutput.fail('too slow')
              },
            })
          : undefined,
    }
    const graph = (isSlow: boolean) =>
      new Pipeline('p')
        .withPipeline('kid', new Pipeline('child').withStage('t', isSlow ? untilAborted : () => ({})), {
          onFailure: 'skip',
        })
        .withStage('after', untilAborted, { dependencies: ['kid'], join: 'settled' })
        .build({ clock, interceptors: [limits] })
    for (const isSlow of [false, true]) {
      heard.length = 0
      const controller = new AbortController()
      const executor = new ArrayExecutor([], { start: { startedAt: clock.now() }, now: () => clock.now() })
      const running = runDurable(graph(isSlow), executor, { signal: controller.signal })
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
      await clock.advance(100)
      executor.pass()
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
      controller.abort()
      expect(await running).toMatchObject({ report: { stages: { kid: { status: isSlow ? 'fail' : 'ok' } } } })
      expect(heard).toEqual(isSlow ? [why] : [])
    }
  },
)

test('a map reads its asynchronous source once, also if items wait for answers', async () => {
  let reads = 0
  const graph = new Pipeline('p')
    .withMap('each', {
      over: async function* () {
        reads++
        yield 'a'
      },
      each: (_item, { resumed }) => (resumed === undefined ? StageOutput.suspend('?') : { got: resumed.answer }),
    })
    .build()
  const first = new ArrayExecutor()
  await runDurable(graph, first)
  const second = new ArrayExecutor(first.facts)
  second.answer('each#0', 'yes')
  expect(await runDurable(graph, second)).toMatchObject({
    status: 'completed',
    data: { each: { items: [{ got: 'yes' }] } },
  })
  expect([reads, second.begun]).toEqual([1, ['each#0@2']])
})

test('the limit of a child pipeline that has ended is not set again after an answer', async () => {
  const limits: Interceptor = {
    name: 'limits',
    onCall: ({ name }) =>
      name === 'kid' ? ({ now }) => ({ deadline: now + 100, expired: () => StageOutput.fail('too slow') }) : undefined,
  }
  const graph = new Pipeline('p')
    .withPipeline(
      'kid',
      new Pipeline('child').withStage('t', () => ({})),
    )
    .withStage('ask', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}), {
      dependencies: ['kid'],
    })
    .build({ interceptors: [limits] })
  class Timers extends ArrayExecutor {
    keys: string[] = []
    override timer(key: string, at: number): void {
      this.keys.push(key)
      super.timer(key, at)
    }
  }
  const first = new ArrayExecutor()
  await runDurable(graph, first)
  const second = new Timers(first.facts)
  second.answer('ask', 'yes')
  await runDurable(graph, second)
  expect(second.keys).toEqual(['/kid~limits@1'])
})

test('a fact that an executor takes long to record counts, although graceMs have passed', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p').withStage('a', untilAborted).build({ clock })
  let record = (): void => {}
  class Slow extends ArrayExecutor {
    override async next(): Promise<Fact | undefined> {
      const fact = await super.next()
      if (fact?.kind === 'call') await new Promise<void>((resolve) => (record = resolve))
      return fact
    }
  }
  const controller = new AbortController()
  const running = runDurable(graph, new Slow(), { graceMs: 50, signal: controller.signal })
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort(new Error('the user left'))
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(100)
  record()
  const { status, report } = await running
  expect(status).toBe('cancelled')
  expect(report.stages.a).toMatchObject({ status: 'cancel', reason: 'the user left' })
  expect(report.stages.a).not.toHaveProperty('abandoned')
  expect(clock.timers).toEqual([])
})

test('a run that a signal has stopped leaves no timer behind', async () => {
  const clock = manualClock()
  const graph = new Pipeline('p').withStage('a', untilAborted).build({ clock })
  const controller = new AbortController()
  const running = runDurable(graph, new ArrayExecutor(), { signal: controller.signal })
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  expect(await running).toMatchObject({ status: 'cancelled' })
  expect(clock.timers).toEqual([])
})
