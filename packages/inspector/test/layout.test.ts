import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { layOut, type Layout, type Place } from '../page/layout/layout.ts'
import { largeGraph, stageAfter } from './large-graph.ts'

const graphs = fc
  .array(fc.array(fc.nat({ max: 40 }), { maxLength: 4 }), { maxLength: 60 })
  .map((lists) => lists.map((steps, index) => stageAfter(steps.map((step) => index - 1 - step))))
const directions = fc.constantFrom('right' as const, 'down' as const)

/** Points on an edge: 12 on each of its lines and curves. */
function pointsOn(path: string): readonly Place[] {
  let at: Place = { x: 0, y: 0 }
  return [...path.matchAll(/([MLC])([^MLC]*)/g)].flatMap(([, command, text = '']) => {
    const numbers = text.trim().split(/\s+/).map(Number)
    const points = [0, 2, 4].filter((index) => index < numbers.length).map((index) => pointAt(numbers, index))
    const from = at
    const to = points.at(-1) ?? from
    at = to
    if (command === 'M') return [to]
    const [first = from, second = to] = command === 'C' ? points : [from, to]
    return Array.from({ length: 13 }, (_, step) => onCurve([from, first, second, to], step / 12))
  })
}

function pointAt(numbers: readonly number[], index: number): Place {
  return { x: numbers[index] ?? Number.NaN, y: numbers[index + 1] ?? Number.NaN }
}

function onCurve([from, first, second, to]: readonly [Place, Place, Place, Place], t: number): Place {
  const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3]
  return {
    x: a * from.x + b * first.x + c * second.x + d * to.x,
    y: a * from.y + b * first.y + c * second.y + d * to.y,
  }
}

function isInside({ x, y }: Place, corner: Place, { box }: Layout): boolean {
  const [right, below] = [x - corner.x, y - corner.y]
  return right > 0.5 && right < box.width - 0.5 && below > 0.5 && below < box.height - 0.5
}

function overlap(one: Place, other: Place, { box }: Layout): boolean {
  return Math.abs(one.x - other.x) < box.width && Math.abs(one.y - other.y) < box.height
}

describe('a layout', () => {
  test('has a place for every stage and an edge for every dependency', () => {
    fc.assert(
      fc.property(graphs, directions, (stages, direction) => {
        const { places, edges } = layOut(stages, direction)
        expect(places).toHaveLength(stages.length)
        const wanted = stages.flatMap(({ dependencies }, to) => dependencies.map((from) => `${from} to ${to}`))
        expect(edges.map(({ from, to }) => `${from} to ${to}`).toSorted()).toEqual(wanted.toSorted())
      }),
    )
  })

  test('lets no boxes overlap', () => {
    fc.assert(
      fc.property(graphs, directions, (stages, direction) => {
        const layout = layOut(stages, direction)
        const pairs = layout.places.flatMap((one, index) => layout.places.slice(index + 1).map((other) => [one, other]))
        expect(
          pairs.filter(([one, other]) => one !== undefined && other !== undefined && overlap(one, other, layout)),
        ).toEqual([])
      }),
    )
  })

  test('puts each stage after all of its dependencies', () => {
    fc.assert(
      fc.property(graphs, directions, (stages, direction) => {
        const { places, edges, box } = layOut(stages, direction)
        const [start, depth] = direction === 'right' ? (['x', box.width] as const) : (['y', box.height] as const)
        const backward = edges.filter(
          ({ from, to }) => (places[to]?.[start] ?? 0) < (places[from]?.[start] ?? 0) + depth,
        )
        expect(backward).toEqual([])
      }),
    )
  })

  test('leads no edge through a box', () => {
    fc.assert(
      fc.property(graphs, directions, (stages, direction) => {
        const layout = layOut(stages, direction)
        const crossed = layout.edges.filter(({ path }) =>
          pointsOn(path).some((point) => layout.places.some((corner) => isInside(point, corner, layout))),
        )
        expect(crossed).toEqual([])
      }),
    )
  })

  test('keeps everything inside its size', () => {
    fc.assert(
      fc.property(graphs, directions, (stages, direction) => {
        const { places, edges, box, size } = layOut(stages, direction)
        const corners = places.flatMap(({ x, y }) => [
          { x, y },
          { x: x + box.width, y: y + box.height },
        ])
        const outside = [...corners, ...edges.flatMap(({ path }) => pointsOn(path))].filter(
          ({ x, y }) => x < -0.1 || y < -0.1 || x > size.width + 0.1 || y > size.height + 0.1,
        )
        expect(outside).toEqual([])
      }),
    )
  })

  test('is the same each time', () => {
    expect(layOut(largeGraph(80), 'right')).toEqual(layOut(largeGraph(80), 'right'))
  })

  test('keeps a chain on one line, also beside an edge that passes it', () => {
    const { places } = layOut([[], [0], [1], [2], [3, 0]].map(stageAfter), 'right')
    expect(new Set(places.map(({ y }) => y)).size).toBe(1)
  })

  test('puts a fan in the middle of what it reads', () => {
    const { places } = layOut([[], [0], [0], [0], [1, 2, 3]].map(stageAfter), 'right')
    expect(places[4]?.y).toBe(places[0]?.y)
    expect(places[4]?.y).toBe(places[2]?.y)
  })

  test("doesn't drift: a graph of 200 stages is hardly higher than its fullest layer", () => {
    const layout = layOut(largeGraph(200), 'right')
    const counts = new Map<number, number>()
    for (const layer of layout.layers) counts.set(layer, (counts.get(layer) ?? 0) + 1)
    const fullest = Math.max(...counts.values()) * (layout.box.height + 14)
    expect(layout.size.height).toBeLessThan(1.6 * fullest)
  })

  test('cuts an edge over more than 30 layers, instead of drawing a line that is too long to follow', () => {
    const chain = Array.from({ length: 40 }, (_, index) => stageAfter(index === 39 ? [38, 0, 10] : [index - 1]))
    const { edges } = layOut(chain, 'right')
    expect(edges.filter(({ isCut }) => isCut).map(({ from, to }) => [from, to])).toEqual([[0, 39]])
  })

  test('takes a chain of 10,000 stages', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => stageAfter([index - 1]))
    expect(layOut(chain, 'right').layers.at(-1)).toBe(9_999)
  })
})
