import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { waitLeft } from './wait-left.ts'

let clock = manualClock()
beforeEach(() => void (clock = manualClock()))
afterEach(() => expect(clock.timers).toEqual([]))

test('waitLeft measures from when it was made, and never goes below 0', async () => {
  const { signal } = new AbortController()
  const left = waitLeft(clock, { timeoutMs: 100, signal })
  await clock.advance(60)
  expect(left()).toEqual({ timeoutMs: 40, signal })
  await clock.advance(60)
  expect(left()).toEqual({ timeoutMs: 0, signal })
  expect(waitLeft(clock, {})()).toEqual({ timeoutMs: Infinity })
})
