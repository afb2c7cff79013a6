import { CELLS, PENDING, READY, STATE, WAITING, createPlan, findCycles, inRows, orderOf, turned } from './plan.ts'
import { START, commandOf } from './plan.ts'
import type { EdgeRows, Need, Plan, Rows } from './plan.ts'

/** The edges of each stage by kind: its sources. */
export interface EdgesByKind {
  readonly values: Rows
  readonly streams: Rows
}

/** The plan of a graph with edges that aren't plain dependencies. */
export interface EdgePlan extends Plan {
  /** The readers of each stage's chunks. */
  readonly readersOf: EdgeRows
  /** The stages whose chunks each stage reads. */
  readonly streams: Rows
}

/** All edges of each stage. */
const allEdges = ({ values, streams }: EdgesByKind): Rows =>
  values.map((row, stage) => [...row, ...(streams[stage] as readonly number[])])

/** Makes the plan of a graph without cycles. */
export function createEdgePlan(edges: EdgesByKind, needs: readonly Need[]): EdgePlan {
  const { values, streams } = edges
  const plan = createPlan(values, needs)
  const [offsets, targets] = inRows(turned(streams))
  const all = allEdges(edges)
  const readers = plan.readers?.slice()
  const cells = plan.cells.slice()
  const starts: number[] = []
  streams.forEach((sources, stage) => {
    const at = stage * CELLS
    const pending = (cells[at + PENDING] as number) + sources.length
    cells[at + PENDING] = pending
    cells[at + STATE] = pending === 0 ? READY : WAITING
    if (pending === 0) starts.push(commandOf(START, stage))
    for (const source of sources)
      if (readers !== undefined && needs[source]?.late === true) (readers[source] as number)++
  })
  return { ...plan, cells, starts, order: orderOf(all, turned(all)), readers, readersOf: { offsets, targets }, streams }
}

/** What the check for deadlocks must know of each stage. */
export interface Flow {
  /** Whether its inbox holds its sources back when it is full. */
  readonly blocks: boolean
}

/**
 * Finds the deadlocks of bounded inboxes, each as the list of its stages. A stage is three points in time: it starts, all its chunks
 * have flowed, it ends. Each point waits for others; a cycle among them never goes on.
 */
export function findDeadlocks({ values, streams }: EdgesByKind, flows: readonly Flow[]): Rows {
  const started = (stage: number): number => 3 * stage
  const flowed = (stage: number): number => 3 * stage + 1
  const ended = (stage: number): number => 3 * stage + 2
  const waits: number[][] = values.flatMap((_, stage) => [[], [started(stage)], [flowed(stage)]])
  const wait = (point: number, other: number): unknown => waits[point]?.push(other)
  values.forEach((sources, stage) => {
    for (const source of sources) wait(started(stage), ended(source))
    for (const source of streams[stage] as readonly number[]) {
      wait(started(stage), started(source))
      wait(ended(stage), ended(source))
      if (flows[stage]?.blocks !== true) continue
      wait(flowed(source), started(stage))
      wait(flowed(source), flowed(stage))
    }
  })
  return findCycles(waits).map((cycle) => [...new Set(cycle.map((point) => Math.floor(point / 3)))])
}

/**
 * Whether a stage may suspend. An inbox exists in one leg of a run only, so what a reader waits for may not outlast the leg that its
 * source has started in.
 */
export function maySuspend(edges: EdgesByKind, stage: number): boolean {
  const dependents = turned(allEdges(edges))
  const behind = new Set([stage])
  for (const one of behind) for (const target of dependents[one] as readonly number[]) behind.add(target)
  for (const reader of behind) {
    for (const source of edges.streams[reader] as readonly number[]) {
      if (source === stage || !behind.has(source)) return false
    }
  }
  return true
}
