import { Pipeline, StageKind, type StageContext } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import { type KeyedStore, memoryStore } from '@stageflow/keyed-work'
import { manualClock } from '@stageflow/testing'
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
