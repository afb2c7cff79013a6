import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MISTAKES, brokenSchedule } from './broken-schedules.ts'
import { randomScheduleCase } from './random-schedules.ts'
import { checkSchedule } from './schedule-checks.ts'

/** Fixed, so that a shorter or longer search (STAGEFLOW_RUNS) catches the same mistakes. */
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

test('a copy of the schedule without a mistake passes the checks', async () => {
  const Copy = await brokenSchedule({ name: 'none', find: 'this.#ended = true', instead: 'this.#ended = true' })
  fc.assert(
    fc.property(randomScheduleCase, (each) => checkSchedule(Copy, each)),
    settings,
  )
}, 120_000)
