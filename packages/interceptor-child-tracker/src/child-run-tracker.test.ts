import { StageflowError } from '@stageflow/core'
import { assert, array, integer, property, record, tuple } from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
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

test('it returns children, parents, descendants, roots and depths', () => {
  const { tracker } = family()
  expect(tracker.children('top')).toEqual(['a', 'b'])
  expect(tracker.children('a11')).toEqual([])
  expect(['top', 'a', 'a11', 'unknown'].map((id) => tracker.parent(id))).toEqual([undefined, 'top', 'a1', undefined])
  expect(tracker.descendants('top')).toEqual(['a', 'b', 'a1', 'a2', 'a11'])
  expect(tracker.descendants('a1')).toEqual(['a11'])
  expect(['top', 'a', 'a11', 'unknown'].map((id) => tracker.root(id))).toEqual(['top', 'top', 'top', 'unknown'])
  expect(['top', 'a', 'a11', 'unknown'].map((id) => tracker.depth(id))).toEqual([0, 1, 3, 0])
  expect(tracker.find('a1')).toEqual({ runId: 'a1', parentRunId: 'a', rootRunId: 'top', depth: 2 })
  expect(tracker.find('top')).toBeUndefined()
})

test('stats() counts what happened and what is in progress, as a frozen object', () => {
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
  expect(Object.isFrozen(tracker.stats())).toBe(true)
  expect(tracker.stats()).toEqual({
    registrationCount: 5,
    unregistrationCount: 4,
    refusedCount: 0,
    completedCount: 1,
    failedCount: 1,
    cancelledCount: 1,
    suspendedCount: 0,
    lookupCount: 5,
    treeTraversalCount: 1,
    activeParents: 1,
    activeChildren: 1,
    maxConcurrentChildren: 5,
    maxDepthSeen: 3,
  })
  tracker.resetStats()
  expect(tracker.stats()).toEqual({
    registrationCount: 0,
    unregistrationCount: 0,
    refusedCount: 0,
    completedCount: 0,
    failedCount: 0,
    cancelledCount: 0,
    suspendedCount: 0,
    lookupCount: 0,
    treeTraversalCount: 0,
    activeParents: 1,
    activeChildren: 1,
    maxConcurrentChildren: 1,
    maxDepthSeen: 1,
  })
})

test('a run is removed once, however often its function is called', () => {
  const { tracker, end } = family()
  end['b']?.('completed')
  end['b']?.('failed')
  end['b']?.()
  expect(tracker.stats()).toMatchObject({ activeChildren: 4, completedCount: 1, failedCount: 0 })
})

test('the children of a parent that has ended keep their root, depth and parent', () => {
  const { tracker, end } = family()
  end['a']?.()
  expect([tracker.root('a1'), tracker.depth('a1'), tracker.parent('a1')]).toEqual(['top', 2, 'a'])
  expect(tracker.children('top')).toEqual(['b'])
})

test('several runs with one id and one parent are tracked until the last has ended', () => {
  const tracker = new ChildRunTracker()
  const ends = [1, 2].map(() => tracker.register({ runId: 'same', parentRunId: 'top' }))
  expect(tracker.stats().activeChildren).toBe(2)
  ends[0]?.()
  expect(tracker.children('top')).toEqual(['same'])
  ends[1]?.()
  expect(tracker.children('top')).toEqual([])
})

/** The message that a registration is refused with. */
function refusalOf(tracker: ChildRunTracker, runId: string, parentRunId: string): string {
  try {
    tracker.register({ runId, parentRunId })
  } catch (error) {
    if (StageflowError.is(error, 'child-tracker/illegal-run')) return error.message
    throw error
  }
  return 'registered'
}

test('a second parent for one run is refused and counted, and the first parent stays', () => {
  const tracker = new ChildRunTracker()
  const end = tracker.register({ runId: 'child', parentRunId: 'first' })
  expect(refusalOf(tracker, 'child', 'second')).toBe(
    'register(): run "child" already has the parent "first", and cannot get "second" too. Give each run its own pipelineRunId.',
  )
  expect([tracker.parent('child'), tracker.children('second')]).toEqual(['first', []])
  expect(tracker.stats()).toMatchObject({ refusedCount: 1, registrationCount: 1, activeChildren: 1 })
  end()
  expect(refusalOf(tracker, 'child', 'second')).toBe('registered')
})

test.each([
  ['of two runs', [['b', 'a']], 'a', 'b'],
  [
    'of four runs',
    [
      ['b', 'a'],
      ['c', 'b'],
      ['d', 'c'],
    ],
    'a',
    'd',
  ],
])('a cycle %s is refused and counted, and the tree stays', (_, runs, runId, parentRunId) => {
  const tracker = new ChildRunTracker()
  for (const [child = '', parent = ''] of runs) tracker.register({ runId: child, parentRunId: parent })
  expect(refusalOf(tracker, runId, parentRunId)).toBe(
    `register(): run "${parentRunId}" is a descendant of run "${runId}", and cannot be its parent too. Give each run its own pipelineRunId.`,
  )
  expect(tracker.descendants('a')).toEqual(runs.map(([child]) => child))
  expect(tracker.stats()).toMatchObject({ refusedCount: 1, activeChildren: runs.length })
  tracker.resetStats()
  expect(tracker.stats().refusedCount).toBe(0)
})

test('a run whose children were registered first gets its parent', () => {
  const tracker = new ChildRunTracker()
  tracker.register({ runId: 'leaf', parentRunId: 'middle' })
  tracker.register({ runId: 'middle', parentRunId: 'top' })
  expect(tracker.descendants('top')).toEqual(['middle', 'leaf'])
})

test('a run with 200,000 children can be walked', () => {
  const tracker = new ChildRunTracker()
  for (let child = 0; child < 200_000; child++) tracker.register({ runId: `${child}`, parentRunId: 'top' })
  expect(tracker.descendants('top')).toHaveLength(200_000)
})

test.each<[run: unknown, problem: string]>([
  [undefined, 'the options must be an object, not undefined'],
  [null, 'the options must be an object, not null'],
  [7, 'the options must be an object, not 7'],
  [{}, 'runId must be a string that is not empty, not undefined; parentRunId must be a string'],
  [{ runId: 'a' }, 'parentRunId must be a string that is not empty, not undefined'],
  [{ runId: 'a', parentRunId: '' }, 'parentRunId must be a string that is not empty, not ""'],
  [{ runId: 7, parentRunId: 'a' }, 'runId must be a string that is not empty, not 7'],
  [{ runId: 'a', parentRunId: 'b', depth: 0 }, 'depth must be a whole number from 1, not 0'],
  [{ runId: 'a', parentRunId: 'b', rootId: 'c' }, 'unknown option "rootId" (known: runId, parentRunId, rootRunId, '],
  [{ runId: 'a', parentRunId: 'a' }, 'runId and parentRunId are both "a". Pass the ids of two different runs.'],
])('register(%j) throws child-tracker/illegal-run', (run, problem) => {
  const register = () => new ChildRunTracker().register(run as ChildRunRegistration)
  expect(register).toThrow(expect.objectContaining({ code: 'child-tracker/illegal-run' }))
  expect(register).toThrow(`register(): ${problem}`)
})

test.each(['find', 'children', 'parent', 'root', 'depth', 'descendants'] as const)(
  '%s() refuses an id that is not a string (child-tracker/illegal-run)',
  (method) => {
    const tracker = new ChildRunTracker()
    for (const id of [undefined, 7, {}]) {
      const look = () => tracker[method](id as never)
      expect(look).toThrow(expect.objectContaining({ code: 'child-tracker/illegal-run' }))
      expect(look).toThrow(`${method}(): the id of a run must be a string, not `)
    }
    expect(tracker.stats()).toMatchObject({ lookupCount: 0, treeTraversalCount: 0 })
  },
)

test('a tree of 100,000 levels can be walked and removed', () => {
  const tracker = new ChildRunTracker()
  const ends = Array.from({ length: 100_000 }, (_, depth) =>
    tracker.register({ runId: `${depth + 1}`, parentRunId: `${depth}` }),
  )
  expect([tracker.descendants('0').length, tracker.depth('100000'), tracker.root('100000')]).toEqual([
    100_000,
    100_000,
    '0',
  ])
  tracker.resetStats()
  for (const end of ends) end()
  expect(tracker.stats()).toMatchObject({ activeChildren: 0, activeParents: 0 })
})

test('in any order of starts and ends the tracker agrees with a plain list, and nothing is left', () => {
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
        const isTaken = list.some((run) => run.runId === runId)
        const above = new Set([parentRunId])
        for (const each of above) for (const run of list) if (run.runId === each) above.add(run.parentRunId)
        if (!isTaken && !above.has(runId))
          list.push({ runId, parentRunId, end: tracker.register({ runId, parentRunId }) })
        else if (runId !== parentRunId && !list.some((run) => run.runId === runId && run.parentRunId === parentRunId))
          expect(refusalOf(tracker, runId, parentRunId)).not.toBe('registered')
        if (ends < list.length) list.splice(ends, 1)[0]?.end()
        const childrenOf = (id: string) => list.filter((run) => run.parentRunId === id).map((run) => run.runId)
        for (const id of ['0', '1', '2', '3', '4', '5', '6']) {
          expect(tracker.children(id)).toEqual(childrenOf(id))
          expect(tracker.parent(id)).toBe(list.find((run) => run.runId === id)?.parentRunId)
          const below = childrenOf(id)
          for (const known of below) below.push(...childrenOf(known))
          expect(tracker.descendants(id)).toEqual(below)
        }
        expect(tracker.stats()).toMatchObject({
          activeChildren: list.length,
          activeParents: new Set(list.map((run) => run.parentRunId)).size,
        })
      }
      for (const { end } of list) end()
      expect(tracker.stats()).toMatchObject({ activeChildren: 0, activeParents: 0 })
    }),
    propertySettings(100),
  )
})
