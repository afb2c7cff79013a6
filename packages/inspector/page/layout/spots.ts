/** A stage to place. `dependencies` are the places of others in the same list, and none of them depends on this stage. */
export interface LayoutStage {
  readonly dependencies: readonly number[]
}

/** What takes up room in a layer: the box of a stage, or the lane on which edges pass the layer. */
export interface Spot {
  readonly layer: number
  /** The stage in this spot, or the stage whose edges pass here. */
  readonly stage: number
  readonly isLane: boolean
  /** Neighbors in the layer before, and in the layer after. */
  readonly before: Spot[]
  readonly after: Spot[]
  /** Its place in its layer. */
  place: number
  /** The middle of the spot, across the layers. */
  middle: number
}

/** The spots of all stages and lanes. */
export interface Spots {
  /** By layer, each in the order of their places. */
  readonly layers: readonly Spot[][]
  /** The box of each stage. */
  readonly boxes: readonly Spot[]
  /** The lane of each stage that has one, in the order of the layers. All edges from a stage share its lane. */
  readonly lanes: ReadonlyMap<number, readonly Spot[]>
}

/** An edge over more layers has no lane: it is drawn as two short ends. Otherwise lanes would fill the drawing. */
const LONGEST_LANE = 30

/** Puts each stage one layer after the last of its dependencies, and gives lanes to the edges that pass layers. */
export function spotsOf(stages: readonly LayoutStage[]): Spots {
  const layerOf = longestPaths(stages)
  const count = layerOf.reduce((most, layer) => Math.max(most, layer + 1), 0)
  const layers = Array.from({ length: count }, (): Spot[] => [])
  const boxes = stages.map((_, stage) => addSpot(layers, stage, layerOf[stage] ?? 0, false))
  const lanes = new Map<number, readonly Spot[]>()
  for (const [source, targets] of targetsOf(boxes, stages).entries()) {
    const box = boxes[source]
    if (box === undefined || targets.length === 0) continue
    const lane = laneFrom(box, targets, layers)
    if (lane.length > 0) lanes.set(source, lane)
    for (const target of targets) link(lane[target.layer - box.layer - 2] ?? box, target)
  }
  return { layers, boxes, lanes }
}

/** True if an edge between the layers of these boxes is drawn as two short ends. */
export function isCut(source: Spot, target: Spot): boolean {
  return target.layer - source.layer - 1 > LONGEST_LANE
}

/** The boxes that the edges from each stage lead to, without the edges that are cut. */
function targetsOf(boxes: readonly Spot[], stages: readonly LayoutStage[]): readonly Spot[][] {
  const targets = boxes.map((): Spot[] => [])
  for (const target of boxes) {
    for (const source of new Set(stages[target.stage]?.dependencies)) {
      const box = boxes[source]
      if (box !== undefined && !isCut(box, target)) targets[source]?.push(target)
    }
  }
  return targets
}

/** The lane from a box through all layers before the last of its targets. */
function laneFrom(box: Spot, targets: readonly Spot[], layers: readonly Spot[][]): readonly Spot[] {
  const last = targets.reduce((most, { layer }) => Math.max(most, layer), 0)
  const lane: Spot[] = []
  for (let layer = box.layer + 1; layer < last; layer++) {
    const spot = addSpot(layers, box.stage, layer, true)
    link(lane.at(-1) ?? box, spot)
    lane.push(spot)
  }
  return lane
}

function addSpot(layers: readonly Spot[][], stage: number, layer: number, isLane: boolean): Spot {
  const place = layers[layer]?.length ?? 0
  const spot: Spot = { layer, stage, isLane, before: [], after: [], place, middle: 0 }
  layers[layer]?.push(spot)
  return spot
}

function link(from: Spot, to: Spot): void {
  from.after.push(to)
  to.before.push(from)
}

/** For each stage, how many others are in the longest chain of dependencies that leads to it. */
function longestPaths(stages: readonly LayoutStage[]): readonly number[] {
  const lengths: number[] = []
  for (const start of stages.keys()) {
    // A list instead of recursion: a chain may be longer than the call stack.
    const open = [start]
    for (let stage = open.at(-1); stage !== undefined; stage = open.at(-1)) {
      const dependencies = stages[stage]?.dependencies ?? []
      const missing = dependencies.filter((dependency) => lengths[dependency] === undefined)
      if (missing.length > 0 && lengths[stage] === undefined) {
        open.push(...missing)
        continue
      }
      lengths[stage] ??= dependencies.reduce((most, dependency) => Math.max(most, (lengths[dependency] ?? 0) + 1), 0)
      open.pop()
    }
  }
  return lengths
}
