import type { StageflowEvent } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventBuffer, deliveryRetryPlan, deliveryRetryProblems } from './index.ts'
import type { DeliveryRetry, EventBufferListener, EventBufferPlan } from './index.ts'

let clock = manualClock()
beforeEach(() => void (clock = manualClock()))
afterEach(() => expect(clock.timers).toEqual([]))

const event = (seq: number, type = 'app.said', parentRunId?: string): StageflowEvent =>
  ({ type, data: {}, seq, parentRunId }) as unknown as StageflowEvent

/** A buffer in front of a delivery that does what `answer` says. */
function buffered(
  plan: Partial<EventBufferPlan> = {},
  listener: EventBufferListener = {},
  { answer = () => undefined, retry = {} }: { answer?: () => unknown; retry?: DeliveryRetry } = {},
) {
  const batches: (readonly number[])[] = []
  const signals: AbortSignal[] = []
  const buffer = new EventBuffer(
    {
      clock,
      maxEntries: 3,
      extraPlaces: { inFlight: 0, last: 0, waiting: 0 },
      overflow: 'drop-oldest',
      batchSize: 2,
      flushIntervalMs: 100,
      isDeferred: true,
      attemptTimeoutMs: 1_000,
      random: () => 1,
      retry: deliveryRetryPlan(retry, { forMs: Infinity, random: () => 1 }),
      tooSlow: () => new Error('too slow'),
      givenUp: () => new Error('given up'),
      deliver: (events, attempt) => {
        batches.push(events.map(({ seq }) => seq))
        signals.push(attempt.signal)
        return answer()
      },
      ...plan,
    },
    listener,
  )
  const late = (): Error => new Error('late')
  const close = (timeoutMs = 5_000) => buffer.close({ timeoutMs, signal: undefined, late, ends: () => [] })
  const flush = (end = () => {}) => buffer.flush({ timeoutMs: Infinity, signal: undefined, late, end })
  return { buffer, batches, signals, close, flush }
}

test('a full batch is delivered once the code that emits has returned, the rest when its time has come', async () => {
  const { buffer, batches, close } = buffered()
  for (const seq of [1, 2, 3]) expect(buffer.tryEmit(event(seq))).toBe(true)
  expect(batches).toEqual([])
  await clock.settle()
  expect(batches).toEqual([[1, 2]])
  await clock.advance(100)
  expect(batches).toEqual([[1, 2], [3]])
  expect(await close()).toEqual({ received: 3, delivered: 3, lost: 0, error: undefined })
})

test('with batches of one and without deferral, an event is delivered within tryEmit', async () => {
  const { buffer, batches, close } = buffered({ batchSize: 1, isDeferred: false })
  buffer.tryEmit(event(1))
  expect(batches).toEqual([[1]])
  await close()
})

test('ordinary events are dropped first, then last events of child runs; lost and dropped tell of each', async () => {
  const log: string[] = []
  const { buffer, batches, close } = buffered(
    { batchSize: 3 },
    {
      lost: ({ seq }, reason) => void log.push(`lost ${seq} ${reason}`),
      dropped: ({ seq }, reason) => void log.push(`dropped ${seq} ${reason}`),
    },
  )
  buffer.tryEmit(event(1, 'pipeline.completed', 'parent'))
  buffer.tryEmit(event(2, 'pipeline.suspended'))
  buffer.tryEmit(event(3))
  buffer.tryEmit(event(4, 'pipeline.failed'))
  buffer.tryEmit(event(5, 'pipeline.failed'))
  expect(buffer.tryEmit(event(6))).toBe(false)
  expect(log).toEqual([3, 1, 6].flatMap((seq) => [`lost ${seq} full`, `dropped ${seq} full`]))
  await close()
  expect(batches).toEqual([[2, 4, 5]])
})

test('a failed batch is tried again after its delay, with a new signal, until its attempts are used up', async () => {
  const { buffer, batches, signals, close } = buffered(
    {},
    {},
    { answer: () => Promise.reject(new Error('down')), retry: { attempts: 3, baseMs: 10, jitter: 'none' } },
  )
  for (const seq of [1, 2]) buffer.tryEmit(event(seq))
  await clock.advance(29)
  expect(batches).toEqual([
    [1, 2],
    [1, 2],
  ])
  await clock.advance(1)
  expect(batches).toHaveLength(3)
  expect(new Set(signals).size).toBe(3)
  expect(buffer.stats()).toMatchObject({ dropped: 2, droppedBy: { failed: 2 }, failures: 3, retries: 2, size: 0 })
  await close()
})

test('an attempt that takes too long is aborted; if it succeeds after all, that counts, and the newer attempt is aborted', async () => {
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let attempts = 0
  const { buffer, signals, close } = buffered(
    {},
    {},
    { answer: () => answers[attempts++]?.promise, retry: { baseMs: 10 } },
  )
  for (const seq of [1, 2]) buffer.tryEmit(event(seq))
  await clock.advance(1_010)
  expect(signals.map(({ reason }) => String(reason))).toEqual(['Error: too slow', 'undefined'])
  answers[0]?.resolve()
  await clock.settle()
  expect(String(signals[1]?.reason)).toBe('Error: given up')
  expect(buffer.stats()).toMatchObject({ delivered: 2, failures: 1 })
  await close()
})

test('flush waits for the events in the buffer and returns whether one of them was lost', async () => {
  let isDown = false
  const { buffer, flush, close } = buffered({}, {}, { answer: () => isDown && Promise.reject({ retryable: false }) })
  const ends: string[] = []
  buffer.tryEmit(event(1))
  expect(await flush(() => void ends.push('flushed'))).toBe(false)
  isDown = true
  buffer.tryEmit(event(2))
  expect(await flush()).toBe(true)
  expect(ends).toEqual(['flushed'])
  await close()
})

test('close drops what it could not deliver in time, aborts the attempt, and later calls get the same report', async () => {
  const { buffer, signals, close } = buffered({}, {}, { answer: () => new Promise(() => {}) })
  for (const seq of [1, 2, 3]) buffer.tryEmit(event(seq))
  await clock.settle()
  const closing = close(500)
  expect(buffer.tryEmit(event(4))).toBe(false)
  await clock.advance(500)
  const report = await closing
  expect(report).toMatchObject({ received: 4, delivered: 0, lost: 4, error: new Error('late') })
  expect(await close()).toBe(report)
  expect(String(signals[0]?.reason)).toBe('Error: given up')
  expect(buffer.stats()).toMatchObject({ droppedBy: { closed: 4 }, size: 0, inFlight: 0 })
})

test('the problems of the option retry are named with their path', () => {
  expect(deliveryRetryProblems({})).toEqual([])
  expect(deliveryRetryProblems(null)).toEqual([])
  expect(deliveryRetryProblems({ retry: 3 })).toEqual(['retry must be an object, not 3'])
  expect(deliveryRetryProblems({ retry: { attempts: 0 } })).toEqual([
    'retry.attempts must be a whole number from 1, or Infinity, not 0',
  ])
})
