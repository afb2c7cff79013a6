import { Pipeline, StageKind, StageOutput, StageflowError, type RunPipeline, type StageContext } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { ChildRunTracker, childTracker, type ChildRun, type ChildTrackerOptions } from './index.ts'

let clock = manualClock()
beforeEach(() => {
  clock = manualClock()
})
afterEach(() => expect(clock.timers).toEqual([]))

const sleeps = async (context: StageContext) => {
  await context.clock.sleep(100, context.signal)
  return {}
}
const idle = { activeChildren: 0, activeParents: 0 }

/** Starts child runs in every way, two of them nested. */
function everyWay() {
  const leaf = new Pipeline('leaf').withStage('work', sleeps)
  const middle = new Pipeline('middle').withPipeline('inner', leaf)
  const looped = new Pipeline('looped')
    .withStage('draft', sleeps)
    .withStage('check', () => StageOutput.fail('not good'), StageKind.GUARD, { dependencies: ['draft'] })
  return new Pipeline('top')
    .withPipeline('once', middle)
    .withPipeline('loop', looped, { repeat: repeatUntil('check', { maxAttempts: 3 }) })
    .withMap('items', { over: () => [1, 2, 3], each: (_, context) => context.runChild(leaf).then(() => ({})) })
    .withStage('by_hand', (context) => context.runChild(middle).then(() => ({})))
}
const below = (tracker: ChildRunTracker, id: string) =>
  tracker.descendants(id).map((each) => {
    const { pipeline, stage, path, depth, rootRunId } = tracker.find(each) as ChildRun
    return [pipeline, stage, path, depth, rootRunId]
  })
const WHOLE_TREE = [
  ['middle', 'once', 'once', 1, 'top-run'],
  ['looped', 'loop', 'loop#1', 1, 'top-run'],
  ['leaf', 'items', 'items#0', 1, 'top-run'],
  ['leaf', 'items', 'items#1', 1, 'top-run'],
  ['leaf', 'items', 'items#2', 1, 'top-run'],
  ['middle', 'by_hand', 'by_hand', 1, 'top-run'],
  ['leaf', 'inner', 'once/inner', 2, 'top-run'],
  ['leaf', 'inner', 'by_hand/inner', 2, 'top-run'],
]

test('it tracks every child run, however it was started, and keeps nothing of runs that have ended', async () => {
  const interceptor = childTracker()
  const { tracker } = interceptor
  const graph = everyWay().build({ clock, interceptors: [interceptor] })
  const run = graph.runSettled({ pipelineRunId: 'top-run' }, { onStageFailure: 'continue' })
  await clock.settle()
  expect(below(tracker, 'top-run')).toEqual(WHOLE_TREE)
  const [first = ''] = tracker.children('top-run')
  expect([tracker.parent(first), tracker.root(first), tracker.depth(first)]).toEqual(['top-run', 'top-run', 1])
  await clock.advance(100)
  expect(below(tracker, 'top-run')).toEqual([['looped', 'loop', 'loop#2', 1, 'top-run']])
  await clock.advance(200)
  expect((await run).status).toBe('failed')
  expect(tracker.stats()).toEqual({
    registrationCount: 10,
    unregistrationCount: 10,
    refusedCount: 0,
    completedCount: 7,
    failedCount: 3,
    cancelledCount: 0,
    suspendedCount: 0,
    lookupCount: 13,
    treeTraversalCount: 2,
    maxConcurrentChildren: 8,
    maxDepthSeen: 2,
    ...idle,
  })
})

test("an item of a map isn't a run of its own: the pipeline of an item is a child of the run of the map, at its depth", async () => {
  const interceptor = childTracker()
  const { tracker } = interceptor
  const item = new Pipeline('item').withPipeline('inner', new Pipeline('leaf').withStage('work', sleeps))
  const graph = new Pipeline('top')
    .withMap('plain', { over: () => [1, 2], each: () => clock.sleep(100) })
    .withMap('items', { over: () => ['ada', 'bob'], key: (name) => name, each: item })
    .build({ clock, interceptors: [interceptor] })
  const run = graph.run({ pipelineRunId: 'top-run' })
  await clock.settle()
  expect(below(tracker, 'top-run')).toEqual([
    ['item', 'items', 'items#ada', 1, 'top-run'],
    ['item', 'items', 'items#bob', 1, 'top-run'],
    ['leaf', 'inner', 'items#ada/inner', 2, 'top-run'],
    ['leaf', 'inner', 'items#bob/inner', 2, 'top-run'],
  ])
  await clock.advance(100)
  await run
  expect(tracker.stats()).toMatchObject(idle)
})

test('cancelling a run cancels all its descendants at once, and no other run', async () => {
  const interceptor = childTracker()
  const { tracker } = interceptor
  const eventSink = recordingSink()
  const graph = everyWay().build({ clock, eventSink, interceptors: [interceptor] })
  const caller = new AbortController()
  const run = graph.runSettled({ pipelineRunId: 'top-run' }, { signal: caller.signal })
  const other = graph.runSettled({ pipelineRunId: 'other-run' }, { onStageFailure: 'continue' })
  await clock.advance(50)
  const ids = tracker.descendants('top-run')
  expect(ids).toHaveLength(WHOLE_TREE.length)
  caller.abort(new Error('the user left'))
  await clock.settle()
  expect((await run).status).toBe('cancelled')
  expect(clock.now()).toBe(50)
  expect(tracker.descendants('top-run')).toEqual([])
  const cancelled = eventSink.of('pipeline.cancelled').map(({ pipelineRunId }) => pipelineRunId)
  expect(new Set(cancelled)).toEqual(new Set(['top-run', ...ids]))
  expect(tracker.stats()).toMatchObject({ cancelledCount: ids.length, activeChildren: WHOLE_TREE.length })
  expect(tracker.descendants('other-run')).toHaveLength(WHOLE_TREE.length)
  await clock.advance(250)
  await other
  expect(tracker.stats()).toMatchObject(idle)
})

test('a failure or a timeout of the run above ends its descendants', async () => {
  const interceptor = childTracker()
  const { tracker } = interceptor
  const failing = everyWay()
    .withStage('bad', async (context): Promise<object> => {
      await context.clock.sleep(10)
      throw new Error('bad')
    })
    .build({ clock, interceptors: [interceptor] })
  const first = failing.runSettled()
  await clock.advance(10)
  expect((await first).status).toBe('failed')
  expect(tracker.stats()).toMatchObject({ ...idle, cancelledCount: 8 })

  const second = everyWay()
    .build({ clock, interceptors: [interceptor] })
    .runSettled({}, { timeoutMs: 20 })
  await clock.advance(20)
  expect((await second).status).toBe('failed')
  expect(tracker.stats()).toMatchObject({ ...idle, cancelledCount: 16 })
})

test('a child that ignores its signal is tracked until the grace time has passed', async () => {
  const interceptor = childTracker()
  const deaf = new Pipeline('deaf').withStage('work', () => new Promise<object>(() => {}))
  const graph = new Pipeline('top').withPipeline('child', deaf).build({ clock, interceptors: [interceptor] })
  const caller = new AbortController()
  const run = graph.runSettled({ pipelineRunId: 'top-run' }, { signal: caller.signal, graceMs: 1_000 })
  await clock.settle()
  caller.abort()
  await clock.advance(999)
  expect(interceptor.tracker.children('top-run')).toHaveLength(1)
  await clock.advance(1_001)
  expect((await run).status).toBe('cancelled')
  expect(interceptor.tracker.stats()).toMatchObject({ ...idle, cancelledCount: 1 })
})

test.each(['inside', 'outside'])(
  'a child that an interceptor %s refuses, or that fails there, is tracked and removed',
  async (place) => {
    const interceptor = childTracker()
    let next: (run: Parameters<RunPipeline>[0]) => ReturnType<RunPipeline> = (run) => run.fail(new Error('no'))
    const refuse = {
      name: 'refuse',
      wrapRun:
        (inner: RunPipeline): RunPipeline =>
        (run) =>
          run.parent === undefined ? inner(run) : next(run),
    }
    const child = new Pipeline('child').withStage('work', () => ({}))
    const interceptors = place === 'inside' ? [interceptor, refuse] : [refuse, interceptor]
    const graph = new Pipeline('top').withPipeline('child', child).build({ clock, interceptors })
    await graph.runSettled()
    next = () => {
      throw new Error('a bug')
    }
    await graph.runSettled()
    next = (run) => run.cancel('not now')
    await graph.runSettled()
    expect(interceptor.tracker.stats()).toMatchObject({
      ...idle,
      registrationCount: 3,
      failedCount: 2,
      cancelledCount: 1,
      suspendedCount: 0,
    })
  },
)

test('the counts agree with the reports if an interceptor outside changes how a run ends', async () => {
  const interceptor = childTracker()
  let around: (next: RunPipeline) => RunPipeline = (next) => async (run) => {
    await next(run)
    return run.fail(new Error('not good enough'))
  }
  const outer = {
    name: 'outer',
    wrapRun:
      (next: RunPipeline): RunPipeline =>
      (run) =>
        run.parent?.depth === 2 ? around(next)(run) : next(run),
  }
  const leaf = new Pipeline('leaf').withStage('work', () => ({}))
  const middle = new Pipeline('middle').withPipeline('inner', leaf, { onFailure: 'skip' })
  const graph = new Pipeline('top').withPipeline('outer', middle).build({ clock, interceptors: [outer, interceptor] })
  await graph.run()
  expect(interceptor.tracker.stats()).toMatchObject({ ...idle, completedCount: 1, failedCount: 1 })

  // A run that is refused outside counts as failed, as in the report above.
  around = () => async (run) => {
    expect(interceptor.tracker.stats()).toMatchObject({ activeChildren: 2 })
    return run.fail(new Error('no'))
  }
  const watched = middle
    .withStage('after', () => interceptor.tracker.stats(), { dependencies: ['inner'], join: 'settled' })
    .build({ clock, interceptors: [outer, interceptor] })
  const result = await new Pipeline('top').withPipeline('outer', watched).build({ clock }).run()
  expect(result.data.outer?.after).toMatchObject({ activeChildren: 1 })
  expect(interceptor.tracker.stats()).toMatchObject({ ...idle, completedCount: 2, failedCount: 2 })
})

test('a run without a parent is not tracked', async () => {
  const interceptor = childTracker()
  await new Pipeline('top')
    .withStage('work', () => ({}))
    .build({ interceptors: [interceptor] })
    .run()
  expect(interceptor.tracker.stats()).toMatchObject({ registrationCount: 0, ...idle })
})

test('a child graph without a tracker is not tracked, but the runs below it know their root', async () => {
  const interceptor = childTracker()
  const { tracker } = interceptor
  const leaf = new Pipeline('leaf').withStage('work', sleeps).build({ clock, interceptors: [interceptor] })
  const unseen = new Pipeline('unseen').withPipeline('inner', leaf).build({ clock })
  const graph = new Pipeline('top').withPipeline('outer', unseen).build({ clock, interceptors: [interceptor] })
  const run = graph.run({ pipelineRunId: 'top-run' })
  await clock.settle()
  expect(tracker.children('top-run')).toEqual([])
  expect(tracker.stats()).toMatchObject({ activeChildren: 1, activeParents: 1, maxDepthSeen: 2 })
  await clock.advance(100)
  await run
  expect(tracker.stats()).toMatchObject(idle)
})

test('interceptors can share a tracker, and a thousand runs leave nothing in it', async () => {
  const tracker = new ChildRunTracker()
  const graphs = [1, 2].map(() => everyWay().build({ clock, interceptors: [childTracker({ tracker })] }))
  const runs = Array.from({ length: 1_000 }, (_, run) =>
    graphs[run % 2]?.runSettled({}, { onStageFailure: 'continue' }),
  )
  await clock.advance(300)
  await Promise.all(runs)
  expect(tracker.stats()).toMatchObject({ ...idle, registrationCount: 10_000, maxConcurrentChildren: 8_000 })
})

test('runs with the same id are removed one by one', async () => {
  const interceptor = childTracker()
  const leaf = new Pipeline('leaf').withStage('work', sleeps)
  const graph = new Pipeline('top')
    .withMap('items', {
      over: () => [1, 2],
      each: (_, context) => context.runChild(leaf, { pipelineRunId: 'same' }).then(() => ({})),
    })
    .build({ clock, interceptors: [interceptor] })
  const run = graph.run({ pipelineRunId: 'top-run' })
  await clock.settle()
  expect(interceptor.tracker.stats()).toMatchObject({ activeChildren: 2, activeParents: 1 })
  await clock.advance(100)
  await run
  expect(interceptor.tracker.stats()).toMatchObject(idle)
})

test('a child run that gets an id with another parent is reported as a problem of that run, and runs on', async () => {
  const interceptor = childTracker()
  const leaf = new Pipeline('leaf').withStage('work', sleeps)
  const graph = new Pipeline('top')
    .withStage('call', async (context) => {
      const { report } = await context.runChild(leaf, { pipelineRunId: 'same' })
      return { problems: report.notes['core/problems']?.map(({ message }) => message) ?? [] }
    })
    .build({ clock, interceptors: [interceptor] })
  const first = graph.run({ pipelineRunId: 'first' })
  const second = graph.run({ pipelineRunId: 'second' })
  await clock.advance(100)
  expect((await first).data.call).toEqual({ problems: [] })
  expect((await second).data.call).toEqual({
    problems: [expect.stringContaining('run "same" already has the parent "first", and cannot get "second" too')],
  })
  expect(interceptor.tracker.stats()).toMatchObject({ ...idle, registrationCount: 1, refusedCount: 1 })
})

test('it takes no part in the calls of stages', () => {
  const { wrap, settled } = childTracker()
  expect([wrap, settled]).toEqual([undefined, undefined])
})

test.each([
  [null, 'the options must be an object, not null'],
  [5, 'the options must be an object, not 5'],
  [{ tracker: {} }, 'tracker must be a new ChildRunTracker(): an object with register(), not an object'],
  [{ tracker: 'mine' }, 'not "mine"'],
  [{ trackers: [] }, 'unknown option "trackers" (did you mean "tracker"? known: tracker'],
])('childTracker(%j) throws child-tracker/illegal-option', (options, words) => {
  let error: unknown
  try {
    childTracker(options as ChildTrackerOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'child-tracker/illegal-option')).toBe(true)
  expect((error as Error).message).toContain(words)
})
