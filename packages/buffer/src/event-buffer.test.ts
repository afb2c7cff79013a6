import type { StageflowEvent, WaitOptions } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Downstream, EventBuffer, deliveryRetryPlan, deliveryRetryProblems } from './index.ts'
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
  const waits: (readonly [string, unknown])[] = []
  const target = {
    flush: (wait?: WaitOptions) => void waits.push(['flush', wait]),
    close: (wait?: WaitOptions) => void waits.push(['close', wait]),
  }
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
      downstream: new Downstream(target, {
        name: 'the target',
        clock,
        errors: { failed: (call) => new Error(`${call} failed`), late: (call) => new Error(`${call} is late`) },
      }),
      lateFlush: ({ size }, timeoutMs) => new Error(`${size} left after ${timeoutMs} ms`),
      lateClose: ({ size }, timeoutMs) => new Error(`${size} lost after ${timeoutMs} ms`),
      deliver: (events, attempt) => {
        batches.push(events.map(({ seq }) => seq))
        signals.push(attempt.signal)
        return answer()
      },
      ...plan,
    },
    listener,
  )
  return { buffer, batches, signals, waits }
}

test('a full batch is delivered once the code that emits has returned, the rest when its time has come', async () => {
  const { buffer, batches } = buffered()
  for (const seq of [1, 2, 3]) expect(buffer.tryEmit(event(seq))).toBe(true)
  expect(batches).toEqual([])
  await clock.settle()
  expect(batches).toEqual([[1, 2]])
  await clock.advance(100)
  expect(batches).toEqual([[1, 2], [3]])
  expect(await buffer.close({})).toEqual({ received: 3, delivered: 3, lost: 0, error: undefined })
})

test('with batches of one and without deferral, an event is delivered within tryEmit', async () => {
  const { buffer, batches } = buffered({ batchSize: 1, isDeferred: false })
  buffer.tryEmit(event(1))
  expect(batches).toEqual([[1]])
  await buffer.close({})
})

test('ordinary events are dropped first, then last events of child runs; each loss is noted, then reported', async () => {
  const log: string[] = []
  const { buffer, batches } = buffered(
    { batchSize: 3 },
    {
      noteLoss: ({ seq }, reason) => void log.push(`lost ${seq} ${reason}`),
      reportLoss: ({ seq }, reason) => void log.push(`reported ${seq} ${reason}`),
    },
  )
  buffer.tryEmit(event(1, 'pipeline.completed', 'parent'))
  buffer.tryEmit(event(2, 'pipeline.suspended'))
  buffer.tryEmit(event(3))
  buffer.tryEmit(event(4, 'pipeline.failed'))
  buffer.tryEmit(event(5, 'pipeline.failed'))
  expect(buffer.tryEmit(event(6))).toBe(false)
  expect(log).toEqual([3, 1, 6].flatMap((seq) => [`lost ${seq} full`, `reported ${seq} full`]))
  await buffer.close({})
  expect(batches).toEqual([[2, 4, 5]])
})

test('a failed batch is tried again after its delay, with a new signal, until its attempts are used up', async () => {
  const { buffer, batches, signals } = buffered(
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
  await buffer.close({})
})

test('an attempt that takes too long is aborted; if it succeeds after all, that counts, and the newer attempt is aborted', async () => {
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let attempts = 0
  const { buffer, signals } = buffered({}, {}, { answer: () => answers[attempts++]?.promise, retry: { baseMs: 10 } })
  for (const seq of [1, 2]) buffer.tryEmit(event(seq))
  await clock.advance(1_010)
  expect(signals.map(({ reason }) => String(reason))).toEqual(['Error: too slow', 'undefined'])
  answers[0]?.resolve()
  await clock.settle()
  expect(String(signals[1]?.reason)).toBe('Error: given up')
  expect(buffer.stats()).toMatchObject({ delivered: 2, failures: 1 })
  await buffer.close({})
})

test('flush waits for the events in the buffer and returns whether one of them was lost', async () => {
  let isDown = false
  const { buffer, waits } = buffered({}, {}, { answer: () => isDown && Promise.reject({ retryable: false }) })
  buffer.tryEmit(event(1))
  expect(await buffer.flush({})).toBe(false)
  expect(waits).toEqual([['flush', { timeoutMs: Infinity }]])
  isDown = true
  buffer.tryEmit(event(2))
  expect(await buffer.flush({})).toBe(true)
  await buffer.close({})
})

test('close drops what it could not deliver in time, aborts the attempt, and later calls get the same report', async () => {
  const { buffer, signals } = buffered({}, {}, { answer: () => new Promise(() => {}) })
  for (const seq of [1, 2, 3]) buffer.tryEmit(event(seq))
  await clock.settle()
  const closing = buffer.close({ timeoutMs: 500 })
  expect(buffer.tryEmit(event(4))).toBe(false)
  await clock.advance(500)
  const report = await closing
  expect(report).toMatchObject({ received: 4, delivered: 0, lost: 4, error: new Error('3 lost after 500 ms') })
  expect(await buffer.close({})).toBe(report)
  expect(String(signals[0]?.reason)).toBe('Error: given up')
  expect(buffer.stats()).toMatchObject({ droppedBy: { closed: 4 }, size: 0, inFlight: 0 })
})

test('flush and close give what is behind the time that is left, and close flushes it only if all was delivered', async () => {
  const first = Promise.withResolvers<void>()
  const { buffer, waits } = buffered({ batchSize: 1 }, {}, { answer: () => first.promise })
  buffer.tryEmit(event(1))
  const flushed = buffer.flush({ timeoutMs: 500 })
  await clock.advance(200)
  first.resolve()
  expect(await flushed).toBe(false)
  await buffer.close({ timeoutMs: undefined as never })
  expect(waits).toEqual([
    ['flush', { timeoutMs: 300 }],
    ['flush', { timeoutMs: 5_000 }],
    ['close', { timeoutMs: 5_000 }],
  ])
  const stuck = buffered({ batchSize: 1 }, {}, { answer: () => new Promise(() => {}) })
  stuck.buffer.tryEmit(event(1))
  const closed = stuck.buffer.close({ timeoutMs: 100 })
  await clock.advance(100)
  expect(await closed).toMatchObject({ lost: 1, error: new Error('1 lost after 100 ms') })
  expect(stuck.waits).toEqual([['close', { timeoutMs: 0 }]])
})

test('flush keeps its limit, and its signal ends it', async () => {
  const { buffer } = buffered({ batchSize: 1 }, {}, { answer: () => new Promise(() => {}) })
  buffer.tryEmit(event(1))
  const late = expect(buffer.flush({ timeoutMs: 50 })).rejects.toThrow('1 left after 50 ms')
  await clock.advance(50)
  await late
  await expect(buffer.flush({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  const closed = buffer.close({ timeoutMs: 0 })
  await clock.advance(0)
  await closed
})

test('the problems of the option retry are named with their path', () => {
  expect(deliveryRetryProblems({})).toEqual([])
  expect(deliveryRetryProblems(null)).toEqual([])
  expect(deliveryRetryProblems({ retry: 3 })).toEqual(['retry must be an object, not 3'])
  expect(deliveryRetryProblems({ retry: { attempts: 0 } })).toEqual([
    'retry.attempts must be a whole number from 1, or Infinity, not 0',
  ])
})
