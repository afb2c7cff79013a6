import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RankedQueue } from './ranked-queue.ts'

test('items leave in the order in which they came, whatever their ranks and however many they are', () => {
  const queue = new RankedQueue<number>(3)
  for (let item = 0; item < 100; item++) queue.push(item, item % 3)
  expect(queue.size).toBe(100)
  expect(Array.from({ length: 100 }, () => queue.shift())).toEqual([...Array(100).keys()])
  expect([queue.size, queue.firstNumber, queue.lastNumber]).toEqual([0, Infinity, 100])
})

test('it does what a list does', () => {
  const rank = fc.integer({ min: 0, max: 2 })
  const action = fc.oneof(
    fc.record({ do: fc.constant('push' as const), rank, count: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ do: fc.constant('shift' as const), rank, count: fc.integer({ min: 1, max: 10 }) }),
    fc.record({ do: fc.constant('dropOldest' as const), rank, count: fc.constant(1) }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const queue = new RankedQueue<number>(3)
      let model: { readonly number: number; readonly rank: number }[] = []
      for (const given of actions)
        for (let time = 0; time < given.count; time++) {
          if (given.do === 'push') {
            queue.push(queue.lastNumber + 1, given.rank)
            model.push({ number: queue.lastNumber, rank: given.rank })
          } else if (given.do === 'shift') {
            if (model.length > 0) expect(queue.shift()).toBe(model.shift()?.number)
          } else {
            const lowest = Math.min(...model.map((one) => one.rank))
            const oldest = lowest <= given.rank ? model.find((one) => one.rank === lowest) : undefined
            model = model.filter((one) => one !== oldest)
            const { number } = oldest ?? {}
            expect(queue.dropOldest(given.rank)).toEqual(number === undefined ? undefined : { item: number, number })
          }
          expect(queue.size).toBe(model.length)
          expect(queue.sizeOf(1)).toBe(model.filter((one) => one.rank === 1).length)
          expect(queue.firstNumber).toBe(model[0]?.number ?? Infinity)
        }
    }),
    { numRuns: 300 },
  )
})
