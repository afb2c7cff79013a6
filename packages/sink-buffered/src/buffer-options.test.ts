import { StageflowError, systemClock } from '@stageflow/core'
import { recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { sinkPlan } from './buffer-options.ts'
import { BufferedEventSink, type BufferedEventSinkOptions } from './index.ts'

const wrong = (options: unknown, sink: unknown = recordingSink()) => {
  try {
    new BufferedEventSink(sink as never, options as never)
  } catch (error) {
    return error as StageflowError
  }
  return undefined
}

test('the defaults are those of the README, and undefined counts as not given', () => {
  const defaults = {
    maxWaiting: 1_000,
    overflow: 'block',
    retry: {
      attempts: Infinity,
      forMs: 60_000,
      backoff: 'exponential',
      baseMs: 100,
      capMs: 5_000,
      jitter: 'equal',
      isRetryable: undefined,
      random: expect.any(Function) as () => number,
    },
    attemptTimeoutMs: 30_000,
    noticeIntervalMs: 1_000,
    onDrop: undefined,
    clock: systemClock,
    random: expect.any(Function) as () => number,
  }
  expect(sinkPlan(recordingSink(), {})).toEqual(defaults)
  const number = sinkPlan(recordingSink(), {}).random()
  expect(number >= 0 && number < 1).toBe(true)
  const none = Object.fromEntries(Object.keys(defaults).map((name) => [name, undefined]))
  expect(sinkPlan(recordingSink(), none as BufferedEventSinkOptions)).toEqual(defaults)
})

test('one error names every problem of a call (sink-buffered/illegal-option)', () => {
  const error = wrong(
    {
      maxWaiting: 0,
      overflow: 'drop',
      maxSize: 5,
      clock: Date,
      random: 4,
      onDrop: [],
      retry: { attempts: 0, capsMs: 5 },
    },
    [],
  )
  expect(StageflowError.is(error, 'sink-buffered/illegal-option')).toBe(true)
  expect(error?.message).toBe(
    'new BufferedEventSink(): the sink behind it must be an event sink with emit(), tryEmit(), not an array; ' +
      'maxWaiting must be a whole number from 1, not 0; ' +
      "overflow must be one of 'block', 'drop-oldest', 'drop-newest', 'sample', not \"drop\"; " +
      'onDrop must be a function (event, reason) => void, not an array; ' +
      'clock must be a clock with now(), sleep(), setTimeout(), not a function; random must be a function () => number, not 4; ' +
      'unknown option "maxSize" (known: maxWaiting, overflow, retry, attemptTimeoutMs, noticeIntervalMs, onDrop, clock, random); ' +
      'retry.attempts must be a whole number from 1, or Infinity, not 0; ' +
      'unknown option "retry.capsMs" (did you mean "capMs"? known: attempts, forMs, backoff, baseMs, capMs, jitter, isRetryable).',
  )
})

test.each([NaN, -1, '5', null, 5n, {}, true])('%s is neither a number of milliseconds nor of events', (value) => {
  for (const name of ['maxWaiting', 'attemptTimeoutMs', 'noticeIntervalMs'])
    expect(wrong({ [name]: value })?.message).toContain(`${name} must be `)
  for (const name of ['forMs', 'baseMs', 'capMs', 'attempts'])
    expect(wrong({ retry: { [name]: value } })?.message).toContain(`retry.${name} must be `)
})

test('limits may be Infinity, delays and places may not', () => {
  expect(wrong({ attemptTimeoutMs: Infinity, retry: { forMs: Infinity, attempts: Infinity } })).toBe(undefined)
  for (const options of [{ noticeIntervalMs: Infinity }, { maxWaiting: Infinity }, { maxWaiting: 1.5 }])
    expect(wrong(options)?.message).toContain(`${Object.keys(options)[0]} must be `)
  for (const name of ['baseMs', 'capMs'])
    expect(wrong({ retry: { [name]: Infinity } })?.message).toContain(`retry.${name} must be `)
})

test.each([null, 5, 'fast', []])('options that are %o are refused', (options) => {
  expect(wrong(options)?.message).toContain('the options must be an object')
})
