import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { Pipeline, StageKind, StageOutput } from '../src/index.ts'
import type { Interceptor, RunContext, StageContext, StageflowEvent } from '../src/index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const never = (): Promise<never> => new Promise(() => {})
const untilAborted = (context: StageContext): Promise<never> =>
  new Promise((_, reject) => {
    const { signal } = context
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
const around = (wrapRun: NonNullable<Interceptor['wrapRun']>, name = 'around'): Interceptor => ({ name, wrapRun })

test('an interceptor that hangs after its run was stopped is given up after the grace time', async () => {
  const hanging = around((next) => async (run) => {
    await next(run)
    return never()
  })
  const stages = { untilAborted, fails: () => StageOutput.fail('x'), cancels: () => StageOutput.cancel('x') }
  for (const stage of Object.values(stages)) {
    const abort = new AbortController()
    const settled = new Pipeline()
      .withStage('a', stage as never)
      .build({ clock, interceptors: [hanging] })
      .runSettled({}, { signal: abort.signal, graceMs: 20 })
    await clock.settle()
    abort.abort()
    await clock.advance(20)
    const { status, report } = await settled
    expect(status).not.toBe('completed')
    expect(report.notes['core/problems']).toMatchObject([{ code: 'core/interceptor-stuck' }])
  }
})

test('a child that an interceptor around it failed is reported as failed', async () => {
  const denied = around(
    (next, { name }) =>
      (run) =>
        name === 'child' ? run.fail(new Error('denied')) : next(run),
  )
  const graph = new Pipeline()
    .withPipeline(
      'sub',
      new Pipeline('child').withStage('a', () => ({})),
    )
    .build({ clock, interceptors: [denied] })
  const { report } = await graph.runSettled()
  expect(report.stages['sub']?.children).toMatchObject([{ status: 'failed' }])
})

test('a child whose input is made from the snapshot has an id of its own', async () => {
  const ids: string[] = []
  const child = new Pipeline('child').withStage('a', ({ pipelineRunId }) => void ids.push(pipelineRunId))
  const graph = new Pipeline()
    .withPipeline('sub', child, { input: (_, snapshot) => snapshot.withConversation({ inputText: 'hi' }) })
    .withPipeline('given', child, { input: () => ({ pipelineRunId: 'mine' }) })
    .build({ clock })
  await graph.run({ pipelineRunId: 'parent' })
  expect(ids[0]).not.toBe('parent')
  expect(ids[1]).toBe('mine')
})

test('a narrowed run still hears the run, and its deadline is the earlier one', async () => {
  const seen: unknown[] = []
  const outer = around(
    (next) => (run) => next(run.with({ signal: new AbortController().signal, deadline: 9e15 })),
    'outer',
  )
  const inner = around(
    () => async (run: RunContext) => {
      seen.push(run.deadline)
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve))
      throw run.signal.reason
    },
    'inner',
  )
  const abort = new AbortController()
  const settled = new Pipeline()
    .withStage('a', () => ({}))
    .build({ clock, interceptors: [outer, inner] })
    .runSettled({}, { signal: abort.signal, timeoutMs: 10_000 })
  await clock.advance(10)
  abort.abort(new Error('enough'))
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(seen).toEqual([10_000])
})

test('an interceptor around a run can neither better nor change how a stopped run ended', async () => {
  const fails = new Pipeline().withStage('a', () => StageOutput.fail('boom'))
  const soothing = around((next) => async (run) => {
    await next(run)
    return run.cancel('all is well')
  })
  expect(await fails.build({ clock, interceptors: [soothing] }).runSettled()).toMatchObject({ status: 'failed' })

  const flushing = around((next) => async (run) => {
    await next(run)
    throw new Error('flush failed')
  })
  const stopped = new Pipeline().withStage('a', () => StageOutput.cancel('enough'))
  const result = await stopped.build({ clock, interceptors: [flushing] }).runSettled()
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(result.report.notes['core/problems']).toMatchObject([{ code: 'core/interceptor-late' }])
})

test('an observer that is asynchronous and rejects is a problem of the report, seen once', async () => {
  const observer: Interceptor = {
    name: 'observer',
    settled: (async () => {
      throw new Error('x')
    }) as never,
  }
  const { report } = await new Pipeline()
    .withStage('a', () => ({}))
    .withStage('b', async () => {}, { dependencies: ['a'] })
    .build({ clock, interceptors: [observer] })
    .run()
  expect(report.notes['core/problems']).toMatchObject([{ code: 'core/observer-threw' }])
})

test('no event follows the last one of a run: not of a loop, an interceptor, or a child that cleans up', async () => {
  const guarded = new Pipeline('guarded').withStage(
    'check',
    (context: StageContext) => {
      context.onCleanup(() => clock.sleep(80))
      return StageOutput.fail('no')
    },
    StageKind.GUARD,
  )
  const cleaning = new Pipeline('cleaning').withStage('deaf', async (context: StageContext) => {
    context.onCleanup(() => clock.sleep(60))
    await untilAborted(context)
  })
  const late = around((next) => async (run) => {
    const outcome = await next(run)
    clock.setTimeout(() => run.tryEmitEvent('background.late', {}), 20)
    return outcome
  })
  const events: StageflowEvent[] = []
  const slowSink = {
    tryEmit: (event: StageflowEvent) => void events.push(event),
    emit: (event: StageflowEvent) => (events.push(event), clock.sleep(60)),
  }
  const loop = new Pipeline('loop').withPipeline('sub', guarded, { repeat: { until: 'check' } })
  const child = new Pipeline('child').withPipeline('sub', cleaning)
  for (const pipeline of [loop, child]) {
    for (const interceptors of [[], [late]]) {
      events.length = 0
      const abort = new AbortController()
      const settled = pipeline
        .build({ clock, interceptors, eventSink: slowSink })
        .runSettled({ pipelineRunId: 'parent' }, { signal: abort.signal, graceMs: 30 })
      await clock.advance(5)
      abort.abort()
      await clock.advance(1_000)
      await settled
      expect(events.at(-1)).toMatchObject({ type: 'pipeline.cancelled', pipelineRunId: 'parent' })
    }
  }
})

test('a result that has settled changes no more', async () => {
  const graph = new Pipeline()
    .withStage('a', (context) => context.onCleanup(() => clock.sleep(60).then(() => Promise.reject(new Error('late')))))
    .build({
      clock,
      interceptors: [{ name: 'junk', settled: (record) => void (record.attempts as unknown[]).push('junk') }],
    })
  const settled = graph.runSettled({}, { cleanupMs: 10 })
  await clock.advance(10)
  const { report } = await settled
  const before = JSON.stringify(report)
  await clock.advance(100)
  expect(JSON.stringify((await settled).report)).toBe(before)
  expect(before).not.toContain('junk')
})

test('a stage that starts once forgotten children have gone is not abandoned for them', async () => {
  const slowSink = { emit: () => clock.sleep(20), tryEmit: () => true }
  const child = new Pipeline('child').withStage('inner', () => ({}))
  const graph = new Pipeline('root')
    .withStage('a', (context) => {
      void context.runChild(child)
      return {}
    })
    .withStage('b', async (context) => {
      await context.clock.sleep(50)
      return { aborted: context.signal.aborted }
    })
    .build({ clock, eventSink: slowSink })
  const settled = graph.runSettled({}, { graceMs: 10, maxConcurrency: 1 })
  await clock.advance(1_000)
  expect(await settled).toMatchObject({ status: 'completed', data: { b: { aborted: false } } })
})

test('a child that was refused keeps its status, though the caller stops the run during its last event', async () => {
  const types: string[] = []
  const take = (event: StageflowEvent): void => void types.push(event.type)
  const eventSink = {
    tryEmit: take,
    emit: (event: StageflowEvent) => (take(event), event.parentRunId === undefined ? undefined : clock.sleep(20)),
  }
  const denies = around(
    (next, { name }) =>
      (run) =>
        name === 'child' ? run.fail(new Error('denied')) : next(run),
  )
  const graph = new Pipeline('root')
    .withPipeline(
      'a',
      new Pipeline('child').withStage('inner', () => ({})),
    )
    .build({ clock, eventSink, interceptors: [denies] })
  const abort = new AbortController()
  const settled = graph.runSettled({}, { graceMs: 10, signal: abort.signal })
  await clock.settle()
  abort.abort(new Error('from outside'))
  await clock.advance(1_000)
  const { report } = await settled
  expect(report.stages['a']?.children).toMatchObject([{ status: 'failed' }])
  expect(report.stages['a']?.abandoned).toBeUndefined()
  expect(types).toContain('pipeline.child_failed')
})

test('a map takes no more items once its stage has ended', async () => {
  const items: number[] = []
  const early: Interceptor = {
    name: 'early',
    wrap: (next) => (context) => {
      void next(context)
      return StageOutput.ok({ early: true })
    },
  }
  const graph = new Pipeline()
    .withMap('m', {
      over: async function* () {
        for (let k = 1; k <= 3; k++) {
          await clock.sleep(100)
          yield k
        }
      },
      each: (item) => {
        items.push(item)
        return {}
      },
    })
    .build({ clock, interceptors: [early] })
  const settled = graph.run({}, { graceMs: 10 })
  await clock.advance(1_000)
  await settled
  expect(items).toEqual([])
})
