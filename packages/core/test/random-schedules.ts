import fc from 'fast-check'
import { randomGraph } from './random-graphs.ts'
import { MOVES } from './schedule-checks.ts'
import type { ScheduleCase } from './schedule-checks.ts'

/** A graph, a limit, and the moves of a driver, which takes commands and feeds facts: mostly legal ones, and some that are not. */
export const randomScheduleCase: fc.Arbitrary<ScheduleCase> = fc.record({
  wiring: randomGraph(10),
  limit: fc.nat(3),
  goOn: fc.boolean(),
  moves: fc.array(fc.nat(MOVES * 132 - 1), { maxLength: 80, size: 'max' }),
})
