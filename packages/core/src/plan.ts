import { CELLS, NEED, READY, START, STATE, WHY, commandOf } from './schedule.ts'

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
export function createPlan(dependencies: readonly (readonly number[])[], needs: readonly Need[]): Plan {
  const count = dependencies.length
  const [sourceOffsets, sources] = inRows(dependencies)
  const [offsets, targets] = turned(sourceOffsets, sources, count)
  const starts: number[] = []
  const cells = Array.from({ length: CELLS * count }, () => 0)
  dependencies.forEach((row, stage) => {
    cells[CELLS * stage] = row.length
    cells[CELLS * stage + NEED] = (needs[stage] as Need).need
    cells[CELLS * stage + WHY] = -1
    if (row.length > 0) return
    cells[CELLS * stage + STATE] = READY
    starts.push(commandOf(START, stage))
  })
  const late = needs.some((need) => need.late)
  return {
    count,
    cells,
    offsets,
    targets,
    sourceOffsets,
    sources,
    starts,
    eager: Uint8Array.from(needs, (need) => (need.eager ? 1 : 0)),
    order: orderOf(offsets, targets, topological(dependencies, offsets, targets).sorted, count),
    readers: late
      ? Int32Array.from(needs, (need, stage) =>
          need.late ? (offsets[stage + 1] as number) - (offsets[stage] as number) : 0,
        )
      : undefined,
  }
}

function inRows(rows: readonly (readonly number[])[]): [Int32Array, Int32Array] {
  const offsets = new Int32Array(rows.length + 1)
  rows.forEach((row, i) => {
    offsets[i + 1] = (offsets[i] as number) + row.length
  })
  const values = new Int32Array(offsets[rows.length] as number)
  rows.forEach((row, i) => values.set(row, offsets[i]))
  return [offsets, values]
}

/** The edges the other way round: for each stage its dependents, in declared order. */
function turned(sourceOffsets: Int32Array, sources: Int32Array, count: number): [Int32Array, Int32Array] {
  const offsets = new Int32Array(count + 1)
  for (const source of sources) (offsets[source + 1] as number)++
  for (let i = 0; i < count; i++) (offsets[i + 1] as number) += offsets[i] as number
  const next = offsets.slice()
  const targets = new Int32Array(sources.length)
  for (let stage = 0; stage < count; stage++) {
    for (let edge = sourceOffsets[stage] as number; edge < (sourceOffsets[stage + 1] as number); edge++) {
      const source = sources[edge] as number
      targets[(next[source] as number)++] = stage
    }
  }
  return [offsets, targets]
}

/** The stages so that each comes after what it depends on; those in or behind a cycle are left with a count above 0. */
function topological(
  dependencies: readonly (readonly number[])[],
  offsets: Int32Array,
  targets: Int32Array,
): { sorted: number[]; left: Int32Array } {
  const left = Int32Array.from(dependencies, (row) => row.length)
  const sorted: number[] = []
  left.forEach((count, stage) => {
    if (count === 0) sorted.push(stage)
  })
  for (let k = 0; k < sorted.length; k++) {
    const stage = sorted[k] as number
    for (let edge = offsets[stage] as number; edge < (offsets[stage + 1] as number); edge++) {
      const target = targets[edge] as number
      if (--(left[target] as number) === 0) sorted.push(target)
    }
  }
  return { sorted, left }
}

function orderOf(offsets: Int32Array, targets: Int32Array, sorted: readonly number[], count: number): Int32Array {
  const rank = new Int32Array(count)
  for (let k = sorted.length - 1; k >= 0; k--) {
    const stage = sorted[k] as number
    for (let edge = offsets[stage] as number; edge < (offsets[stage + 1] as number); edge++) {
      rank[stage] = Math.max(rank[stage] as number, (rank[targets[edge] as number] as number) + 1)
    }
  }
  const order = new Int32Array(count)
  const ranked = Array.from({ length: count }, (_, stage) => stage).sort(
    (a, b) => (rank[b] as number) - (rank[a] as number) || a - b,
  )
  ranked.forEach((stage, place) => {
    order[stage] = place
  })
  return order
}

/** The cycles of a graph, each as the stages along it; empty when it has none. */
export function findCycles(dependencies: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const [sourceOffsets, sources] = inRows(dependencies)
  const { left } = topological(dependencies, ...turned(sourceOffsets, sources, dependencies.length))
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
