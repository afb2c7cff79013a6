import { context as contexts, trace } from '@opentelemetry/api'
import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { spanRecorder, withContextManager } from '../test/span-recorder.ts'
import { traceparent, tracing } from './index.ts'

let clock = manualClock()
let recorder = spanRecorder()
let endContexts = () => {}
beforeEach(() => {
  clock = manualClock({ startAt: 1_000 })
  recorder = spanRecorder()
  endContexts = withContextManager()
})
afterEach(() => {
  endContexts()
  expect(clock.timers).toEqual([])
})
const options = (...outside: readonly Interceptor[]) => ({
  clock,
  interceptors: [...outside, tracing({ tracerProvider: recorder.provider })],
})
/** Calls a stage once more if it asks for it. */
const again: Interceptor = {
  name: 'retry',
  wrap: (next) => async (context) => {
    const output = await next(context)
    return output.status === 'retry' ? next(context) : output
  },
}
const byIndex = ([one]: readonly unknown[], [other]: readonly unknown[]): number => Number(one) - Number(other)
const spansOf = (name: string) => recorder.spans().filter((span) => span.name === name)

test('each item has a span below that of its map, with its index and key, and no run has a second one', async () => {
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => ['ada', 'bob', 'eve'],
      key: (letter) => letter,
      onItemFailure: 'collect',
      each: (letter: string) => {
        if (letter === 'bob') throw new Error('moved')
        return letter === 'eve' ? StageOutput.skip('no stamp') : { letter }
      },
    })
    .build(options())
  await graph.run()
  expect(recorder.tree()).toEqual([
    'invoke_workflow post completed',
    '  stage letters ok',
    '    item letters ok',
    '    item letters fail !',
    '    item letters skip',
  ])
  expect(recorder.span('stage letters').attributes).toMatchObject({
    'stageflow.items.total': 3,
    'stageflow.items.ok': 1,
    'stageflow.items.skip': 1,
    'stageflow.items.fail': 1,
    'stageflow.items.unfinished': 0,
  })
  expect(spansOf('item letters').map(({ attributes }) => attributes)).toMatchObject([
    { 'stageflow.stage.name': 'letters', 'stageflow.item.index': 0, 'stageflow.item.key': 'ada' },
    { 'stageflow.item.index': 1, 'stageflow.item.key': 'bob', 'error.type': 'core/stage-failed' },
    { 'stageflow.item.index': 2, 'stageflow.item.key': 'eve', 'stageflow.stage.reason': 'no stamp' },
  ])
})

test('the attempts of an item are spans, as those of a stage, and its usage is on the last one', async () => {
  let calls = 0
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => [0, 1],
      concurrency: 1,
      each: (item: number, { note }: StageContext) => {
        note('usage', { inputTokens: 10 })
        if (++calls === 2) return StageOutput.retry(new Error('busy'))
        return { item }
      },
    })
    .build(options(again))
  const { report } = await graph.run()
  const items = spansOf('item letters').map(({ attributes }) => [
    attributes['stageflow.item.index'],
    attributes['stageflow.stage.attempt'],
    attributes['gen_ai.usage.input_tokens'],
  ])
  expect(items).toEqual([
    [0, 1, 10],
    [1, 1, undefined],
    [1, 2, 20],
  ])
  // The span of the map has no usage of its own, so that the sum over all spans is that of the report.
  expect(recorder.span('stage letters').attributes).not.toHaveProperty('gen_ai.usage.input_tokens')
  expect(report.usage).toEqual({ inputTokens: 30 })
})

test('an item that an interceptor outside answers has a span, without an attempt', async () => {
  const cached: Interceptor = {
    name: 'cached',
    wrap: (next) => (context) => (context.item?.index === 1 ? StageOutput.ok({ from: 'cache' }) : next(context)),
  }
  const graph = new Pipeline('post')
    .withMap('letters', { over: () => [0, 1, 2], each: (item: number) => ({ item }) })
    .build(options(cached))
  await graph.run()
  const attempts = spansOf('item letters').map(({ attributes }) => [
    attributes['stageflow.item.index'],
    attributes['stageflow.stage.attempt'],
    attributes['stageflow.stage.status'],
  ])
  expect(attempts.toSorted(byIndex)).toEqual([
    [0, 1, 'ok'],
    [1, undefined, 'ok'],
    [2, 1, 'ok'],
  ])
})

const leaf = new Pipeline('child').withStage('leaf', () => ({}))

test.each(['with', 'without'])(
  'the child run of an item is below the span of this item %s a context manager',
  async (how) => {
    if (how === 'without') endContexts()
    const graph = new Pipeline('post')
      .withMap('letters', {
        over: () => [0, 1],
        each: async (_: number, { clock: time, signal, runChild }: StageContext) => {
          await time.sleep(1, signal) // both items run
          await runChild(leaf)
          return {}
        },
      })
      .build(options())
    const run = graph.run()
    await clock.advance(1)
    await run
    const parents = spansOf('invoke_workflow child').map(({ parentId }) => parentId)
    expect(parents).toEqual(spansOf('item letters').map(({ id }) => id))
  },
)

test('traceparent() of an item names the span of this item, from a lost context too', async () => {
  const headers: string[] = []
  const lost = contexts.active().deleteValue(Symbol.for('stageflow run'))
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => [0, 1],
      each: async (_: number, context: StageContext) => {
        await context.clock.sleep(1)
        headers.push(contexts.with(trace.deleteSpan(lost), () => traceparent(context))['traceparent'] ?? '')
        return {}
      },
    })
    .build(options())
  const run = graph.run()
  await clock.advance(1)
  await run
  expect(headers.map((header) => header.split('-')[2])).toEqual(spansOf('item letters').map(({ id }) => id))
})

test('maps inside items have the spans of their own items', async () => {
  const inner = new Pipeline('inner').withMap('words', { over: () => ['x', 'y'], each: (word: string) => ({ word }) })
  const graph = new Pipeline('outer')
    .withMap('letters', { over: () => [0, 1], concurrency: 1, each: inner as never } as never)
    .build(options())
  await graph.run()
  const item = [
    '    item letters ok',
    '      invoke_workflow inner completed',
    '        stage words ok',
    '          item words ok',
    '          item words ok',
  ]
  expect(recorder.tree()).toEqual(['invoke_workflow outer completed', '  stage letters ok', ...item, ...item])
})

test('the span of an item whose code outlives it ends with the code, and an abandoned one with the run', async () => {
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => [50, 10_000, 20],
      onItemFailure: 'skip',
      each: async (ms: number) => {
        await clock.sleep(ms)
        return { ms }
      },
    })
    .build({
      clock,
      interceptors: [
        tracing({ tracerProvider: recorder.provider }),
        {
          name: 'limit',
          onCall: ({ itemOf }) =>
            itemOf && ((context) => ({ deadline: context.now + 30, expired: () => StageOutput.fail('too slow') })),
        },
      ],
    })
  const run = graph.run({}, { graceMs: 100 })
  await clock.advance(1_000)
  await run
  const items = spansOf('item letters').map(({ attributes, endedAt }) => [
    attributes['stageflow.item.index'],
    attributes['stageflow.stage.status'],
    attributes['stageflow.stage.abandoned'],
    endedAt,
  ])
  expect(items.toSorted(byIndex)).toEqual([
    [0, 'fail', undefined, 1_050],
    [1, 'fail', true, 1_130],
    [2, 'ok', undefined, 1_020],
  ])
  await clock.advance(10_000)
})

test('the spans of items that a cancel aborts say so, and end with the run', async () => {
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => [0, 1],
      each: async (_: number, { signal }: StageContext) => void (await clock.sleep(1_000, signal)),
    })
    .build(options())
  const run = graph.start()
  await clock.advance(10)
  run.cancel('the user left')
  await run.settled
  expect(recorder.tree()).toEqual([
    'invoke_workflow post cancelled',
    '  stage letters cancel',
    '    item letters cancel',
    '    item letters cancel',
  ])
})
