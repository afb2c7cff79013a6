import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PROPERTY_TIMEOUT_MS, propertySettings } from '../../test/property-settings.ts'
import { ReadyHeap } from './slots.ts'

test('the stage that is first in the order is taken first, in any order of adding', () => {
  const heap = new ReadyHeap(Int32Array.of(3, 0, 2, 1))
  for (const stage of [0, 2, 3, 1]) heap.add(stage)
  expect([heap.take(), heap.take(), heap.take(), heap.take(), heap.take()]).toEqual([1, 3, 2, 0, undefined])
})

test(
  'adding and taking in any sequence gives the same as sorting the rest each time',
  () => {
    const order = fc.uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 40, size: 'max' })
    const takes = fc.array(fc.boolean(), { maxLength: 80, size: 'max' })
    fc.assert(
      fc.property(order, takes, (places, moves) => {
        const heap = new ReadyHeap(Int32Array.from(places))
        const rest: number[] = []
        let next = 0
        for (const take of moves) {
          if (take) {
            rest.sort((a, b) => (places[a] as number) - (places[b] as number))
            expect(heap.take()).toBe(rest.shift())
          } else if (next < places.length) {
            heap.add(next)
            rest.push(next++)
          }
        }
      }),
      propertySettings(2_000),
    )
  },
  PROPERTY_TIMEOUT_MS,
)
