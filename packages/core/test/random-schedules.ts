import fc from 'fast-check'
import { randomGraph, randomEdgeGraph } from './random-graphs.ts'
import type { Wiring } from './random-graphs.ts'
import { MOVES } from './schedule-checks.ts'
import type { FlowCase, ScheduleCase } from './schedule-checks.ts'

/** A graph, a limit, and the moves of a driver, which takes commands and feeds facts: mostly legal ones, and some that are not. */
const caseOf = (wiring: fc.Arbitrary<readonly Wiring[]>): fc.Arbitrary<ScheduleCase> =>
  fc.record({
    wiring,
    limit: fc.nat(3).map((limit) => limit || Infinity),
    goOn: fc.boolean(),
    moves: fc.array(fc.nat(MOVES * 132 - 1), { maxLength: 80, size: 'max' }),
  })

export const randomScheduleCase: fc.Arbitrary<ScheduleCase> = caseOf(randomGraph(10))
/** The same for a graph with edges of all kinds. */
export const randomEdgeCase: fc.Arbitrary<ScheduleCase> = caseOf(randomEdgeGraph(10))

/** A graph with edges of all kinds, which of its inboxes hold their sources back, and which of its stages yield. */
export const randomFlow: fc.Arbitrary<FlowCase> = fc.record({
  wiring: randomEdgeGraph(8),
  conditions: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  yields: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  blocks: fc.array(
    fc.nat(3).map((number) => number > 0),
    { minLength: 8, maxLength: 8 },
  ),
})
