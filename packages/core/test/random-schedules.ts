import fc from 'fast-check'
import { randomGraph } from './random-graphs.ts'
import type { ScheduleCase } from './schedule-checks.ts'

/** A graph, a limit, and somebody who drives it: takes, feeds what is right, and now and then what is not. */
export const randomScheduleCase: fc.Arbitrary<ScheduleCase> = fc.record({
  wiring: randomGraph(10),
  limit: fc.nat(3),
  goOn: fc.boolean(),
  moves: fc.array(fc.nat(12 * 132 - 1), { maxLength: 60, size: 'max' }),
})
