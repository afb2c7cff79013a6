import type { Spot, Spots } from './spots.ts'

const MOST_SWEEPS = 16
/** Sweeps without an improvement before the search ends. */
const PATIENCE = 4
/** More swaps would take longer than what they gain in a large graph. */
const SWAP_ROUNDS = 4

/** Orders the spots in each layer so that few edges cross: the layered method of Sugiyama, with barycenters and swaps. */
export function orderLayers({ layers }: Spots): void {
  let best = layers.map((layer) => layer.slice())
  let fewest = crossings(layers)
  for (let sweep = 0, waited = 0; sweep < MOST_SWEEPS && waited < PATIENCE && fewest > 0; sweep++) {
    const isForward = sweep % 2 === 0
    for (const layer of isForward ? layers : layers.toReversed()) sortByNeighbors(layer, isForward ? 'before' : 'after')
    swapNeighbors(layers)
    const found = crossings(layers)
    waited = found < fewest ? 0 : waited + 1
    if (found >= fewest) continue
    fewest = found
    best = layers.map((layer) => layer.slice())
  }
  for (const [index, layer] of best.entries()) setOrder(layers[index] ?? [], layer)
}

/** Sorts a layer by the mean place of each spot's neighbors. A spot without neighbors keeps its place. */
function sortByNeighbors(layer: Spot[], side: 'before' | 'after'): void {
  const means = new Map(layer.map((spot) => [spot, meanPlace(spot[side]) ?? spot.place]))
  const order = layer.toSorted((a, b) => (means.get(a) ?? 0) - (means.get(b) ?? 0) || a.place - b.place)
  setOrder(layer, order)
}

function meanPlace(spots: readonly Spot[]): number | undefined {
  if (spots.length === 0) return undefined
  return spots.reduce((sum, { place }) => sum + place, 0) / spots.length
}

function setOrder(layer: Spot[], order: readonly Spot[]): void {
  for (const [place, spot] of order.entries()) {
    layer[place] = spot
    spot.place = place
  }
}

/** Swaps spots beside each other while that removes crossings. */
function swapNeighbors(layers: readonly Spot[][]): void {
  for (let round = 0, swapped = true; swapped && round < SWAP_ROUNDS; round++) {
    swapped = false
    for (const layer of layers) {
      for (let place = 1; place < layer.length; place++) if (swapIfBetter(layer, place)) swapped = true
    }
  }
}

function swapIfBetter(layer: Spot[], place: number): boolean {
  const [upper, lower] = [layer[place - 1], layer[place]]
  if (upper === undefined || lower === undefined) return false
  const now = pairCrossings(upper.before, lower.before) + pairCrossings(upper.after, lower.after)
  if (now === 0) return false
  const swapped = pairCrossings(lower.before, upper.before) + pairCrossings(lower.after, upper.after)
  if (swapped >= now) return false
  layer[place - 1] = lower
  layer[place] = upper
  lower.place = place - 1
  upper.place = place
  return true
}

/** How many edges of the upper spot cross edges of the lower one. */
function pairCrossings(upper: readonly Spot[], lower: readonly Spot[]): number {
  let count = 0
  for (const one of upper) for (const other of lower) if (one.place > other.place) count++
  return count
}

/** How many edges cross in the whole drawing. */
function crossings(layers: readonly Spot[][]): number {
  return layers.reduce((sum, layer, index) => sum + crossingsAfter(layer, layers[index + 1]?.length ?? 0), 0)
}

/** The crossings between a layer and the next one, counted as inversions with a Fenwick tree. */
function crossingsAfter(layer: readonly Spot[], nextLength: number): number {
  const tree = new Int32Array(nextLength + 1)
  let count = 0
  let ended = 0
  for (const spot of layer) {
    const places = spot.after.map(({ place }) => place)
    for (const place of places) count += ended - countUpTo(tree, place)
    for (const place of places) add(tree, place)
    ended += places.length
  }
  return count
}

function add(tree: Int32Array, place: number): void {
  for (let index = place + 1; index < tree.length; index += index & -index) tree[index] = (tree[index] ?? 0) + 1
}

function countUpTo(tree: Int32Array, place: number): number {
  let count = 0
  for (let index = place + 1; index > 0; index -= index & -index) count += tree[index] ?? 0
  return count
}
