import type { EventSink, StageflowEvent } from '@stageflow/core'
import { manualClock, seededRandom } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { BufferedEventSink, type BufferOverflow, type SinkDroppedEvent } from './index.ts'

type Step =
  | { readonly do: 'tryEmit' | 'emit'; readonly type: string; readonly count: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'flush' }
/** How the sink behind treats one try: it takes the event or fails, at once or after some time. */
interface Manner {
  readonly takes: boolean
  readonly afterMs: number | 'never' | undefined
}

const type = fc.constantFrom('app.said', 'app.said', 'stage.llm.chunk', 'pipeline.completed', 'child.completed')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('tryEmit', 'emit'), type, count: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 400 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'flush' as const }) },
)
const afterMs = fc.option(fc.integer({ min: 0, max: 120 }), { nil: undefined })
const world = fc.record({
  steps: fc.array(step, { maxLength: 40 }),
  overflow: fc.constantFrom<BufferOverflow>('block', 'drop-oldest', 'drop-newest', 'sample'),
  maxWaiting: fc.integer({ min: 1, max: 8 }),
  seed: fc.integer(),
  noticeIntervalMs: fc.constantFrom(0, 50, 1_000),
})

interface World {
  readonly steps: readonly Step[]
  readonly overflow: BufferOverflow
  readonly maxWaiting: number
  readonly seed: number
  readonly noticeIntervalMs: number
  readonly manners: readonly Manner[]
}

/** Plays the steps, closes the buffer, and offers two events more. */
async function play(given: World, closeTimeoutMs: number, attemptTimeoutMs: number, retryForMs = Infinity) {
  const { steps, overflow, maxWaiting, seed, noticeIntervalMs, manners } = given
  const clock = manualClock({ seed })
  const arrived: StageflowEvent[] = []
  const dropped: (readonly [seq: number, reason: string])[] = []
  let tries = 0
  const behind: EventSink = {
    tryEmit: () => false,
    emit(event) {
      const { takes, afterMs: wait } = manners[tries++ % manners.length] as Manner
      const end = (): void => {
        if (!takes) throw new Error('not now')
        arrived.push(event)
      }
      if (wait === undefined) return end()
      return wait === 'never' ? new Promise(() => {}) : clock.sleep(wait).then(end)
    },
  }
  const sink = new BufferedEventSink(behind, {
    clock,
    random: seededRandom({ seed }),
    overflow,
    maxWaiting,
    noticeIntervalMs,
    attemptTimeoutMs,
    retry: { forMs: retryForMs },
    onDrop: ({ seq }, reason) => void dropped.push([seq, reason]),
  })
  const offered: StageflowEvent[] = []
  const accepted = new Set<number>()
  const promises: (Promise<unknown> | void)[] = []
  const offer = (step: { readonly do: 'tryEmit' | 'emit'; readonly type: string }): void => {
    const seq = offered.length
    const parentRunId = step.type === 'child.completed' ? 'parent' : undefined
    const ofType = step.type === 'child.completed' ? 'pipeline.completed' : step.type
    const event = { type: ofType, data: {}, seq, timestamp: 0, pipelineRunId: 'run', parentRunId }
    offered.push(event as unknown as StageflowEvent)
    const answer = sink[step.do](event as unknown as StageflowEvent)
    if (answer === true) accepted.add(seq)
    if (typeof answer === 'object') promises.push(answer)
    addsUp()
  }
  const addsUp = (): void => {
    const { received: all, delivered, dropped: lost, size, peakSize } = sink.stats()
    expect(all).toBe(offered.length)
    expect(delivered + lost + size).toBe(all)
    expect(dropped).toHaveLength(lost)
    expect(size).toBeLessThanOrEqual(peakSize)
    expect(peakSize).toBeLessThanOrEqual((overflow === 'block' ? 3 : 2) * maxWaiting + 1)
  }
  for (const step of steps) {
    if (step.do === 'pass') await clock.advance(step.ms)
    else if (step.do === 'flush') promises.push(sink.flush())
    else for (let count = 0; count < step.count; count++) offer(step)
    addsUp()
  }
  const before = dropped.length
  const closed = sink.close({ timeoutMs: closeTimeoutMs })
  const lostAtClose = (): number => dropped.filter(([, reason]) => reason === 'closed').length
  await clock.runAll()
  const { error } = (await closed) as { error: Error | undefined }
  const lost = lostAtClose()
  expect(sink.stats()).toMatchObject({ size: 0, waiting: 0 })
  for (const way of ['tryEmit', 'emit'] as const) offer({ do: way, type: 'pipeline.completed' })
  await Promise.all(promises)
  expect(clock.timers).toEqual([])
  const ofRun = arrived.filter(({ type }) => type !== 'sink.dropped').map(({ seq }) => seq)
  const notices = arrived.filter(({ type }) => type === 'sink.dropped').map(({ data }) => data as SinkDroppedEvent)
  return { sink, offered, accepted, dropped, before, error, lost, arrived: ofRun, notices }
}

const increasing = (numbers: readonly number[]): readonly number[] => [...new Set(numbers)].sort((a, b) => a - b)

test('if the sink behind fails or is slow, each event arrives once and in order, or is dropped once and reported', async () => {
  const manners = fc
    .array(fc.record({ takes: fc.boolean(), afterMs }), { minLength: 1, maxLength: 6 })
    .map((list) => [...list, { takes: true, afterMs: 3 }])
  await fc.assert(
    fc.asyncProperty(fc.record({ world, manners }), async ({ world: given, manners: how }) => {
      const outcome = await play({ ...given, manners: how }, Infinity, Infinity)
      const { sink, offered, accepted, dropped, before, error, arrived, notices } = outcome
      expect(error).toBe(undefined)
      expect(arrived).toEqual(increasing(arrived))
      const lost = dropped.map(([seq]) => seq)
      expect([...arrived, ...lost].sort((a, b) => a - b)).toEqual(offered.map(({ seq }) => seq))
      expect(sink.stats()).toMatchObject({ delivered: arrived.length, dropped: lost.length })
      expect(dropped.filter(([, reason]) => reason === 'failed')).toEqual([])
      // Everything that was lost before it was closed has been told.
      expect(notices.reduce((sum, notice) => sum + notice.dropped, 0)).toBe(before)
      const last = offered.filter(({ type }) => type === 'pipeline.completed').slice(0, -2)
      const { maxWaiting, overflow } = given
      if (last.length <= maxWaiting) {
        for (const { seq } of last) expect(arrived).toContain(seq)
        // Whatever was said yes to arrives, unless dropping it is the policy.
        if (overflow !== 'drop-oldest') for (const seq of accepted) expect(arrived).toContain(seq)
      }
    }),
    propertySettings(300),
  )
})

test('behind a sink that hangs, events at most repeat, in order; close ends in time, and reports its losses', async () => {
  const manners = fc.array(
    fc.record({ takes: fc.boolean(), afterMs: fc.oneof(afterMs, fc.constant('never' as const)) }),
    { minLength: 1, maxLength: 6 },
  )
  await fc.assert(
    fc.asyncProperty(fc.record({ world, manners }), async ({ world: given, manners: how }) => {
      const { sink, offered, dropped, error, lost, arrived } = await play({ ...given, manners: how }, 500, 60)
      const unique = [...new Set(arrived)]
      expect(unique).toEqual(increasing(unique))
      const all = new Set([...unique, ...dropped.map(([seq]) => seq)])
      expect(all.size).toBe(offered.length)
      const { delivered, dropped: count } = sink.stats()
      expect(delivered + count).toBe(offered.length)
      if (lost > 0) expect(error?.message).toContain('not delivered and lost')
      else expect(error).toBe(undefined)
    }),
    propertySettings(300),
  )
})

test('events that are given up are dropped once and reported, and later events go on in order', async () => {
  const manners = fc.array(fc.record({ takes: fc.boolean(), afterMs }), { minLength: 1, maxLength: 6 })
  const retryForMs = fc.constantFrom(0, 1, 150)
  await fc.assert(
    fc.asyncProperty(fc.record({ world, manners, retryForMs }), async (all) => {
      const given = { ...all.world, manners: all.manners }
      const { sink, offered, dropped, error, arrived, notices } = await play(given, Infinity, Infinity, all.retryForMs)
      expect(error).toBe(undefined)
      expect(arrived).toEqual(increasing(arrived))
      const lost = dropped.map(([seq]) => seq)
      expect([...arrived, ...lost].sort((a, b) => a - b)).toEqual(offered.map(({ seq }) => seq))
      expect(sink.stats()).toMatchObject({ delivered: arrived.length, dropped: lost.length })
      // A notice may be given up too; the next one then says what it would have said, so those that arrive always add up.
      let sum = 0
      for (const { total, dropped: count } of notices) expect(total).toBe((sum += count))
      for (const { dropped: count, reasons, types } of notices)
        for (const parts of [reasons, types])
          expect(Object.values(parts).reduce<number>((sum, part) => sum + (part ?? 0), 0)).toBe(count)
    }),
    propertySettings(300),
  )
})
