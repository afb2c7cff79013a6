import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DueList } from './due-list.ts'
import type { Due } from './due-list.ts'

const due = (dueAt: number, expire: () => void): Due => ({
  dueAt,
  expire,
  list: undefined,
  before: undefined,
  after: undefined,
})

const commands = fc.array(
  fc.oneof(
    // `late`: how much of its time has passed when it is added.
    fc.record({ do: fc.constant('add' as const), late: fc.nat(30) }),
    fc.record({ do: fc.constant('remove' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('restart' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('advance' as const), ms: fc.nat(60) }),
  ),
  { maxLength: 60 },
)

test('what is in the list expires when it is due, in order, whatever was added, removed and restarted, and whether its clock knows setImmediate', async () => {
  await fc.assert(
    fc.asyncProperty(commands, fc.boolean(), async (list, hasImmediate) => {
      const clock = manualClock()
      const setImmediate = (callback: () => void): (() => void) => clock.setTimeout(callback, 0)
      const dueList = new DueList(hasImmediate ? { ...clock, now: () => clock.now(), setImmediate } : clock)
      const pending = new Set<Due>()
      const fired: number[] = []
      const expected: number[] = []
      const pick = (which: number) => [...pending][which % pending.size]
      const add = (one: Due) => {
        dueList.add(one, clock.now())
        pending.add(one)
      }
      for (const command of list) {
        if (command.do === 'add') {
          const one = due(clock.now() + 50 - command.late, () => {
            expect(one.list).toBeUndefined()
            expect(clock.now()).toBe(Math.max(one.dueAt, 0))
            pending.delete(one)
            fired.push(one.dueAt)
          })
          add(one)
        } else if (command.do === 'advance') {
          const until = clock.now() + command.ms
          const now = [...pending].map(({ dueAt }) => dueAt).filter((dueAt) => dueAt <= until)
          expected.push(...now.sort((left, right) => left - right))
          await clock.advance(command.ms)
        } else if (pending.size > 0) {
          const one = pick(command.which) as Due
          dueList.remove(one)
          pending.delete(one)
          if (command.do === 'remove') continue
          one.dueAt = clock.now() + 50
          add(one)
        }
        expect(clock.pending).toBeLessThanOrEqual(1)
      }
      expect(fired).toEqual(expected)
      dueList.disarm()
      expect(clock.timers).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('what expires may add and remove others', async () => {
  const clock = manualClock()
  const list = new DueList(clock)
  const log: string[] = []
  const second = due(10, () => log.push('second'))
  const third = due(10, () => log.push('third'))
  const first = due(10, () => {
    log.push('first')
    list.remove(second)
    list.add(
      due(20, () => log.push('added')),
      clock.now(),
    )
  })
  for (const one of [first, second, third]) list.add(one, clock.now())
  await clock.advance(20)
  expect(log).toEqual(['first', 'third', 'added'])
  expect(clock.timers).toEqual([])
})
