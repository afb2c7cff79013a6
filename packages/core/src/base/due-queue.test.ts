import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../test/property-settings.ts'
import { DueQueue } from './due-queue.ts'
import type { Due } from './due-queue.ts'

const due = (dueAt: number, fallDue: () => void): Due => ({ dueAt, owner: { fallDue } as Due['owner'] }) as Due

const commands = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('add' as const), ms: fc.nat(60) }),
    fc.record({ do: fc.constant('remove' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('move' as const), which: fc.nat(), ms: fc.nat(40) }),
    fc.record({ do: fc.constant('advance' as const), ms: fc.nat(60) }),
    fc.record({ do: fc.constant('rest' as const) }),
  ),
  { maxLength: 60 },
)

test('entries expire when they are due, in order, after any adds, removals and moves, with or without setImmediate', async () => {
  await fc.assert(
    fc.asyncProperty(commands, fc.boolean(), async (list, hasImmediate) => {
      const clock = manualClock()
      const setImmediate = (callback: () => void): (() => void) => clock.setTimeout(callback, 0)
      const queue = new DueQueue(hasImmediate ? { ...clock, now: () => clock.now(), setImmediate } : clock)
      const pending = new Set<Due>()
      const fired: number[] = []
      const expected: number[] = []
      const pick = (which: number) => [...pending][which % pending.size] as Due
      for (const command of list) {
        if (command.do === 'add') {
          const one: Due = due(clock.now() + command.ms, () => {
            expect(clock.now()).toBe(one.dueAt)
            pending.delete(one)
            fired.push(one.dueAt)
          })
          queue.add(one)
          pending.add(one)
        } else if (command.do === 'advance') {
          const until = clock.now() + command.ms
          const now = [...pending].map(({ dueAt }) => dueAt).filter((dueAt) => dueAt <= until)
          expected.push(...now.sort((left, right) => left - right))
          await clock.advance(command.ms)
        } else if (command.do === 'rest') queue.rest()
        else if (pending.size > 0) {
          const one = pick(command.which)
          if (command.do === 'move') one.dueAt += command.ms
          else {
            queue.remove(one)
            pending.delete(one)
          }
        }
        expect(clock.pending).toBeLessThanOrEqual(1)
      }
      expect(fired).toEqual(expected)
      for (const one of pending) queue.remove(one)
      queue.rest()
      expect(clock.timers).toEqual([])
    }),
    propertySettings(300),
  )
})

test('of two entries that are due at once, the one that was added first expires first', async () => {
  const clock = manualClock()
  const queue = new DueQueue(clock)
  const log: string[] = []
  const entries = [
    ['long', 30],
    ['a', 10],
    ['short', 5],
    ['b', 10],
    ['c', 10],
  ] as const
  for (const [name, dueAt] of entries) queue.add(due(dueAt, () => log.push(name)))
  await clock.advance(30)
  expect(log).toEqual(['short', 'a', 'b', 'c', 'long'])
})

test('an entry that expires may add and remove entries, and one that it adds for now expires at once', async () => {
  const clock = manualClock()
  const queue = new DueQueue(clock)
  const log: string[] = []
  const second = due(10, () => log.push('second'))
  const third = due(10, () => log.push('third'))
  const first = due(10, () => {
    log.push('first')
    queue.remove(second)
    queue.add(due(20, () => log.push('later')))
    queue.add(due(10, () => log.push('at once')))
  })
  for (const one of [first, second, third]) queue.add(one)
  await clock.advance(20)
  expect(log).toEqual(['first', 'third', 'at once', 'later'])
  expect(clock.timers).toEqual([])
})

test('one timer serves all entries: it is set for the first, stays if that is removed, and is set again when it fires', async () => {
  const clock = manualClock()
  const queue = new DueQueue(clock)
  const first = due(10, () => {})
  queue.add(due(30, () => {}))
  queue.add(first)
  expect(clock.timers.map(({ dueAt }) => dueAt)).toEqual([10])
  queue.remove(first)
  expect(clock.timers.map(({ dueAt }) => dueAt)).toEqual([10])
  await clock.advance(10)
  expect(clock.timers.map(({ dueAt }) => dueAt)).toEqual([30])
})

test('a queue that rests cancels its timer only if it has no entries', () => {
  const clock = manualClock()
  const queue = new DueQueue(clock)
  const only = due(10, () => {})
  queue.add(only)
  queue.rest()
  expect(clock.pending).toBe(1)
  queue.remove(only)
  queue.rest()
  expect(clock.timers).toEqual([])
})

test('if the clock has setImmediate, an entry that is removed before the event loop turns sets no timer', async () => {
  const manual = manualClock()
  const immediates: (() => void)[] = []
  let timers = 0
  const clock = {
    now: () => manual.now(),
    sleep: manual.sleep,
    setTimeout: (callback: () => void, ms: number) => {
      timers++
      return manual.setTimeout(callback, ms)
    },
    setImmediate: (callback: () => void) => {
      immediates.push(callback)
      return () => void immediates.splice(immediates.indexOf(callback), 1)
    },
  }
  const queue = new DueQueue(clock)
  for (let count = 0; count < 10; count++) {
    const one = due(10, () => {})
    queue.add(one)
    queue.remove(one)
  }
  queue.rest()
  expect([immediates.length, timers]).toEqual([0, 0])
  let hasExpired = false
  queue.add(
    due(10, () => {
      hasExpired = true
    }),
  )
  immediates.shift()?.()
  expect(timers).toBe(1)
  await manual.advance(10)
  expect(hasExpired).toBe(true)
})
