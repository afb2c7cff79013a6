import { StageflowError } from '@stageflow/core'
import { assert, array, integer, property, record, tuple } from 'fast-check'
import { expect, test } from 'vitest'

import { ChildRunTracker, type ChildRunRegistration } from './index.ts'

/** `top` has `a` and `b`, `a` has `a1` and `a2`, `a1` has `a11`. */
function family() {
  const tracker = new ChildRunTracker()
  const end = Object.fromEntries(
    [
      ['a', 'top'],
      ['b', 'top'],
      ['a1', 'a'],
      ['a2', 'a'],
      ['a11', 'a1'],
    ].map(([runId = '', parentRunId = '']) => [runId, tracker.register({ runId, parentRunId })]),
  )
  return { tracker, end }
}

test('it answers for children, parents, descendants, roots and depths', () => {
  const { tracker } = family()
  expect(tracker.children('top')).toEqual(['a', 'b'])
  expect(tracker.children('a11')).toEqual([])
  expect(['top', 'a', 'a11', 'nobody'].map((id) => tracker.parent(id))).toEqual([undefined, 'top', 'a1', undefined])
  expect(tracker.descendants('top')).toEqual(['a', 'b', 'a1', 'a2', 'a11'])
  expect(tracker.descendants('a1')).toEqual(['a11'])
  expect(['top', 'a', 'a11', 'nobody'].map((id) => tracker.root(id))).toEqual(['top', 'top', 'top', 'nobody'])
  expect(['top', 'a', 'a11', 'nobody'].map((id) => tracker.depth(id))).toEqual([0, 1, 3, 0])
  expect(tracker.find('a1')).toEqual({ runId: 'a1', parentRunId: 'a', rootRunId: 'top', depth: 2 })
  expect(tracker.find('top')).toBeUndefined()
})

test('it has the figures', () => {
  const { tracker, end } = family()
  tracker.children('a')
  tracker.parent('a')
  tracker.root('a')
  tracker.depth('a')
  tracker.find('a')
  tracker.descendants('top')
  end['a11']?.('completed')
  end['b']?.('failed')
  end['a2']?.('cancelled')
  end['a1']?.()
  expect(tracker.metrics()).toEqual({
    registrationCount: 5,
    unregistrationCount: 4,
    completedCount: 1,
    failedCount: 1,
    cancelledCount: 1,
    lookupCount: 5,
    treeTraversalCount: 1,
    activeParents: 1,
    activeChildren: 1,
    maxConcurrentChildren: 5,
    maxDepthSeen: 3,
  })
  tracker.resetMetrics()
  expect(tracker.metrics()).toEqual({
    registrationCount: 0,
    unregistrationCount: 0,
    completedCount: 0,
    failedCount: 0,
    cancelledCount: 0,
    lookupCount: 0,
    treeTraversalCount: 0,
    activeParents: 1,
    activeChildren: 1,
    maxConcurrentChildren: 1,
    maxDepthSeen: 1,
  })
})

test('a run ends once, however often that is said', () => {
  const { tracker, end } = family()
  end['b']?.('completed')
  end['b']?.('failed')
  end['b']?.()
  expect(tracker.metrics()).toMatchObject({ activeChildren: 4, completedCount: 1, failedCount: 0 })
})

test('a parent that ends before its children leaves them what they know', () => {
  const { tracker, end } = family()
  end['a']?.()
  expect([tracker.root('a1'), tracker.depth('a1'), tracker.parent('a1')]).toEqual(['top', 2, 'a'])
  expect(tracker.children('top')).toEqual(['b'])
})

test('of several runs with one id the id stays until the last has ended', () => {
  const tracker = new ChildRunTracker()
  const ends = [1, 2].map(() => tracker.register({ runId: 'same', parentRunId: 'top' }))
  expect(tracker.metrics().activeChildren).toBe(2)
  ends[0]?.()
  expect(tracker.children('top')).toEqual(['same'])
  ends[1]?.()
  expect(tracker.children('top')).toEqual([])
})

test('runs that were registered in a circle are walked once', () => {
  const tracker = new ChildRunTracker()
  tracker.register({ runId: 'a', parentRunId: 'b' })
  tracker.register({ runId: 'b', parentRunId: 'a' })
  expect([tracker.descendants('a'), tracker.descendants('b')]).toEqual([['b'], ['a']])
})

test.each([
  undefined,
  null,
  {},
  { runId: 'a' },
  { runId: 'a', parentRunId: '' },
  { runId: 7, parentRunId: 'a' },
  { runId: 'a', parentRunId: 'a' },
])('a run %j cannot be registered', (run) => {
  let error: unknown
  try {
    new ChildRunTracker().register(run as ChildRunRegistration)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'child-tracker/illegal-run')).toBe(true)
  expect((error as Error).message).toMatch(/^register\(\) was given runId .+ and parentRunId .+; both must be texts/)
})

test('a tree a hundred thousand deep is walked, and taken down', () => {
  const tracker = new ChildRunTracker()
  const ends = Array.from({ length: 100_000 }, (_, depth) =>
    tracker.register({ runId: `${depth + 1}`, parentRunId: `${depth}` }),
  )
  expect([tracker.descendants('0').length, tracker.depth('100000'), tracker.root('100000')]).toEqual([
    100_000,
    100_000,
    '0',
  ])
  tracker.resetMetrics()
  for (const end of ends) end()
  expect(tracker.metrics()).toMatchObject({ activeChildren: 0, activeParents: 0 })
})

test('whatever starts and ends in whatever order, the answers are those of a plain list, and nothing is left', () => {
  const steps = array(
    record({
      pair: tuple(integer({ min: 0, max: 6 }), integer({ min: 0, max: 6 })),
      ends: integer({ min: 0, max: 9 }),
    }),
  )
  assert(
    property(steps, (all) => {
      const tracker = new ChildRunTracker()
      const list: { runId: string; parentRunId: string; end: () => void }[] = []
      for (const { pair, ends } of all) {
        const [runId, parentRunId] = [`${pair[0]}`, `${pair[1]}`]
        const taken = list.some((run) => run.runId === runId)
        if (runId !== parentRunId && !taken)
          list.push({ runId, parentRunId, end: tracker.register({ runId, parentRunId }) })
        if (ends < list.length) list.splice(ends, 1)[0]?.end()
        const childrenOf = (id: string) => list.filter((run) => run.parentRunId === id).map((run) => run.runId)
        for (const id of ['0', '1', '2', '3', '4', '5', '6']) {
          expect(tracker.children(id)).toEqual(childrenOf(id))
          expect(tracker.parent(id)).toBe(list.find((run) => run.runId === id)?.parentRunId)
          let below = new Set(childrenOf(id))
          for (const known of below) for (const child of childrenOf(known)) below.add(child)
          below = new Set([...below].filter((each) => each !== id))
          expect(new Set(tracker.descendants(id))).toEqual(below)
        }
        expect(tracker.metrics()).toMatchObject({
          activeChildren: list.length,
          activeParents: new Set(list.map((run) => run.parentRunId)).size,
        })
      }
      for (const { end } of list) end()
      expect(tracker.metrics()).toMatchObject({ activeChildren: 0, activeParents: 0 })
    }),
  )
})
