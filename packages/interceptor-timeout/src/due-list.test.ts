import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DueList } from './due-list.ts'
import type { Due } from './due-list.ts'

const due = (dueAt: number, owner: object, expire: () => void): Due => ({
  dueAt,
  owner,
  expire,
  list: undefined,
  before: undefined,
  after: undefined,
})

const commands = fc.array(
  fc.oneof(
    // `late`: how much of its time has passed when it is added.
    fc.record({ do: fc.constant('add' as const), late: fc.nat(30), owner: fc.nat(2) }),
    fc.record({ do: fc.constant('remove' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('restart' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('drop' as const), owner: fc.nat(2) }),
    fc.record({ do: fc.constant('advance' as const), ms: fc.nat(60) }),
  ),
  { maxLength: 60 },
)

test('what is in the list expires when it is due, in order, whatever was added, removed, restarted and dropped', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (list) => {
      const clock = manualClock()
      const owners = [{}, {}, {}]
      const dueList = new DueList(clock)
      const pending = new Set<Due>()
      const fired: number[] = []
      const expected: number[] = []
      const pick = (which: number) => [...pending][which % pending.size]
      const add = (one: Due) => {
        dueList.add(one)
        pending.add(one)
      }
      for (const command of list) {
        if (command.do === 'add') {
          const one = due(clock.now() + 50 - command.late, owners[command.owner] as object, () => {
            expect(one.list).toBeUndefined()
            expect(clock.now()).toBe(Math.max(one.dueAt, 0))
            pending.delete(one)
            fired.push(one.dueAt)
          })
          add(one)
        } else if (command.do === 'drop') {
          dueList.drop(owners[command.owner] as object)
          for (const one of pending) if (one.owner === owners[command.owner]) pending.delete(one)
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
  const second = due(10, list, () => log.push('second'))
  const third = due(10, list, () => log.push('third'))
  list.add(
    due(10, list, () => {
      log.push('first')
      list.remove(second)
      list.add(due(20, list, () => log.push('added')))
    }),
  )
  list.add(second)
  list.add(third)
  await clock.advance(20)
  expect(log).toEqual(['first', 'third', 'added'])
  expect(clock.timers).toEqual([])
})
