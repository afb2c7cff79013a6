import { StageflowError, systemClock } from '@stageflow/core'
import { recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { bufferPlan } from './buffer-options.ts'
import { BufferedEventSink, type BufferedEventSinkOptions } from './index.ts'

const wrong = (options: unknown, sink: unknown = recordingSink()) => {
  try {
    new BufferedEventSink(sink as never, options as never)
  } catch (error) {
    return error as StageflowError
  }
  return undefined
}

test('the defaults are those of the README, and undefined is as if left out', () => {
  const defaults = {
    capacity: 1_000,
    overflow: 'block',
    retryForMs: 60_000,
    retryBaseMs: 100,
    retryCapMs: 5_000,
    deliveryTimeoutMs: 30_000,
    closeTimeoutMs: 5_000,
    noticeIntervalMs: 1_000,
    onDrop: undefined,
    clock: systemClock,
    random: expect.any(Function) as () => number,
  }
  expect(bufferPlan(recordingSink(), {})).toEqual(defaults)
  const number = bufferPlan(recordingSink(), {}).random()
  expect(number >= 0 && number < 1).toBe(true)
  const none = Object.fromEntries(Object.keys(defaults).map((name) => [name, undefined]))
  expect(bufferPlan(recordingSink(), none as BufferedEventSinkOptions)).toEqual(defaults)
})

test('all that is wrong with a call is said at once (sink-buffered/illegal-option)', () => {
  const error = wrong({ capacity: 0, overflow: 'drop', maxSize: 5, clock: Date, random: 4, onDrop: [] }, [])
  expect(StageflowError.is(error, 'sink-buffered/illegal-option')).toBe(true)
  expect(error?.message).toBe(
    'new BufferedEventSink() was given what it cannot use: the sink behind it is a list; it must be an event sink, with emit(event) and tryEmit(event); ' +
      'capacity is 0; it must be a whole number from 1; ' +
      'overflow is "drop"; it must be one of block, drop-oldest, drop-newest, sample; ' +
      'there is no option "maxSize"; there are capacity, overflow, retryForMs, retryBaseMs, retryCapMs, deliveryTimeoutMs, closeTimeoutMs, noticeIntervalMs, onDrop, clock, random; ' +
      'clock is a function; it must be a clock, with now, sleep and setTimeout; ' +
      'random is 4; it must be a function; onDrop is a list; it must be a function.',
  )
})

test.each([NaN, -1, '5', null, 5n, {}, true])('no number of milliseconds, nor of places, is %s', (value) => {
  for (const name of [
    'capacity',
    'retryForMs',
    'retryBaseMs',
    'retryCapMs',
    'deliveryTimeoutMs',
    'closeTimeoutMs',
    'noticeIntervalMs',
  ])
    // prettier-ignore
    expect(wrong({ [name]: value })?.message).toContain(`${name} is `)
})

test('limits may be Infinity, pauses and places may not', () => {
  for (const name of ['retryForMs', 'deliveryTimeoutMs', 'closeTimeoutMs'])
    expect(wrong({ [name]: Infinity })).toBe(undefined)
  for (const name of ['retryBaseMs', 'retryCapMs', 'noticeIntervalMs', 'capacity'])
    expect(wrong({ [name]: Infinity })?.message).toContain(`${name} is Infinity`)
  expect(wrong({ capacity: 1.5 })?.message).toContain('capacity is 1.5')
  expect(wrong({ overflow: 'x'.repeat(500) })?.message).toContain(`overflow is "${'x'.repeat(80)}…"`)
})

test.each([null, 5, 'fast', []])('options that are %o and no object are refused', (options) => {
  expect(wrong(options)?.message).toContain('they must be an object')
})
