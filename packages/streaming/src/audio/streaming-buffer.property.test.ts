import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../../core/test/property-settings.ts'
import { StreamingBuffer } from '../audio.ts'

const SAMPLE_BYTES = { pcm_16: 2, pcm_24: 3, pcm_32: 4, float_32: 4 } as const

const scenes = fc.record({
  format: fc.constantFrom('pcm_16', 'pcm_24', 'pcm_32', 'float_32'),
  sampleRate: fc.constantFrom(1_000, 8_000, 11_025, 16_000, 22_050, 44_100, 48_000),
  channels: fc.integer({ min: 1, max: 6 }),
  maxDurationMs: fc.integer({ min: 1, max: 130 }),
  target: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(100)),
  steps: fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('add' as const), bytes: fc.integer({ min: 0, max: 9_000 }) }),
      },
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('read' as const),
          durationMs: fc.double({ min: 0, max: 60, noNaN: true }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('readInto' as const), bytes: fc.integer({ min: 0, max: 3_000 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'clear' as const) }) },
    ),
    { maxLength: 60 },
  ),
})

/** The buffer as plainly as it can be said: a list of bytes, each of which knows its place in the stream. */
class Model {
  held: number[] = []
  ready = false
  underrun = false
  owed = 0
  readonly events: string[] = []
  readonly frame: number
  readonly max: number
  readonly target: number
  readonly step: number
  readonly rate: number

  constructor(rate: number, frame: number, maxMs: number, targetMs: number) {
    const frames = (ms: number): number => Math.floor((ms * rate) / 1_000)
    this.rate = rate
    this.frame = frame
    this.max = frames(maxMs) * frame
    this.target = Math.max(1, frames(targetMs)) * frame
    this.step = Math.max(frame, Math.min(frames(50) * frame, this.max - this.target))
  }

  add(bytes: readonly number[]): number {
    this.held.push(...bytes)
    let dropped = 0
    while (this.whole() > this.max) {
      this.held.splice(0, this.step)
      dropped += this.step
    }
    if (dropped > 0) this.events.push(`overflow ${dropped}`)
    if (this.held.length >= this.target) {
      this.ready = true
      if (this.underrun) this.events.push('recovered')
      this.underrun = false
    }
    return dropped
  }

  whole(): number {
    return this.held.length - (this.held.length % this.frame)
  }

  take(requested: number): number[] {
    const available = this.whole()
    const taken = this.held.splice(0, Math.min(requested, available))
    if (taken.length < requested) {
      if (!this.underrun) this.events.push(`underrun ${requested} ${available}`)
      this.underrun = true
      this.ready = false
    }
    return taken
  }

  read(durationMs: number): number[] {
    const exact = (durationMs * this.rate) / 1_000 + this.owed
    const frames = Math.floor(exact + 1e-9)
    this.owed = exact - frames
    return this.take(frames * this.frame)
  }

  empty(): number[] {
    const all = this.held
    this.held = []
    this.ready = this.underrun = false
    this.owed = 0
    return all
  }
}

test('whatever is added, read and dropped, it behaves like the model: nothing lost, doubled or out of order beyond its drops', () => {
  fc.assert(
    fc.property(scenes, ({ format, sampleRate, channels, maxDurationMs, target, steps }) => {
      const targetDurationMs = Math.max(1, Math.floor((maxDurationMs * target) / 100))
      const frame = SAMPLE_BYTES[format] * channels
      const model = new Model(sampleRate, frame, maxDurationMs, targetDurationMs)
      const events: string[] = []
      const buffer = new StreamingBuffer({
        format, sampleRate, channels, maxDurationMs, targetDurationMs,
        eventEmitter(type: string, data: object) {
          const { bytesDropped, bytesRequested, bytesAvailable } = data as Readonly<Record<string, number>>
          events.push(
            [type.slice('stream.buffer_'.length), bytesDropped, bytesRequested, bytesAvailable]
              .filter((part) => part !== undefined)
              .join(' '),
          )
        },
      }) // prettier-ignore
      let place = 0
      for (const step of steps) {
        switch (step.do) {
          case 'add': {
            // A prime, so that no two places near each other look the same whatever the frame.
            const bytes = Uint8Array.from({ length: step.bytes }, () => place++ % 251)
            expect(buffer.addChunk(bytes)).toBe(model.add([...bytes]))
            break
          }
          case 'read': {
            const audio = buffer.read(step.durationMs)
            expect([...audio]).toEqual(model.read(step.durationMs))
            expect(audio.length % frame).toBe(0)
            break
          }
          case 'readInto': {
            const into = new Uint8Array(step.bytes)
            const length = buffer.readInto(into)
            expect([...into.subarray(0, length)]).toEqual(model.take(step.bytes - (step.bytes % frame)))
            expect(into.subarray(length).every((byte) => byte === 0)).toBe(true)
            break
          }
          case 'flush': {
            const all = model.empty()
            expect([...buffer.flush()]).toEqual(all.slice(0, all.length - (all.length % frame)))
            break
          }
          case 'clear':
            expect(buffer.clear()).toBe(model.empty().length)
        }
        const stats = buffer.stats()
        expect(stats.bytesBuffered).toBe(model.held.length)
        expect(stats.durationMs).toBeLessThanOrEqual(maxDurationMs)
        expect(stats.totalReceived).toBe(
          stats.totalRead + stats.totalDropped + stats.totalDiscarded + stats.bytesBuffered,
        )
        expect([stats.isReady, stats.underrunActive]).toEqual([model.ready, model.underrun])
        expect(buffer.isFull).toBe(model.whole() === model.max)
      }
      expect(events).toEqual(model.events)
    }),
    propertySettings(300),
  )
})

test('a view keeps its bytes until another maxDurationMs has been added', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 60 })), { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      (turns, channels) => {
        const buffer = new StreamingBuffer({ sampleRate: 1_000, channels, maxDurationMs: 40, targetDurationMs: 10 })
        const most = 40 * 2 * channels
        let place = 0
        let kept: { readonly view: Uint8Array; readonly bytes: Uint8Array; readonly at: number }[] = []
        for (const [add, read] of turns) {
          buffer.addChunk(Uint8Array.from({ length: add }, () => place++ % 251))
          kept = kept.filter(({ at }) => place - at <= most)
          for (const { view, bytes } of kept) expect(view).toEqual(bytes)
          const view = buffer.read(read)
          kept.push({ view, bytes: view.slice(), at: place })
        }
      },
    ),
    propertySettings(300),
  )
})
