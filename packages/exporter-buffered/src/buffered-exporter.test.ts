import { Pipeline, StageflowError } from '@stageflow/core'
import type { EventSink } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { eventOf, numbers, scriptedExporter } from '../test/scripted-exporter.ts'
import { BufferedExporter } from './index.ts'
import type { BufferedExporterOptions, Exporter } from './index.ts'

let clock = manualClock()
afterEach(() => {
  const { timers } = clock
  clock = manualClock()
  expect(timers).toEqual([])
})

function buffered(options: BufferedExporterOptions = {}, exporter = scriptedExporter()) {
  const buffer = new BufferedExporter(exporter, { clock, random: () => 1, ...options })
  const emit = (first: number, last = first): void => numbers(first, last).forEach((seq) => buffer.emit(eventOf(seq)))
  return { buffer, exporter, emit }
}

test('it is an event sink: the events of a run are exported, in order', async () => {
  const { buffer, exporter } = buffered()
  const sink: EventSink = buffer
  await new Pipeline('chat')
    .withStage('llm', () => ({ text: 'Hello' }))
    .build({ clock, eventSink: sink })
    .run()
  expect(exporter.calls).toEqual([])
  await buffer.flush()
  expect(exporter.calls[0]?.map(({ type }) => type)).toEqual([
    'pipeline.started',
    'stage.llm.started',
    'stage.llm.completed',
    'pipeline.completed',
  ])
})

test('a hundred events are a batch, by default', async () => {
  const { buffer, exporter, emit } = buffered()
  emit(1, 99)
  await clock.settle()
  expect(exporter.batches).toEqual([])
  emit(100, 250)
  await clock.settle()
  expect(exporter.batches).toEqual([numbers(1, 100), numbers(101, 200)])
  await buffer.close()
  expect(exporter.batches[2]).toEqual(numbers(201, 250))
})

test('by default, a smaller batch is exported ten seconds after its first event', async () => {
  const { exporter, emit } = buffered()
  emit(1)
  await clock.advance(9_999)
  emit(2)
  expect(exporter.batches).toEqual([])
  await clock.advance(1)
  expect(exporter.batches).toEqual([[1, 2]])
  expect(clock.timers).toEqual([])
})

test('an event that comes during an export does not wait longer than others', async () => {
  const { exporter, emit } = buffered({ batchSize: 2 })
  exporter.isHeld = true
  emit(1, 2)
  await clock.advance(10_000)
  emit(3)
  await clock.advance(8_000)
  exporter.isHeld = false
  exporter.answer()
  await clock.advance(1_999)
  expect(exporter.batches).toEqual([[1, 2]])
  await clock.advance(1)
  expect(exporter.batches).toEqual([[1, 2], [3]])
})

test('events that became due during an export are exported right after it', async () => {
  const { exporter, emit } = buffered({ batchSize: 2, flushIntervalMs: 1_000 })
  exporter.isHeld = true
  emit(1, 3)
  await clock.advance(5_000)
  exporter.isHeld = false
  exporter.answer()
  await clock.settle()
  expect(exporter.batches).toEqual([[1, 2], [3]])
})

test('nothing is exported while the producer runs, and emit returns at once', async () => {
  const { buffer, exporter } = buffered({ batchSize: 1 })
  expect(buffer.tryEmit(eventOf(1))).toBe(true)
  expect(buffer.emit(eventOf(2))).toBe(undefined)
  expect(exporter.calls).toEqual([])
  await clock.settle()
  expect(exporter.batches).toEqual([[1], [2]])
})

test('there is one export at a time', async () => {
  const { exporter, emit } = buffered({ batchSize: 2 })
  exporter.isHeld = true
  emit(1, 6)
  await clock.settle()
  expect(exporter.underWay()).toBe(1)
  for (const more of [2, 1, 0]) {
    exporter.answer()
    await clock.settle()
    expect(exporter.underWay()).toBe(Math.min(more, 1))
  }
  expect(exporter.mostUnderWay()).toBe(1)
  expect(exporter.written()).toEqual(numbers(1, 6))
})

test('a batch stays until it is delivered: the same array is tried again, after delays that double up to a limit', async () => {
  const { buffer, exporter, emit } = buffered({ batchSize: 2, maxBufferSize: 10 })
  exporter.failure = new Error('down')
  const startedAt: number[] = []
  const observed: Exporter = {
    export: (events, options) => {
      startedAt.push(clock.now())
      return exporter.export(events, options)
    },
  }
  const other = new BufferedExporter(observed, { clock, random: () => 1, batchSize: 2 })
  other.emit(eventOf(1))
  other.emit(eventOf(2))
  await clock.advance(20_000)
  // Defaults: 100 ms, doubled, 5,000 at most; all of the chance was taken.
  expect(startedAt).toEqual([0, 100, 300, 700, 1_500, 3_100, 6_300, 11_300, 16_300])
  expect(new Set(exporter.calls).size).toBe(1)
  expect(other.stats()).toMatchObject({ size: 2, inFlight: 2, failures: 9, retries: 8, delivered: 0 })
  expect(other.stats().lastError).toBe(exporter.failure)
  exporter.failure = undefined
  await clock.advance(5_000)
  expect(other.stats()).toMatchObject({ size: 0, delivered: 2, retries: 9 })
  emit(1)
  await buffer.close()
})

test('at least half of a delay is kept, whatever random returns', async () => {
  for (const [random, pause] of [
    [() => 0, 50],
    [() => 0.5, 75],
    [() => NaN, 100],
    [() => 7, 100],
  ] as const) {
    const { buffer, exporter, emit } = buffered({ random })
    exporter.failure = new Error('down')
    emit(1)
    const flushed = buffer.flush()
    await clock.advance(pause - 1)
    expect(exporter.calls).toHaveLength(1)
    exporter.failure = undefined
    await clock.advance(1)
    expect(exporter.calls).toHaveLength(2)
    await flushed
  }
})

test('the delays differ by default', async () => {
  const pauses = new Set<number>()
  for (let run = 0; run < 5; run++) {
    const exporter = scriptedExporter()
    exporter.failure = new Error('down')
    const buffer = new BufferedExporter(exporter, { clock, batchSize: 1 })
    buffer.emit(eventOf(1))
    await clock.settle()
    const [pause] = clock.timers
    pauses.add((pause?.dueAt ?? 0) - clock.now())
    const closing = buffer.close({ timeoutMs: 0 })
    await clock.settle()
    await closing
  }
  for (const pause of pauses) expect(pause >= 50 && pause < 100, `${pause}`).toBe(true)
  expect(pauses.size).toBeGreaterThan(1)
})

test('an export that hangs is aborted after thirty seconds, and tried again', async () => {
  const { buffer, exporter, emit } = buffered()
  exporter.isHeld = true
  emit(1)
  const flushed = buffer.flush({ timeoutMs: Infinity })
  await clock.advance(29_999)
  expect(exporter.signals[0]?.aborted).toBe(false)
  await clock.advance(1)
  expect(exporter.signals[0]?.aborted).toBe(true)
  const { lastError } = buffer.stats()
  expect(StageflowError.is(lastError, 'exporter-buffered/timed-out')).toBe(true)
  exporter.isHeld = false
  await clock.advance(100)
  expect(exporter.calls).toHaveLength(2)
  await flushed
  expect(exporter.written()).toEqual([1])
})

test('a late success counts, so that an exporter that is always too slow makes progress', async () => {
  const { buffer, exporter, emit } = buffered({ attemptTimeoutMs: 1_000, retry: { baseMs: 500 } })
  exporter.isHeld = true
  emit(1)
  const flushed = buffer.flush()
  await clock.advance(1_000)
  emit(2)
  exporter.answer() // during the pause
  await clock.settle()
  await flushed
  expect(buffer.stats()).toMatchObject({ delivered: 1, size: 1, retries: 0 })
  const second = buffer.flush()
  await clock.advance(1_500)
  expect(exporter.calls).toHaveLength(3)
  exporter.answer() // while it is tried again
  await second
  expect(exporter.signals[2]?.aborted).toBe(true)
  exporter.answer()
  await clock.settle()
  expect(buffer.stats()).toMatchObject({ delivered: 2, size: 0 })
})

test('an exporter that throws, returns nothing, or rejects with nothing does not count as one that hangs', async () => {
  let call = 0
  const answers = [
    () => {
      throw new Error('at once')
    },
    () => Promise.reject(undefined),
    () => undefined,
  ]
  const exporter = { export: () => answers[call++]?.() } as unknown as Exporter
  const buffer = new BufferedExporter(exporter, { clock, random: () => 1 })
  buffer.emit(eventOf(1))
  const flushed = buffer.flush()
  await clock.advance(300)
  await flushed
  expect(buffer.stats()).toMatchObject({ delivered: 1, failures: 2, lastError: undefined })
})

test('a full buffer drops the oldest event that is not in flight', async () => {
  const { buffer, exporter, emit } = buffered({ batchSize: 2, maxBufferSize: 5 })
  exporter.isHeld = true
  emit(1, 2)
  await clock.settle()
  emit(3, 9)
  expect(buffer.stats()).toMatchObject({ size: 5, inFlight: 2, dropped: 4, received: 9 })
  exporter.isHeld = false
  exporter.answer()
  await buffer.close()
  expect(exporter.written()).toEqual([1, 2, 7, 8, 9])
})

test('by default, ten thousand events are kept', async () => {
  const { buffer, exporter, emit } = buffered()
  exporter.failure = new Error('down')
  emit(1, 10_000)
  expect(buffer.stats()).toMatchObject({ size: 10_000, dropped: 0 })
  emit(10_001)
  expect(buffer.stats()).toMatchObject({ size: 10_000, dropped: 1 })
  exporter.failure = undefined
  await buffer.close()
  expect(exporter.written()).toEqual(numbers(2, 10_001))
})

test('last events of runs are dropped last, and everything stays in order', async () => {
  const { buffer, exporter } = buffered({ maxBufferSize: 4 })
  const ends = new Map([
    [2, 'pipeline.completed'],
    [5, 'pipeline.failed'],
    [8, 'pipeline.cancelled'],
  ])
  for (const seq of numbers(1, 9)) buffer.emit(eventOf(seq, ends.get(seq)))
  await buffer.close()
  expect(exporter.written()).toEqual([2, 5, 8, 9])
})

test('if only last events of runs are left, a newer one replaces the oldest, and ordinary events are refused', async () => {
  const { buffer, exporter } = buffered({ maxBufferSize: 3 })
  for (const seq of numbers(1, 4)) expect(buffer.tryEmit(eventOf(seq, 'pipeline.completed'))).toBe(true)
  expect(buffer.tryEmit(eventOf(5))).toBe(false)
  expect(buffer.tryEmit(eventOf(6, 'pipeline.completed'))).toBe(true)
  expect(buffer.stats()).toMatchObject({ received: 6, dropped: 3, size: 3 })
  await buffer.close()
  expect(exporter.written()).toEqual([3, 4, 6])
})

test('an event that cannot be read is handled like any other, and counted', async () => {
  const { buffer, exporter } = buffered({ maxBufferSize: 2 })
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const event of [proxy, null, eventOf(1), proxy, eventOf(2), eventOf(3)]) buffer.emit(event as never)
  expect(buffer.stats()).toMatchObject({ received: 6, dropped: 4, size: 2 })
  await buffer.close()
  expect(exporter.written()).toEqual([2, 3])
})

test('an exporter may emit, flush and close from inside an export', async () => {
  const seen: number[] = []
  const buffer: BufferedExporter = new BufferedExporter(
    {
      async export(events) {
        await Promise.resolve()
        seen.push(...events.map(({ seq }) => seq))
        if (seen.length === 1) buffer.emit(eventOf(2))
        if (seen.length === 2) {
          void buffer.flush()
          void buffer.close()
          expect(buffer.tryEmit(eventOf(3))).toBe(false)
        }
      },
    },
    { clock, batchSize: 1 },
  )
  buffer.emit(eventOf(1))
  await clock.settle()
  expect(seen).toEqual([1, 2])
  expect(await buffer.close()).toEqual({ received: 3, delivered: 2, lost: 1, error: undefined })
})

test('if everything is in flight, a new event is refused', async () => {
  const { buffer, exporter, emit } = buffered({ batchSize: 2, maxBufferSize: 2 })
  exporter.isHeld = true
  emit(1, 2)
  await clock.settle()
  expect(buffer.tryEmit(eventOf(3, 'pipeline.completed'))).toBe(false)
  exporter.answer()
  await buffer.close()
  expect(exporter.written()).toEqual([1, 2])
})

test('a batch that is refused for good goes to the dead letters, and the next one is delivered', async () => {
  const letters: unknown[] = []
  const { buffer, exporter, emit } = buffered({
    batchSize: 2,
    onDeadLetter: async (letter) => {
      await Promise.resolve()
      letters.push(letter)
    },
  })
  const refusal = Object.assign(new Error('too large'), { retryable: false })
  exporter.failure = refusal
  emit(1, 2)
  await clock.settle()
  exporter.failure = undefined
  emit(3, 4)
  await clock.settle()
  expect(letters).toEqual([{ events: [eventOf(1), eventOf(2)], error: refusal, attempts: 1 }])
  expect(exporter.written()).toEqual([3, 4])
  expect(buffer.stats()).toMatchObject({ delivered: 2, droppedBy: { failed: 2 }, received: 4, size: 0 })
  await buffer.close()
})

test('without a function for dead letters they are counted', async () => {
  const { buffer, exporter, emit } = buffered({ batchSize: 1, retry: { isRetryable: () => false } })
  exporter.failure = new Error('no')
  emit(1)
  await clock.settle()
  expect(buffer.stats()).toMatchObject({ droppedBy: { failed: 1 }, failures: 1, retries: 0 })
  expect(await buffer.close()).toEqual({ received: 1, delivered: 0, lost: 1, error: undefined })
})

test('isRetryable is called with the error and the attempts so far; it can say how long to wait, or leave it to the default', async () => {
  const asked: unknown[] = []
  const answers = [{ afterMs: 7_000 }, undefined, false]
  const { buffer, exporter, emit } = buffered({
    batchSize: 1,
    retry: { isRetryable: (error, { attempts }) => (asked.push([String(error), attempts]), answers[attempts - 1]) },
  })
  exporter.failure = new Error('down')
  emit(1)
  await clock.advance(6_999)
  expect(exporter.calls).toHaveLength(1)
  await clock.advance(1)
  expect(exporter.calls).toHaveLength(2)
  await clock.advance(200)
  expect(asked).toEqual([1, 2, 3].map((attempts) => ['Error: down', attempts]))
  expect(buffer.stats()).toMatchObject({ droppedBy: { failed: 1 }, size: 0 })
  await buffer.close()
})

test.each<[what: string, error: unknown, isRetried: boolean]>([
  ['an error that says nothing', new Error('down'), true],
  ['a connection error', Object.assign(new Error('no'), { code: 'ECONNREFUSED' }), true],
  ['HTTP 503', Object.assign(new Error('busy'), { status: 503 }), true],
  ['HTTP 400', Object.assign(new Error('bad'), { status: 400 }), false],
  ['HTTP 400 with retryable: true', Object.assign(new Error('bad'), { status: 400, retryable: true }), true],
  ['retryable: false', Object.assign(new Error('no'), { retryable: false }), false],
  ['an abort, which is a time limit of the exporter', new DOMException('aborted', 'AbortError'), true],
])('by default %s is tried again or refused for good', async (_, error, isRetried) => {
  const { buffer, exporter, emit } = buffered({ batchSize: 1 })
  exporter.failure = error
  emit(1)
  await clock.advance(100)
  expect(exporter.calls).toHaveLength(isRetried ? 2 : 1)
  exporter.failure = undefined
  await buffer.close()
  expect(buffer.stats().droppedBy.failed).toBe(isRetried ? 0 : 1)
})

test('after its attempts a batch is refused', async () => {
  const letters: number[] = []
  const { buffer, exporter, emit } = buffered({
    batchSize: 1,
    retry: { attempts: 3 },
    onDeadLetter: ({ attempts }) => letters.push(attempts),
  })
  exporter.failure = new Error('down')
  emit(1)
  await clock.advance(300)
  expect(letters).toEqual([3])
  await buffer.close()
})

test('functions of the app that throw or reject are counted, and have no other effect', async () => {
  const thrown = new Error('thrown by the user')
  const fail = (): never => {
    throw thrown
  }
  const { buffer, exporter, emit } = buffered({
    batchSize: 1,
    maxBufferSize: 2,
    onOverflow: () => Promise.reject(thrown),
    onDeadLetter: fail,
    random: fail,
    retry: { attempts: 2, isRetryable: fail },
  })
  exporter.failure = new Error('down')
  emit(1, 2)
  await clock.settle()
  expect(buffer.stats()).toMatchObject({ callbackErrors: 2, lastCallbackError: thrown })
  await clock.advance(100)
  exporter.failure = undefined
  await buffer.close()
  expect(exporter.written()).toEqual([2])
  // onOverflow and onDeadLetter once, and isRetryable at the first failure of each event. A random that throws counts as 1.
  expect(buffer.stats()).toMatchObject({ callbackErrors: 4, droppedBy: { failed: 1 }, lastCallbackError: thrown })
})

test('an onDeadLetter that takes too long does not stop the next batch (exporter-buffered/timed-out)', async () => {
  const { buffer, exporter, emit } = buffered({
    batchSize: 1,
    retry: { isRetryable: () => false },
    attemptTimeoutMs: 1_000,
    onDeadLetter: () => new Promise(() => {}),
  })
  exporter.failure = new Error('no')
  emit(1)
  await clock.settle()
  exporter.failure = undefined
  emit(2)
  await clock.advance(999)
  expect(exporter.written()).toEqual([])
  await clock.advance(1)
  expect(exporter.written()).toEqual([2])
  const { lastCallbackError } = buffer.stats()
  expect(StageflowError.is(lastCallbackError, 'exporter-buffered/timed-out')).toBe(true)
})

test('the counts are frozen, and add up', async () => {
  const { buffer, emit } = buffered()
  emit(1, 3)
  const stats = buffer.stats()
  expect(Object.isFrozen(stats)).toBe(true)
  expect(stats).toEqual({
    received: 3,
    delivered: 0,
    dropped: 0,
    droppedBy: { full: 0, failed: 0, closed: 0 },
    size: 3,
    inFlight: 0,
    peakSize: 3,
    waiting: 0,
    failures: 0,
    retries: 0,
    lastError: undefined,
    callbackErrors: 0,
    lastCallbackError: undefined,
  })
  await buffer.close()
})

test('the options of a buffer, its retries and its waits may be getters of a class', async () => {
  class Wait {
    readonly #stop = new AbortController()
    get signal(): AbortSignal {
      return this.#stop.signal
    }
    stop(reason: Error): void {
      this.#stop.abort(reason)
    }
  }
  class Retry {
    get attempts(): number {
      return 2
    }
    get backoff(): 'constant' {
      return 'constant'
    }
    get jitter(): 'none' {
      return 'none'
    }
  }
  const exporter = scriptedExporter()
  exporter.isHeld = true
  const { buffer, emit } = buffered({ retry: new Retry() }, exporter)
  emit(1)
  const wait = new Wait()
  const flushed = buffer.flush(wait)
  wait.stop(new Error('enough'))
  await expect(flushed).rejects.toThrow('enough')
  const closing = new Wait()
  const closed = buffer.close(closing)
  closing.stop(new Error('now'))
  expect(await closed).toMatchObject({ lost: 1 })
})
