import fc from 'fast-check'
import { test } from 'vitest'
import { brokenSchedule } from './broken-schedules.ts'
import { randomScheduleCase } from './random-schedules.ts'
import { checkSchedule } from './schedule-checks.ts'
test('fixed', async () => {
  const Copy = await brokenSchedule({ name: 'fix', text: 'if (this.#readers !== undefined && status === SKIPPED)', instead: 'if (this.#readers !== undefined && stage !== first)' })
  fc.assert(fc.property(randomScheduleCase, (each) => checkSchedule(Copy, each)), { numRuns: 200_000 })
}, 200_000)
