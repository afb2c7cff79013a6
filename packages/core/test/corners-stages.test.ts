import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { ContextSnapshot, Pipeline, StageOutput, asStage, defineStage } from '../src/index.ts'
import type { Interceptor, InterceptorContext, StageContext } from '../src/index.ts'

const clock = manualClock()

test('what a stage returned is frozen before any interceptor sees it, its artifacts and events too', async () => {
  const meddling: Interceptor = {
    name: 'meddling',
    wrap: (next) => async (context) => {
      const output = await next(context)
      if (output.status === 'ok') (output.data as { x: unknown }).x = 'changed'
      return output
    },
  }
  const pipeline = new Pipeline().withStage('a', async () =>
    StageOutput.ok({ x: 1 }, { artifacts: [{ k: 1 }], events: [{ type: 'a.b', data: {} }] }),
  )
  expect(await pipeline.build({ clock, interceptors: [meddling] }).runSettled()).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/interceptor-threw' }],
  })
  const result = await pipeline.build({ clock }).run()
  const output = result.outputs.a
  if (output?.status !== 'ok') throw new Error('not ok')
  expect([output.artifacts, output.artifacts?.[0], output.events, output.events?.[0]].every(Object.isFrozen)).toBe(true)
})

test('a condition that stops the run starts nothing', async () => {
  const abort = new AbortController()
  const eventSink = recordingSink()
  let ran = false
  const graph = new Pipeline()
    .withStage('a', () => void (ran = true), {
      when: () => {
        abort.abort()
        return true
      },
    })
    .build({ clock, eventSink })
  const { status, report, outputs } = await graph.run({}, { signal: abort.signal })
  expect({ status, ran, types: eventSink.types() }).toEqual({
    status: 'cancelled',
    ran: false,
    types: ['pipeline.started', 'pipeline.cancelled'],
  })
  expect(report.stages['a']).toMatchObject({ status: 'cancel', startedAt: undefined, attempts: [] })
  expect(outputs).toEqual({})
})

test('a class that was compiled to a function is a class', async () => {
  function Old(): void {}
  Old.prototype.execute = () => ({ x: 1 })
  const result = await new Pipeline()
    .withStage('a', Old as never)
    .build({ clock })
    .run()
  expect(result.data).toEqual({ a: { x: 1 } })
})

test('a map whose source throws aborts its items', async () => {
  let reason: unknown
  const graph = new Pipeline()
    .withMap('m', {
      over: async function* () {
        yield 1
        throw new Error('source')
      },
      each: async (_item, context) => {
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
        reason = context.signal.reason
        return {}
      },
      onFailure: 'skip',
    })
    .build({ clock })
  await graph.run()
  expect(reason).toMatchObject({ code: 'core/map-ended' })
})

test('next called with something else says so, whatever lies below (core/interceptor-context)', async () => {
  const using: Interceptor = {
    name: 'using',
    wrap: (next) => (context) => (context.stage.name === 'a' ? next(context) : next(context)),
  }
  for (const wrong of [undefined, null, {}, 'text']) {
    const outer: Interceptor = { name: 'outer', wrap: (next) => () => next(wrong as never) }
    const graph = new Pipeline().withStage('a', () => ({})).build({ clock, interceptors: [outer, using] })
    expect(await graph.runSettled()).toMatchObject({ errors: [{ code: 'core/interceptor-context' }] })
  }
  const spreading: Interceptor = {
    name: 'spreading',
    wrap: (next) => (context) => next({ ...context } as InterceptorContext),
  }
  const graph = new Pipeline().withStage('a', () => ({})).build({ clock, interceptors: [spreading, using] })
  expect(await graph.runSettled()).toMatchObject({ errors: [{ code: 'core/interceptor-context' }] })
  const around: Interceptor = { name: 'around', wrapRun: (next) => () => next(undefined as never) }
  const inside: Interceptor = { name: 'inside', wrapRun: (next) => (run) => next(run) }
  const runs = new Pipeline().withStage('a', () => ({})).build({ clock, interceptors: [around, inside] })
  expect(await runs.runSettled()).toMatchObject({ errors: [{ cause: { code: 'core/interceptor-context' } }] })
})

test('asStage shows the problems of its child when the graph is built', () => {
  const broken = new Pipeline('broken').withStage('a', 5 as never)
  const pipeline = new Pipeline().withStage('sub', asStage(broken))
  expect(() => pipeline.build()).toThrow('In stage "sub": Stage "a" is 5')
})

test('many notes, forks and items cost the same each', async () => {
  const timeOf = async (count: number): Promise<number> => {
    const graph = new Pipeline()
      .withStage('notes', ({ note }) => {
        for (let k = 0; k < count; k++) note(`acme-${k}` as never, k as never)
      })
      .withMap('map', {
        over: () => Array.from({ length: count }, (_, k) => k),
        each: async (item, { signal }) => ({ item, aborted: signal.aborted }),
        concurrency: 10,
      })
      .build({ clock })
    const before = process.cpuUsage()
    await graph.run()
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  await timeOf(2_000)
  // Eight times the work: linear is 8, quadratic 64.
  expect((await timeOf(32_000)) / (await timeOf(4_000))).toBeLessThan(24)
})

test('get of a key that a dependency may still produce is refused: it would be a race (core/ambiguous-input)', async () => {
  const fast = (): object => ({ text: 'fast' })
  const graph = new Pipeline()
    .withStage('fast', fast)
    .withStage('slow', async (context) => {
      await context.clock.sleep(10)
      return { text: 'slow' }
    })
    .withStage('first', ({ inputs }) => ({ text: (inputs as { get(key: string): unknown }).get('text') }), {
      dependencies: ['fast', 'slow'],
      join: 'any',
    })
    .build({ clock })
  const settled = graph.runSettled()
  await clock.advance(10)
  expect(await settled).toMatchObject({ errors: [{ code: 'core/ambiguous-input', stage: 'first' }] })
})

test('undefined given for a field replaces what was there, and copies share what they shared', () => {
  const snapshot = new ContextSnapshot({ userId: 'u', inputText: 'hi' })
  expect(snapshot.withIdentity({ userId: undefined as never }).userId).toBeUndefined()
  let deep: object = { leaf: true }
  for (let k = 0; k < 60; k++) deep = { a: deep, b: deep }
  const { metadata } = new ContextSnapshot({ metadata: { deep } })
  const copy = metadata['deep'] as { a: unknown; b: unknown }
  expect(copy.a).toBe(copy.b)
})

test('startedAt is when the attempt started', async () => {
  const times: number[] = []
  const again: Interceptor = {
    name: 'again',
    wrap: (next) => async (context) => {
      await next(context)
      await context.clock.sleep(100)
      return next(context)
    },
  }
  const graph = new Pipeline()
    .withStage('a', (context: StageContext) => void times.push(context.startedAt))
    .build({ clock, interceptors: [again] })
  const startedAt = clock.now()
  const settled = graph.run()
  await clock.advance(100)
  await settled
  expect(times).toEqual([startedAt, startedAt + 100])
  expect(clock.timers).toEqual([])
})

test('a stop costs the same for each stage that listens to its signal', async () => {
  const timeOf = async (count: number): Promise<number> => {
    const listens = (context: StageContext): Promise<never> =>
      new Promise((_, reject) => {
        const { signal } = context
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    const stages = Array.from({ length: count }, (_, k) => defineStage({ name: `s${k}`, run: listens }))
    const abort = new AbortController()
    const graph = Pipeline.from('wide', stages as never).build({ clock })
    // From the start: it is adding a listener that may walk the list of those there are.
    const before = process.cpuUsage()
    const settled = graph.run({}, { signal: abort.signal })
    abort.abort()
    await settled
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  await timeOf(4_000)
  // Eight times the stages: linear is 8, quadratic 64.
  expect((await timeOf(32_000)) / (await timeOf(4_000))).toBeLessThan(28)
})

test('no memory is kept for pipelines that stages make, nor for items that a map has done with', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const dynamic = new Pipeline()
    .withStage('a', async ({ runChild }) => void (await runChild(new Pipeline('made').withStage('x', () => ({})))))
    .build({ clock })
  const runs = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) await dynamic.run()
  }
  await runs(200)
  const beforeRuns = used()
  await runs(1_500)
  expect((used() - beforeRuns) / 1_500).toBeLessThan(2_000)

  let held = 0
  const beforeItems = used()
  const map = new Pipeline()
    .withMap('m', {
      over: async function* () {
        for (let k = 0; k < 1_500; k++) yield { big: 'x'.repeat(8_000) + k }
        held = used() - beforeItems
      },
      each: () => StageOutput.skip('done with'),
      concurrency: 1,
    })
    .build({ clock })
  await map.run()
  expect(held / 1_500).toBeLessThan(2_000)
})
