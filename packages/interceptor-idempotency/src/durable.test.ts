import { Pipeline, type RunInput, type StageContext, StageKind, StageOutput } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import { soft } from '@stageflow/core/edges'
import { type KeyedStore, memoryStore } from '@stageflow/keyed-work'
import { manualClock, recordingSink } from '@stageflow/testing'
import { memoryExecutor } from '@stageflow/testing/durable'
import { afterEach, expect, test } from 'vitest'

import { sizeOf } from '../../keyed-work/test/scripted-store.ts'
import { idempotency } from './idempotency.ts'

const clock = manualClock()
afterEach(async () => {
  // Grace times of legs that were lost.
  await clock.advance(100)
  expect(clock.timers).toEqual([])
})

type Code = (context: StageContext) => unknown

/** A durable run whose legs are processes: each has its own graph and its own way to the store. */
function durableRun(input: object = {}, options: { timeoutMs?: number } = {}) {
  const runs = memoryExecutor({ clock })
  const store = memoryStore({ clock })
  const start = { runId: 'order-7', startedAt: clock.now(), input, options }
  const process = (code: Code, change: (store: KeyedStore) => Partial<KeyedStore> = () => ({})) => {
    let isDead = false
    const alive =
      <Given extends unknown[], T>(act: (...given: Given) => T) =>
      (...given: Given): T => {
        if (isDead) throw new Error('the process is dead')
        return act(...given)
      }
    const own: KeyedStore = { ...store, ...change(store) }
    const graph = new Pipeline('shop').withStage('charge', code as () => object, StageKind.WORK).build({
      clock,
      interceptors: [
        idempotency({
          store: { claim: alive(own.claim), complete: alive(own.complete), release: alive(own.release) },
        }),
      ],
    })
    return {
      leg: (more: { signal?: AbortSignal } = {}) =>
        runs.run(start, (executor) => runDurable(graph, executor, { graceMs: 100, ...more })),
      inProcess: (more: object) => graph.runSettled(more),
      /** Ends the leg. With `kill`, the process does nothing more: what it holds, it holds until the lease is over. */
      end: ({ kill }: { kill: boolean }) => {
        isDead = kill
        void runs.crash('order-7')
      },
    }
  }
  return { process, runs, store }
}

const untilAborted: Code = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))

test.each<[name: string, input: object]>([
  ['the key of the call', {}],
  ['a key of the caller', { extensions: { idempotencyKey: 'order-7' } }],
])('with %s, a stage that was killed after its claim goes on in the next leg at once', async (_name, input) => {
  const { process, store } = durableRun(input)
  const begun: string[] = []
  const one = process((context) => (begun.push('one'), untilAborted(context)))
  const first = one.leg()
  await clock.settle()
  one.end({ kill: true })
  await expect(first).rejects.toThrow()
  // The dead process still has its claim.
  expect([begun, sizeOf(store)]).toEqual([['one'], 1])
  const second = process(() => (begun.push('two'), { by: 'two' })).leg()
  await clock.settle()
  expect(begun).toEqual(['one', 'two'])
  expect((await second).data.charge).toEqual({ by: 'two' })
})

test('a stage that was killed after its output was stored, and before its fact, gets this output and does the work once', async () => {
  const { process, runs } = durableRun()
  const begun: string[] = []
  const one = process(
    () => (begun.push('one'), { by: 'one' }),
    (store) => ({
      complete: async (...completion) => {
        const isKept = await store.complete(...completion)
        one.end({ kill: true })
        return isKept
      },
    }),
  )
  await expect(one.leg()).rejects.toThrow()
  expect(runs.facts('order-7')).toEqual([])
  const result = await process(() => (begun.push('two'), { by: 'two' })).leg()
  expect(result.data.charge).toEqual({ by: 'one' })
  expect(result.report.stages.charge?.notes.idempotency).toMatchObject({ result: 'hit' })
  expect(begun).toEqual(['one'])
})

test('in each leg, the claim of a durable run keeps other runs with its key out', async () => {
  const input = { extensions: { idempotencyKey: 'order-7' } }
  const { process } = durableRun(input)
  const one = process(untilAborted)
  const first = one.leg()
  await clock.settle()
  one.end({ kill: true })
  await expect(first).rejects.toThrow()
  const work = Promise.withResolvers<object>()
  const second = process(() => work.promise).leg()
  const other = process(() => ({ by: 'other' })).inProcess(input)
  await clock.advance(25_000)
  work.resolve({ by: 'two' })
  await clock.advance(1_000)
  expect((await second).data.charge).toEqual({ by: 'two' })
  expect((await other).data.charge).toEqual({ by: 'two' })
})

test.each<[name: string, settle: (code: PromiseWithResolvers<object>) => void]>([
  ['completes', ({ resolve }) => resolve({ by: 'one' })],
  ['fails', ({ reject }) => reject(new Error('late'))],
])('a leg that was lost, whose code %s late, does not touch the claim of the next leg', async (_name, settle) => {
  const input = { extensions: { idempotencyKey: 'order-7' } }
  const { process } = durableRun(input)
  const [late, work] = [Promise.withResolvers<object>(), Promise.withResolvers<object>()]
  const one = process(() => late.promise)
  const first = one.leg()
  await clock.settle()
  one.end({ kill: false })
  await expect(first).rejects.toThrow()
  const second = process(() => work.promise).leg()
  await clock.advance(200)
  settle(late)
  await clock.settle()
  const begun: string[] = []
  const other = process(() => (begun.push('other'), { by: 'other' })).inProcess(input)
  await clock.advance(1_000)
  work.resolve({ by: 'two' })
  await clock.advance(1_000)
  expect(begun).toEqual([])
  expect((await second).data.charge).toEqual({ by: 'two' })
  expect((await other).data.charge).toEqual({ by: 'two' })
})

test.each(['cancelled', 'failed'])(
  'a durable run that is %s, by a signal or its timeout, frees its key',
  async (ending) => {
    const timeoutMs = ending === 'failed' ? 50 : 1_000
    const { process, store } = durableRun({ extensions: { idempotencyKey: 'order-7' } }, { timeoutMs })
    const controller = new AbortController()
    const leg = process(untilAborted).leg({ signal: controller.signal })
    await clock.settle()
    expect(sizeOf(store)).toBe(1)
    if (ending === 'cancelled') controller.abort(new Error('enough'))
    await clock.advance(50)
    expect((await leg).status).toBe(ending)
    expect(sizeOf(store)).toBe(0)
  },
)

test('a stage of a durable run that fails frees its key', async () => {
  const input = { extensions: { idempotencyKey: 'order-7' } }
  const { process } = durableRun(input)
  const failing = process(() => {
    throw new Error('no')
  })
  expect((await failing.leg()).status).toBe('failed')
  const other = process(() => ({ by: 'other' })).inProcess(input)
  expect((await other).data.charge).toEqual({ by: 'other' })
})

// ---------- what is compared, and how long it is kept

/** A process of a durable run. `describeStages` adds the stage `charge`, which is idempotent. */
function leg(
  given: Pick<ReturnType<typeof durableRun>, 'runs'>,
  store: KeyedStore,
  describeStages: (pipeline: Pipeline) => unknown,
  { runId = 'order-7', input = {} }: { runId?: string; input?: RunInput } = {},
) {
  const eventSink = recordingSink()
  const graph = (describeStages(new Pipeline('shop')) as Pipeline).build({
    clock,
    interceptors: [idempotency({ store })],
    eventSink,
  })
  const start = { runId, startedAt: 0, input }
  return { run: () => given.runs.run(start, (executor) => runDurable(graph, executor, { graceMs: 100 })), eventSink }
}

const charge =
  (code: Code, options: object = {}) =>
  (pipeline: Pipeline): unknown =>
    pipeline.withStage('charge', code as () => object, StageKind.WORK, options)

/** A store whose process dies once an output is stored, before the run has its fact. */
const dyingStore = (store: KeyedStore, die: () => void): KeyedStore => ({
  claim: (...claim) => store.claim(...claim),
  release: (...release) => store.release(...release),
  complete: async (...completion) => {
    const isKept = await store.complete(...completion)
    die()
    return isKept
  },
})

test('50 durable runs leave nothing in the store, and count for no bound meanwhile', async () => {
  const given = durableRun()
  const store = memoryStore({ clock, maxBytes: 10_000 })
  const most: number[] = []
  for (let n = 0; n < 50; n++) {
    const { run } = leg(
      given,
      store,
      charge(() => (most.push(store.stats().claims), { n })),
      {
        runId: `run-${n}`,
        input: { userId: 'ada' },
      },
    )
    expect((await run()).status).toBe('completed')
    expect(store.stats().bytes).toBe(0)
    await clock.advance(1)
    expect(sizeOf(store)).toBe(0)
  }
  expect(most).toEqual(Array.from({ length: 50 }, () => 1))
  expect(store.stats().refused).toBe(0)
})

test('the record of a call is there until its fact is recorded, and is gone before the run ends', async () => {
  const given = durableRun()
  const store = memoryStore({ clock })
  const sizes: unknown[] = []
  const { run } = leg(given, store, (pipeline) =>
    pipeline
      .withStage('charge', () => ({ n: 1 }), StageKind.WORK)
      .withStage(
        'later',
        async () => {
          await clock.sleep(1)
          sizes.push(sizeOf(store), given.runs.facts('order-7').length)
          return {}
        },
        { dependencies: ['charge'] },
      ),
  )
  const ending = run()
  await clock.advance(1)
  expect((await ending).status).toBe('completed')
  expect(sizes).toEqual([0, 1])
})

test('a call whose output the leg before it stored removes the record too, and so does one that failed for good', async () => {
  const given = durableRun()
  const store = memoryStore({ clock })
  const first = leg(
    given,
    dyingStore(store, () => given.runs.crash('order-7')),
    charge(() => ({ by: 'one' })),
  )
  await expect(first.run()).rejects.toThrow()
  expect(store.stats().results).toBe(1)
  const second = await leg(
    given,
    store,
    charge(() => ({ by: 'two' })),
  ).run()
  expect(second.report.stages['charge']?.notes.idempotency?.result).toBe('hit')
  const failing = await leg(
    given,
    store,
    charge(() => ({ client: new (class Client {})() })),
    { runId: 'other' },
  ).run()
  expect([failing.status, JSON.stringify(failing.report)]).toEqual(['failed', expect.stringContaining('Client')])
  await clock.advance(1)
  expect(sizeOf(store)).toBe(0)
})

test('a key that a caller gave stays in the store after its fact is recorded', async () => {
  const input = { extensions: { idempotencyKey: 'order-7' } }
  const { process, store } = durableRun(input)
  await process(() => ({ by: 'one' })).leg()
  await clock.advance(10)
  expect(store.stats().results).toBe(1)
  expect((await process(() => ({ by: 'two' })).inProcess(input)).data.charge).toEqual({ by: 'one' })
})

test('in a leg that is lost, the record stays for the next one', async () => {
  const given = durableRun()
  const store = memoryStore({ clock })
  const dying = dyingStore(store, () => given.runs.crash('order-7'))
  await expect(
    leg(
      given,
      dying,
      charge(() => ({ by: 'one' })),
    ).run(),
  ).rejects.toThrow()
  await clock.advance(1_000)
  expect(store.stats().results).toBe(1)
})

test('a stage that asks and is answered leaves nothing', async () => {
  const given = durableRun()
  const store = memoryStore({ clock })
  const asking = leg(
    given,
    store,
    charge(({ resumed }) => (resumed === undefined ? StageOutput.suspend({ pay: true }) : { paid: resumed.answer })),
  )
  expect((await asking.run()).status).toBe('suspended')
  given.runs.answer('order-7', 'charge', 10)
  expect(await asking.run()).toMatchObject({ status: 'completed', data: { charge: { paid: 10 } } })
  await clock.advance(1)
  expect(sizeOf(store)).toBe(0)
})

test('the run ends once a slow store has removed the record', async () => {
  const given = durableRun()
  const store = memoryStore({ clock })
  const slow: KeyedStore = {
    ...store,
    complete: async (key, completion, account) => {
      await clock.sleep(5)
      return store.complete(key, completion, account)
    },
  }
  let isOver = false
  const ending = leg(
    given,
    slow,
    charge(() => ({ by: 'one' })),
  )
    .run()
    .finally(() => (isOver = true))
  await clock.advance(9)
  expect([given.runs.facts('order-7').length, isOver]).toEqual([1, false])
  await clock.advance(2)
  expect((await ending).status).toBe('completed')
  expect(sizeOf(store)).toBe(0)
})

test('a store that cannot remove the record does not fail the run, and an event says so', async () => {
  const given = durableRun()
  const store = memoryStore({ clock })
  const failing: KeyedStore = {
    ...store,
    complete: (key, completion, account) => {
      if (completion.ttlMs === 1) throw new Error('connection refused')
      return store.complete(key, completion, account)
    },
  }
  const { run, eventSink } = leg(
    given,
    failing,
    charge(() => ({ by: 'one' })),
  )
  expect((await run()).status).toBe('completed')
  expect(eventSink.of('idempotency.store_failed')).toMatchObject([
    { data: { operation: 'release', message: 'connection refused', consequence: 'none' } },
  ])
})

test.each<[what: string, second: (code: Code) => (pipeline: Pipeline) => unknown]>([
  [
    'gets a dependency',
    (code) => (pipeline) => charge(code, { dependencies: ['a'] })(pipeline.withStage('a', () => ({})) as never),
  ],
  ['gets other parameters', (code) => charge(code, { idempotency: { parameters: () => 'other' } })],
  ['gets parameters that fail', (code) => charge(code, { idempotency: { parameters: () => undefined } })],
])(
  'under the name of a call nothing is compared: a stage that %s in a deploy gets its output',
  async (_what, second) => {
    const given = durableRun()
    const store = memoryStore({ clock })
    const dying = dyingStore(store, () => given.runs.crash('order-7'))
    await expect(
      leg(
        given,
        dying,
        charge(() => ({ by: 'one' })),
      ).run(),
    ).rejects.toThrow()
    const result = await leg(
      given,
      store,
      second(() => ({ by: 'two' })),
    ).run()
    expect(result).toMatchObject({ status: 'completed', data: { charge: { by: 'one' } } })
  },
)

test('under a key of the caller, a later leg compares with what the caller gave, as every run does', async () => {
  const input = { metadata: { cents: 10 }, extensions: { idempotencyKey: 'order-7' } }
  const { process } = durableRun(input)
  const one = process(untilAborted)
  const first = one.leg()
  await clock.settle()
  one.end({ kill: true })
  await expect(first).rejects.toThrow()
  expect((await process(() => ({ by: 'two' })).leg()).status).toBe('completed')
  const run = (cents: number) => process(() => ({ by: 'other' })).inProcess({ ...input, metadata: { cents } })
  expect(await run(10)).toMatchObject({ status: 'completed', data: { charge: { by: 'two' } } })
  expect(await run(5_000)).toMatchObject({ errors: [{ code: 'idempotency/other-input' }] })
})

test('a key of a caller that looks like the name of a call is another key', async () => {
  const { process, runs, store } = durableRun()
  const one = process(
    () => ({ by: 'one' }),
    (own) => dyingStore(own, () => runs.crash('order-7')),
  )
  await expect(one.leg()).rejects.toThrow()
  expect(store.stats().results).toBe(1)
  const key = 'order-7/charge'
  const other = process(() => ({ by: 'other' }))
  const result = await other.inProcess({ extensions: { idempotencyKey: key } })
  expect(result.data.charge).toEqual({ by: 'other' })
  expect(store.stats().results).toBe(2)
})

test('a stage that was killed reads the same of its soft dependency in the next leg, so its parameters are the same', async () => {
  const runs = memoryExecutor({ clock })
  const store = memoryStore({ clock })
  const start = { runId: 'order-8', startedAt: clock.now(), input: {} }
  const charged: string[] = []
  const leg = (charge: () => Promise<object> | object) => {
    const graph = new Pipeline('shop')
      .withStage('profile', async ({ signal }) => {
        await clock.sleep(90, signal)
        return { name: 'Ada' }
      })
      .withStage(
        'charge',
        ({ inputs }) => {
          charged.push(inputs.status('profile'))
          return charge()
        },
        StageKind.WORK,
        {
          dependencies: [soft('profile', { waitMs: 50 })],
          idempotency: { parameters: ({ inputs }: StageContext) => inputs.status('profile') },
        },
      )
      .build({ clock, interceptors: [idempotency({ store })] })
    return runs.run(start, (executor) => runDurable(graph, executor))
  }
  const first = leg(() => new Promise(() => {}))
  await clock.advance(50)
  // Its code hangs, and its claim stays.
  expect([charged, sizeOf(store)]).toEqual([['late'], 1])
  await clock.advance(40)
  runs.crash('order-8')
  await expect(first).rejects.toThrow()
  await clock.advance(10_000)
  expect(await leg(() => ({ paid: true }))).toMatchObject({
    status: 'completed',
    data: { profile: { name: 'Ada' }, charge: { paid: true } },
  })
  expect(charged).toEqual(['late', 'late'])
})
