import { Pipeline, StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { BufferedEventSink, fanOutSink, filterSink, type EventChoice } from './index.ts'

async function passing(options: EventChoice) {
  const behind = recordingSink()
  const sink = filterSink(behind, options)
  const graph = new Pipeline('chat')
    .withStage('llm', async function* ({ tryEmitEvent }) {
      tryEmitEvent('cache.hit', { key: 'weather' })
      yield 'Hello'
      return {}
    })
    .build({ eventSink: sink })
  const { report } = await graph.run({}, { chunkEvents: true })
  expect(report.droppedEvents).toBe(0)
  const { passed, heldBack } = sink.stats()
  expect([passed, passed + heldBack]).toEqual([behind.events.length, 6])
  return { types: behind.types(), sink }
}

test.each<[EventChoice, readonly string[]]>([
  [{ include: 'stage.*' }, ['stage.llm.started', 'stage.llm.chunk', 'stage.llm.completed']],
  [{ include: ['*.started', 'cache.hit'] }, ['pipeline.started', 'stage.llm.started', 'cache.hit']],
  [
    { exclude: ['stage.*.chunk', 'stage.*.started', 'cache.*'] },
    ['pipeline.started', 'stage.llm.completed', 'pipeline.completed'],
  ],
  [
    { include: 'stage.*', exclude: ({ type }) => type.endsWith('.chunk') },
    ['stage.llm.started', 'stage.llm.completed'],
  ],
  [{ include: 'cache.*', keepLast: true }, ['cache.hit', 'pipeline.completed']],
  [{ exclude: '*', keepLast: true }, ['pipeline.completed']],
  [{ exclude: '*', keepLast: false }, []],
  [{ exclude: () => true }, []],
])('%o passes what it names', async (options, types) => {
  expect((await passing(options)).types).toEqual(types)
})

test('without options everything passes, and undefined counts as not given', async () => {
  expect((await passing({})).types).toHaveLength(6)
  const none = { include: undefined, exclude: undefined, keepLast: undefined } as unknown as EventChoice
  expect((await passing(none)).types).toHaveLength(6)
})

test('an event that a function throws for is held back, and the error is counted', async () => {
  const exclude = (event: StageflowEvent): boolean =>
    (event.data as unknown as { cost: { total: number } }).cost.total > 3
  const { types, sink } = await passing({ exclude })
  expect(types).toEqual([])
  expect(sink.stats()).toMatchObject({ heldBack: 6, errors: 6 })
  expect(String(sink.stats().lastError)).toContain('TypeError')
  expect((await passing({ exclude, keepLast: true })).types).toEqual(['pipeline.completed'])
})

test('the results of the sink behind are passed on, and flush and close reach it', async () => {
  const calls: string[] = []
  const behind = {
    emit: () => Promise.resolve(),
    tryEmit: () => false,
    flush: async () => void calls.push('flush'),
    close: async () => void calls.push('close'),
  }
  const sink = filterSink(behind, { exclude: 'app.sang' })
  const event = (type: string): StageflowEvent => ({ type, data: {}, seq: 0 }) as unknown as StageflowEvent
  expect(sink.tryEmit(event('app.said'))).toBe(false)
  expect(sink.tryEmit(event('app.sang'))).toBe(true)
  expect(sink.emit(event('app.said'))).toBeInstanceOf(Promise)
  expect(sink.emit(event('app.sang'))).toBe(undefined)
  await sink.flush()
  await sink.close()
  expect(calls).toEqual(['flush', 'close'])
  await filterSink(recordingSink()).close()
  const broken = filterSink({ ...behind, flush: () => Promise.reject(new Error('no')) })
  await expect(broken.flush()).rejects.toThrow('flush() of the sink behind failed: no')
})

test('close passes on the report of the sink behind, and its limit is that of the caller', async () => {
  const clock = manualClock()
  const silent = { tryEmit: () => false, emit: () => new Promise<void>(() => {}) }
  const sink = filterSink(new BufferedEventSink(silent, { clock, maxWaiting: 5 }), { exclude: 'app.sang', clock })
  sink.tryEmit({ type: 'app.said', data: {}, seq: 0 } as unknown as StageflowEvent)
  const closed = sink.close({ timeoutMs: 2_000 })
  await clock.advance(2_000)
  // The buffer behind has got the limit too, and reports what it lost.
  const error = { code: 'sink-buffered/timed-out' }
  expect(await closed).toMatchObject({ error, report: { received: 1, delivered: 0, lost: 1, error } })
  const again = filterSink(new BufferedEventSink(recordingSink(), { clock }), { clock })
  again.tryEmit({ type: 'app.said', data: {}, seq: 0 } as unknown as StageflowEvent)
  expect(await again.close()).toEqual({
    delivered: 1,
    lost: 0,
    error: undefined,
    report: { received: 1, delivered: 1, lost: 0, error: undefined },
  })
})

test('close takes at most 5,000 ms, and neither a slow nor a failing sink makes it reject', async () => {
  const clock = manualClock()
  const hangs = { ...recordingSink(), close: () => new Promise<void>(() => {}) }
  const closed = filterSink(hangs, { clock }).close()
  await clock.advance(5_000)
  expect(await closed).toMatchObject({
    error: {
      code: 'sink-buffered/downstream',
      message: expect.stringContaining('took longer than 5000 ms') as unknown,
    },
  })
  const broken = { ...recordingSink(), close: () => Promise.reject(new Error('no')) }
  expect(await filterSink(broken).close()).toMatchObject({
    error: { message: 'close() of the sink behind failed: no' },
  })
  const flushed = filterSink({ ...hangs, flush: () => new Promise<void>(() => {}) }, { clock }).flush({ timeoutMs: 10 })
  const refused = expect(flushed).rejects.toMatchObject({ code: 'sink-buffered/downstream' })
  await clock.advance(10)
  await refused
  expect(clock.timers).toEqual([])
})

test('a buffer in front of a filter, a fan-out or another buffer reports that the sink behind it did not close', async () => {
  const broken = { ...recordingSink(), close: () => Promise.reject(new Error('disk full')) }
  for (const behind of [filterSink(broken), fanOutSink({ file: broken }), new BufferedEventSink(broken)]) {
    const { error } = await new BufferedEventSink(behind).close()
    expect(error).toMatchObject({
      code: 'sink-buffered/downstream',
      message: expect.stringContaining('disk full') as unknown,
    })
  }
  const reports = await fanOutSink({ buffer: new BufferedEventSink(broken) }).close()
  expect(reports.buffer).toMatchObject({ error: { code: 'sink-buffered/downstream' }, report: { lost: 0 } })
})

test('unknown options of flush and close are refused', async () => {
  const sink = filterSink(recordingSink())
  const wrong = { timeout: 5 } as object
  await expect(sink.close(wrong)).rejects.toThrow(
    'close(): unknown option "timeout" (did you mean "timeoutMs"? known: signal, timeoutMs).',
  )
  await expect(sink.flush(wrong)).rejects.toThrow('flush(): unknown option "timeout"')
})

test('illegal options are refused in one error (sink-buffered/illegal-option)', () => {
  const wrong = (sink: unknown, options: unknown) => () => filterSink(sink as never, options as never)
  expect(wrong(recordingSink(), { include: 7, keepLast: 1, only: 'a' })).toThrow(
    "filterSink(): include must be a type such as 'stage.*.failed', a regular expression, a function of the event, or a list of them that is not empty, not 7; " +
      'keepLast must be true or false, not 1; unknown option "only" (known: include, exclude, keepLast, clock).',
  )
  expect(wrong(null, null)).toThrow(
    'filterSink(): the sink behind it must be an event sink with emit(), tryEmit(), not null; the options must be an object, not null.',
  )
  let error: unknown
  try {
    wrong(recordingSink(), { include: [] })()
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'sink-buffered/illegal-option')).toBe(true)
})

test('close reports the events that passed and were taken, and those that were refused, failed or are not taken yet', async () => {
  const answers: (() => unknown)[] = [
    () => undefined,
    () => Promise.resolve(),
    () => {
      throw new Error('down')
    },
    () => Promise.reject(new Error('down')),
    () => new Promise(() => {}),
  ]
  const behind = {
    emit: () => answers.shift()?.() as undefined,
    tryEmit: ({ seq }: StageflowEvent) => seq === 5,
  }
  const sink = filterSink(behind, { exclude: 'app.sang' })
  const event = (seq: number, type = 'app.said'): StageflowEvent =>
    ({ type, data: {}, seq }) as unknown as StageflowEvent
  await sink.emit(event(0))
  await sink.emit(event(1))
  expect(() => sink.emit(event(2))).toThrow('down')
  await expect(sink.emit(event(3))).rejects.toThrow('down')
  void sink.emit(event(4))
  expect([sink.tryEmit(event(5)), sink.tryEmit(event(6))]).toEqual([true, false])
  await sink.emit(event(7, 'app.sang'))
  const report = await sink.close()
  expect(report).toEqual({ delivered: 3, lost: 4, error: undefined, report: undefined })
  expect(await sink.close({ timeoutMs: 0 })).toBe(report)
})
