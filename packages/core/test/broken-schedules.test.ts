import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MISTAKES, brokenSchedule } from './broken-schedules.ts'
import { randomScheduleCase } from './random-schedules.ts'
import { checkSchedule } from './schedule-checks.ts'

/** Fixed: whether a mistake is caught must not depend on how long a search somebody asked for. */
const settings = { seed: 1, numRuns: 6_000 }

test.each(MISTAKES)(
  'a schedule in which $name is caught',
  async (mistake) => {
    const Broken = await brokenSchedule(mistake)
    const outcome = fc.check(
      fc.property(randomScheduleCase, (each) => checkSchedule(Broken, each)),
      { ...settings, endOnFailure: true },
    )
    expect(outcome.failed, 'the broken schedule passes every check').toBe(true)
  },
  60_000,
)

test('a copy of the schedule without a mistake passes, so it is the mistakes that are caught', async () => {
  const Copy = await brokenSchedule({
    name: 'none',
    text: 'export class Schedule {',
    instead: 'export class Schedule {',
  })
  fc.assert(
    fc.property(randomScheduleCase, (each) => checkSchedule(Copy, each)),
    settings,
  )
}, 60_000)
