import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { assignLanes } from './lanes.ts'

test('consecutive spans share a lane, overlapping ones do not', () => {
  expect(
    assignLanes([
      { from: 0, to: 5 },
      { from: 5, to: 9 },
      { from: 4, to: 6 },
    ]),
  ).toEqual([0, 0, 1])
  expect(
    assignLanes([
      { from: 5, to: 5 },
      { from: 0, to: 5 },
      { from: 5, to: 8 },
    ]),
  ).toEqual([0, 0, 0])
  expect(assignLanes([])).toEqual([])
})

test('no two spans of a lane overlap, and there are as many lanes as spans at the busiest moment', () => {
  const span = fc.tuple(fc.nat(20), fc.nat(6)).map(([from, length]) => ({ from, to: from + length }))
  fc.assert(
    fc.property(fc.array(span, { maxLength: 30 }), (spans) => {
      const lanes = assignLanes(spans)
      for (const [a, { from, to }] of spans.entries()) {
        for (const [b, other] of spans.entries())
          if (a !== b && lanes[a] === lanes[b]) expect(from >= other.to || other.from >= to).toBe(true)
      }
      const busiest = spans.map(({ from }) => spans.filter((other) => other.from <= from && from < other.to).length)
      const empty = spans.some(({ from, to }) => from === to) ? 1 : 0
      expect(Math.max(-1, ...lanes) + 1).toBeLessThanOrEqual(Math.max(0, ...busiest) + empty)
    }),
    propertySettings(100),
  )
})
