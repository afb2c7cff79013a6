import { afterEach, beforeEach, expect, test } from 'vitest'
import { toolFailure } from '@stageflow/tools'
import { z } from 'zod'

import { bench, tool } from '../test/tool-bench.ts'

const unhandled: unknown[] = []
const onUnhandled = (error: unknown): number => unhandled.push(error)
beforeEach(() => void process.on('unhandledRejection', onUnhandled))
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled.splice(0)).toEqual([])
})

const idempotencyKey = (): string => 'key'

test('a random that throws leaves the longest delay, and ends nothing', async () => {
  const random = (): number => { throw new Error('no numbers') } // prettier-ignore
  const flaky = tool('flaky', (_, { attempt }) => { if (attempt === 1) throw new Error('x'); return 'done' }, { retry: { baseMs: 100, isRetryable: () => true } }) // prettier-ignore
  const b = bench([flaky], { random })
  const call = b.call('flaky', {}, { idempotencyKey })
  await b.clock.advance(100)
  expect(await call).toMatchObject({ status: 'completed', output: 'done', durationMs: 100 })
  expect(b.executor.stats()).toMatchObject({ running: 0, waiting: 0 })
})

test('a clock without timers ends a call that waits for a retry, and frees its key', async () => {
  const flaky = tool('flaky', (_, { attempt }) => { if (attempt === 1) throw new Error('x') }, { timeoutMs: false, retry: { isRetryable: () => true } }) // prettier-ignore
  const b = bench([flaky])
  const sleep = (): Promise<void> => { throw new Error('no timers') } // prettier-ignore
  const broken = { ...b.clock, now: () => 0, sleep }
  const failure = { status: 'failed', error: { message: 'no timers' }, attempts: 1 }
  for (let time = 0; time < 2; time++)
    expect(await b.call('flaky', {}, { idempotencyKey, clock: broken })).toMatchObject(failure)
  expect(b.executor.stats()).toMatchObject({ running: 0, waiting: 0 })
})

test('a clock that breaks after the end of a call does not end it again', async () => {
  const b = bench([tool('deaf', () => new Promise(() => {}), { timeoutMs: 10 })])
  let timers = 0
  const clock = {
    ...b.clock,
    now: () => 0,
    setTimeout: (callback: () => void, ms: number) => {
      if (++timers === 2) throw new Error('no timers')
      return b.clock.setTimeout(callback, ms)
    },
  }
  const call = b.call('deaf', {}, { clock })
  await b.clock.advance(10)
  expect(await call).toMatchObject({ status: 'failed' })
  expect(b.types()).toEqual(['tool.invoked', 'tool.started', 'tool.failed'])
})

test('a failure of another copy of the package may hold anything', async () => {
  const made = (fields: object): object => ({ [Symbol.for('@stageflow/tool-failure')]: true, ...fields })
  const b = bench([
    tool('odd', () => made({ message: 7, code: {} })),
    tool('empty', () => made({})),
    tool('long', () => toolFailure('x', { code: 'c'.repeat(5_000) })),
  ])
  const results = await b.calls([['odd'], ['empty'], ['long']])
  expect(results).toMatchObject([
    { status: 'failed', error: { code: 'tools/reported-failure', message: '7' } },
    { status: 'failed', error: { code: 'tools/reported-failure', message: 'undefined' } },
    { status: 'failed', error: { code: 'c'.repeat(100) } },
  ])
  expect(b.of('tool.failed')).toHaveLength(3)
})

test('after an abort at tool.started no handler starts', async () => {
  const controller = new AbortController()
  let started = 0
  const b = bench([tool('one', () => ++started)])
  const eventEmitter = (type: string, data: unknown): void => {
    b.events.push({ type, data })
    if (type === 'tool.started') controller.abort()
  }
  expect(await b.call('one', {}, { signal: controller.signal, eventEmitter })).toMatchObject({ status: 'cancelled' })
  expect(started).toBe(0)
  expect(b.types()).toEqual(['tool.invoked', 'tool.started', 'tool.failed'])
})

test('each attempt gets the input as it was checked, whatever the last attempt did to it', async () => {
  const seen: unknown[] = []
  const input = { list: [1, { deep: true }], at: new Date(0) }
  const eats = tool(
    'eats',
    (given) => {
      seen.push(structuredClone(given))
      given.list.length = 0
      delete given.at
      if (seen.length === 1) throw new Error('again')
    },
    { input: z.looseObject({ at: z.coerce.date() }), retry: { attempts: 2, baseMs: 1, isRetryable: () => true } },
  )
  const b = bench([eats])
  const call = b.call('eats', input)
  await b.clock.runAll()
  expect(await call).toMatchObject({ status: 'completed', attempts: 2 })
  expect(seen).toEqual([input, input])
})
