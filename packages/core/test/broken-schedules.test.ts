import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MISTAKES, brokenSchedule } from './broken-schedules.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { randomScheduleCase } from './random-schedules.ts'
import { checkSchedule } from './schedule-checks.ts'

const settings = propertySettings(3_000)

test.each(MISTAKES)('a schedule in which $name is caught', async (mistake) => {
  const Broken = await brokenSchedule(mistake)
  const outcome = fc.check(fc.property(randomScheduleCase, (each) => checkSchedule(Broken, each)), { ...settings, endOnFailure: true })
  expect(outcome.failed, 'the broken schedule passes every check').toBe(true)
}, PROPERTY_TIMEOUT_MS)

test('a copy of the schedule without a mistake passes, so it is the mistakes that are caught', async () => {
  const Copy = await brokenSchedule({ name: 'none', text: 'export class Schedule {', instead: 'export class Schedule {' })
  fc.assert(fc.property(randomScheduleCase, (each) => checkSchedule(Copy, each)), settings)
}, PROPERTY_TIMEOUT_MS)
