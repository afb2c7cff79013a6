import { Pipeline, StageflowError } from '@stageflow/core'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BufferedEventSink, type BufferedEventSinkOptions, type SinkDroppedEvent } from './index.ts'

let clock = manualClock()
let endings: (() => Promise<unknown>)[] = []
beforeEach(() => {
  clock = manualClock()
  endings = []
})
afterEach(async () => {
  const ended = Promise.allSettled(endings.map((end) => end()))
  await clock.advance(10_000)
  await ended
  expect(clock.timers).toEqual([])
})

const event = (seq: number, type = 'app.said', parentRunId?: string): StageflowEvent =>
  ({ type, data: {}, seq, timestamp: 0, pipelineRunId: 'run-1', parentRunId }) as unknown as StageflowEvent

/** A sink that takes one event at a time, and the next when it is told to. */
function stalling(options: BufferedEventSinkOptions = {}) {
  const behind = recordingSink()
  behind.pause()
  const sink = new BufferedEventSink(behind, { clock, random: () => 0, ...options })
  const numbers = () => behind.events.map(({ type, seq }) => (type === 'sink.dropped' ? type : seq))
  endings.push(() => (behind.resume(), sink.close()))
  return { sink, behind, numbers }
}

/** A sink that fails as often as it is told to. */
function failing(times: number, options: BufferedEventSinkOptions = {}) {
  const tries: number[] = []
  const behind = recordingSink()
  const broken: EventSink = {
    tryEmit: () => false,
    emit(given) {
      tries.push(clock.now())
      if (tries.length <= times) throw new Error('disk full')
      return behind.emit(given)
    },
  }
  const sink = new BufferedEventSink(broken, { clock, random: () => 1, ...options })
  endings.push(() => sink.close())
  return { sink, behind, tries }
}

/** The types of these tests are declared nowhere. */
const is = (type: string, other: string): boolean => type === other
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: StageflowError) => error.code,
  )
const drops = (events: readonly StageflowEvent[]): readonly SinkDroppedEvent[] =>
  events.filter(({ type }) => type === 'sink.dropped').map(({ data }) => data as SinkDroppedEvent)

test('an event goes straight to a sink that is ready, and emit does not wait', () => {
  const behind = recordingSink()
  const sink = new BufferedEventSink(behind, { clock })
  expect(sink.tryEmit(event(0))).toBe(true)
  expect(sink.emit(event(1))).toBe(undefined)
  expect(behind.events.map(({ seq }) => seq)).toEqual([0, 1])
  expect(sink.stats()).toEqual({
    received: 2,
    delivered: 2,
    dropped: 0,
    droppedBy: { full: 0, failed: 0, closed: 0 },
    size: 0,
    inFlight: 0,
    peakSize: 1,
    waiting: 0,
    failures: 0,
    retries: 0,
    lastError: undefined,
    callbackErrors: 0,
    lastCallbackError: undefined,
  })
})

test('events that come while the sink is busy wait, and go on in order', async () => {
  const { sink, behind, numbers } = stalling()
  for (let seq = 0; seq < 40; seq++) expect(sink.tryEmit(event(seq))).toBe(true)
  expect(numbers()).toEqual([0])
  expect(sink.stats()).toMatchObject({ delivered: 0, size: 40, peakSize: 40 })
  behind.resume()
  await sink.flush()
  expect(numbers()).toEqual(Array.from({ length: 40 }, (_, seq) => seq))
  expect(sink.stats()).toMatchObject({ delivered: 40, size: 0, peakSize: 40 })
})

test('by default a thousand events wait; then tryEmit returns false, and emit waits for a place', async () => {
  const { sink, behind, numbers } = stalling()
  for (let seq = 0; seq <= 1_000; seq++) expect(sink.tryEmit(event(seq))).toBe(true)
  expect(sink.tryEmit(event(1_001))).toBe(false)
  let goesOn = false
  const emitted = (sink.emit(event(1_002)) as Promise<void>).then(() => (goesOn = true))
  expect(sink.tryEmit(event(1_003))).toBe(false)
  await clock.settle()
  expect([goesOn, sink.stats().waiting]).toEqual([false, 1])
  behind.resume()
  await emitted
  await sink.flush()
  // The notice has its place after what waited when the first was lost.
  expect(numbers().slice(-3)).toEqual([1_000, 'sink.dropped', 1_002])
  expect(drops(behind.events)).toEqual([
    {
      sink: 'buffered',
      dropped: 2,
      total: 2,
      reasons: { full: 2 },
      types: { 'app.said': 2 },
      overflow: 'block',
      maxWaiting: 1_000,
      queueSize: 1,
    },
  ])
})

test('block: as many calls of emit wait as there are places; further events are dropped at once', async () => {
  const { sink, behind, numbers } = stalling({ maxWaiting: 2, overflow: 'block' })
  for (let seq = 0; seq < 3; seq++) sink.tryEmit(event(seq))
  const order: number[] = []
  for (const seq of [3, 4]) void (sink.emit(event(seq)) as Promise<void>).then(() => order.push(seq))
  expect(sink.emit(event(5))).toBe(undefined)
  expect(sink.stats()).toMatchObject({ waiting: 2, dropped: 1, size: 5, peakSize: 5 })
  behind.resume()
  await sink.flush()
  expect(numbers()).toEqual([0, 1, 2, 3, 4, 'sink.dropped'])
  expect(order).toEqual([3, 4])
})

test('block: emit waits as soon as there is no place for the next event, and until there is one', async () => {
  const { sink, behind } = stalling({ maxWaiting: 2 })
  sink.tryEmit(event(0))
  expect(sink.emit(event(1))).toBe(undefined)
  const order: number[] = []
  for (const seq of [2, 3]) void (sink.emit(event(seq)) as Promise<void>).then(() => order.push(seq))
  const letOneThrough = async (): Promise<void> => {
    behind.resume()
    behind.pause()
    await clock.settle()
  }
  await letOneThrough()
  // 1 is on its way, and 2 and 3 have the two places.
  expect([order, sink.stats().waiting, sink.tryEmit(event(4))]).toEqual([[2], 1, false])
  await letOneThrough()
  expect([order, sink.stats().waiting, sink.tryEmit(event(5))]).toEqual([[2, 3], 0, true])
})

test('drop-oldest: the oldest waiting event is dropped, not the one in flight', async () => {
  const { sink, behind, numbers } = stalling({ maxWaiting: 2, overflow: 'drop-oldest' })
  for (let seq = 0; seq < 6; seq++) expect(sink.tryEmit(event(seq))).toBe(true)
  expect(sink.emit(event(6))).toBe(undefined)
  behind.resume()
  await sink.flush()
  expect(numbers().filter((seq) => seq !== 'sink.dropped')).toEqual([0, 5, 6])
  expect(sink.stats()).toMatchObject({ received: 7, delivered: 3, dropped: 4, droppedBy: { full: 4 } })
  await sink.close()
})

test('drop-newest: an event that finds no place is dropped, and emit does not wait', async () => {
  const { sink, behind, numbers } = stalling({ maxWaiting: 2, overflow: 'drop-newest' })
  expect([0, 1, 2, 3].map((seq) => sink.tryEmit(event(seq)))).toEqual([true, true, true, false])
  expect(sink.emit(event(4))).toBe(undefined)
  behind.resume()
  await sink.flush()
  expect(numbers()).toEqual([0, 1, 2, 'sink.dropped'])
  await sink.close()
})

test('sample: up to half full every event is kept, then ever fewer, and none beyond the last place', () => {
  const asked: number[] = []
  const answers = [0.99, 0.7, 0.76, 0.49, 0.51, 0.2]
  const random = (): number => {
    asked.push(1)
    return answers[asked.length - 1] ?? 0
  }
  const { sink } = stalling({ maxWaiting: 8, overflow: 'sample', random })
  sink.tryEmit(event(0)) // which is being delivered
  for (let seq = 1; seq <= 4; seq++) expect(sink.tryEmit(event(seq))).toBe(true)
  expect(asked).toEqual([])
  // Of 4 free places in the upper half there are 4, 3, 3, 2, 2, 1, and then none.
  expect([5, 6, 7, 8, 9, 10].map((seq) => sink.tryEmit(event(seq)))).toEqual([true, true, false, true, false, true])
  expect(sink.tryEmit(event(11))).toBe(false)
  expect(asked).toHaveLength(6)
})

test.each(['block', 'drop-oldest', 'drop-newest', 'sample'] as const)(
  '%s: the last event of a run has a place of its own, and its emit does not wait',
  async (overflow) => {
    const { sink, behind, numbers } = stalling({ maxWaiting: 2, overflow })
    for (let seq = 0; seq < 3; seq++) sink.tryEmit(event(seq))
    for (const end of ['completed', 'failed']) expect(sink.emit(event(7, `pipeline.${end}`))).toBe(undefined)
    for (let seq = 10; seq < 30; seq++) sink.tryEmit(event(seq))
    behind.resume()
    await sink.flush()
    expect(numbers().filter((seq) => seq === 7)).toHaveLength(2)
    await sink.close()
  },
)

test('when the places of last events are taken, a last event replaces an ordinary one, then that of a child run, and is dropped itself at last', async () => {
  const lost: string[] = []
  const onDrop = ({ seq }: StageflowEvent, reason: string): void => void lost.push(`${seq} ${reason}`)
  const { sink, behind, numbers } = stalling({ maxWaiting: 1, overflow: 'drop-newest', onDrop })
  sink.tryEmit(event(0))
  expect(sink.tryEmit(event(1))).toBe(true)
  expect(sink.tryEmit(event(2, 'pipeline.cancelled', 'parent'))).toBe(true)
  expect(sink.tryEmit(event(3, 'pipeline.completed', 'parent'))).toBe(true)
  expect(sink.tryEmit(event(4, 'pipeline.completed', 'parent'))).toBe(false)
  expect(sink.tryEmit(event(5, 'pipeline.completed'))).toBe(true)
  expect(sink.tryEmit(event(6, 'pipeline.failed'))).toBe(true)
  expect(sink.tryEmit(event(7, 'pipeline.failed'))).toBe(false)
  expect(lost).toEqual(['1 full', '4 full', '2 full', '3 full', '7 full'])
  expect(sink.stats()).toMatchObject({ size: 3, peakSize: 3, dropped: 5 })
  behind.resume()
  await sink.flush()
  expect(numbers()).toEqual([0, 'sink.dropped', 5, 6])
})

test('drop-oldest drops a new ordinary event if only last events wait', () => {
  const { sink } = stalling({ maxWaiting: 1, overflow: 'drop-oldest' })
  sink.tryEmit(event(0))
  for (const seq of [1, 2]) sink.tryEmit(event(seq, 'pipeline.completed'))
  expect(sink.tryEmit(event(3))).toBe(false)
})

test('an event is tried again after ever longer delays if the sink throws, and later events wait behind it', async () => {
  const { sink, behind, tries } = failing(8)
  sink.tryEmit(event(0))
  sink.tryEmit(event(1))
  await clock.runAll()
  expect(tries).toEqual([0, 100, 300, 700, 1_500, 3_100, 6_300, 11_300, 16_300, 16_300])
  expect(behind.events.map(({ seq }) => seq)).toEqual([0, 1])
  expect(sink.stats()).toMatchObject({ delivered: 2, dropped: 0, failures: 8 })
  expect(String(sink.stats().lastError)).toBe('Error: disk full')
})

test('case 18: an outage of ten seconds loses nothing up to maxWaiting, and losses beyond it are counted and reported', async () => {
  let isUp = false
  const behind = recordingSink()
  const down: EventSink = {
    tryEmit: () => false,
    emit: async (given) => {
      if (!isUp) throw new Error('connection refused')
      await behind.emit(given)
    },
  }
  const sink = new BufferedEventSink(down, { clock, maxWaiting: 100 })
  for (let seq = 0; seq < 120; seq++) {
    sink.tryEmit(event(seq))
    await clock.advance(80)
  }
  isUp = true
  await clock.advance(5_000)
  await sink.close()
  const arrived = behind.events.filter(({ type }) => type !== 'sink.dropped').map(({ seq }) => seq)
  // 100 waited, and one was on its way.
  expect(arrived).toEqual(Array.from({ length: 101 }, (_, seq) => seq))
  expect(drops(behind.events).map(({ dropped, total }) => [dropped, total])).toEqual([[19, 19]])
  expect(drops(behind.events)[0]).toMatchObject({ lastError: { message: 'connection refused' } })
  expect(sink.stats()).toMatchObject({ received: 120, delivered: 101, dropped: 19, size: 0 })
})

test('an event that fails for a minute is dropped, counted and reported, and the next one is tried', async () => {
  const lost: string[] = []
  const poison: EventSink = {
    tryEmit: () => false,
    emit: ({ type }) => (is(type, 'app.poison') ? Promise.reject(new TypeError('a BigInt')) : undefined),
  }
  const sink = new BufferedEventSink(poison, {
    clock,
    onDrop: ({ seq }, reason) => lost.push(`${seq} ${reason}`),
  })
  sink.tryEmit(event(0, 'app.poison'))
  sink.tryEmit(event(1))
  await clock.advance(59_999)
  expect(lost).toEqual([])
  await clock.advance(1)
  expect(lost).toEqual(['0 failed'])
  expect(sink.stats()).toMatchObject({ delivered: 1, dropped: 1, droppedBy: { failed: 1 }, size: 0 })
})

test('with retry.forMs 0 a failure is final, and a thousand failures do not nest', () => {
  const { sink } = failing(Infinity, { retry: { forMs: 0 }, noticeIntervalMs: 0 })
  for (let seq = 0; seq < 1_000; seq++) expect(sink.tryEmit(event(seq))).toBe(true)
  expect(sink.stats()).toMatchObject({ droppedBy: { failed: 1_000 }, size: 0 })
})

test('an event is tried again after 30 s if the sink hangs; a late success of the first attempt counts', async () => {
  const { sink, behind, numbers } = stalling()
  sink.tryEmit(event(0))
  sink.tryEmit(event(1))
  await clock.advance(29_999)
  expect(numbers()).toEqual([0])
  await clock.advance(1 + 50)
  expect(numbers()).toEqual([0, 0])
  expect(sink.stats()).toMatchObject({ failures: 1, delivered: 0 })
  expect(StageflowError.is(sink.stats().lastError, 'sink-buffered/timed-out')).toBe(true)
  behind.resume()
  await sink.flush()
  expect(numbers()).toEqual([0, 0, 1])
  expect(sink.stats()).toMatchObject({ delivered: 2, dropped: 0, size: 0 })
})

test('a late success during the delay before the next attempt ends the delay', async () => {
  const answer = Promise.withResolvers<void>()
  const behind = recordingSink()
  const slow: EventSink = { tryEmit: () => true, emit: (given) => (behind.tryEmit(given), answer.promise) }
  const sink = new BufferedEventSink(slow, { clock, attemptTimeoutMs: 10, retry: { baseMs: 100 } })
  sink.tryEmit(event(0))
  await clock.advance(20)
  answer.resolve()
  await sink.flush()
  expect(behind.events).toHaveLength(1)
  expect(sink.stats()).toMatchObject({ delivered: 1, failures: 1 })
})

test('a late rejection of an attempt that was too slow is not counted again', async () => {
  const answer = Promise.withResolvers<void>()
  const slow: EventSink = {
    tryEmit: () => true,
    emit: ({ type }) => (is(type, 'app.said') ? answer.promise : undefined),
  }
  const sink = new BufferedEventSink(slow, { clock, attemptTimeoutMs: 10, retry: { forMs: 0 } })
  sink.tryEmit(event(0))
  await clock.advance(10)
  answer.reject(new Error('too late'))
  await sink.close()
  expect(sink.stats()).toMatchObject({ failures: 1, droppedBy: { failed: 1 } })
})

test('a late rejection of an earlier attempt does not fail the current one', async () => {
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
  let tries = 0
  const slow: EventSink = { tryEmit: () => true, emit: () => answers[tries++]?.promise }
  const sink = new BufferedEventSink(slow, { clock, attemptTimeoutMs: 10, retry: { baseMs: 1 } })
  sink.tryEmit(event(0))
  await clock.advance(15)
  expect([tries, sink.stats().failures]).toEqual([2, 1])
  answers[0].reject(new Error('too late'))
  await clock.settle()
  answers[1].resolve()
  await sink.close()
  expect(tries).toBe(2)
  expect(sink.stats()).toMatchObject({ failures: 1, delivered: 1, dropped: 0 })
})

test('sink.dropped comes at most once a second, even if no event follows, and at once on flush and close', async () => {
  const { sink, behind } = stalling({ maxWaiting: 1, overflow: 'drop-newest' })
  const burst = async (): Promise<void> => {
    behind.pause()
    for (let seq = 0; seq < 5; seq++) sink.tryEmit(event(seq, seq > 3 ? 'app.sang' : 'app.said'))
    behind.resume()
    await clock.settle()
  }
  await burst()
  expect(drops(behind.events).map(({ dropped, total, types }) => [dropped, total, types])).toEqual([
    [3, 3, { 'app.said': 2, 'app.sang': 1 }],
  ])
  await burst()
  await clock.advance(999)
  expect(drops(behind.events)).toHaveLength(1)
  await clock.advance(1)
  expect(drops(behind.events)).toHaveLength(2)
  await burst()
  expect(drops(behind.events)).toHaveLength(2)
  await sink.flush()
  expect(drops(behind.events)).toHaveLength(3)
  await burst()
  await sink.close()
  expect(drops(behind.events).map(({ dropped }) => dropped)).toEqual([3, 3, 3, 3])
  const notices = behind.of('sink.dropped')
  expect(notices.map(({ seq }) => seq)).toEqual([0, 1, 2, 3])
  expect(new Set(notices.map(({ pipelineRunId }) => pipelineRunId)).size).toBe(1)
  expect(notices[0]?.pipelineRunId).toMatch(/^sink-[\da-f-]{36}$/)
})

test('after twenty types the rest is counted together, and the last error has no secrets', async () => {
  const { sink, behind } = stalling({ maxWaiting: 1, overflow: 'drop-newest' })
  for (let seq = 0; seq < 40; seq++) sink.tryEmit(event(seq, `__proto__.${seq}`))
  behind.resume()
  await sink.flush()
  const types = drops(behind.events)[0]?.types ?? {}
  expect(Object.keys(types)).toHaveLength(21)
  expect(types['…']).toBe(18)

  const secret = Object.assign(new Error('redis://me:hunter2@host is down'), { code: 'ECONNREFUSED' })
  const told = recordingSink()
  const once: EventSink = {
    tryEmit: () => true,
    emit: (given) => (given.seq === 0 && given.type !== 'sink.dropped' ? Promise.reject(secret) : told.emit(given)),
  }
  const other = new BufferedEventSink(once, { clock, retry: { forMs: 0 } })
  other.tryEmit(event(0))
  await other.close()
  expect(drops(told.events)[0]?.lastError).toEqual({
    code: 'ECONNREFUSED',
    message: 'redis://[redacted]@host is down',
  })
})

test.each<[string, unknown, string]>([
  ['a text', 'disk full', 'disk full'],
  ['nothing', undefined, 'undefined'],
  ['an object without a message', { reason: 7 }, 'an object'],
  ['an object that cannot be read', revoked(), 'an object'],
])('the notice and the report of close have the error of a sink that throws %s', async (_, thrown, message) => {
  const told = recordingSink()
  let isDead = false
  const behind: EventSink = {
    tryEmit: () => true,
    emit: (given) => (isDead || is(given.type, 'app.said') ? Promise.reject(thrown) : told.emit(given)),
  }
  const sink = new BufferedEventSink(behind, { clock, retry: { forMs: 10_000 } })
  sink.tryEmit(event(0))
  await clock.advance(10_000)
  expect(drops(told.events)[0]?.lastError).toEqual({ message })
  isDead = true
  for (const type of ['a.a', 'b.b', 'c.c', 'd.d', 'e.e', 'f.f', 'g.g']) sink.tryEmit(event(1, type))
  const closed = sink.close()
  await clock.advance(5_000)
  const { lost, error } = await closed
  expect(lost).toBe(8)
  expect(String(error)).toContain(
    `7 events were not delivered and lost. The last failure of the sink behind: ${message}.`,
  )
})

test('an onDrop that throws or rejects has no effect, and is counted', async () => {
  let isAsync = false
  const onDrop = (): Promise<never> => {
    if (isAsync) return Promise.reject(new Error('the spare disk is full too'))
    throw new Error('the spare disk is full too')
  }
  const { sink } = stalling({ maxWaiting: 1, onDrop })
  sink.tryEmit(event(0))
  sink.tryEmit(event(1))
  expect(sink.tryEmit(event(2))).toBe(false)
  isAsync = true
  expect(sink.tryEmit(event(3))).toBe(false)
  await clock.settle()
  expect(sink.stats()).toMatchObject({ dropped: 2, callbackErrors: 2 })
})

test('flush waits for events taken before it, not for later ones', async () => {
  const { sink, behind } = stalling()
  sink.tryEmit(event(0))
  sink.tryEmit(event(1))
  const flushed = sink.flush().then(() => behind.events.length)
  sink.tryEmit(event(2))
  behind.resume()
  behind.pause()
  await clock.settle() // 0 is through, and 1 hangs
  behind.resume()
  behind.pause()
  // 1 is through, and 2 hangs.
  expect(await flushed).toBe(3)
  expect(sink.stats()).toMatchObject({ delivered: 2, size: 1 })
})

test('flush gives up after its time or on its signal, and says how many events wait (sink-buffered/timed-out)', async () => {
  const { sink, behind } = stalling()
  sink.tryEmit(event(0))
  const late = sink.flush({ timeoutMs: 50 })
  const failure = expect(late).rejects.toThrow(
    'flush() waited 50 ms, and 1 event was not delivered yet. They stay in the buffer.',
  )
  await clock.advance(50)
  await failure
  expect(await codeOf(late)).toBe('sink-buffered/timed-out')
  const caller = new AbortController()
  const aborted = sink.flush({ signal: caller.signal })
  caller.abort(new Error('enough'))
  await expect(aborted).rejects.toThrow('enough')
  await expect(sink.flush({ signal: caller.signal })).rejects.toThrow('enough')
  behind.resume()
  await sink.flush({ signal: new AbortController().signal, timeoutMs: 50 })
})

test('flush and close reach the sink behind; its failure rejects flush and is in the report of close (sink-buffered/downstream)', async () => {
  const calls: string[] = []
  const behind = { emit: () => {}, tryEmit: () => true, flush: async () => void calls.push('flush'), close: async () => void calls.push('close') } // prettier-ignore
  const sink = new BufferedEventSink(behind, { clock })
  await sink.flush()
  await Promise.all([sink.close(), sink.close()])
  await sink.flush()
  expect(calls).toEqual(['flush', 'flush', 'close'])
  const broken = { ...behind, flush: () => Promise.reject(new Error('no')), close: () => { throw new Error('never') } } // prettier-ignore
  const other = new BufferedEventSink(broken, { clock })
  await expect(other.flush()).rejects.toThrow('flush() of the sink behind failed: no')
  const { error: unflushed } = await other.close()
  expect(String(unflushed)).toContain('flush() of the sink behind failed: no')
  const { error } = await new BufferedEventSink({ ...broken, flush: behind.flush }, { clock }).close()
  expect(String(error)).toContain('close() of the sink behind failed: never')
  expect(StageflowError.is(error, 'sink-buffered/downstream')).toBe(true)
  const hanging = new BufferedEventSink({ ...behind, close: () => new Promise(() => {}) }, { clock })
  const closed = hanging.close()
  await clock.advance(5_000)
  const { error: late } = await closed
  expect(StageflowError.is(late, 'sink-buffered/timed-out')).toBe(true)
  expect(String(late)).toContain('close() had 5000 ms: the sink behind did not close; it has every event.')
  // A sink that can only be flushed is flushed.
  calls.length = 0
  const writing = new BufferedEventSink({ emit: () => {}, tryEmit: () => true, flush: behind.flush }, { clock })
  await writing.close()
  expect(calls).toEqual(['flush'])
})

test('a message about a sink that does not flush or close claims no event that the buffer dropped', async () => {
  const hang = () => new Promise<void>(() => {})
  const first = Promise.withResolvers<void>()
  const behind: EventSink = { emit: () => first.promise, tryEmit: () => true, flush: hang, close: hang }
  const sink = new BufferedEventSink(behind, { clock, maxWaiting: 1 })
  for (let seq = 0; seq < 3; seq++) sink.tryEmit(event(seq))
  first.resolve()
  await clock.settle()
  expect(sink.stats()).toMatchObject({ delivered: 2, dropped: 1, size: 0 })
  const flushed = sink.flush({ timeoutMs: 10 }).catch(String)
  await clock.advance(10)
  expect(await flushed).toContain('flush() waited 10 ms. No event waits in the buffer, but the sink behind')
  const closed = sink.close()
  await clock.advance(5_000)
  expect(String((await closed).error)).toContain('it has every event that was not dropped.')
})

test('close delivers what waits, and later events are refused and counted', async () => {
  const { sink, behind, numbers } = stalling()
  for (let seq = 0; seq < 3; seq++) sink.tryEmit(event(seq))
  const closed = sink.close()
  expect(sink.tryEmit(event(3))).toBe(false)
  expect(sink.emit(event(4))).toBe(undefined)
  behind.resume()
  await closed
  expect(sink.tryEmit(event(5))).toBe(false)
  expect(numbers()).toEqual([0, 1, 2, 'sink.dropped'])
  expect(sink.stats()).toMatchObject({ received: 6, delivered: 3, droppedBy: { closed: 3 }, size: 0 })
})

test('close gives up after 5 s and reports what was lost (sink-buffered/timed-out); emit and flush end too', async () => {
  const lost: string[] = []
  const { sink, behind } = stalling({ maxWaiting: 2, onDrop: ({ seq }, reason) => lost.push(`${seq} ${reason}`) })
  for (let seq = 0; seq < 3; seq++) sink.tryEmit(event(seq))
  const emitted = sink.emit(event(3, 'app.sang'))
  const flushed = sink.flush()
  const closed = sink.close()
  await clock.advance(4_999)
  expect(lost).toEqual([])
  await clock.advance(1)
  const report = await closed
  await Promise.all([emitted, flushed])
  expect(report).toMatchObject({ received: 4, delivered: 0, lost: 4 })
  expect(StageflowError.is(report.error, 'sink-buffered/timed-out')).toBe(true)
  expect(String(report.error)).toContain('close() had 5000 ms: 4 events were not delivered and lost.')
  expect(await sink.close()).toBe(report)
  expect(lost).toEqual(['0 closed', '1 closed', '2 closed', '3 closed'])
  expect(sink.stats()).toMatchObject({ received: 4, delivered: 0, droppedBy: { closed: 4 }, size: 0, waiting: 0 })
  behind.resume()
  await clock.settle()
  expect(behind.events).toHaveLength(1)
})

test('close ends a delay between two attempts', async () => {
  const { sink, behind } = failing(1, { retry: { baseMs: 4_000 } })
  sink.tryEmit(event(0))
  await sink.close()
  expect(clock.now()).toBe(0)
  expect(behind.events).toHaveLength(1)
})

test('close loses no event if only the notice cannot be delivered', async () => {
  const dead = new BufferedEventSink({ tryEmit: () => true, emit: () => Promise.reject(new Error('dead')) }, { clock, retry: { forMs: 0, baseMs: 10_000 } }) // prettier-ignore
  dead.tryEmit(event(0))
  await clock.settle()
  await dead.close()
  expect(dead.stats()).toMatchObject({ dropped: 1, droppedBy: { failed: 1 } })
  const hanging = stalling({ maxWaiting: 1, overflow: 'drop-newest' })
  hanging.sink.tryEmit(event(0))
  hanging.sink.tryEmit(event(1))
  hanging.sink.tryEmit(event(2))
  hanging.behind.resume()
  hanging.behind.pause()
  await clock.settle()
  hanging.behind.resume()
  hanging.behind.pause() // now the notice hangs
  await clock.settle()
  const closed = hanging.sink.close()
  await clock.advance(5_000)
  await closed
})

test('events that a sink emits into its own buffer arrive in order', async () => {
  const seen: number[] = []
  const behind: EventSink = {
    tryEmit: () => true,
    emit: ({ seq }) => {
      if (seq < 3) sink.tryEmit(event(seq + 1))
      seen.push(seq)
    },
  }
  const sink = new BufferedEventSink(behind, { clock })
  sink.tryEmit(event(0))
  expect(seen).toEqual([0, 1, 2, 3])
})

test('a stalled sink does not hold up a run: the report counts refused events, and the last event arrives', async () => {
  const { sink, behind } = stalling({ maxWaiting: 3 })
  const graph = new Pipeline('chat')
    .withStage('llm', ({ tryEmitEvent }) => {
      const taken = Array.from({ length: 10 }, (_, word) => tryEmitEvent('app.said', { word }))
      return { taken: taken.filter(Boolean).length }
    })
    .build({ clock, eventSink: sink })
  const result = await graph.run()
  expect([result.status, clock.now()]).toEqual(['completed', 0])
  // One event is being delivered, three wait, and the last one has a place of its own.
  expect([result.data.llm?.taken, result.report.droppedEvents]).toEqual([2, 9])
  behind.resume()
  await sink.close()
  const types = behind.types()
  expect(types.filter((type) => type === 'pipeline.completed')).toHaveLength(1)
  expect(sink.stats().dropped).toBe(result.report.droppedEvents)
})

test('a stage that awaits emitEvent is slowed down to what the sink takes', async () => {
  const behind = recordingSink()
  const slow: EventSink = {
    tryEmit: () => true,
    emit: async (given) => {
      await clock.sleep(10)
      await behind.emit(given)
    },
  }
  const sink = new BufferedEventSink(slow, { clock, maxWaiting: 2 })
  const run = new Pipeline('chat')
    .withStage('llm', async ({ emitEvent }) => {
      for (let word = 0; word < 10; word++) await emitEvent('app.said', { word })
      return {}
    })
    .build({ clock, eventSink: sink })
    .run()
  await clock.runAll()
  const { report } = await run
  await sink.close()
  expect(report.droppedEvents).toBe(0)
  expect(behind.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 14 }, (_, seq) => seq))
})
