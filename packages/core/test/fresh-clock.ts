import { expect } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'

/** The clock of one test: at 0 when the test begins. A test that leaves a timer behind fails. */
export let clock = manualClock()

/** Called after each test, by fresh-clock.setup.ts. */
export function renewClock(): void {
  const { timers } = clock
  clock = manualClock()
  expect(timers).toEqual([])
}
