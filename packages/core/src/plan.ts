import { CELLS, NEED, READY, START, STATE, WAITING, WHY, commandOf } from './schedule-codes.ts'

/** A list of stages for each stage. */
type Rows = readonly (readonly number[])[]

/** How many of a stage's dependencies must end ok, and whether it starts as soon as they have. */
export interface Need {
  readonly need: number
  readonly eager: boolean
  /** Whether it ends as late when nobody can read it any more. */
  readonly late: boolean
}

/** A graph as arrays of integers: what every run of it starts from. */
export interface Plan {
  readonly count: number
  /** The cells of every stage before a run (`schedule.ts`). */
  readonly cells: readonly number[]
  /** The dependents of stage i are `targets[offsets[i]]` up to `targets[offsets[i + 1]]`. */
  readonly offsets: Int32Array
  readonly targets: Int32Array
  /** The dependencies of stage i, in the same way. */
  readonly sourceOffsets: Int32Array
  readonly sources: Int32Array
  readonly eager: Uint8Array
  /** The commands that start what depends on nothing, in declared order. */
  readonly starts: readonly number[]
  /** The place of each stage where slots are few: the longest remaining path first, then declared order. */
  readonly order: Int32Array
  /** How many stages can read a stage that may end as late, else 0; absent where there is none. */
  readonly readers: Int32Array | undefined
}

/** The plan of a graph without cycles; linear in stages and edges, but for the sort of `order`. */
export function createPlan(dependencies: Rows, needs: readonly Need[], dependents: Rows = turned(dependencies)): Plan {
  const [sourceOffsets, sources] = inRows(dependencies)
  const [offsets, targets] = inRows(dependents)
  const starts: number[] = []
  const cells: number[] = []
  dependencies.forEach((row, stage) => {
    const isFree = row.length === 0
    const at = CELLS * stage
    cells[at] = row.length // PENDING
    cells[at + NEED] = (needs[stage] as Need).need
    cells[at + STATE] = isFree ? READY : WAITING
    cells[at + WHY] = -1
    if (isFree) starts.push(commandOf(START, stage))
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
    order: orderOf(dependents, topological(dependencies, dependents).sorted),
    readers: needs.some(({ late }) => late)
      ? Int32Array.from(needs, ({ late }, stage) => (late ? (dependents[stage] as readonly number[]).length : 0))
      : undefined,
  }
}

/** Each list as a part of one array, and where each begins. */
function inRows(rows: Rows): [Int32Array, Int32Array] {
  const offsets = new Int32Array(rows.length + 1)
  rows.forEach((row, i) => {
    offsets[i + 1] = (offsets[i] as number) + row.length
  })
  return [offsets, new Int32Array(rows.flat())]
}

/** The edges the other way round: for each stage its dependents, in declared order. */
export function turned(dependencies: Rows): readonly number[][] {
  const dependents: readonly number[][] = dependencies.map(() => [])
  dependencies.forEach((row, stage) => {
    for (const source of row) dependents[source]?.push(stage)
  })
  return dependents
}

/** The stages so that each comes after what it depends on; those in or behind a cycle are left with a count above 0. */
function topological(dependencies: Rows, dependents: Rows): { sorted: number[]; left: number[] } {
  const left = dependencies.map((row) => row.length)
  const sorted = [...left.keys()].filter((stage) => left[stage] === 0)
  for (const stage of sorted) {
    for (const target of dependents[stage] as readonly number[])
      if (--(left[target] as number) === 0) sorted.push(target)
  }
  return { sorted, left }
}

function orderOf(dependents: Rows, sorted: readonly number[]): Int32Array {
  const rank = new Int32Array(dependents.length)
  for (const stage of sorted.toReversed()) {
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

/** The cycles of a graph, each as the stages along it; empty when it has none. */
export function findCycles(dependencies: Rows, dependents: Rows = turned(dependencies)): Rows {
  const { left } = topological(dependencies, dependents)
  // A stage that never got free has a dependency that never got free: walking there ends in a cycle, or on a path walked before.
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
