import { expect, test } from 'vitest'

import { centered, fitted, visibleArea, withBoxInView, zoomed } from '../page/graph/viewport.ts'

const FRAME = { width: 800, height: 400 }
const BOX = { width: 100, height: 40 }

test('a drawing that is too large is shown whole, in the middle', () => {
  const view = fitted({ width: 1520, height: 200 }, FRAME)
  expect(view).toEqual({ scale: 0.5, x: 20, y: 150 })
})

test('a small drawing is enlarged only a little', () => {
  expect(fitted({ width: 100, height: 40 }, FRAME).scale).toBe(1.25)
})

test('an empty drawing, and a frame without room, have a view too', () => {
  expect(fitted({ width: 0, height: 0 }, FRAME).scale).toBe(1.25)
  expect(fitted(BOX, { width: 0, height: 0 }).scale).toBeGreaterThan(0)
})

test('boxes are shown with their middle in the middle of the frame', () => {
  const { x, y, scale } = centered(
    [
      { x: 1_000, y: 1_000 },
      { x: 1_300, y: 1_100 },
    ],
    { box: BOX, size: { width: 4_000, height: 4_000 } },
    FRAME,
  )
  expect(scale).toBe(0.85)
  expect(x + 1_200 * scale).toBe(400)
  expect(y + 1_070 * scale).toBeCloseTo(200)
})

test('a box at the edge is shown at the edge, so that the drawing fills the frame', () => {
  const drawing = { box: BOX, size: { width: 4_000, height: 100 } }
  expect(centered([{ x: 0, y: 0 }], drawing, FRAME)).toEqual({ scale: 0.85, x: 20, y: 157.5 })
  expect(centered([{ x: 3_900, y: 0 }], drawing, FRAME).x).toBe(780 - 3_400)
})

test('zooming keeps the point under the pointer where it is', () => {
  const before = { x: 10, y: 20, scale: 1 }
  const after = zoomed(before, 2, { x: 110, y: 70 })
  expect(after).toEqual({ x: -90, y: -30, scale: 2 })
})

test('zooming ends at a largest and at a smallest scale', () => {
  const view = { x: 0, y: 0, scale: 1 }
  expect(zoomed(view, 1_000, { x: 0, y: 0 }).scale).toBe(3)
  expect(zoomed(view, 0, { x: 0, y: 0 }).scale).toBe(0.03)
})

test('a box in view moves nothing, and one outside moves just into view', () => {
  const view = { x: 0, y: 0, scale: 1 }
  expect(withBoxInView(view, { x: 200, y: 100 }, BOX, FRAME)).toEqual(view)
  expect(withBoxInView(view, { x: 900, y: -50 }, BOX, FRAME)).toEqual({ x: -220, y: 70, scale: 1 })
})

test('what is drawn reaches half a frame further than what is in view', () => {
  expect(visibleArea({ x: 0, y: 0, scale: 0.5 }, FRAME)).toEqual({ left: -800, top: -400, right: 2_400, bottom: 1_200 })
})
