import type { StageflowEvent } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { eventOf } from '../test/scripted-exporter.ts'
import { BufferedExporter } from './index.ts'
import type { Exporter, Overflow } from './index.ts'

/** What the exporter does from some time on. */
const mode = fc.constantFrom('writes', 'fails', 'fails-late', 'writes-then-fails', 'refuses', 'slow')
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('emit' as const), count: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 500 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('turn' as const), mode }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
)
const settings = fc
  .record({
    batchSize: fc.integer({ min: 1, max: 12 }),
    room: fc.integer({ min: 0, max: 40 }),
    flushIntervalMs: fc.integer({ min: 0, max: 300 }),
    highWaterMark: fc.constantFrom(0.1, 0.5, 0.8, 1),
    closeTimeoutMs: fc.constantFrom(0, 100, 100_000),
    mended: fc.boolean(),
  })
  .map(({ room, ...rest }) => ({ ...rest, maxBufferSize: rest.batchSize + room }))

class Downstream implements Exporter {
  mode: typeof mode extends fc.Arbitrary<infer Mode> ? Mode : never = 'writes'
  readonly written: number[] = []
  readonly batches: number[][] = []
  refused = 0
  underWay = 0
  readonly #clock: ManualClock

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  async export(events: readonly StageflowEvent[]): Promise<void> {
    expect(++this.underWay, 'one export at a time').toBe(1)
    try {
      await this.#export(events)
    } finally {
      this.underWay--
    }
  }

  async #export(events: readonly StageflowEvent[]): Promise<void> {
    const write = (): void => {
      const numbers = events.map(({ seq }) => seq)
      this.batches.push(numbers)
      this.written.push(...numbers)
    }
    switch (this.mode) {
      case 'writes':
        return write()
      case 'slow':
        await this.#clock.sleep(70)
        return write()
      case 'fails':
        throw new Error('down')
      case 'fails-late':
        await this.#clock.sleep(30)
        throw new Error('down')
      case 'writes-then-fails':
        write()
        throw new Error('the answer was lost')
      case 'refuses':
        this.refused += events.length
        throw Object.assign(new Error('never'), { retryable: false })
    }
  }
}

test('case 18: whatever fails, every event is delivered or counted as lost; in order, and twice only if an answer was lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { maxLength: 25 }),
      settings,
      async (commands, { mended, closeTimeoutMs, ...options }) => {
        const clock = manualClock()
        const downstream = new Downstream(clock)
        const overflows: Overflow[] = []
        const dead: number[] = []
        const buffer = new BufferedExporter(downstream, {
          ...options,
          clock,
          random: () => 0.5,
          onOverflow: (overflow) => void overflows.push(overflow),
          onDeadLetter: ({ events }) => void dead.push(...events.map(({ seq }) => seq)),
        })
        let emitted = 0
        const refused: number[] = []
        const flushes: Promise<void>[] = []
        const check = (): void => {
          const { received, delivered, dropped, size, inFlight } = buffer.stats()
          expect(received).toBe(emitted)
          expect(delivered + dropped + size).toBe(received)
          expect(size).toBeLessThanOrEqual(options.maxBufferSize)
          expect(inFlight).toBeLessThanOrEqual(Math.min(size, options.batchSize))
        }
        for (const each of commands) {
          if (each.do === 'emit')
            for (let count = 0; count < each.count; count++) {
              const type = ++emitted % 7 === 0 ? 'pipeline.completed' : 'app.said'
              if (!buffer.tryEmit(eventOf(emitted, type))) refused.push(emitted)
              check()
            }
          else if (each.do === 'wait') await clock.advance(each.ms)
          else if (each.do === 'turn') downstream.mode = each.mode
          else {
            const before = emitted
            const flushed = buffer.flush({ timeoutMs: 200 }).then(() => {
              const lost = new Set([...refused, ...range(before).filter((seq) => !downstream.written.includes(seq))])
              // Events lost before the call don't count; no other event may be missing.
              expect(lost.size).toBeLessThanOrEqual(buffer.stats().dropped)
            })
            flushes.push(
              flushed.catch((error: { code?: string }) => expect(error.code).toMatch(/timed-out|events-lost/)),
            )
          }
          check()
        }
        if (mended) downstream.mode = 'writes'
        const closing = buffer.close({ timeoutMs: closeTimeoutMs })
        await clock.advance(200_000)
        const report = await closing
        await Promise.all(flushes)
        check()
        expect(clock.timers).toEqual([])

        const { delivered, lost } = report
        expect(delivered + lost).toBe(emitted)
        expect(dead).toHaveLength(buffer.stats().droppedBy.failed)
        const arrived = new Set(downstream.written)
        // If an answer was lost, more may have arrived than the report says, but not less.
        expect(arrived.size).toBeGreaterThanOrEqual(delivered)
        expect(emitted - arrived.size).toBeLessThanOrEqual(lost)
        if (mended && closeTimeoutMs > 10_000) expect(buffer.stats().dropped).toBe(lost)
        // In order. A batch that comes again is the same batch.
        expect([...arrived]).toEqual([...arrived].sort((one, other) => one - other))
        const batches = downstream.batches.map((batch) => batch.join())
        for (const [index, batch] of batches.entries())
          if (batches.indexOf(batch) < index) expect(batch).toBe(batches[index - 1])
        // The last call of onOverflow has the final number of dropped events.
        const full = overflows.filter(({ reason }) => reason === 'full')
        if (full.length > 0) expect(full.at(-1)?.dropped).toBeLessThanOrEqual(lost)
        if (refused.length > 0) expect(full.length).toBeGreaterThan(0)
      },
    ),
    propertySettings(300),
  )
}, 120_000)

function range(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}
