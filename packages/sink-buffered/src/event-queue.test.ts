import type { StageflowEvent } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventQueue, NOTICE, type Entry, type Rank } from './event-queue.ts'

const event = (seq: number): StageflowEvent => ({ seq }) as unknown as StageflowEvent
const seqOf = (entry: Entry | undefined): number | 'notice' | undefined => (entry === NOTICE ? 'notice' : entry?.seq)

test('events leave in the order they came, whatever their ranks, and however many they are', () => {
  const queue = new EventQueue()
  for (let seq = 0; seq < 100; seq++) queue.add(event(seq), (seq % 3) as Rank)
  expect(queue.size).toBe(100)
  expect(Array.from({ length: 101 }, () => seqOf(queue.shift()))).toEqual([...Array(100).keys(), undefined])
  expect([queue.size, queue.nextTurn, queue.lastTurn]).toEqual([0, Infinity, 100])
})

test('one notice waits at a time; it has its turn, and is not counted', () => {
  const queue = new EventQueue()
  queue.add(event(0), 0)
  queue.addNotice()
  queue.addNotice()
  queue.add(event(1), 0)
  expect(queue.size).toBe(2)
  expect(Array.from({ length: 4 }, () => seqOf(queue.shift()))).toEqual([0, 'notice', 1, undefined])
  queue.addNotice()
  expect(seqOf(queue.shift())).toBe('notice')
})

test('it does what a list does', () => {
  const action = fc.oneof(
    fc.record({
      do: fc.constant('add' as const),
      rank: fc.constantFrom<Rank>(0, 1, 2),
      count: fc.integer({ min: 1, max: 20 }),
    }),
    fc.record({ do: fc.constant('shift' as const), count: fc.integer({ min: 1, max: 10 }) }),
    fc.record({ do: fc.constant('notice' as const), count: fc.constant(2) }),
    fc.record({ do: fc.constant('dropOldest' as const), below: fc.constantFrom<1 | 2>(1, 2), count: fc.constant(1) }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const queue = new EventQueue()
      const model: { readonly seq: number | 'notice'; readonly rank: Rank }[] = []
      let seq = 0
      for (const given of actions)
        for (let time = 0; time < given.count; time++) {
          if (given.do === 'add') {
            queue.add(event(seq), given.rank)
            model.push({ seq: seq++, rank: given.rank })
          } else if (given.do === 'notice') {
            queue.addNotice()
            if (!model.some((one) => one.seq === 'notice')) model.push({ seq: 'notice', rank: 2 })
          } else if (given.do === 'shift') expect(seqOf(queue.shift())).toBe(model.shift()?.seq)
          else {
            const lowest = model.some(({ rank }) => rank === 0) ? 0 : 1
            const place = lowest < given.below ? model.findIndex(({ rank }) => rank === lowest) : -1
            expect(seqOf(queue.dropOldest(given.below))).toBe(place < 0 ? undefined : model.splice(place, 1)[0]?.seq)
          }
          expect(queue.size).toBe(model.filter((one) => one.seq !== 'notice').length)
        }
    }),
    { numRuns: 500 },
  )
})
