import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { type KeyedStore, memoryStore } from '@stageflow/keyed-work'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { scriptedStore, sizeOf } from '../../keyed-work/test/scripted-store.ts'
import { idempotency, type IdempotencyOptions } from './idempotency.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

const input = { extensions: { idempotencyKey: 'k' } }

function processOn(
  store: KeyedStore,
  body: (context: StageContext) => Promise<object>,
  inner: Interceptor[] = [],
  options: IdempotencyOptions = {},
) {
  const eventSink = recordingSink()
  const graph = new Pipeline('shop')
    .withStage('charge', body, StageKind.WORK)
    .build({ interceptors: [idempotency({ store, ...options }), ...inner], clock, eventSink })
  return { run: (options = {}, more = input) => graph.runSettled(more, options), eventSink }
}

const lasting = (ms: number, by: string, log: string[]) => async () => {
  log.push(by)
  await clock.sleep(ms)
  return { by }
}

test('a lease of 30 seconds is renewed as long as the stage runs', async () => {
  const store = scriptedStore(clock)
  const log: string[] = []
  const runs = [
    processOn(store, lasting(300_000, 'one', log)).run(),
    processOn(store, lasting(1, 'other', log), [], { waitMs: 400_000 }).run(),
  ]
  await clock.advance(301_000)
  const [, other] = await Promise.all(runs)
  expect(log).toEqual(['one'])
  expect(other).toMatchObject({ status: 'completed', data: { charge: { by: 'one' } } })
})

test('one timer renews a hundred leases, and ends with the last', async () => {
  const store = scriptedStore(clock)
  const { run } = processOn(store, async ({ snapshot }) => {
    await clock.sleep(snapshot.extensions.idempotencyKey === 'k0' ? 50_000 : 40_000)
    return {}
  })
  const runs = Array.from({ length: 100 }, (_, index) => run({}, { extensions: { idempotencyKey: `k${index}` } }))
  await clock.settle()
  expect(clock.timers.filter(({ kind }) => kind === 'timer')).toMatchObject([
    { setAt: clock.now(), dueAt: clock.now() + 10_000 },
  ])
  await clock.advance(40_000)
  expect(clock.timers.map(({ kind }) => kind).toSorted()).toEqual(['sleep', 'timer'])
  await clock.advance(10_000)
  for (const { status } of await Promise.all(runs)) expect(status).toBe('completed')
})

test('a slow owner that was replaced fails with lease-lost when it completes, and its output is not the result', async () => {
  const storeClock = manualClock()
  const store = memoryStore({ clock: storeClock })
  const log: string[] = []
  const slow = processOn(store, lasting(5_000, 'slow', log))
  const first = slow.run()
  await clock.settle()
  await storeClock.advance(30_000) // the process hung: time passed for the store only
  const heir = await (async () => {
    const run = processOn(store, lasting(0, 'heir', log)).run()
    await clock.advance(0)
    return run
  })()
  expect(heir).toMatchObject({ data: { charge: { by: 'heir' } } })
  await clock.advance(5_000)
  const late = await first
  expect(late).toMatchObject({ status: 'failed', errors: [{ code: 'idempotency/lease-lost' }] })
  expect(slow.eventSink.of('idempotency.lease_lost')).toMatchObject([{ data: { key: 'k' } }])
  expect(await slow.run()).toMatchObject({ data: { charge: { by: 'heir' } } })
  expect(log).toEqual(['slow', 'heir'])
})

test('a renewal that finds another owner aborts the stage, which fails at once', async () => {
  const storeClock = manualClock()
  const store = memoryStore({ clock: storeClock })
  const reasons: unknown[] = []
  const slow = processOn(store, async ({ signal }) => {
    await clock.sleep(60_000, signal).catch((reason: unknown) => reasons.push(reason))
    return { by: 'slow' }
  })
  const first = slow.run()
  await clock.settle()
  await storeClock.advance(30_000)
  const heir = processOn(store, () => clock.sleep(20_000).then(() => ({ by: 'heir' }))).run()
  await clock.advance(10_000)
  const late = await first
  expect(late).toMatchObject({ status: 'failed', errors: [{ code: 'idempotency/lease-lost' }] })
  expect(late.report.endedAt - late.report.startedAt).toBe(10_000)
  expect(reasons).toMatchObject([{ code: 'idempotency/lease-lost' }])
  await clock.advance(10_000)
  expect(await heir).toMatchObject({ data: { charge: { by: 'heir' } } })
})

test('a slow owner that was not replaced keeps its claim and its output', async () => {
  const storeClock = manualClock()
  const store = memoryStore({ clock: storeClock })
  const log: string[] = []
  const slow = processOn(store, lasting(25_000, 'slow', log))
  const first = slow.run()
  await clock.settle()
  await storeClock.advance(45_000)
  await clock.advance(25_000)
  expect((await first).status).toBe('completed')
  expect(await slow.run()).toMatchObject({ data: { charge: { by: 'slow' } } })
  expect(log).toEqual(['slow'])
})

test('a failed renewal is an event, and the next one makes up for it', async () => {
  const store = scriptedStore(clock)
  const log: string[] = []
  const owner = processOn(store, lasting(40_000, 'owner', log))
  const first = owner.run()
  await clock.settle()
  store.failures.claim = 2
  await clock.advance(40_000)
  expect((await first).status).toBe('completed')
  expect(owner.eventSink.of('idempotency.store_failed')).toMatchObject([
    {
      data: { key: 'k', operation: 'renew', code: 'ECONNREFUSED', message: 'connection refused', consequence: 'none' },
    },
    { data: { operation: 'renew' } },
  ])
})

/** Answers instead of the stage after `ms`, while its code goes on. */
const impatient = (ms: number): Interceptor => ({
  name: 'impatient',
  wrap: (next) => async (context) => {
    const fork = context.fork()
    const late = context.clock.sleep(ms).then(() => {
      fork.abort(new Error('too late'))
      throw new Error('too late')
    })
    return Promise.race([Promise.resolve(next(fork.context)), late])
  },
})

test('a key whose stage failed while its code runs is free once the code has returned', async () => {
  const store = scriptedStore(clock)
  const log: string[] = []
  const leaving = processOn(store, async () => {
    log.push('in')
    await clock.sleep(1_000)
    log.push('out')
    return {}
  }, [impatient(100)])
  const first = leaving.run()
  const same = leaving.run()
  const other = processOn(store, async () => {
    log.push('other')
    return {}
  }).run()
  await clock.advance(3_000)
  await Promise.all([first, same, other])
  expect((await first).status).toBe('failed')
  expect(log.join(' ')).toMatch(/^in out (in out other|other in out|other)$/)
})

test('a claim is released as soon as the code of a failed stage returns, without polling', async () => {
  const store = scriptedStore(clock)
  const first = processOn(store, () => clock.sleep(1_010).then(() => ({})), [impatient(100)]).run()
  await clock.advance(500)
  expect(clock.timers.filter(({ kind }) => kind === 'sleep').map(({ dueAt }) => dueAt - clock.now())).toEqual([510])
  await clock.advance(509)
  expect(store.log).not.toContain('release')
  await clock.advance(1)
  expect(store.log).toContain('release')
  expect((await first).status).toBe('failed')
})

type LeavesBehind = (work: () => Promise<object>, fails: () => boolean) => Pipeline
const LEFT_BEHIND: readonly (readonly [what: string, pipeline: LeavesBehind])[] = [
  [
    'an item of a map that another item has failed',
    (work, fails) =>
      new Pipeline('shop').withMap('charge', {
        over: () => [0, 1],
        each: async (item: number) => {
          if (item === 1) return work()
          await clock.sleep(10)
          if (fails()) throw new Error('no card')
          return {}
        },
        idempotency: {},
      }) as unknown as Pipeline,
  ],
  [
    'a child run that its stage has left behind',
    (work, fails) =>
      new Pipeline('shop').withStage(
        'charge',
        async (context) => {
          void context.runChild(new Pipeline('child').withStage('pay', work))
          await clock.sleep(10)
          if (fails()) throw new Error('no card')
          return {}
        },
        StageKind.WORK,
      ) as unknown as Pipeline,
  ],
]

test.each(LEFT_BEHIND)('a key is not free while the code runs of %s', async (_, pipeline) => {
  let running = 0
  let most = 0
  const graph = pipeline(
    async () => {
      most = Math.max(most, ++running)
      await clock.sleep(1_000)
      running--
      return {}
    },
    () => true,
  ).build({ interceptors: [idempotency({ store: scriptedStore(clock) })], clock })
  const runs = [graph.runSettled(input)]
  await clock.advance(50)
  runs.push(graph.runSettled(input))
  await clock.advance(5_000)
  for (const { status } of await Promise.all(runs)) expect(status).toBe('failed')
  expect(most).toBe(1)
})

test.each(LEFT_BEHIND)(
  'the code of %s keeps the claim until the lease ends if it outlives its run',
  async (_, pipeline) => {
    let calls = 0
    let runs = 0
    const graph = pipeline(
      async () => {
        calls++
        await clock.sleep(60_000)
        return {}
      },
      () => ++runs === 1,
    ).build({ interceptors: [idempotency({ store: scriptedStore(clock) })], clock })
    const first = graph.runSettled(input, { graceMs: 100 })
    await clock.advance(200)
    expect((await first).status).toBe('failed')
    const second = graph.runSettled(input, { graceMs: 100 })
    await clock.advance(25_000)
    expect(calls).toBe(1)
    await clock.advance(6_000)
    expect(calls).toBe(2)
    await clock.advance(120_000)
    await second
  },
)

test('code that ignores its signal past the grace time keeps its claim until the lease ends', async () => {
  const store = scriptedStore(clock)
  const log: string[] = []
  const caller = new AbortController()
  const stuck = processOn(store, lasting(60_000, 'stuck', log))
  const first = stuck.run({ signal: caller.signal, graceMs: 100 })
  await clock.advance(5_000)
  caller.abort(new Error('gone'))
  await clock.advance(100)
  expect((await first).report.stages['charge']).toMatchObject({ abandoned: true })
  expect(clock.timers.map(({ kind }) => kind)).toEqual(['sleep']) // that of the stage
  const second = stuck.run()
  await clock.advance(24_000)
  expect(log).toEqual(['stuck'])
  await clock.advance(2_000)
  expect(log).toEqual(['stuck', 'stuck'])
  await clock.advance(70_000)
  expect((await second).status).toBe('completed')
})

test('code that outlives its run after an interceptor answered keeps its claim until the lease ends', async () => {
  const store = scriptedStore(clock)
  const stuck = processOn(store, () => clock.sleep(60_000).then(() => ({})), [impatient(100)])
  const first = stuck.run({ graceMs: 200 })
  await clock.advance(300)
  expect((await first).status).toBe('failed')
  expect(clock.timers.map(({ dueAt }) => dueAt - clock.now())).toEqual([59_700])
  expect(sizeOf(store)).toBe(1)
  const second = processOn(store, () => Promise.resolve({ by: 'heir' })).run()
  await clock.advance(29_000)
  expect(store.log).not.toContain('release')
  await clock.advance(1_000)
  expect(await second).toMatchObject({ data: { charge: { by: 'heir' } } })
  await clock.advance(60_000)
})

test('a claim is released after the renewal in progress, which would claim the key again', async () => {
  const store = scriptedStore(clock)
  const failing = processOn(store, async () => {
    await clock.sleep(12_000)
    throw new Error('broken')
  })
  const first = failing.run()
  await clock.settle()
  store.silent.add('claim')
  await clock.advance(12_000)
  expect(store.log).toEqual(['claim', 'claim'])
  store.answer()
  await clock.settle()
  expect((await first).status).toBe('failed')
  expect(store.log).toEqual(['claim', 'claim', 'release'])
  expect(sizeOf(store)).toBe(0)
})

/** A limit like that of `timeout({ timeoutMs })`. */
const limit = (ms: number): Interceptor => ({
  name: 'limit',
  onCall: () => (context) => ({ deadline: context.now + ms, expired: () => StageOutput.fail('too slow') }),
})

/** A stage that is deaf to its signal for 150 ms in its first call, under a limit of 30 ms. */
function deafFor150ms(first: () => object) {
  let calls = 0
  const body = async (): Promise<object> => {
    if (++calls > 1) return { call: calls }
    await clock.sleep(150)
    return first()
  }
  return processOn(scriptedStore(clock), body, [limit(30)])
}

test.each<[ends: string, first: () => object]>([
  ['returns', () => ({ call: 1 })],
  [
    'throws',
    () => {
      throw new Error('broken')
    },
  ],
])('callers go on when abandoned code %s, and do not wait for its lease', async (_, first) => {
  const { run } = deafFor150ms(first)
  const owner = run({ graceMs: 20 })
  const [second, third] = [run({ graceMs: 20 }), run({ graceMs: 20 })]
  await clock.advance(50)
  expect((await owner).report.stages['charge']).toMatchObject({ status: 'fail', abandoned: true })
  await clock.advance(1_000)
  for (const waiting of [second, third]) {
    const { status, data, report } = await waiting
    expect({ status, data }).toEqual({ status: 'completed', data: { charge: { call: 2 } } })
    expect(report.endedAt - report.startedAt).toBeLessThan(500)
  }
})

test('the output of code that was abandoned after an abort is recorded when it returns', async () => {
  const log: string[] = []
  const { run } = processOn(scriptedStore(clock), lasting(150, 'one', log))
  const caller = new AbortController()
  const owner = run({ graceMs: 20, signal: caller.signal })
  await clock.advance(10)
  caller.abort(new Error('gone'))
  const second = run()
  await clock.advance(1_000)
  expect((await owner).status).toBe('cancelled')
  expect(await second).toMatchObject({ status: 'completed', data: { charge: { by: 'one' } } })
  expect(log).toEqual(['one'])
})
