import type { Spot, Spots } from './spots.ts'

/** The room of a spot across the layers. */
export interface Room {
  readonly box: number
  readonly lane: number
  /** Between two spots. */
  readonly gap: number
}

const PULL_SWEEPS = 12
const STRAIGHTEN_ROUNDS = 4
/** Draws every spot to the middle line a little. Without it, layers drift away diagonally. */
const CENTER_WEIGHT = 0.05
/** A difference that can't be seen. */
const SAME = 0.01

/** Sets the `middle` of every spot: near its neighbors, without overlaps, and with straight edges if they fit. */
export function placeSpots({ layers, boxes, lanes }: Spots, room: Room): void {
  for (const layer of layers) stack(layer, room)
  for (let sweep = 0; sweep < PULL_SWEEPS; sweep++) {
    for (const layer of sweep % 2 === 0 ? layers : layers.toReversed()) pull(layer, room)
  }
  for (let round = 0; round < STRAIGHTEN_ROUNDS; round++) {
    for (const lane of lanes.values()) straighten(lane, layers, room)
    for (const box of round % 2 === 0 ? boxes : boxes.toReversed()) {
      straighten([box], layers, room)
      if (inLineWith(box, box.before) === undefined) straighten(inLineFrom(box), layers, room)
    }
  }
}

/** Puts the spots of a layer beside each other, around the middle line. */
function stack(layer: readonly Spot[], room: Room): void {
  let at = 0
  for (const [place, spot] of layer.entries()) {
    at += place === 0 ? 0 : distance(layer[place - 1], spot, room)
    spot.middle = at
  }
  for (const spot of layer) spot.middle -= at / 2
}

/** The least distance between the middles of two spots beside each other. */
function distance(upper: Spot | undefined, lower: Spot | undefined, room: Room): number {
  return sizeOf(upper, room) / 2 + room.gap + sizeOf(lower, room) / 2
}

function sizeOf(spot: Spot | undefined, room: Room): number {
  return spot?.isLane === true ? room.lane : room.box
}

/** Spots that touch, so that they move together. */
interface Block {
  weight: number
  /** Where the block wants to be: the weighted mean of what its spots want, less their distances from its first one. */
  wanted: number
  readonly spots: Spot[]
}

/**
 * Moves each spot of a layer as near to the mean of its neighbors as the others allow. Where the wishes overlap, the spots become one
 * block. This is the algorithm of pool adjacent violators, which finds the least squared distance.
 */
function pull(layer: readonly Spot[], room: Room): void {
  const offsets = offsetsOf(layer, room)
  const blocks: Block[] = []
  for (const [place, spot] of layer.entries()) {
    const { weight, mean } = wishOf(spot)
    let block: Block = { weight, wanted: mean - (offsets[place] ?? 0), spots: [spot] }
    for (let above = blocks.at(-1); above !== undefined && above.wanted > block.wanted; above = blocks.at(-1)) {
      block = joined(above, block)
      blocks.pop()
    }
    blocks.push(block)
  }
  for (const { wanted, spots } of blocks) for (const spot of spots) spot.middle = wanted + (offsets[spot.place] ?? 0)
}

/** The distance of each spot from the first one if all of them touch. */
function offsetsOf(layer: readonly Spot[], room: Room): readonly number[] {
  let at = 0
  return layer.map((spot, place) => (at += place === 0 ? 0 : distance(layer[place - 1], spot, room)))
}

function joined(above: Block, below: Block): Block {
  const weight = above.weight + below.weight
  const wanted = (above.wanted * above.weight + below.wanted * below.weight) / weight
  above.spots.push(...below.spots)
  return { weight, wanted, spots: above.spots }
}

/** The weighted mean of the neighbors of a spot. */
function wishOf(spot: Spot): { readonly weight: number; readonly mean: number } {
  let weight = CENTER_WEIGHT
  let sum = 0
  for (const neighbors of [spot.before, spot.after]) {
    for (const neighbor of neighbors) {
      const pullOf = weightOf(spot, neighbor)
      weight += pullOf
      sum += pullOf * neighbor.middle
    }
  }
  return { weight, mean: sum / weight }
}

/** A bend in a lane is worst. Chains of boxes bend less than edges to a lane. */
function weightOf(spot: Spot, neighbor: Spot): number {
  if (spot.isLane && neighbor.isLane) return 8
  return spot.isLane || neighbor.isLane ? 2 : 3
}

/** A box and the boxes after it that are in line with it already, so that they move together. */
function inLineFrom(box: Spot): readonly Spot[] {
  const line = [box]
  for (let last: Spot | undefined = box; last !== undefined;) {
    last = inLineWith(last, last.after)
    if (last !== undefined) line.push(last)
  }
  return line
}

function inLineWith(box: Spot, neighbors: readonly Spot[]): Spot | undefined {
  return neighbors.find(({ isLane, middle }) => !isLane && Math.abs(middle - box.middle) < SAME)
}

/** An edge between a spot that moves and one that stays. */
interface Pull {
  readonly spot: Spot
  readonly neighbor: Spot
  readonly weight: number
}

/** Moves a box, a chain of boxes or a whole lane in line with one of its neighbors if it fits there and the edges get straighter. */
function straighten(moving: readonly Spot[], layers: readonly Spot[][], room: Room): void {
  const free = moving.map((spot) => freeRange(spot, layers[spot.layer] ?? [], room))
  const from = free.reduce((most, range) => Math.max(most, range.from), -Infinity)
  const to = free.reduce((least, range) => Math.min(least, range.to), Infinity)
  const movingSpots = new Set(moving)
  const pulls = moving.flatMap((spot) => pullsOn(spot, movingSpots))
  let least = bendsInside(moving) + pulls.reduce((sum, pull) => sum + bendOf(pull, pull.spot.middle), 0)
  let best: number | undefined
  for (const middle of new Set([...moving, ...pulls.map(({ neighbor }) => neighbor)].map((spot) => spot.middle))) {
    if (middle < from || middle > to) continue
    const bends = pulls.reduce((sum, pull) => sum + bendOf(pull, middle), 0)
    if (bends > least - SAME) continue
    least = bends
    best = middle
  }
  if (best !== undefined) for (const spot of moving) spot.middle = best
}

function pullsOn(spot: Spot, moving: ReadonlySet<Spot>): readonly Pull[] {
  const neighbors = [...spot.before, ...spot.after].filter((neighbor) => !moving.has(neighbor))
  return neighbors.map((neighbor) => ({ spot, neighbor, weight: weightOf(spot, neighbor) }))
}

function bendOf({ neighbor, weight }: Pull, middle: number): number {
  return weight * Math.abs(middle - neighbor.middle)
}

/** How far the edges between spots that move together bend now. */
function bendsInside(moving: readonly Spot[]): number {
  return moving.reduce((sum, spot, index) => {
    const next = moving[index + 1]
    return next === undefined ? sum : sum + weightOf(spot, next) * Math.abs(spot.middle - next.middle)
  }, 0)
}

/** How far the middle of a spot can move before it touches the spots beside it. */
function freeRange(spot: Spot, layer: readonly Spot[], room: Room): { readonly from: number; readonly to: number } {
  const [upper, lower] = [layer[spot.place - 1], layer[spot.place + 1]]
  return {
    from: upper === undefined ? -Infinity : upper.middle + distance(upper, spot, room),
    to: lower === undefined ? Infinity : lower.middle - distance(spot, lower, room),
  }
}
