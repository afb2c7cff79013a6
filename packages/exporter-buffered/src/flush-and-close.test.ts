import { StageflowError } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { eventOf, numbers, scriptedExporter } from '../test/scripted-exporter.ts'
import { BufferedExporter } from './index.ts'
import type { BufferedExporterOptions } from './index.ts'

let clock = manualClock()
afterEach(() => {
  const { timers } = clock
  clock = manualClock()
  expect(timers).toEqual([])
})

function buffered(options: BufferedExporterOptions = {}) {
  const exporter = scriptedExporter()
  const ends: string[] = []
  exporter.flush = () => Promise.resolve(void ends.push('flush'))
  exporter.close = () => Promise.resolve(void ends.push('close'))
  const buffer = new BufferedExporter(exporter, { clock, random: () => 1, ...options })
  const emit = (first: number, last = first): void => numbers(first, last).forEach((seq) => buffer.emit(eventOf(seq)))
  return { buffer, exporter, emit, ends }
}

/** How a promise has ended by now. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  let outcome: unknown = 'pending'
  promise.then(
    () => (outcome = 'resolved'),
    (error: unknown) => (outcome = error),
  )
  await clock.settle()
  return outcome
}

test('flush waits for what was in the buffer when it was called, and for the exporter', async () => {
  const { buffer, exporter, emit, ends } = buffered({ batchSize: 2 })
  exporter.isHeld = true
  emit(1, 3)
  const flushed = buffer.flush()
  emit(4, 5)
  await clock.settle()
  exporter.answer()
  expect(await outcomeOf(flushed)).toBe('pending')
  exporter.answer() // 3 and 4
  expect(await outcomeOf(flushed)).toBe('resolved')
  expect(ends).toEqual(['flush'])
  expect(buffer.stats()).toMatchObject({ delivered: 4, size: 1 })
  exporter.isHeld = false
  await buffer.close()
})

test('flush of an empty buffer flushes the exporter', async () => {
  const { buffer, ends } = buffered()
  await buffer.flush()
  await buffer.flush()
  expect(ends).toEqual(['flush', 'flush'])
})

test('flush takes at most thirty seconds, and says how many events stay in the buffer', async () => {
  const { buffer, exporter, emit } = buffered()
  exporter.failure = new Error('down')
  emit(1, 3)
  const flushed = buffer.flush()
  await clock.advance(29_999)
  expect(await outcomeOf(flushed)).toBe('pending')
  await clock.advance(1)
  const error = await outcomeOf(flushed)
  expect(StageflowError.is(error, 'exporter-buffered/timed-out')).toBe(true)
  expect((error as Error).message).toContain('Events not delivered yet: 3.')
  expect((error as Error).cause).toBe(exporter.failure)
  exporter.failure = undefined
  await buffer.close()
  expect(exporter.written()).toEqual([1, 2, 3])
})

test('flush can be aborted', async () => {
  const { buffer, exporter, emit } = buffered()
  exporter.isHeld = true
  emit(1)
  const controller = new AbortController()
  const flushed = buffer.flush({ signal: controller.signal })
  expect(await outcomeOf(flushed)).toBe('pending')
  const reason = new Error('no longer')
  controller.abort(reason)
  expect(await outcomeOf(flushed)).toBe(reason)
  await expect(buffer.flush({ signal: controller.signal })).rejects.toBe(reason)
  exporter.isHeld = false
  exporter.answer()
  await buffer.close()
})

test('flush rejects if some of its events were dropped or refused (exporter-buffered/events-lost)', async () => {
  const { buffer, exporter, emit } = buffered({ batchSize: 1, maxBufferSize: 3 })
  exporter.isHeld = true
  emit(1, 3)
  await clock.settle()
  const flushed = buffer.flush()
  emit(4)
  exporter.isHeld = false
  exporter.answer()
  const error = await outcomeOf(flushed)
  expect(StageflowError.is(error, 'exporter-buffered/events-lost')).toBe(true)
  expect((error as Error).message).toContain('1 events were dropped and 0 refused')

  exporter.failure = Object.assign(new Error('no'), { retryable: false })
  emit(5)
  expect(((await outcomeOf(buffer.flush())) as Error).message).toContain('0 events were dropped and 1 refused')
  exporter.failure = undefined
  await buffer.close()
})

test('flush resolves if only later events are lost', async () => {
  const { buffer, exporter, emit } = buffered({ batchSize: 2, maxBufferSize: 3 })
  exporter.isHeld = true
  emit(1, 2)
  await clock.settle()
  const flushed = buffer.flush()
  emit(3, 5)
  exporter.isHeld = false
  exporter.answer()
  expect(await outcomeOf(flushed)).toBe('resolved')
  expect(buffer.stats().dropped).toBe(2)
  await buffer.close()
})

test("flush rejects if the exporter's flush does (exporter-buffered/downstream)", async () => {
  const { buffer, exporter } = buffered()
  const failure = new Error('disk')
  exporter.flush = () => Promise.reject(failure)
  await expect(buffer.flush()).rejects.toMatchObject({ code: 'exporter-buffered/downstream', cause: failure })
})

test("flush says if it is the exporter's flush that does not end", async () => {
  const { buffer, exporter, emit } = buffered()
  exporter.flush = () => new Promise(() => {})
  emit(1)
  const failure = buffer.flush({ timeoutMs: 10 }).catch((thrown: unknown) => thrown)
  await clock.advance(10)
  const error = await failure
  expect(StageflowError.is(error, 'exporter-buffered/timed-out')).toBe(true)
  expect((error as Error).message).toBe(
    'flush() waited 10 ms. No event waits in the buffer, but the flush() of the exporter has not ended. Find out why it is slow, or raise timeoutMs.',
  )
})

test('flush and close keep their limits and signals while an export hangs, Infinity too', async () => {
  const { buffer, exporter, emit } = buffered({ attemptTimeoutMs: Infinity })
  exporter.isHeld = true
  emit(1)
  const flushing = buffer.flush({ timeoutMs: Infinity }).catch((thrown: unknown) => thrown)
  const short = buffer.flush({ timeoutMs: 5 }).catch((thrown: unknown) => thrown)
  await clock.advance(5)
  expect(StageflowError.is(await short, 'exporter-buffered/timed-out')).toBe(true)
  const controller = new AbortController()
  const closing = buffer.close({ timeoutMs: Infinity, signal: controller.signal })
  await clock.advance(1e9)
  expect(await outcomeOf(closing)).toBe('pending')
  const reason = new Error('enough')
  controller.abort(reason)
  expect(await closing).toEqual({ received: 1, delivered: 0, lost: 1, error: reason })
  expect(StageflowError.is(await flushing, 'exporter-buffered/events-lost')).toBe(true)
  expect(exporter.signals.map((signal) => signal?.aborted)).toEqual([true])
})

test('close with an aborted signal still closes the exporter', async () => {
  const { buffer, emit, ends } = buffered()
  emit(1)
  const reason = new Error('at once')
  expect(await buffer.close({ signal: AbortSignal.abort(reason) })).toMatchObject({ lost: 1, error: reason })
  expect(ends).toEqual(['close'])
})

test('close delivers what is left, flushes and closes the exporter, and reports', async () => {
  const { buffer, exporter, emit, ends } = buffered()
  emit(1, 150)
  expect(await buffer.close()).toEqual({ received: 150, delivered: 150, lost: 0, error: undefined })
  expect(exporter.batches).toEqual([numbers(1, 100), numbers(101, 150)])
  expect(ends).toEqual(['flush', 'close'])
})

test('the exporter is closed once, however often close is called', async () => {
  const { buffer, emit, ends } = buffered()
  emit(1)
  const reports = await Promise.all([buffer.close(), buffer.close({ timeoutMs: 0 })])
  expect(reports[0]).toBe(reports[1])
  expect(await buffer.close()).toBe(reports[0])
  expect(ends).toEqual(['flush', 'close'])
  await buffer.flush()
  expect(ends).toEqual(['flush', 'close'])
})

test('events after close are refused and counted', async () => {
  const { buffer, exporter, emit } = buffered()
  emit(1)
  const closing = buffer.close()
  expect(buffer.tryEmit(eventOf(2))).toBe(false)
  expect(await closing).toMatchObject({ received: 2, delivered: 1, lost: 1 })
  emit(3)
  expect(buffer.stats()).toMatchObject({ received: 3, delivered: 1, dropped: 2, size: 0 })
  expect(exporter.written()).toEqual([1])
})

test('close does not wait for a delay to end, and goes on trying for five seconds', async () => {
  const { buffer, exporter, emit } = buffered({ batchSize: 1 })
  exporter.failure = new Error('down')
  emit(1)
  await clock.advance(20_000)
  const { length } = exporter.calls
  const closing = buffer.close()
  await clock.settle()
  expect(exporter.calls).toHaveLength(length + 1)
  await clock.advance(4_999)
  exporter.failure = undefined
  expect(await outcomeOf(closing)).toBe('pending')
  await clock.advance(1)
  expect(await closing).toMatchObject({ received: 1, lost: 1, delivered: 0 })
  const { error } = await buffer.close()
  expect(StageflowError.is(error, 'exporter-buffered/timed-out')).toBe(true)
})

test('close counts every event that it could not deliver', async () => {
  const { buffer, exporter, emit, ends } = buffered({ batchSize: 10, maxBufferSize: 100 })
  exporter.isHeld = true
  emit(1, 105)
  await clock.settle()
  emit(106, 110)
  exporter.answer() // 1 to 10 were dropped for want of room: 11 to 20 are written
  await clock.settle()
  const closing = buffer.close({ timeoutMs: 100 })
  await clock.advance(100)
  const report = await closing
  expect(report).toMatchObject({ received: 110, delivered: 10, lost: 100 })
  expect(StageflowError.is(exporter.signals.at(-1)?.reason, 'exporter-buffered/given-up')).toBe(true)
  // What is not written is not flushed.
  expect(ends).toEqual(['close'])
  exporter.answer()
  await clock.settle()
  expect(buffer.stats()).toMatchObject({ delivered: 10, dropped: 100, size: 0, inFlight: 0 })
  expect(exporter.calls).toHaveLength(2)
})

test('close can be aborted', async () => {
  const { buffer, exporter, emit } = buffered()
  exporter.failure = new Error('down')
  emit(1)
  const controller = new AbortController()
  const closing = buffer.close({ signal: controller.signal })
  await clock.settle()
  const reason = new Error('no longer')
  controller.abort(reason)
  expect(await closing).toMatchObject({ lost: 1, error: reason })
})

test('a flush that waits when close gives up rejects', async () => {
  const { buffer, exporter, emit } = buffered()
  exporter.failure = new Error('down')
  emit(1)
  const waiting = buffer.flush()
  expect(await outcomeOf(waiting)).toBe('pending')
  const closing = buffer.close({ timeoutMs: 10 })
  await clock.advance(10)
  await closing
  expect(StageflowError.is(await outcomeOf(waiting), 'exporter-buffered/events-lost')).toBe(true)
})

test('close does not reject if the exporter fails to flush or close: the error is in the report', async () => {
  const { buffer, exporter, emit } = buffered()
  const failure = new Error('disk')
  exporter.flush = () => Promise.reject(failure)
  exporter.close = () => {
    throw new Error('second')
  }
  emit(1)
  const { error, ...counts } = await buffer.close()
  expect(counts).toEqual({ received: 1, delivered: 1, lost: 0 })
  expect(error).toMatchObject({ message: 'flush() of the exporter behind failed: disk', cause: failure })
})

test('close does not wait longer than its time for an exporter that never closes', async () => {
  const { buffer, exporter } = buffered()
  exporter.close = () => new Promise(() => {})
  const closing = buffer.close({ timeoutMs: 50 })
  await clock.advance(50)
  expect(StageflowError.is((await closing).error, 'exporter-buffered/timed-out')).toBe(true)
})

test('a message about a late exporter does not claim that it has events that the buffer dropped', async () => {
  const { buffer, exporter, emit } = buffered({ maxBufferSize: 1 })
  exporter.flush = () => new Promise(() => {})
  exporter.close = () => new Promise(() => {})
  emit(1, 2)
  const flushed = outcomeOf(buffer.flush({ timeoutMs: 10 }))
  await clock.settle()
  expect(buffer.stats()).toMatchObject({ delivered: 1, dropped: 1, size: 0 })
  const again = buffer.flush({ timeoutMs: 10 }).catch((thrown: unknown) => thrown)
  await clock.advance(10)
  await flushed
  expect(String(await again)).toContain('flush() waited 10 ms. No event waits in the buffer, but ')
  const closing = buffer.close({ timeoutMs: 50 })
  await clock.advance(50)
  expect(String((await closing).error)).toContain('it has every event that was not dropped.')
})

test('a dead letter that hangs when close gives up is lost, and counted once', async () => {
  const { buffer, exporter, emit } = buffered({
    onDeadLetter: () => new Promise(() => {}),
    retry: { isRetryable: () => false },
  })
  exporter.failure = new Error('no')
  emit(1)
  const closing = buffer.close({ timeoutMs: 10 })
  await clock.advance(10)
  expect(await closing).toMatchObject({ received: 1, delivered: 0, lost: 1 })
  await clock.runAll()
  expect(buffer.stats()).toMatchObject({ dropped: 1 })
})

test('the report of a close that was too late has the last error of the exporter as the cause of its error', async () => {
  const { buffer, exporter, emit } = buffered({ batchSize: 1 })
  exporter.failure = new Error('the path is a folder')
  emit(1, 4)
  const closed = buffer.close()
  await clock.advance(5_000)
  const { error } = await closed
  expect(error).toMatchObject({ code: 'exporter-buffered/timed-out', cause: exporter.failure })
  expect((error as Error).message).toContain(
    'close() had 5000 ms: 4 events were not delivered. The last error of the exporter: the path is a folder.',
  )
})
