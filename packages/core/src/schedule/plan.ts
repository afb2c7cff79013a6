// Integers that a schedule and its plan share. This file imports nothing, so that bundlers can inline them.

// Facts: the runner feeds them to the schedule.
/** A stage settled. The detail is its state, plus STAYS if its code still runs. */
export const SETTLED = 1
/** The code of a settled stage returned or was abandoned. */
export const LEFT = 2
/** Nothing new may start. */
export const STOP = 3
/** A running stage gives its slot back while it waits. */
export const PARK = 4
/** A parked stage needs a slot again. It gets the next free one, ahead of new starts. */
export const UNPARK = 5
/** The code of a running stage is called, so its readers may start. Only in a graph with streams. */
export const BEGAN = 6
/** A stage reads no more chunks. Only in a graph with streams. */
export const DETACHED = 7
/** What hasn't started is skipped, except for uninterruptible stages. */
export const INTERRUPT = 8
/** A stage has waited for its soft dependencies for so many ms (the detail). Only in a graph with soft edges. */
export const WAITED = 9

// Commands: the runner takes them from the schedule.
export const START = 1
export const SKIP = 2
export const ABORT = 3
/** Nothing runs, and nothing can start anymore. */
export const END = 4
/** A parked stage has its slot again. */
export const RESUME = 5
/** A stage waits for nothing but soft dependencies, or for fewer of them than before. Only in a graph with soft edges. */
export const ARM = 6
/** All gates of a running stage have opened. Only in a graph with gates. */
export const RELEASE = 7

// States of a stage.
export const WAITING = 0
export const READY = 1
export const RUNNING = 2
export const OK = 3
export const SKIPPED = 4
export const FAILED = 5
export const CANCELLED = 6
/** It waits for an answer from outside the run. It counts as not settled for its dependents and for `left`. */
export const SUSPENDED = 7
/** Added to the state of a settled stage whose code still runs. */
export const STAYS = 16

// Each stage has four cells in the array of a run.
export const CELLS = 4
/** How many dependencies have not settled. */
export const PENDING = 0
/** How many dependencies must still end ok. */
export const NEED = 1
export const STATE = 2
/** The dependency that released or skipped the stage. −1: none. The stage itself: it was skipped because no reader is left. */
export const WHY = 3
/** In place of a dependency: the stage was skipped by an interrupt. */
export const INTERRUPTED = -2

/** Stored instead of a reader count once the stage has been stopped because no reader is left. */
export const ABORTED = -1
/** The bits of a cell that hold a state. There is room for eight more states below STAYS. */
export const STATE_BITS = 15
/** The bits of a command that hold its operation. There is room for eight more operations. The bits above hold the stage. */
export const OPERATION = 15
export const OPERATION_BITS = 4
export const commandOf = (operation: number, stage: number): number => (stage << OPERATION_BITS) | operation

/** A list of stages for each stage. */
export type Rows = readonly (readonly number[])[]

/** How many of a stage's dependencies must end ok, and whether it starts as soon as they have. */
export interface Need {
  readonly need: number
  readonly eager: boolean
  /** Whether the stage is stopped once no reader is left. Default: it isn't. */
  readonly late?: boolean
  /** Whether an interrupt spares the stage. Default: it doesn't. */
  readonly uninterruptible?: boolean
}

/** Edges as arrays of integers: the dependents of stage i are `targets[offsets[i]]` up to `targets[offsets[i + 1]]`. */
export interface EdgeRows {
  readonly offsets: Int32Array
  readonly targets: Int32Array
}

/** A graph as arrays of integers. Every run of the graph starts from it. */
export interface Plan extends EdgeRows {
  readonly count: number
  /** The cells of every stage at the start of a run. */
  readonly cells: readonly number[]
  /** The dependencies of stage i, in the same way. */
  readonly sourceOffsets: Int32Array
  readonly sources: Int32Array
  readonly eager: Uint8Array
  /** The START commands of stages without dependencies, in declared order. */
  readonly starts: readonly number[]
  /** The rank of each stage under `maxConcurrency`: the longest remaining path first, then declared order. */
  readonly order: Int32Array
  /** The number of dependents of each stage with `late: 'abort'`, 0 for other stages. Undefined if no stage has it. */
  readonly readers: Int32Array | undefined
  /** Whether an interrupt spares each stage. */
  readonly uninterruptible: readonly boolean[]
}

/** Makes the plan of a graph without cycles. Linear in stages and edges, except for sorting `order`. */
export function createPlan(dependencies: Rows, needs: readonly Need[], dependents: Rows = turned(dependencies)): Plan {
  const [sourceOffsets, sources] = inRows(dependencies)
  const [offsets, targets] = inRows(dependents)
  const starts: number[] = []
  const cells: number[] = []
  needs.forEach(({ need }, stage) => {
    const pending = (sourceOffsets[stage + 1] as number) - (sourceOffsets[stage] as number)
    cells.push(pending, need, pending === 0 ? READY : WAITING, -1) // PENDING, NEED, STATE, WHY
    if (pending === 0) starts.push(commandOf(START, stage))
  })
  return {
    count: dependencies.length,
    cells,
    offsets,
    targets,
    sourceOffsets,
    sources,
    starts,
    eager: Uint8Array.from(needs, ({ eager }) => Number(eager)),
    order: orderOf(dependencies, dependents),
    readers: readersOf(needs, offsets),
    uninterruptible: needs.map((need) => need.uninterruptible === true),
  }
}

function readersOf(needs: readonly Need[], offsets: Int32Array): Plan['readers'] {
  if (!needs.some(({ late }) => late)) return undefined
  return Int32Array.from(needs, ({ late }, stage) =>
    late ? (offsets[stage + 1] as number) - (offsets[stage] as number) : 0,
  )
}

/** Joins the lists into one array. Returns where each list begins, and the array. */
export function inRows(rows: Rows): [Int32Array, Int32Array] {
  const offsets = new Int32Array(rows.length + 1)
  rows.forEach((row, i) => {
    offsets[i + 1] = (offsets[i] as number) + row.length
  })
  return [offsets, new Int32Array(rows.flat())]
}

/** Reverses the edges: returns the dependents of each stage, in declared order. */
export function turned(dependencies: Rows): readonly number[][] {
  const dependents: readonly number[][] = dependencies.map(() => [])
  dependencies.forEach((row, stage) => {
    for (const source of row) dependents[source]?.push(stage)
  })
  return dependents
}

/** Sorts the stages so that each comes after its dependencies. A stage in or behind a cycle keeps a count above 0 in `left`. */
function topological(dependencies: Rows, dependents: Rows): { sorted: number[]; left: number[] } {
  const left = dependencies.map((row) => row.length)
  const sorted = [...left.keys()].filter((stage) => left[stage] === 0)
  for (const stage of sorted) {
    for (const target of dependents[stage] as readonly number[])
      if (--(left[target] as number) === 0) sorted.push(target)
  }
  return { sorted, left }
}

/** The rank of each stage: see `Plan.order`. */
export function orderOf(dependencies: Rows, dependents: Rows): Int32Array {
  const rank = new Int32Array(dependents.length)
  for (const stage of topological(dependencies, dependents).sorted.toReversed()) {
    for (const target of dependents[stage] as readonly number[])
      rank[stage] = Math.max(rank[stage] as number, (rank[target] as number) + 1)
  }
  const order = new Int32Array(dependents.length)
  const ranked = [...rank.keys()].sort((a, b) => (rank[b] as number) - (rank[a] as number) || a - b)
  ranked.forEach((stage, place) => {
    order[stage] = place
  })
  return order
}

/** Finds the cycles of a graph, each as the list of its stages. */
export function findCycles(dependencies: Rows, dependents: Rows = turned(dependencies)): Rows {
  const { left } = topological(dependencies, dependents)
  // A stage that the sort left over has a dependency that is left over too. Following these ends in a cycle, or on a path
  // walked before.
  const walk = new Int32Array(dependencies.length)
  const cycles: number[][] = []
  for (let start = 0; start < dependencies.length; start++) {
    const path: number[] = []
    let at: number | undefined = start
    while (at !== undefined && (left[at] as number) > 0 && walk[at] === 0) {
      walk[at] = start + 1
      path.push(at)
      at = dependencies[at]?.find((dependency) => (left[dependency] as number) > 0)
    }
    if (at !== undefined && path.length > 0 && walk[at] === start + 1)
      cycles.push(path.slice(path.indexOf(at)).reverse())
  }
  return cycles
}
