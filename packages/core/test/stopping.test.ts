import { afterEach, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { sleepFor } from './interceptors.ts'
import { Pipeline, PipelineFailedError, StageflowError, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'

let clock = manualClock()
let eventSink = recordingSink()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  eventSink = recordingSink()
})

const throwing =
  (message: string, ms: number) =>
  async (context: StageContext<{}>): Promise<{}> => {
    await context.clock.sleep(ms)
    throw new Error(message)
  }
/** Counts the abort listeners on a signal that are still there. */
function watched(): { readonly controller: AbortController; listeners(): number } {
  const controller = new AbortController()
  const { signal } = controller
  let count = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    count++
    addEventListener.apply(signal, given)
  }
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    count--
    removeEventListener.apply(signal, given)
  }
  return { controller, listeners: () => count }
}

// ---------- cancel from inside

test('a stage that cancels ends the run: no stage starts, running stages are aborted, and the result has the completed data', async () => {
  const graph = new Pipeline('demo')
    .withStage('done', () => ({ done: true }))
    .withStage('running', sleepFor(1_000))
    .withStage('guard', async (context) => {
      await context.clock.sleep(10)
      return StageOutput.cancel('not allowed')
    })
    .withStage('never', () => ({}), { dependencies: ['running'] })
    .build({ clock, eventSink })
  const settled = graph.run()
  await clock.advance(10)
  const result = await settled
  expect(result).toMatchObject({ status: 'cancelled', reason: 'not allowed', data: { done: { done: true } } })
  expect(result.outputs).toMatchObject({
    done: { status: 'ok' },
    running: { status: 'cancel', reason: 'not allowed' },
    guard: { status: 'cancel' },
  })
  expect(result.outputs).not.toHaveProperty('never')
  expect(eventSink.types().slice(4)).toEqual([
    'stage.guard.started',
    'stage.guard.cancelled',
    'stage.running.cancelled',
    'pipeline.cancelled',
  ])
})

test('the signal of the other stages aborts with core/cancelled, which names the stage or gives the reason of the stop', async () => {
  const reasons: unknown[] = []
  const listening = (context: StageContext) =>
    new Promise<object>((resolve) =>
      context.signal.addEventListener('abort', () => resolve({ reason: reasons.push(context.signal.reason) })),
    )
  const stop = (ending: () => object) =>
    new Pipeline('demo')
      .withStage('listening', listening)
      .withStage('stop', async () => ending())
      .build({ clock })
  await stop(() => StageOutput.cancel('not allowed')).run()
  await stop(() => StageOutput.fail('broken')).runSettled()
  const run = stop(() => new Promise<object>(() => {})).start({}, { graceMs: 0 })
  await clock.settle()
  run.cancel('by hand')
  await clock.settle()
  expect((await run.settled).status).toBe('cancelled')
  expect(reasons.map((reason) => StageflowError.is(reason, 'core/cancelled') && reason.message)).toEqual([
    'Stage "stop" cancelled the run: not allowed',
    'The run was stopped: stage "stop" failed.',
    'The run was cancelled: by hand',
  ])
})

test('a stage that cancels cancels the run, also with onFailure and a join that tolerates failures', async () => {
  const graph = new Pipeline('demo')
    .withStage('guard', () => StageOutput.cancel('no'), { onFailure: 'skip' })
    .withStage('settled', () => ({}), { dependencies: ['guard'], join: 'settled' })
    .build({ clock })
  expect(await graph.run()).toMatchObject({ status: 'cancelled', reason: 'no' })
})

// ---------- cancel from outside

test("the caller's signal cancels the run at once, through every stage and child run", async () => {
  const { controller, listeners } = watched()
  const graph = new Pipeline('demo')
    .withStage('own', sleepFor(1_000))
    .withPipeline(
      'child',
      new Pipeline('child').withPipeline('grandchild', new Pipeline('grandchild').withStage('inner', sleepFor(1_000))),
    )
    .build({ clock, eventSink })
  const settled = graph.run({}, { signal: controller.signal })
  await clock.advance(5)
  const reason = new DOMException('the user left', 'AbortError')
  controller.abort(reason)
  const result = await settled
  expect(clock.now()).toBe(5)
  expect(result).toMatchObject({ status: 'cancelled', reason: 'the user left' })
  expect(eventSink.types().filter((type) => type.endsWith('cancelled'))).toEqual([
    'stage.own.cancelled',
    'stage.inner.cancelled',
    'pipeline.cancelled',
    'pipeline.child_cancelled',
    'stage.grandchild.cancelled',
    'pipeline.cancelled',
    'pipeline.child_cancelled',
    'stage.child.cancelled',
    'pipeline.cancelled',
  ])
  expect(listeners()).toBe(0)
})

test('a run with an aborted signal is cancelled, and no stage starts', async () => {
  let started = false
  const graph = new Pipeline('demo').withStage('a', () => void (started = true)).build({ clock, eventSink })
  const result = await graph.run({}, { signal: AbortSignal.abort(new Error('too late')) })
  expect(result).toMatchObject({ status: 'cancelled', reason: 'too late', data: {}, outputs: {} })
  expect(result.report.stages['a']).toMatchObject({ status: 'cancel', startedAt: undefined, reason: 'too late' })
  expect(started).toBe(false)
  expect(eventSink.types()).toEqual(['pipeline.started', 'pipeline.cancelled'])
})

test('an abort while the last stage ends, or after it, is never a success', async () => {
  const { controller } = watched()
  const during = new Pipeline('demo').withStage('last', () => {
    controller.abort(new Error('just now'))
    return { last: true }
  })
  for (const sink of [undefined, eventSink]) {
    const result = await during
      .build({ clock, ...(sink === undefined ? {} : { eventSink: sink }) })
      .run({}, { signal: controller.signal })
    expect(result).toMatchObject({ status: 'cancelled', reason: 'just now' })
  }
  const later = new AbortController()
  const inCleanup = new Pipeline('demo')
    .withStage('last', (context) => context.onCleanup(() => later.abort(new Error('at the end'))))
    .build({ clock, eventSink })
  expect(await inCleanup.run({}, { signal: later.signal })).toMatchObject({
    status: 'cancelled',
    reason: 'at the end',
    data: { last: {} },
  })
})

test("a run reads the caller's signal again before it settles, so a missed abort is never a success", async () => {
  for (const sink of [{}, { eventSink }]) {
    const caller = new AbortController()
    caller.signal.addEventListener('abort', (event) => event.stopImmediatePropagation())
    const graph = new Pipeline('demo')
      .withStage('last', async () => {
        await Promise.resolve()
        caller.abort(new Error('unheard'))
        return { last: true }
      })
      .build({ clock, ...sink })
    const result = await graph.run({}, { signal: caller.signal })
    expect(result).toMatchObject({ status: 'cancelled', reason: 'unheard', data: { last: { last: true } } })
  }
})

test("no listener is left on the caller's signal, for every ending of the run", async () => {
  const { controller, listeners } = watched()
  const run = (stage: () => object) =>
    new Pipeline('demo')
      .withStage('a', stage)
      .withStage('b', async (context) => ({ aborted: context.signal.aborted }))
      .build({ clock })
      .runSettled({}, { signal: controller.signal, timeoutMs: 1_000 })
  await run(() => ({}))
  await run(() => StageOutput.cancel('no'))
  await run(() => StageOutput.fail('no'))
  expect(listeners()).toBe(0)
})

const ENOUGH = new Error('enough')
test.each([
  ['the abort reason', ENOUGH],
  ['an AbortError', new DOMException('aborted', 'AbortError')],
])('a stage that throws %s after the run was stopped is cancelled', async (_, thrown) => {
  const controller = new AbortController()
  const settled = new Pipeline('demo')
    .withStage('a', async (context) => {
      await context.clock.sleep(10)
      throw thrown
    })
    .build({ clock })
    .runSettled({}, { signal: controller.signal })
  controller.abort(ENOUGH)
  await clock.advance(10)
  expect((await settled).outputs.a).toMatchObject({ status: 'cancel', reason: 'enough' })
})

test("an AbortError fails its stage if the run wasn't stopped", async () => {
  const result = await new Pipeline('demo')
    .withStage('a', () => {
      throw new DOMException('fetch gave up', 'AbortError')
    })
    .build({ clock })
    .runSettled()
  expect(result).toMatchObject({ status: 'failed', errors: [{ message: 'fetch gave up' }] })
})

test("any other error after the abort is recorded as the stage's failure, and the run stays cancelled", async () => {
  const run = new Pipeline('demo').withStage('a', throwing('a bug in clean-up', 10)).build({ clock }).start()
  run.cancel('enough')
  await clock.advance(10)
  const result = await run.settled
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(result.report.stages['a']).toMatchObject({ status: 'fail', error: { message: 'a bug in clean-up' } })
})

test('raiseIfCancelled throws the reason after the run was stopped, and does nothing before', async () => {
  const log: string[] = []
  const run = new Pipeline('demo')
    .withStage('a', async (context) => {
      context.raiseIfCancelled()
      log.push('went on')
      await context.clock.sleep(10)
      context.raiseIfCancelled()
      log.push('unreached')
    })
    .build({ clock })
    .start()
  run.cancel('enough')
  await clock.advance(10)
  expect((await run.settled).outputs.a).toMatchObject({ status: 'cancel', reason: 'enough' })
  expect(log).toEqual(['went on'])
})

// ---------- failure

test('the first failure ends the run: siblings are aborted, run() rejects with the cause, and error.result has the completed data', async () => {
  const graph = new Pipeline('demo')
    .withStage('done', () => ({ done: true }))
    .withStage('broken', throwing('boom', 10))
    .withStage('sibling', sleepFor(1_000))
    .withStage('never', () => ({}), { dependencies: ['broken'] })
    .build({ clock })
  const settled = graph.run().catch((error: unknown) => error)
  await clock.advance(10)
  const error = (await settled) as PipelineFailedError
  expect(error).toBeInstanceOf(PipelineFailedError)
  expect(error).toMatchObject({
    code: 'core/pipeline-failed',
    message: 'Pipeline "demo" failed at stage "broken": [core/stage-failed] boom',
    cause: { message: 'boom' },
  })
  expect(error.result).toMatchObject({
    status: 'failed',
    data: { done: { done: true } },
    errors: [{ code: 'core/stage-failed', message: 'boom', stage: 'broken' }],
  })
  expect(error.result.report.stages).toMatchObject({
    sibling: { status: 'cancel', reason: 'stage "broken" failed' },
    never: { status: 'cancel', startedAt: undefined },
  })
})

test('every failure is in errors, the one that ended the run first', async () => {
  const graph = new Pipeline('demo')
    .withStage('late', throwing('second', 20))
    .withStage('early', throwing('first', 10))
    .build({ clock })
  const settled = graph.runSettled()
  await clock.advance(20)
  const result = await settled
  expect(result.status === 'failed' && result.errors.map(({ stage }) => stage)).toEqual(['early', 'late'])
})

test("onStageFailure: 'continue': a failure counts as not ok, the other stages go on, and the run fails with all errors", async () => {
  const graph = new Pipeline('demo')
    .withStage('a', throwing('a', 10))
    .withStage('b', throwing('b', 5))
    .withStage('c', sleepFor(50))
    .withStage('needs-a', () => ({}), { dependencies: ['a'] })
    .withStage('needs-both', () => ({}), { dependencies: ['a', 'c'] })
    .withStage('any', (context) => ({ c: context.inputs.from('c'), a: context.inputs.status('a') }), {
      dependencies: ['a', 'c'],
      join: 'any',
    })
    .build({ clock })
  const settled = graph.runSettled({}, { onStageFailure: 'continue' })
  await clock.advance(50)
  const result = await settled
  expect(result).toMatchObject({
    status: 'failed',
    data: { c: { slept: 50 }, any: { c: { slept: 50 }, a: 'fail' } },
    errors: [{ message: 'b' }, { message: 'a' }],
  })
  for (const name of ['needs-a', 'needs-both'] as const)
    expect(result.report.stages[name]).toMatchObject({
      status: 'skip',
      reason: 'dependency "a" failed',
      releasedBy: 'a',
    })
})

test('the first of a failure and a cancel decides how the run ends', async () => {
  const both = (failMs: number, cancelMs: number) =>
    new Pipeline('demo')
      .withStage('fails', throwing('boom', failMs))
      .withStage('cancels', async (context) => {
        await context.clock.sleep(cancelMs)
        return StageOutput.cancel('no')
      })
      .build({ clock })
      .runSettled()
  const failed = both(10, 20)
  await clock.advance(20)
  expect((await failed).status).toBe('failed')
  const cancelled = both(20, 10)
  await clock.advance(20)
  expect((await cancelled).status).toBe('cancelled')
})

// ---------- the run's time-out

test('timeoutMs: the run fails with core/timed-out, and stages are aborted with that error', async () => {
  let reason: unknown
  const graph = new Pipeline('demo')
    .withStage('done', () => ({ done: true }))
    .withStage('slow', async (context) => {
      context.signal.addEventListener('abort', () => {
        reason = context.signal.reason
      })
      await context.clock.sleep(1_000, context.signal)
    })
    .build({ clock, eventSink })
  const settled = graph.runSettled({}, { timeoutMs: 100 })
  await clock.advance(100)
  const result = await settled
  expect(result).toMatchObject({
    status: 'failed',
    data: { done: { done: true } },
    errors: [
      {
        code: 'core/timed-out',
        message: expect.stringContaining('"demo" did not end within 100 ms (timeoutMs)'),
      },
    ],
  })
  expect(result.report.stages['slow']).toMatchObject({ status: 'cancel', reason: 'the run did not end within 100 ms' })
  expect(StageflowError.is(reason, 'core/timed-out')).toBe(true)
  expect(eventSink.types().slice(-2)).toEqual(['stage.slow.cancelled', 'pipeline.failed'])
})

test('timeoutMs: a run of slow synchronous stages is stopped between stages, without a timer', async () => {
  let now = 0
  const counting = { now: () => now, setTimeout: () => () => {}, sleep: async () => {} }
  const log: string[] = []
  const busy = (name: string) => () => {
    log.push(name)
    now += 60
  }
  const graph = new Pipeline('demo')
    .withStage('a', busy('a'))
    .withStage('b', busy('b'))
    .withStage('c', busy('c'))
    .build({ clock: counting })
  const result = await graph.runSettled({}, { timeoutMs: 100 })
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
  expect(log).toEqual(['a', 'b'])
})

test('timeoutMs limits child runs, and stages can read the deadline', async () => {
  const deadlines: unknown[] = []
  const inner = async (context: StageContext): Promise<object> => {
    deadlines.push(context.deadline)
    await context.clock.sleep(1_000, context.signal)
    return {}
  }
  const graph = new Pipeline('demo')
    .withStage('own', inner)
    .withPipeline('child', new Pipeline('child').withStage('inner', inner))
    .build({ clock })
  const settled = graph.runSettled({}, { timeoutMs: 100 })
  await clock.advance(100)
  const result = await settled
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
  expect(result.report.endedAt).toBe(100)
  expect(deadlines).toEqual([100, 100])
})

test('a run without timeoutMs, or with Infinity, has no deadline and sets no timer', async () => {
  const seen: unknown[] = []
  const graph = new Pipeline('demo')
    .withStage('a', (context) => void seen.push(context.deadline, clock.pending))
    .build({ clock })
  await graph.run()
  await graph.run({}, { timeoutMs: Infinity })
  expect(seen).toEqual([undefined, 0, undefined, 0])
})

// ---------- one graph, many runs

test("case 4: a failed run doesn't change a concurrent run of the same graph", async () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('work', async (context) => {
      const name = context.snapshot.inputText
      context.onCleanup(async () => {
        await context.clock.sleep(50)
        log.push(`cleaned ${name} at ${clock.now()}`)
      })
      await context.clock.sleep(name === 'bad' ? 10 : 100, context.signal)
      if (name === 'bad') throw new Error('bad')
      return { name }
    })
    .build({ clock })
  const bad = graph.runSettled({ inputText: 'bad' })
  const good = graph.run({ inputText: 'good' })
  await clock.advance(150)
  expect((await bad).status).toBe('failed')
  expect((await good).data).toEqual({ work: { name: 'good' } })
  expect(log).toEqual(['cleaned bad at 60', 'cleaned good at 150'])
})

test.each<[what: string, ending: (context: StageContext) => object | Promise<object>]>([
  ['a failure', () => StageOutput.fail('x')],
  [
    'a throw',
    () => {
      throw new Error('x')
    },
  ],
  ['a cancel', () => StageOutput.cancel('x')],
  ['a timeout', sleepFor(10_000)],
])('case 5: no stage code runs after the run has settled because of %s', async (_, ending) => {
  let last = 0
  const settled = new Pipeline('demo')
    .withStage('ticking', async (context) => {
      while (!context.signal.aborted) {
        last = clock.now()
        await context.clock.sleep(10, context.signal)
      }
    })
    .withStage('ending', async (context) => {
      await context.clock.sleep(35)
      return ending(context)
    })
    .build({ clock })
    .runSettled({}, { timeoutMs: 100 })
  await clock.advance(1_000)
  const { report } = await settled
  expect(last).toBeLessThanOrEqual(report.endedAt)
  expect(report.stages['ticking']?.status).toBe('cancel')
})

test('a child run of synchronous stages ends when the run above it is out of time', async () => {
  let now = 0
  let calls = 0
  const child = new Pipeline('child')
    .withStage('first', () => void (now = 200))
    .withStage('second', () => void calls++, { dependencies: ['first'] })
  const result = await new Pipeline('demo')
    .withPipeline('above', child)
    .build({ clock: { ...clock, now: () => now, setTimeout: (callback, ms) => clock.setTimeout(callback, ms) } })
    .runSettled({}, { timeoutMs: 100 })
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
  expect(calls).toBe(0)
})
