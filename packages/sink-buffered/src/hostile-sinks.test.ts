import type { EventSink, StageflowEvent } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DropCount } from './drop-count.ts'
import { BufferedEventSink, fanOutSink, type BufferStats, type FanOutSink, type SinkDroppedEvent } from './index.ts'

let clock = manualClock()
beforeEach(() => {
  clock = manualClock()
})
afterEach(() => {
  expect(clock.timers).toEqual([])
})

const event = (seq: number, type = 'app.said'): StageflowEvent =>
  ({ type, data: {}, seq, timestamp: 0, pipelineRunId: 'run-1' }) as unknown as StageflowEvent
const addUp = ({ received, delivered, dropped, size }: BufferStats): boolean => received === delivered + dropped + size
/** The types of these tests are declared nowhere. */
const is = (type: string, other: string): boolean => type === other
const isNotice = ({ type }: StageflowEvent): boolean => type === 'sink.dropped'
const noticed = (events: readonly StageflowEvent[]): readonly (readonly number[])[] =>
  events.filter(isNotice).map(({ data }) => [(data as SinkDroppedEvent).dropped, (data as SinkDroppedEvent).total])

/** A sink that needs ten milliseconds for each event, and one to close. */
function slow() {
  const events: StageflowEvent[] = []
  let closedAt: number | undefined
  const sink: EventSink = {
    tryEmit: () => false,
    async emit(given) {
      await clock.sleep(10)
      events.push(given)
    },
    async close() {
      await clock.sleep(1)
      closedAt = clock.now()
    },
  }
  return { sink, events, closedAt: () => closedAt }
}

test('close ends in time while runs go on emitting, and reports what it refused once', async () => {
  const { sink: behind, events, closedAt } = slow()
  const sink = new BufferedEventSink(behind, { clock })
  sink.tryEmit(event(0))
  sink.tryEmit(event(1))
  const closed = sink.close()
  for (let seq = 2; seq < 100; seq++) {
    expect(sink.tryEmit(event(seq))).toBe(false)
    await clock.advance(1)
  }
  await closed
  expect([closedAt(), events.length]).toEqual([31, 3])
  expect(noticed(events)).toEqual([[20, 20]])
})

test('events refused during close are reported at the end, even if a notice waited before', async () => {
  const { sink: behind, events } = slow()
  const sink = new BufferedEventSink(behind, { clock, maxWaiting: 2, overflow: 'drop-oldest' })
  for (let seq = 0; seq < 5; seq++) sink.tryEmit(event(seq))
  const closed = sink.close()
  await clock.advance(15) // the notice is through, and two events are not
  sink.tryEmit(event(5))
  await clock.advance(50)
  await closed
  expect(events.map((one) => (isNotice(one) ? 'notice' : one.seq))).toEqual([0, 'notice', 3, 4, 'notice'])
  expect(noticed(events)).toEqual([
    [2, 2],
    [1, 3],
  ])
})

test('close ends even if the sink emits for each notice', async () => {
  const seen: string[] = []
  const behind: EventSink = {
    tryEmit: () => false,
    async emit(given) {
      seen.push(given.type)
      if (seen.length > 10) throw new Error('without end')
      if (isNotice(given)) sink.tryEmit(event(9, 'app.heard'))
      else await clock.sleep(1)
    },
  }
  const sink = new BufferedEventSink(behind, { clock })
  sink.tryEmit(event(0))
  const closed = sink.close()
  sink.tryEmit(event(1))
  await clock.advance(1)
  await closed
  expect(seen).toEqual(['app.said', 'sink.dropped'])
  expect(sink.stats()).toMatchObject({ received: 3, delivered: 1, droppedBy: { closed: 2 } })
})

test.each(['block', 'drop-oldest', 'drop-newest', 'sample'] as const)(
  '%s: an onDrop that emits into its own buffer does not exceed its limit and is not called without end, and the counts add up',
  async (overflow) => {
    const behind = recordingSink()
    behind.pause()
    const told: string[] = []
    const sums: boolean[] = []
    const sink: BufferedEventSink = new BufferedEventSink(behind, {
      clock,
      maxWaiting: 2,
      overflow,
      onDrop: ({ type }) => {
        told.push(type)
        sums.push(addUp(sink.stats()))
        for (const last of ['app.lost', 'pipeline.failed']) sink.tryEmit(event(0, last))
      },
    })
    for (let seq = 0; seq < 50; seq++) sink.tryEmit(event(seq))
    // At most once for each of the fifty; of its own it hears only where one is dropped for another that came later.
    expect([told.length > 0, told.length <= 50]).toEqual([true, true])
    if (overflow !== 'drop-oldest') expect(new Set(told)).toEqual(new Set(['app.said']))
    expect(sink.stats()).toMatchObject({ callbackErrors: 0, peakSize: 5 })
    behind.resume()
    await sink.close()
    expect(sums).not.toContain(false)
    expect(addUp(sink.stats())).toBe(true)
  },
)

test('the counts add up at any time: in the sink, in onDrop after a failure, and in onDrop during close', async () => {
  const sums: (readonly [string, boolean])[] = []
  const ask = (who: string): void => void sums.push([who, addUp(sink.stats())])
  const behind: EventSink = {
    tryEmit: () => false,
    emit: ({ seq }) => {
      ask('sink')
      if (seq === 0) throw new Error('no')
      return seq === 2 ? new Promise(() => {}) : undefined
    },
  }
  const onDrop = (_: StageflowEvent, reason: string): void => ask(reason)
  const sink = new BufferedEventSink(behind, { clock, retry: { forMs: 0 }, onDrop, noticeIntervalMs: 100_000 })
  for (let seq = 0; seq < 5; seq++) sink.tryEmit(event(seq))
  const closed = sink.close()
  await clock.advance(5_000)
  await closed
  const who = ['sink', 'failed', 'sink', 'sink', 'sink', 'closed', 'closed', 'closed']
  expect(sums).toEqual(who.map((name) => [name, true]))
})

test('the next sink.dropped includes the counts of one that was lost', async () => {
  let isUp = false
  const behind = recordingSink()
  const down: EventSink = {
    tryEmit: () => false,
    emit: (given) => (isUp && given.seq !== 4 ? behind.emit(given) : Promise.reject(new Error('connection refused'))),
  }
  const sink = new BufferedEventSink(down, { clock, retry: { forMs: 1_000 } })
  for (let seq = 0; seq < 3; seq++) sink.tryEmit(event(seq, `app.said${seq}`))
  await clock.advance(10_000)
  // All are given up, the notice too, and nothing is tried any more.
  expect([sink.stats().droppedBy.failed, clock.timers]).toEqual([3, []])
  isUp = true
  for (let seq = 3; seq < 6; seq++) sink.tryEmit(event(seq, `app.said${seq}`))
  await clock.advance(10_000)
  await sink.close()
  expect(behind.events.map((one) => (isNotice(one) ? 'notice' : one.seq))).toEqual([3, 5, 'notice'])
  expect(behind.of('sink.dropped')[0]?.data).toMatchObject({
    dropped: 4,
    total: 4,
    reasons: { failed: 4 },
    types: { 'app.said0': 1, 'app.said1': 1, 'app.said2': 1, 'app.said4': 1 },
  })
})

test('a sink that refuses sink.dropped does not get it again and again', async () => {
  let notices = 0
  const picky: EventSink = {
    tryEmit: () => false,
    emit: (given) => {
      if (isNotice(given) && ++notices > 0) throw new Error('unknown type')
      if (given.seq === 0) throw new Error('unreadable')
    },
  }
  const sink = new BufferedEventSink(picky, { clock, retry: { forMs: 0 }, noticeIntervalMs: 0 })
  for (let seq = 0; seq < 4; seq++) sink.tryEmit(event(seq))
  await clock.advance(10_000)
  await sink.close()
  expect(notices).toBe(1)
  expect(sink.stats()).toMatchObject({ delivered: 3, dropped: 1 })
})

test('after twenty types the rest stays together, including that of a lost notice', () => {
  const drops = new DropCount()
  for (let number = 0; number < 25; number++) drops.add(`app.${number}`, 'full')
  drops.take()
  drops.add('app.new', 'failed')
  drops.putBack()
  drops.putBack()
  const { dropped, reasons, types } = drops.take()
  expect([dropped, reasons, drops.untold]).toEqual([26, { failed: 1, full: 25 }, 0])
  expect(Object.keys(types).slice(0, 3)).toEqual(['app.new', 'app.0', 'app.1'])
  expect([Object.keys(types).length, types['…']]).toEqual([21, 6])
})

test.each(['flush', 'close'] as const)(
  'a sink that calls %s of the buffer in front of it, at any time, closes once',
  async (method) => {
    let closes = 0
    const ended: Promise<unknown>[] = []
    const call = (): void => void (ended.length < 20 && ended.push(sink[method]()))
    const behind: EventSink = {
      tryEmit: () => (call(), true),
      emit: () => (call(), clock.sleep(1)),
      async close() {
        closes++
        call()
      },
    }
    let sink: BufferedEventSink | FanOutSink = new BufferedEventSink(behind, { clock })
    for (let seq = 0; seq < 3; seq++) void sink.emit(event(seq))
    const closed = sink.close()
    void sink.emit(event(3))
    await clock.advance(10)
    await Promise.all([...ended.splice(0), closed])
    const broken: EventSink = { emit: () => {}, tryEmit: () => false }
    sink = fanOutSink({ behind, broken }, { clock })
    sink.tryEmit(event(0))
    await clock.advance(10)
    await sink.close()
    await Promise.all(ended)
    expect([closes, clock.now()]).toEqual([2, 20])
  },
)

test('a flush leaves no listener on its signal, however it ended', async () => {
  const { signal } = new AbortController()
  const behind = recordingSink()
  behind.pause()
  const sink = new BufferedEventSink(behind, { clock })
  sink.tryEmit(event(0))
  const late = expect(sink.flush({ signal, timeoutMs: 10 })).rejects.toThrow('flush() waited 10 ms')
  await clock.advance(10)
  await late
  behind.resume()
  await sink.flush({ signal, timeoutMs: 10 })
  await fanOutSink({ behind }, { clock }).flush({ signal })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('close cancels the timer of a notice that is not due yet, and sends it at once', async () => {
  const behind = recordingSink()
  const sink = new BufferedEventSink(behind, { clock, maxWaiting: 1, overflow: 'drop-newest' })
  for (let burst = 0; burst < 2; burst++) {
    behind.pause()
    for (let seq = 0; seq < 3; seq++) sink.tryEmit(event(seq))
    behind.resume()
    await clock.settle()
  }
  expect([noticed(behind.events), clock.timers.length]).toEqual([[[1, 1]], 1])
  await sink.close()
  expect([noticed(behind.events), clock.timers, clock.now()]).toEqual([[[1, 1], [1, 2]], [], 0]) // prettier-ignore
})

test('a sink that calls close during the notice of close closes once, and at once', async () => {
  const ended: Promise<unknown>[] = []
  let isClosing = false
  let closes = 0
  const behind: EventSink = {
    tryEmit: () => false,
    emit(given) {
      if (isClosing) ended.push(sink.close())
      if (is(given.type, 'app.bad')) throw new Error('no')
    },
    close: async () => void closes++,
  }
  const sink = new BufferedEventSink(behind, { clock, retry: { forMs: 0 } })
  // It is told of the first at once, and of the second only a second later, or by close.
  for (const type of ['app.bad', 'app.bad']) sink.tryEmit(event(0, type))
  isClosing = true
  ended.push(sink.close())
  const reports = await Promise.all(ended)
  expect([closes, reports.length, new Set(reports).size, clock.now()]).toEqual([1, 2, 1, 0])
})

test('close reports what it lost even if the sink behind fails to close, and a flush ends with it', async () => {
  const never = new Promise<void>(() => {})
  const behind: EventSink = { tryEmit: () => false, emit: () => never, close: () => Promise.reject(new Error('no')) }
  const sink = new BufferedEventSink(behind, { clock })
  sink.tryEmit(event(0))
  const closed = sink.close()
  const flushed = sink.flush()
  await clock.advance(5_000)
  await Promise.all([closed, flushed, sink.flush()])
  const { lost, error } = await closed
  expect(lost).toBe(1)
  expect(String(error)).toContain('1 event was not delivered and lost')
})

test('a late rejection does not change the delay before the next attempt', async () => {
  const answer = Promise.withResolvers<void>()
  const tries: number[] = []
  const behind: EventSink = { tryEmit: () => false, emit: () => (tries.push(clock.now()) > 1 ? undefined : answer.promise) } // prettier-ignore
  const sink = new BufferedEventSink(behind, { clock, random: () => 1, attemptTimeoutMs: 10 })
  sink.tryEmit(event(0))
  await clock.advance(50)
  answer.reject(new Error('too late'))
  await clock.advance(100)
  await sink.close()
  expect([tries, sink.stats().failures]).toEqual([[0, 110], 1])
})

test('a late success counts even while the next attempt is in progress', async () => {
  const answer = Promise.withResolvers<void>()
  let tries = 0
  const behind: EventSink = { tryEmit: () => false, emit: () => (tries++ === 0 ? answer.promise : new Promise(() => {})) } // prettier-ignore
  const sink = new BufferedEventSink(behind, { clock, random: () => 1, attemptTimeoutMs: 1_000 })
  sink.tryEmit(event(0))
  await clock.advance(1_500)
  answer.resolve()
  await sink.close()
  expect([tries, clock.now(), sink.stats().delivered]).toEqual([2, 1_500, 1])
})

test('the time of close includes closing the sink behind', async () => {
  const never = new Promise<void>(() => {})
  const behind: EventSink = { tryEmit: () => false, emit: () => clock.sleep(4_000), close: () => never }
  const sink = new BufferedEventSink(behind, { clock })
  sink.tryEmit(event(0))
  const closed = sink.close()
  await clock.advance(5_000)
  expect(await closed).toMatchObject({ delivered: 1, lost: 0, error: { code: 'sink-buffered/timed-out' } })
  expect(clock.now()).toBe(5_000)
})

test('the sink behind is not flushed later for a flush that gave up', async () => {
  const behind = recordingSink()
  behind.pause()
  let flushes = 0
  const sink = new BufferedEventSink({ ...behind, emit: (given) => behind.emit(given), flush: async () => void flushes++ }, { clock }) // prettier-ignore
  sink.tryEmit(event(0))
  const given = Array.from({ length: 3 }, () => sink.flush({ timeoutMs: 10 }).catch(() => 'late'))
  await clock.advance(10)
  expect(await Promise.all(given)).toEqual(['late', 'late', 'late'])
  const kept = sink.flush()
  behind.resume()
  await kept
  await sink.close()
  // Once for the flush, and once since a sink that cannot be closed is flushed.
  expect(flushes).toBe(2)
})

test('close starts with short delays again, so that a sink that comes back in time gets everything', async () => {
  let isUp = false
  const behind = recordingSink()
  const down: EventSink = {
    tryEmit: () => false,
    emit: (given) => (isUp ? behind.emit(given) : Promise.reject(new Error('connection refused'))),
  }
  const sink = new BufferedEventSink(down, { clock, random: () => 1 })
  for (let seq = 0; seq < 3; seq++) sink.tryEmit(event(seq))
  await clock.advance(30_000) // by now the pauses are of five seconds
  const closed = sink.close()
  await clock.advance(1_000)
  isUp = true
  await clock.advance(3_000)
  await closed
  expect(behind.events.map(({ seq }) => seq)).toEqual([0, 1, 2])
})

test('a buffer in front of a fan-out keeps the order for all sinks, even if one emits while it takes an event', () => {
  const answering: EventSink = {
    tryEmit: () => true,
    emit: ({ seq }) => void (seq === 0 && sink.tryEmit(event(1))),
  }
  const behind = recordingSink()
  const sink: BufferedEventSink = new BufferedEventSink(fanOutSink({ answering, behind }, { clock }), { clock })
  sink.tryEmit(event(0))
  expect(behind.events.map(({ seq }) => seq)).toEqual([0, 1])
})

test('a fan-out without a limit sets no timer, which would keep the process alive', async () => {
  const behind = recordingSink()
  behind.pause()
  const sink = fanOutSink({ behind }, { clock, emitTimeoutMs: Infinity })
  const emitted = sink.emit(event(0))
  expect(clock.timers).toEqual([])
  behind.resume()
  await emitted
})

test('a fan-out keeps at most a thousand promises of a sink that hangs; then it uses tryEmit until the sink is back', async () => {
  const seen: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  let isFull = false
  const hanging: EventSink = {
    tryEmit: ({ seq }) => !isFull && seen.push(seq) > 0,
    emit: ({ seq }) => (seen.push(seq), promise),
  }
  const sound = recordingSink()
  const sink = fanOutSink({ hanging, sound }, { clock })
  void sink.emit(event(0))
  await clock.advance(1_000)
  for (let seq = 1; seq < 1_500; seq++) expect(sink.emit(event(seq))).toBe(undefined)
  expect(sink.stats().hanging).toMatchObject({ waiting: 1_000, delivered: 500, refused: 0 })
  isFull = true
  expect(sink.emit(event(1_500))).toBe(undefined)
  expect(sink.stats().hanging).toMatchObject({ waiting: 1_000, delivered: 500, refused: 1 })
  const alone = fanOutSink({ hanging }, { clock, emitTimeoutMs: 0 })
  for (let seq = 0; seq < 1_000; seq++) void alone.emit(event(seq))
  expect(alone.emit(event(0))).toBeInstanceOf(Promise) // they may yet be on time
  await clock.advance(0)
  expect(() => alone.emit(event(1_000))).toThrow(
    'No sink of the fan-out takes events any more: "hanging" has not settled 1001 calls of emit.',
  )
  resolve()
  await clock.settle()
  expect(sink.stats().hanging).toMatchObject({ waiting: 0, delivered: 1_500, refused: 1 })
  expect(seen.slice(0, 1_500)).toEqual([...Array(1_500).keys()])
  expect(sound.events.filter((one) => !isNotice(one))).toHaveLength(1_501)
  expect(sink.emit(event(1_501))).toBeInstanceOf(Promise)
  await clock.settle()
})

test('the next notice of a fan-out includes one that no sink took', async () => {
  const full = recordingSink({ refuse: () => isFull })
  let isFull = true
  const broken: EventSink = { emit: () => Promise.reject(new Error('no')), tryEmit: () => { throw new Error('no') } } // prettier-ignore
  const sink = fanOutSink({ broken, full }, { clock, noticeIntervalMs: 0 })
  for (let seq = 0; seq < 3; seq++) sink.tryEmit(event(seq))
  await sink.flush()
  isFull = false
  sink.tryEmit(event(3))
  await sink.flush()
  const told = full.of('sink.dropped').map(({ data }) => [data.sink, data.dropped, data.total])
  expect(told).toEqual([
    ['broken', 3, 3],
    ['broken', 1, 4],
  ])
})
