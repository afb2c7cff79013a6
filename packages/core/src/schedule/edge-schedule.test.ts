import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PROPERTY_TIMEOUT_MS, propertySettings } from '../../test/property-settings.ts'
import { NO_EDGES } from '../../test/random-graphs.ts'
import { randomEdgeCase, randomFlow, randomScheduleCase } from '../../test/random-schedules.ts'
import { checkEdgeSchedule, checkFlow, edgePlanOf } from '../../test/schedule-checks.ts'
import { findDeadlocks } from './edge-plan.ts'
import { EdgeSchedule } from './edge-schedule.ts'
import { BEGAN, DETACHED, FAILED, INTERRUPT, OK, RUNNING, SETTLED, SKIPPED } from './plan.ts'

test(
  'after any facts, a schedule of a graph with edges of all kinds gives only commands that the reference allows, and has its states',
  () => {
    fc.assert(
      fc.property(randomEdgeCase, (each) => checkEdgeSchedule(EdgeSchedule, each)),
      propertySettings(8_000),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test(
  'without such edges, a schedule for them does what any other does',
  () => {
    fc.assert(
      fc.property(randomScheduleCase, (each) => checkEdgeSchedule(EdgeSchedule, each)),
      propertySettings(2_000),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

/** Takes every command there is now. */
function takeAll(schedule: EdgeSchedule): void {
  while (schedule.take() !== 0);
}
const plain = { dependencies: [], join: 'all', late: false } as const

test('a stage that a skipped gate refuses counts as skipped, though another dependency has failed', () => {
  const gated = { dependencies: [0, 1], join: 'any', late: false, edges: { ...NO_EDGES, gates: [2] } } as const
  const schedule = new EdgeSchedule(edgePlanOf([plain, plain, plain, gated]), Infinity, true)
  takeAll(schedule)
  schedule.feed(SETTLED, 0, FAILED)
  schedule.feed(SETTLED, 2, SKIPPED)
  expect([schedule.state(3), schedule.failureBehind(3)]).toEqual([SKIPPED, -1])
})

test('a stage that an interrupt skips counts as skipped, though a dependency has failed: a stage that is spared goes on', () => {
  const either = { ...plain, dependencies: [0, 1], join: 'any' } as const
  const spared = { ...plain, dependencies: [2, 1], edges: { ...NO_EDGES, uninterruptible: true } }
  const schedule = new EdgeSchedule(edgePlanOf([plain, plain, either, spared]), Infinity, true)
  takeAll(schedule)
  schedule.feed(SETTLED, 0, FAILED)
  schedule.feed(INTERRUPT, 0, 0)
  schedule.feed(SETTLED, 1, OK)
  takeAll(schedule)
  expect([schedule.state(2), schedule.failureBehind(2), schedule.state(3)]).toEqual([SKIPPED, -1, RUNNING])
})

test('a stage that does not run cannot leave its streams', () => {
  const reader = { ...plain, dependencies: [0], edges: { ...NO_EDGES, streams: [0] } }
  const schedule = new EdgeSchedule(edgePlanOf([plain, reader]), Infinity, true)
  takeAll(schedule)
  expect(schedule.feed(DETACHED, 1, 0)).toBe(false)
  schedule.feed(BEGAN, 0, 0)
  takeAll(schedule)
  expect([schedule.feed(DETACHED, 1, 0), schedule.feed(DETACHED, 1, 0)]).toEqual([true, false])
})

test(
  'streams and gates are refused exactly if stages that yield more than there is room for would wait for each other',
  () => {
    const counts = { refused: 0, accepted: 0 }
    fc.assert(
      fc.property(randomFlow, (flow) => void counts[checkFlow(findDeadlocks, flow)]++),
      propertySettings(20_000),
    )
    expect(Math.min(counts.refused, counts.accepted)).toBeGreaterThan(100)
  },
  PROPERTY_TIMEOUT_MS,
)
