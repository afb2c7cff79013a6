import { orderLayers } from './order-layers.ts'
import { placeSpots } from './place-spots.ts'
import { routeEdges, type LayerRange, type Point, type Route } from './route-edges.ts'
import { spotsOf, type LayoutStage, type Spot } from './spots.ts'

/** `right`: the layers are columns, from left to right. `down`: they are rows, from top to bottom. */
export type Direction = 'right' | 'down'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Place {
  readonly x: number
  readonly y: number
}

/** A part of the drawing. */
export interface Area {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The line of an edge. */
export interface EdgeLine {
  readonly from: number
  readonly to: number
  /** For the attribute `d` of an SVG path. */
  readonly path: string
  /** What the line lies in. */
  readonly area: Area
  /** The edge is too long to be drawn: it has one short line at each end. */
  readonly isCut: boolean
}

/** Where the boxes and edges of a graph are. */
export interface Layout {
  readonly size: Size
  readonly box: Size
  readonly direction: Direction
  /** The upper left corner of the box of each stage. */
  readonly places: readonly Place[]
  /** The layer of each stage, from 0. */
  readonly layers: readonly number[]
  readonly edges: readonly EdgeLine[]
}

const BOX: Size = { width: 148, height: 38 }
/** Between two boxes in a layer. */
const GAP = 14
const LANE = 2
/** Between two layers: more if an edge goes far across. */
const LEAST_LAYER_GAP = { right: 46, down: 34 }
const MOST_LAYER_GAP = 130
const STEEPEST = 7

/** Places the stages of a graph in layers. A stage is always after its dependencies, and no edge runs through a box. */
export function layOut(stages: readonly LayoutStage[], direction: Direction): Layout {
  const spots = spotsOf(stages)
  orderLayers(spots)
  const isRight = direction === 'right'
  const [along, across] = isRight ? [BOX.width, BOX.height] : [BOX.height, BOX.width]
  placeSpots(spots, { box: across, lane: LANE, gap: GAP })
  const ranges = rangesOf(spots.layers, along, LEAST_LAYER_GAP[direction])
  const edges = extent(
    spots.layers.flat().map((spot) => ({ middle: spot.middle, half: spot.isLane ? LANE : across / 2 })),
  )
  const place = (point: Point): Place => {
    const shifted = point.across - edges.from
    return isRight ? { x: point.along, y: shifted } : { x: shifted, y: point.along }
  }
  const length = ranges.at(-1)?.to ?? 0
  const width = edges.to - edges.from
  return {
    size: isRight ? { width: length, height: width } : { width, height: length },
    box: BOX,
    direction,
    places: spots.boxes.map(({ layer, middle }) =>
      place({ along: ranges[layer]?.from ?? 0, across: middle - across / 2 }),
    ),
    layers: spots.boxes.map(({ layer }) => layer),
    edges: routeEdges(stages, spots, ranges).map((route) => lineOf(route, place, isRight)),
  }
}

/** Where the layers begin and end: further apart if an edge between them goes far across, so that no edge is too steep to follow. */
function rangesOf(layers: readonly Spot[][], depth: number, leastGap: number): readonly LayerRange[] {
  let from = 0
  return layers.map((layer) => {
    const range = { from, to: from + depth }
    const farthest = layer.flatMap(({ after, middle }) => after.map((next) => Math.abs(next.middle - middle)))
    const gap = farthest.reduce((most, each) => Math.max(most, each / STEEPEST), leastGap)
    from = range.to + Math.min(MOST_LAYER_GAP, gap)
    return range
  })
}

function extent(spots: readonly { readonly middle: number; readonly half: number }[]): LayerRange {
  if (spots.length === 0) return { from: 0, to: 0 }
  return {
    from: spots.reduce((least, { middle, half }) => Math.min(least, middle - half), Infinity),
    to: spots.reduce((most, { middle, half }) => Math.max(most, middle + half), -Infinity),
  }
}

function lineOf({ from, to, points, isCut }: Route, place: (point: Point) => Place, isRight: boolean): EdgeLine {
  const placed = points.map((point) => place(point))
  const path = placed.map((point, index) => stepTo(point, placed[index - 1], isCut, isRight, index)).join('')
  return { from, to, path, area: areaOf(placed), isCut }
}

function areaOf(points: readonly Place[]): Area {
  return {
    left: points.reduce((least, { x }) => Math.min(least, x), Infinity),
    top: points.reduce((least, { y }) => Math.min(least, y), Infinity),
    right: points.reduce((most, { x }) => Math.max(most, x), -Infinity),
    bottom: points.reduce((most, { y }) => Math.max(most, y), -Infinity),
  }
}

function stepTo(to: Place, from: Place | undefined, isCut: boolean, isRight: boolean, index: number): string {
  if (from === undefined || (isCut && index === 2)) return `M${shown(to)}`
  const isStraight = index % 2 === 0 || isCut || (isRight ? from.y === to.y : from.x === to.x)
  if (isStraight) return `L${shown(to)}`
  const half = isRight ? (from.x + to.x) / 2 : (from.y + to.y) / 2
  const [first, second] = isRight
    ? [
        { x: half, y: from.y },
        { x: half, y: to.y },
      ]
    : [
        { x: from.x, y: half },
        { x: to.x, y: half },
      ]
  return `C${shown(first)} ${shown(second)} ${shown(to)}`
}

const shown = ({ x, y }: Place): string => `${rounded(x)} ${rounded(y)}`
const rounded = (value: number): number => Math.round(value * 10) / 10
