import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { eventOf, numbers, scriptedExporter } from '../test/scripted-exporter.ts'
import { BufferedExporter } from './index.ts'
import type { BufferedExporterOptions, Overflow } from './index.ts'

let clock = manualClock()
afterEach(() => {
  const { timers } = clock
  clock = manualClock()
  expect(timers).toEqual([])
})

function watched(options: BufferedExporterOptions) {
  const exporter = scriptedExporter()
  const told: Overflow[] = []
  const buffer = new BufferedExporter(exporter, {
    clock,
    onOverflow: (overflow) => void told.push(overflow),
    ...options,
  })
  const emit = (first: number, last = first): void => numbers(first, last).forEach((seq) => buffer.emit(eventOf(seq)))
  return { buffer, exporter, told, emit }
}

test('onOverflow is called once at 80 %, by default, with near-capacity', async () => {
  const { buffer, exporter, told, emit } = watched({ batchSize: 10, maxBufferSize: 100 })
  exporter.failure = new Error('down')
  emit(1, 79)
  expect(told).toEqual([])
  emit(80, 100)
  expect(told).toEqual([{ size: 80, maxBufferSize: 100, dropped: 0, reason: 'near-capacity' }])
  exporter.failure = undefined
  await buffer.close()
})

test('near-capacity comes again only if the buffer was below half in between', async () => {
  const { buffer, exporter, told, emit } = watched({ batchSize: 10, maxBufferSize: 100, highWaterMark: 0.6 })
  exporter.isHeld = true
  emit(1, 60)
  await clock.settle()
  for (const level of [50, 60, 50, 60, 49]) {
    const { size } = buffer.stats()
    if (level > size) emit(1, level - size)
    for (let left = size; left > level; left -= 10) {
      exporter.answer()
      await clock.settle()
    }
    expect(told).toHaveLength(1)
  }
  emit(1, 60)
  expect(told.map(({ size, reason }) => [size, reason])).toEqual([
    [60, 'near-capacity'],
    [60, 'near-capacity'],
  ])
  exporter.isHeld = false
  exporter.answer()
  await buffer.close()
})

test('with a mark of half or less, near-capacity comes again below half of the mark', async () => {
  const { buffer, exporter, told, emit } = watched({ batchSize: 1, maxBufferSize: 100, highWaterMark: 0.1 })
  exporter.isHeld = true
  emit(1, 10)
  await clock.settle()
  const lower = async (count: number) => {
    for (let left = count; left > 0; left--) {
      exporter.answer()
      await clock.settle()
    }
  }
  await lower(5)
  emit(11, 15)
  expect(told).toHaveLength(1)
  await lower(6)
  emit(16, 21)
  expect(told).toHaveLength(2)
  exporter.isHeld = false
  exporter.answer()
  await buffer.close()
})

test('full comes at the first drop, then once a second while there are more, and the last call has the last number', async () => {
  const { buffer, exporter, told, emit } = watched({ batchSize: 1, maxBufferSize: 4, highWaterMark: 1 })
  exporter.isHeld = true
  emit(1, 1_000)
  expect(told).toEqual([
    { size: 4, maxBufferSize: 4, dropped: 0, reason: 'near-capacity' },
    { size: 4, maxBufferSize: 4, dropped: 1, reason: 'full' },
  ])
  await clock.advance(999)
  expect(told).toHaveLength(2)
  await clock.advance(1)
  emit(1_001, 1_010)
  await clock.advance(1_000)
  await clock.advance(5_000)
  const full = told.filter(({ reason }) => reason === 'full')
  expect(full.map(({ dropped }) => dropped)).toEqual([1, 996, 1_006])
  // All was quiet: the next one is told at once.
  emit(1_011)
  expect(told.at(-1)).toEqual({ size: 4, maxBufferSize: 4, dropped: 1_007, reason: 'full' })
  emit(1_012, 1_013)
  exporter.isHeld = false
  exporter.answer()
  await buffer.close()
  expect(told.at(-1)).toMatchObject({ dropped: 1_009, reason: 'full' })
})

test('an onOverflow that emits events is not called without end', async () => {
  let calls = 0
  const { buffer, exporter, emit } = watched({
    batchSize: 1,
    maxBufferSize: 2,
    onOverflow: () => {
      calls++
      emit(7)
    },
  })
  emit(1, 4)
  expect(calls).toBe(2)
  await buffer.close()
  // The last call, of close(), emits what is refused by then.
  expect(calls).toBe(3)
  expect(exporter.written()).toHaveLength(2)
  expect(buffer.stats()).toMatchObject({ received: 7, dropped: 5, callbackErrors: 0 })
})

test('without onOverflow, no timer is set for it', async () => {
  const exporter = scriptedExporter()
  const buffer = new BufferedExporter(exporter, { clock, batchSize: 1, maxBufferSize: 2 })
  for (const seq of numbers(1, 100)) buffer.emit(eventOf(seq))
  expect(clock.timers).toEqual([])
  expect(buffer.stats().dropped).toBe(98)
  await buffer.close()
})

test('a flush in onOverflow does not reject for events that were lost before', async () => {
  const outcomes: string[] = []
  const { buffer, exporter, emit } = watched({
    batchSize: 1,
    maxBufferSize: 2,
    onOverflow: async ({ reason }) => {
      if (reason === 'full') await buffer.flush().catch((error: unknown) => outcomes.push(String(error)))
      outcomes.push(reason)
    },
  })
  emit(1, 3)
  await clock.settle()
  await buffer.close()
  expect(outcomes).toEqual(['near-capacity', 'full'])
  expect(exporter.written()).toEqual([2, 3])
  expect(buffer.stats().callbackErrors).toBe(0)
})

test('a close in onOverflow delivers what is in the buffer, and later events are refused', async () => {
  let closing: Promise<unknown> | undefined
  const { buffer, exporter, emit } = watched({
    batchSize: 1,
    maxBufferSize: 3,
    highWaterMark: 1,
    onOverflow: () => (closing ??= buffer.close()),
  })
  emit(1, 6)
  expect(await closing).toEqual({ received: 6, delivered: 3, lost: 3, error: undefined })
  expect(exporter.written()).toEqual([1, 2, 3])
})

test('an onOverflow that throws is counted, and the event is taken', async () => {
  const fail = (): never => {
    throw new Error('cannot tell')
  }
  const { buffer, emit } = watched({ batchSize: 1, maxBufferSize: 1, onOverflow: fail })
  emit(1)
  expect(buffer.stats()).toMatchObject({ size: 1, callbackErrors: 1, lastCallbackError: new Error('cannot tell') })
  await buffer.close()
})
