import { EventEmitter } from 'node:events'

import { BufferedExporter } from '@stageflow/exporter-buffered'
import { exporterContract } from '@stageflow/exporter-buffered/contract'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { anEvent } from '../test/events.ts'
import { ConsoleExporter } from './index.ts'

/** A stream that can fail and recover, as those of Node cannot. */
class FlakyStream extends EventEmitter {
  readonly writable = true
  text = ''
  isBroken = false
  hangs = false

  write(text: string, done: (error?: Error) => void): boolean {
    if (this.hangs) return false
    if (!this.isBroken) this.text += text
    const error = this.isBroken ? new Error('busy') : undefined
    queueMicrotask(() => {
      done(error)
      if (error !== undefined) this.emit('error', error)
    })
    return !this.isBroken
  }

  get types(): readonly string[] {
    return this.text.split('\n').slice(0, -1).map((line) => line.slice(47).split(' ')[0] as string) // prettier-ignore
  }
}

function subject() {
  const stream = new FlakyStream()
  return {
    exporter: new ConsoleExporter({ stream: stream as unknown as NodeJS.WritableStream, color: false }),
    written: () => stream.types.map((type) => ({ type })),
    data: 'none' as const,
    ids: false,
    breakDownstream: () => void (stream.isBroken = true),
    repairDownstream: () => void (stream.isBroken = false),
    hangDownstream: () => void (stream.hangs = true),
    stream,
  }
}

for (const { name, run } of exporterContract(subject)) test(name, run)

test('case 18: behind a BufferedExporter a stream that fails for a while loses nothing', async () => {
  const clock = manualClock({ seed: 1 })
  const { exporter, stream } = subject()
  const buffered = new BufferedExporter(exporter, { clock, batchSize: 10, random: () => 0.5 })
  const events = Array.from({ length: 30 }, (_, index) => anEvent({ type: `app.number_${index}` }))
  stream.isBroken = true
  for (const event of events) buffered.tryEmit(event)
  await clock.advance(3_000)
  expect(buffered.stats().failures).toBeGreaterThan(3)
  stream.isBroken = false
  const flushed = buffered.flush()
  await clock.advance(10_000)
  await flushed
  expect(stream.types).toEqual(events.map(({ type }) => type))
  expect(await buffered.close()).toMatchObject({ delivered: 30, lost: 0 })
  expect(stream.listenerCount('error')).toBe(0)
  expect(clock.timers).toEqual([])
})
