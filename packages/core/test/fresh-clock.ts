import { afterEach, expect } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'

/** The clock of one test: at 0 when the test begins. A test that leaves a timer behind fails. */
export let clock = manualClock()

afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})
