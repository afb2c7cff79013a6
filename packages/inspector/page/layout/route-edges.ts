import { isCut, type LayoutStage, type Spot, type Spots } from './spots.ts'

/** A point of an edge: `along` the layers, and `across` them. */
export interface Point {
  readonly along: number
  readonly across: number
}

/** An edge between the boxes of two stages. */
export interface Route {
  readonly from: number
  readonly to: number
  /** In pairs: a curve from the first to the second, a straight line to the third, a curve to the fourth, and so on. */
  readonly points: readonly Point[]
  /** The edge is too long to be drawn: it has one short line at each end. */
  readonly isCut: boolean
}

/** Where a layer begins and ends. */
export interface LayerRange {
  readonly from: number
  readonly to: number
}

const STUB = 16

/** The edges, through the gaps between layers and along the lanes. So none of them runs through a box. */
export function routeEdges(
  stages: readonly LayoutStage[],
  { boxes, lanes }: Spots,
  ranges: readonly LayerRange[],
): readonly Route[] {
  return boxes.flatMap((target) => {
    const sources = [...new Set(stages[target.stage]?.dependencies)].flatMap((source) => boxes[source] ?? [])
    return sources.map((source) => {
      const lane = (lanes.get(source.stage) ?? []).slice(0, target.layer - source.layer - 1)
      const cut = isCut(source, target)
      const points = cut ? stubs(source, target, ranges) : pointsThrough([source, ...lane, target], ranges)
      return { from: source.stage, to: target.stage, points, isCut: cut }
    })
  })
}

function pointsThrough(spots: readonly Spot[], ranges: readonly LayerRange[]): readonly Point[] {
  const points = spots.flatMap(({ layer, middle: across }) => {
    const { from = 0, to = 0 } = ranges[layer] ?? {}
    return [
      { along: from, across },
      { along: to, across },
    ]
  })
  // From the end of the first box to the beginning of the last one.
  return points.slice(1, -1)
}

function stubs(source: Spot, target: Spot, ranges: readonly LayerRange[]): readonly Point[] {
  const { to = 0 } = ranges[source.layer] ?? {}
  const { from = 0 } = ranges[target.layer] ?? {}
  return [
    { along: to, across: source.middle },
    { along: to + STUB, across: source.middle },
    { along: from - STUB, across: target.middle },
    { along: from, across: target.middle },
  ]
}
