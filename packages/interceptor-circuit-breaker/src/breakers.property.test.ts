import type { Clock } from '@stageflow/core'
import { array, assert, boolean, double, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { makeBreaker, type Breaker } from './breakers.ts'
import type { BreakerOptions } from './options.ts'
import type { SavedBreaker } from './saved-circuits.ts'

interface Call {
  readonly at: number
  readonly failed: boolean
}
/** Whether the last of these calls, which failed, opens the circuit. Looks at the whole list each time. */
type Reference = (calls: readonly Call[]) => boolean

const isTooMany = (calls: readonly Call[], minimumCalls: number, failureRate: number): boolean =>
  calls.length >= minimumCalls && calls.filter(({ failed }) => failed).length > failureRate * calls.length

const steps = array(record({ waitMs: integer({ min: 0, max: 40 }), failed: boolean(), reload: boolean() }), {
  maxLength: 120,
})
type Steps = readonly { readonly waitMs: number; readonly failed: boolean; readonly reload: boolean }[]
const rate = double({ min: 0.05, max: 0.95, noNaN: true })

/** Feeds calls to a breaker and to its reference. At a `reload` the breaker is replaced by one that was restored from JSON. */
function compare(options: Required<BreakerOptions>, all: Steps, reference: Reference): void {
  let now = 1_000
  const clock = { now: () => now } as Clock
  const calls: Call[] = []
  let breaker: Breaker = makeBreaker(options)
  for (const { waitMs, failed, reload } of all) {
    now += waitMs
    if (reload) breaker = makeBreaker(options, JSON.parse(JSON.stringify(breaker.save())) as SavedBreaker)
    calls.push({ at: now, failed })
    if (failed) expect(breaker.failure(clock)).toBe(reference(calls))
    else breaker.success(clock)
  }
}

test('a consecutive breaker opens exactly if the last calls all failed', () => {
  assert(
    property(steps, integer({ min: 1, max: 6 }), (all, failures) => {
      compare({ type: 'consecutive', failures }, all, (calls) => {
        const last = calls.slice(-failures)
        return last.length === failures && last.every(({ failed }) => failed)
      })
    }),
    propertySettings(100),
  )
})

test('a count breaker opens exactly if too many of the last calls failed', () => {
  assert(
    property(
      steps,
      integer({ min: 1, max: 12 }),
      integer({ min: 0, max: 11 }),
      rate,
      (all, size, less, failureRate) => {
        const minimumCalls = Math.max(1, size - less)
        compare({ type: 'count', size, failureRate, minimumCalls }, all, (calls) =>
          isTooMany(calls.slice(-size), minimumCalls, failureRate),
        )
      },
    ),
    propertySettings(100),
  )
})

test('a sampling breaker opens exactly if too many calls of its window failed, counted by tenths of the window', () => {
  assert(
    property(
      steps,
      integer({ min: 1, max: 400 }),
      integer({ min: 1, max: 12 }),
      rate,
      (all, windowMs, minimumCalls, failureRate) => {
        const tenthOf = (at: number): number => Math.floor(at / (windowMs / 10)) * (windowMs / 10)
        compare({ type: 'sampling', windowMs, failureRate, minimumCalls }, all, (calls) => {
          const now = calls.at(-1)?.at ?? 0
          return isTooMany(
            calls.filter(({ at }) => tenthOf(at) > now - windowMs),
            minimumCalls,
            failureRate,
          )
        })
      },
    ),
    propertySettings(100),
  )
})

test('a sampling breaker keeps no more than its window, however many calls there are', () => {
  let now = 0
  const clock = { now: () => now } as Clock
  const breaker = makeBreaker({ type: 'sampling', windowMs: 100, failureRate: 0.5, minimumCalls: 10 })
  for (; now < 10_000; now += 3) breaker.success(clock)
  const saved = breaker.save()
  expect(saved.type === 'sampling' && saved.buckets.length).toBeLessThanOrEqual(11)
})
