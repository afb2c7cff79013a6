import fc from 'fast-check'
import { test } from 'vitest'
import { PROPERTY_TIMEOUT_MS, propertySettings } from '../test/property-settings.ts'
import { randomScheduleCase } from '../test/random-schedules.ts'
import { checkSchedule } from '../test/schedule-checks.ts'
import { Schedule } from './schedule.ts'

test('whatever it is told, a schedule commands what the reference allows and knows what the reference knows', () => {
  fc.assert(fc.property(randomScheduleCase, (each) => checkSchedule(Schedule, each)), propertySettings(20_000))
}, PROPERTY_TIMEOUT_MS)
