import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  DEADLOCK_MISTAKES,
  EDGE_MISTAKES,
  MISTAKES,
  brokenCheck,
  brokenEdgeSchedule,
  brokenSchedule,
} from './broken-schedules.ts'
import { randomEdgeCase, randomFlow, randomScheduleCase } from './random-schedules.ts'
import { checkEdgeSchedule, checkFlow, checkSchedule } from './schedule-checks.ts'

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

test.each(EDGE_MISTAKES)(
  'a schedule for edges in which $name is caught',
  async (mistake) => {
    const [Broken, create] = await brokenEdgeSchedule(mistake)
    const outcome = fc.check(
      fc.property(randomEdgeCase, (each) => checkEdgeSchedule(Broken, each, create)),
      { ...settings, endOnFailure: true },
    )
    expect(outcome.failed, 'the broken schedule passes every check').toBe(true)
  },
  60_000,
)

test.each(DEADLOCK_MISTAKES)(
  'a check of streams and gates in which $name is caught',
  async (mistake) => {
    const broken = await brokenCheck(mistake)
    const outcome = fc.check(
      fc.property(randomFlow, (flow) => void checkFlow(broken, flow)),
      { ...settings, endOnFailure: true },
    )
    expect(outcome.failed, 'the broken check agrees with the simulation').toBe(true)
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
