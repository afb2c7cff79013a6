import { Pipeline, StageflowError } from '@stageflow/core'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { BufferedEventSink, fanOutSink, filterSink, type SinkDroppedEvent } from './index.ts'

let clock = manualClock()
beforeEach(() => {
  clock = manualClock()
})
afterEach(() => {
  expect(clock.timers).toEqual([])
})

const event = (seq: number): StageflowEvent =>
  ({ type: 'app.said', data: {}, seq, timestamp: 0, pipelineRunId: 'run-1' }) as unknown as StageflowEvent
const ready = (sink: Partial<EventSink>): EventSink => ({ emit: () => {}, tryEmit: () => true, ...sink })
const broken: EventSink = {
  emit: () => {
    throw new Error('disk full')
  },
  tryEmit: () => {
    throw new Error('disk full')
  },
}
const seqsOf = (events: readonly StageflowEvent[]): readonly number[] =>
  events.filter(({ type }) => type !== 'sink.dropped').map(({ seq }) => seq)
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: StageflowError) => error.code,
  )

test('every sink gets every event in order, and emit does not wait if no sink does', () => {
  const sinks = { first: recordingSink(), second: recordingSink() }
  const sink = fanOutSink(sinks)
  expect(sink.tryEmit(event(0))).toBe(true)
  expect(sink.emit(event(1))).toBe(undefined)
  for (const { events } of Object.values(sinks)) expect(seqsOf(events)).toEqual([0, 1])
  expect(sink.stats()).toEqual({
    first: { delivered: 2, refused: 0, failed: 0, waiting: 0, lastError: undefined },
    second: { delivered: 2, refused: 0, failed: 0, waiting: 0, lastError: undefined },
  })
})

test('a sink that throws, rejects or refuses does not affect the others; it is counted, and they get a notice', async () => {
  const sound = recordingSink()
  const rejecting = ready({ emit: () => Promise.reject(new Error('no route')) })
  const sink = fanOutSink({ broken, sound, rejecting, full: ready({ tryEmit: () => false }) }, { clock })
  for (let seq = 0; seq < 4; seq += 2) {
    expect(sink.tryEmit(event(seq))).toBe(true)
    await sink.emit(event(seq + 1))
  }
  expect(seqsOf(sound.events)).toEqual([0, 1, 2, 3])
  const { lastError, ...counts } = sink.stats()['broken'] ?? {}
  expect(counts).toEqual({ delivered: 0, refused: 0, failed: 4, waiting: 0 })
  expect(String(lastError)).toBe('Error: disk full')
  expect(sink.stats()).toMatchObject({
    sound: { delivered: 4 },
    rejecting: { delivered: 2, failed: 2 },
    full: { delivered: 2, refused: 2 },
  })
  await sink.flush()
  const told = sound.of('sink.dropped').map(({ data }) => data)
  expect(told.map(({ sink: name, total }) => [name, total])).toEqual([
    ['broken', 1],
    ['full', 1],
    ['rejecting', 1],
    ['broken', 4],
    ['rejecting', 2],
    ['full', 2],
  ])
  expect(told[3]).toEqual({
    sink: 'broken',
    dropped: 3,
    total: 4,
    reasons: { failed: 3 },
    types: { 'app.said': 3 },
    lastError: { message: 'disk full' },
  } satisfies SinkDroppedEvent)
  expect(sound.of('sink.dropped').map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5])
})

test('the other sinks get a notice about one sink at most once a second', async () => {
  const sound = recordingSink()
  const sink = fanOutSink({ broken, sound }, { clock })
  for (let tick = 0; tick < 30; tick++) {
    sink.tryEmit(event(tick))
    await clock.advance(100)
  }
  expect(sound.of('sink.dropped').map(({ data }) => [data.dropped, data.total])).toEqual([
    [1, 1],
    [10, 11],
    [10, 21],
  ])
})

test('if no sink takes an event, tryEmit returns false and emit fails, so that a buffer in front tries again', async () => {
  let isUp = false
  const behind = recordingSink()
  const down = ready({
    emit: (given) => (isUp ? behind.emit(given) : Promise.reject(new Error('no route'))),
    tryEmit: () => false,
  })
  const refusing = fanOutSink({ broken, down }, { clock })
  expect(refusing.tryEmit(event(0))).toBe(false)
  await expect(refusing.emit(event(1))).rejects.toThrow('disk full')
  expect(() => fanOutSink({ broken, other: broken }, { clock }).emit(event(0))).toThrow('disk full')
  const buffer = new BufferedEventSink(fanOutSink({ down }, { clock }), { clock })
  buffer.tryEmit(event(2))
  await clock.advance(50)
  isUp = true
  await clock.advance(1_000)
  await buffer.close()
  expect(seqsOf(behind.events)).toEqual([2])
})

test('emit waits for the slowest sink, a second at most, and not again for a sink that hangs until it is back', async () => {
  const slow = recordingSink()
  const fast = recordingSink()
  slow.pause()
  const sink = fanOutSink({ slow, fast }, { clock })
  const first = sink.emit(event(0))
  let isOver = false
  void (first as Promise<void>).then(() => (isOver = true))
  await clock.advance(999)
  expect(isOver).toBe(false)
  await clock.advance(1)
  expect(isOver).toBe(true)
  expect(sink.emit(event(1))).toBe(undefined)
  expect(seqsOf(fast.events)).toEqual([0, 1])
  expect(sink.stats()['slow']).toMatchObject({ delivered: 0, waiting: 2 })
  slow.resume()
  slow.pause()
  await clock.settle()
  expect(sink.stats()['slow']).toMatchObject({ delivered: 2, waiting: 0 })
  const third = sink.emit(event(2))
  expect(third).toBeInstanceOf(Promise)
  slow.resume()
  await third
})

test('a rejection of a tryEmit that is asynchronous by mistake is counted', async () => {
  const late = ready({ tryEmit: (() => Promise.reject(new Error('too late'))) as unknown as () => boolean })
  const sink = fanOutSink({ late, other: late }, { clock })
  expect(sink.tryEmit(event(0))).toBe(true)
  await clock.settle()
  expect(sink.stats()).toMatchObject({ late: { failed: 1 }, other: { failed: 1, waiting: 0 } })
  await sink.flush() // tells each of the other, and both reject that too
  await clock.settle()
  expect(sink.stats()).toMatchObject({ late: { failed: 1 }, other: { failed: 1 } })
})

test('a promise that cannot be awaited is a failure, and counted once', () => {
  const unreadable = Object.defineProperty(Promise.resolve(), 'constructor', {
    get() {
      throw new Error('unreadable')
    },
  })
  const sink = fanOutSink({ odd: ready({ emit: () => unreadable }), sound: recordingSink() }, { clock })
  expect(sink.emit(event(0))).toBe(undefined)
  expect(sink.stats().odd).toMatchObject({ delivered: 0, failed: 1, waiting: 0 })
})

test('flush reaches every sink, and its error names those that failed or took too long (sink-buffered/downstream)', async () => {
  const calls: string[] = []
  const sound = ready({ flush: async () => void calls.push('flush') })
  const failing = ready({ flush: () => Promise.reject(new Error('no')) })
  const hanging = ready({ flush: () => new Promise(() => {}) })
  const flushed = fanOutSink({ failing, hanging, sound }, { clock }).flush({ timeoutMs: 200 })
  const message = expect(flushed).rejects.toThrow(
    'flush() of sink "failing" failed: no; flush() of sink "hanging" took longer than 200 ms',
  )
  await clock.advance(200)
  await message
  expect(await codeOf(flushed)).toBe('sink-buffered/downstream')
  expect(calls).toEqual(['flush'])
  await expect(fanOutSink({ failing }, { clock }).flush()).rejects.toThrow('flush() of sink "failing" failed: no')
  const caller = new AbortController()
  const aborted = fanOutSink({ hanging }, { clock }).flush({ signal: caller.signal })
  caller.abort(new Error('enough'))
  await expect(aborted).rejects.toThrow('enough')
})

test('close reaches every sink, takes 5 s at most, and reports how each one ended', async () => {
  const calls: string[] = []
  const sound = ready({ close: async () => void calls.push('close') })
  const failing = ready({
    tryEmit: () => false,
    close: () => {
      throw new Error('never')
    },
  })
  const hanging = ready({ close: () => new Promise(() => {}) })
  const buffer = new BufferedEventSink(recordingSink(), { clock })
  const sink = fanOutSink({ failing, hanging, sound, buffer }, { clock })
  sink.tryEmit(event(0))
  const closed = sink.close()
  const again = sink.close({ timeoutMs: 0 })
  await clock.advance(5_000)
  const report = await closed
  expect(await again).toBe(report)
  expect(report.sound).toEqual({ delivered: 1, lost: 0, error: undefined, report: undefined })
  expect(report.failing).toMatchObject({ delivered: 0, lost: 1 })
  expect(String(report.failing.error)).toContain('close() of sink "failing" failed: never')
  expect(String(report.hanging.error)).toContain('close() of sink "hanging" took longer than 5000 ms')
  // The buffer had the event and the notice of what `failing` lost.
  expect(report.buffer).toMatchObject({ error: undefined, report: { delivered: 2, lost: 0 } })
  expect(calls).toEqual(['close'])
})

test('an event whose promise has not settled when a fan-out closes is lost, though it may arrive', async () => {
  const stuck = ready({ emit: () => new Promise(() => {}) })
  const sink = fanOutSink({ stuck, sound: recordingSink() }, { clock, emitTimeoutMs: 0 })
  const emitted = sink.emit(event(0))
  await clock.advance(0)
  await emitted
  expect(await sink.close({ timeoutMs: undefined as never })).toMatchObject({
    stuck: { delivered: 0, lost: 1 },
    sound: { delivered: 1, lost: 0 },
  })
})

test('a sink that fails or hangs does not hold up a run, and the report has no problems', async () => {
  const sound = recordingSink()
  const hanging = ready({ emit: () => new Promise(() => {}) })
  const graph = new Pipeline('chat')
    .withStage('llm', () => ({}))
    .build({ clock, eventSink: fanOutSink({ broken, hanging, sound }, { clock }) })
  const run = graph.run()
  await clock.advance(1_000)
  const { status, report } = await run
  expect([status, report.droppedEvents, report.notes['core/problems']]).toEqual(['completed', 0, undefined])
  expect(sound.types().filter((type) => type !== 'sink.dropped')).toEqual([
    'pipeline.started',
    'stage.llm.started',
    'stage.llm.completed',
    'pipeline.completed',
  ])
})

test('illegal sinks and options are refused in one error (sink-buffered/illegal-option)', () => {
  const wrong = (sinks: unknown, options?: unknown) => () => fanOutSink(sinks as never, options as never)
  expect(wrong({ a: console, b: recordingSink() }, { emitTimeoutMs: -1, closeTimeout: 5 })).toThrow(
    'fanOutSink(): sink "a" must be an event sink with emit(), tryEmit(), not an instance of Console; ' +
      'emitTimeoutMs must be a number of milliseconds from 0, or Infinity, not -1; ' +
      'unknown option "closeTimeout" (known: emitTimeoutMs, noticeIntervalMs, clock).',
  )
  expect(wrong({})).toThrow('at least one sink is needed, such as { log }')
  for (const sinks of [undefined, null, [recordingSink()], 'log'])
    expect(wrong(sinks)).toThrow('the sinks must be an object of names and sinks, such as { log, file }')
  for (const [sinks, options] of [
    [recordingSink(), undefined],
    [recordingSink(), recordingSink()],
    [{ log: recordingSink() }, new BufferedEventSink(recordingSink())],
  ])
    expect(wrong(sinks, options)).toThrow(
      'fanOutSink(): a sink without a name was given. Pass all sinks in one object and the options after it: fanOutSink({ log, file }, options).',
    )
  let error: unknown
  try {
    wrong({})()
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'sink-buffered/illegal-option')).toBe(true)
})

test('a flush with illegal options is refused', async () => {
  const sink = fanOutSink({ log: recordingSink() })
  await expect(sink.flush({ timeoutMs: NaN })).rejects.toThrow(
    'timeoutMs must be a number of milliseconds from 0, or Infinity, not NaN',
  )
  await expect(sink.flush({ signal: 'stop' as never })).rejects.toThrow('signal must be an AbortSignal')
})

test('whatever three sinks do, each gets all events in order, and the counts add up', async () => {
  const manner = fc.constantFrom('takes', 'throws', 'rejects', 'refuses', 'slow', 'hangs')
  const steps = fc.array(fc.constantFrom('tryEmit', 'emit', 'pass'), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(fc.array(manner, { minLength: 3, maxLength: 3 }), steps, async (manners, given) => {
      const seen = manners.map((): StageflowEvent[] => [])
      const sinkOf = (how: string, place: number): EventSink => {
        const take = (one: StageflowEvent): void => {
          seen[place]?.push(one)
          if (how === 'throws') throw new Error('no')
        }
        return {
          tryEmit: (one) => (take(one), how !== 'refuses'),
          emit(one) {
            take(one)
            if (how === 'rejects') return Promise.reject(new Error('no'))
            if (how === 'slow') return clock.sleep(300)
            return how === 'hangs' ? new Promise(() => {}) : undefined
          },
        }
      }
      const [a, b, c] = manners.map(sinkOf) as [EventSink, EventSink, EventSink]
      const sink = fanOutSink({ a, b, c }, { clock })
      let seq = 0
      for (const step of given) {
        if (step === 'pass') await clock.advance(400)
        else if (step === 'tryEmit') sink.tryEmit(event(seq++))
        else
          try {
            void Promise.resolve(sink.emit(event(seq++))).catch(() => {})
          } catch {}
      }
      await clock.runAll()
      await sink.close()
      for (const events of seen) expect(seqsOf(events)).toEqual([...Array(seq).keys()])
      for (const { delivered, refused, failed, waiting } of Object.values(sink.stats()))
        expect(delivered + refused + failed + waiting).toBe(seq)
    }),
    propertySettings(200),
  )
})

test('what a sink behind has lost is lost for the fan-out, the filter and the buffer in front of it', async () => {
  const losing = ready({ emit: async () => {}, close: async () => ({ received: 2, delivered: 1, lost: 1 }) })
  const inner = fanOutSink({ losing, filtered: filterSink(recordingSink()) }, { clock })
  const outer = new BufferedEventSink(filterSink(inner, { clock }), { clock })
  for (const seq of [0, 1]) await outer.emit(event(seq))
  expect(await outer.close()).toEqual({ received: 2, delivered: 1, lost: 1, error: undefined })
  expect(await inner.close()).toMatchObject({ losing: { delivered: 1, lost: 1 }, filtered: { delivered: 2, lost: 0 } })
})

test('a buffer of a fan-out that drops what a sink refuses, and tells it so, counts each loss once', async () => {
  const slow = recordingSink()
  slow.pause()
  const buffer = new BufferedEventSink(slow, { clock, maxWaiting: 1, overflow: 'drop-newest' })
  const sink = fanOutSink({ buffer, sound: recordingSink() }, { clock })
  const taken = [0, 1, 2, 3].map((seq) => sink.tryEmit(event(seq)))
  const closed = sink.close({ timeoutMs: 100 })
  await clock.advance(100)
  expect(taken).toEqual([true, true, true, true])
  expect(await closed).toMatchObject({ buffer: { delivered: 0, lost: 4 }, sound: { delivered: 4, lost: 0 } })
})
