import type { EdgesByKind, Flow } from '../src/schedule/edge-plan.ts'

/** One stage of the simulation. */
interface FlowingStage {
  started: boolean
  ended: boolean
  /** How many chunks it has yielded of its own, before it reads. */
  own: number
  /** A chunk that it has read, and must yield before it reads the next. */
  passing: boolean
  /** How many chunks wait for it. */
  inbox: number
  /** Its hold has a chunk, and there is room for no other. */
  isFull: boolean
}

/** More than all inboxes of a graph hold. */
const OWN_CHUNKS = 40

/**
 * The stages that never end if each stage yields more chunks than there is room for, reads every chunk, and yields it again. A stage
 * with a condition may end without starting: every choice of those that do is tried.
 */
export function findHanging(edges: EdgesByKind, flows: readonly Flow[]): readonly number[] {
  const isSource = (stage: number): boolean => edges.streams.some((sources) => sources.includes(stage))
  // Only of a held source that others read does it matter.
  const conditional = flows.flatMap(({ mayNotStart }, stage) =>
    mayNotStart && isSource(stage) && (edges.gates[stage] as readonly number[]).length > 0 ? [stage] : [],
  )
  const hanging = new Set<number>()
  for (let choice = 0; choice < 2 ** conditional.length; choice++) {
    const leftOut = conditional.filter((_, position) => (choice >> position) % 2 === 1)
    for (const stage of playOn(edges, flows, new Set(leftOut))) hanging.add(stage)
  }
  return [...hanging]
}

/** Plays a graph on until nothing changes. Returns the stages that have not ended. */
function playOn(
  { values, streams, gates }: EdgesByKind,
  flows: readonly Flow[],
  leftOut: ReadonlySet<number>,
): readonly number[] {
  const stages = values.map((): FlowingStage => ({
    started: false,
    ended: false,
    own: 0,
    passing: false,
    inbox: 0,
    isFull: false,
  }))
  const at = (stage: number): FlowingStage => stages[stage] as FlowingStage
  const sourcesOf = (rows: EdgesByKind['values'], stage: number): readonly number[] => rows[stage] as readonly number[]
  const readersOf = stages.map((_, source) => [...stages.keys()].filter((stage) => streams[stage]?.includes(source)))

  const isHeld = (stage: number): boolean => sourcesOf(gates, stage).some((gate) => !at(gate).ended)

  /** Gives a chunk to every reader that has room. One whose inbox drops chunks always has. A hold has room for one. */
  function yields(stage: number): boolean {
    if (flows[stage]?.yields !== true) return true
    if (isHeld(stage)) {
      if (at(stage).isFull) return false
      at(stage).isFull = true
      return true
    }
    const readers = (readersOf[stage] as readonly number[]).filter((reader) => !at(reader).ended)
    if (readers.some((reader) => flows[reader]?.blocks && at(reader).inbox > 0)) return false
    for (const reader of readers) at(reader).inbox = 1
    return true
  }

  function goesOn(stage: number): boolean {
    const one = at(stage)
    if (one.ended) return false
    if (!one.started) {
      one.started =
        sourcesOf(values, stage).every((source) => at(source).ended) &&
        sourcesOf(streams, stage).every((source) => at(source).ended || (at(source).started && !leftOut.has(source)))
      return one.started
    }
    if (leftOut.has(stage)) {
      one.ended = !isHeld(stage)
      return one.ended
    }
    if (one.own < OWN_CHUNKS) {
      if (!yields(stage)) return false
      one.own++
      return true
    }
    if (one.passing) {
      if (!yields(stage)) return false
      one.passing = false
      return true
    }
    if (one.inbox > 0) {
      one.inbox = 0
      one.passing = true
      return true
    }
    one.ended = !isHeld(stage) && sourcesOf(streams, stage).every((source) => at(source).ended)
    return one.ended
  }

  for (let changed = true; changed;) {
    changed = false
    for (const stage of stages.keys()) if (goesOn(stage)) changed = true
  }
  return [...stages.keys()].filter((stage) => !at(stage).ended)
}
