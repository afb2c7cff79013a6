import { CELLS, PENDING, READY, START, STATE, WAITING, commandOf, createPlan, findCycles } from './plan.ts'
import { inRows, orderOf, turned } from './plan.ts'
import type { EdgeRows, Need, Plan, Rows } from './plan.ts'

/** The sources of each stage, by the kind of their edges. */
export interface EdgesByKind {
  readonly values: Rows
  readonly streams: Rows
  readonly soft: Rows
  /** How long each soft edge is waited for, in ms. */
  readonly waits: Rows
  readonly gates: Rows
}

/** The plan of a graph with edges that aren't plain dependencies. */
export interface EdgePlan extends Plan {
  readonly edges: EdgesByKind
  /** The stages that read the chunks of each stage. */
  readonly readersOf: EdgeRows
  /** The stages that wait for each stage by a soft edge. */
  readonly softOf: EdgeRows
  /** The stages that each stage is a gate of. */
  readonly gatedBy: EdgeRows
}

/** Puts the rows of each stage together. */
const together = (first: Rows, ...others: Rows[]): Rows =>
  first.map((row, stage) => [...row, ...others.flatMap((rows) => rows[stage] as readonly number[])])

/** Turns the rows around, and makes arrays of them. */
function dependentsOf(rows: Rows): EdgeRows {
  const [offsets, targets] = inRows(turned(rows))
  return { offsets, targets }
}

/** Makes the plan of a graph without cycles. */
export function createEdgePlan(edges: EdgesByKind, needs: readonly Need[]): EdgePlan {
  const { values, streams, soft, gates } = edges
  const plan = createPlan(values, needs)
  const all = together(values, streams, soft, gates)
  const readers = plan.readers?.slice()
  const cells = plan.cells.slice()
  const starts: number[] = []
  const others = together(streams, soft, gates)
  streams.forEach((sources, stage) => {
    const at = stage * CELLS
    const pending = (cells[at + PENDING] as number) + sources.length
    const isReady = pending === 0 && soft[stage]?.length === 0
    cells[at + PENDING] = pending
    cells[at + STATE] = isReady ? READY : WAITING
    if (isReady) starts.push(commandOf(START, stage))
    for (const source of others[stage] as readonly number[])
      if (readers !== undefined && needs[source]?.late === true) (readers[source] as number)++
  })
  return {
    ...plan,
    cells,
    starts,
    readers,
    order: orderOf(all, turned(all)),
    edges,
    readersOf: dependentsOf(streams),
    softOf: dependentsOf(soft),
    gatedBy: dependentsOf(gates),
  }
}

/** What the check for deadlocks must know of each stage. */
export interface Flow {
  /** Whether its inbox holds its sources back when it is full. */
  readonly blocks: boolean
  /** Whether it may yield chunks. */
  readonly yields: boolean
  /** Whether it may end without starting, because it has a condition. */
  readonly mayNotStart: boolean
}

/**
 * Finds the deadlocks of bounded inboxes and holds, each as the list of its stages. A stage is three points in time: it starts, all its
 * chunks have flowed, it ends. Each point waits for others; a cycle among them never goes on.
 */
export function findDeadlocks({ values, streams, soft, gates }: EdgesByKind, flows: readonly Flow[]): Rows {
  // A cycle of dependencies is a problem of its own.
  if (findCycles(together(values, streams, soft, gates)).length > 0) return []
  const started = (stage: number): number => 3 * stage
  const flowed = (stage: number): number => 3 * stage + 1
  const ended = (stage: number): number => 3 * stage + 2
  const waits: number[][] = values.flatMap((_, stage) => [[], [started(stage)], [flowed(stage)]])
  const wait = (point: number, other: number): unknown => waits[point]?.push(other)
  values.forEach((sources, stage) => {
    const { blocks, yields } = flows[stage] as Flow
    for (const source of sources) wait(started(stage), ended(source))
    for (const gate of gates[stage] as readonly number[]) wait(yields ? flowed(stage) : ended(stage), ended(gate))
    for (const source of streams[stage] as readonly number[]) {
      wait(started(stage), started(source))
      // That it won't start is known once its gates have opened.
      if (flows[source]?.mayNotStart === true)
        for (const gate of gates[source] as readonly number[]) wait(started(stage), ended(gate))
      wait(ended(stage), ended(source))
      if (!blocks) continue
      wait(flowed(source), started(stage))
      wait(flowed(source), flowed(stage))
    }
  })
  return findCycles(waits).map((cycle) => [...new Set(cycle.map((point) => Math.floor(point / 3)))])
}

/**
 * Whether a stage may suspend. Inboxes and holds exist in one leg of a run only. So what a reader or a gate waits for may not outlast the
 * leg in which the source of the reader, or the stage behind the gate, has started.
 */
export function maySuspend({ values, streams, gates }: EdgesByKind, stage: number): boolean {
  const ends = behind(together(values, streams, gates), [stage])
  const valuesOf = turned(values)
  const afterwards = [...ends].flatMap((one) => valuesOf[one] as readonly number[])
  const starts = behind(streams, afterwards)
  for (const one of ends) {
    if (streams[one]?.some((source) => source === stage || !starts.has(source)) === true) return false
  }
  return gates.every((row, held) => starts.has(held) || !row.some((gate) => ends.has(gate)))
}

/** The stages, and all that are behind them by these edges. */
function behind(rows: Rows, stages: readonly number[]): ReadonlySet<number> {
  const dependents = turned(rows)
  const found = new Set(stages)
  for (const one of found) for (const target of dependents[one] as readonly number[]) found.add(target)
  return found
}
