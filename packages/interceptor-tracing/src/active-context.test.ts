import { context as contexts, trace } from '@opentelemetry/api'
import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor, StageContext, StageflowEvent } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { spanRecorder, withContextManager } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

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
const options = () => ({ clock, interceptors: [tracing({ tracerProvider: recorder.provider })] })

/** A span below the active one, as an instrumented library makes it. */
function callLibrary(name: string): void {
  recorder.provider.getTracer('library').startSpan(name).end()
}
const parentOf = (name: string): string | undefined => {
  const { parentId } = recorder.span(name)
  return recorder.spans().find(({ id }) => id === parentId)?.name
}

test('a library span nests in its stage, before and after the stage waited', async () => {
  const graph = new Pipeline('nested')
    .withStage('first', () => callLibrary('sync'))
    .withStage(
      'second',
      async ({ clock: time }) => {
        callLibrary('before')
        await time.sleep(10)
        callLibrary('after')
      },
      { dependencies: ['first'] },
    )
    .withStage('third', () => callLibrary('third-sync'), { dependencies: ['second'] })
    .build(options())
  const running = graph.run()
  await clock.advance(10)
  await running
  expect(['sync', 'before', 'after', 'third-sync'].map(parentOf)).toEqual([
    'stage first',
    'stage second',
    'stage second',
    'stage third',
  ])
})

test('a library span nests in the stage that streams, also after a yield', async () => {
  const graph = new Pipeline('streamed')
    .withStage('llm', async function* ({ clock: time }) {
      callLibrary('at once')
      yield 'a'
      callLibrary('after a yield')
      await time.sleep(10)
      yield 'b'
      callLibrary('after a wait and a yield')
      return { text: 'ab' }
    })
    .withStage('beside', ({ clock: time }) => time.sleep(5))
    .build(options())
  const running = graph.run()
  await clock.advance(10)
  await running
  expect(['at once', 'after a yield', 'after a wait and a yield'].map(parentOf)).toEqual(
    Array.from({ length: 3 }, () => 'stage llm'),
  )
})

test('a library span nests in the stage if the stream waits for a reader of its events', async () => {
  const graph = new Pipeline('read')
    .withStage('llm', async function* () {
      for (let chunk = 0; chunk < 1_500; chunk++) yield chunk
      callLibrary('after the reader')
      return {}
    })
    .build(options())
  const run = graph.start()
  for await (const _ of run) await Promise.resolve()
  await run.result
  expect(parentOf('after the reader')).toBe('stage llm')
})

test('tools that an item of a map calls nest in the span of the item', async () => {
  const tool = async (context: StageContext, name: string): Promise<void> => {
    await context.clock.sleep(1)
    callLibrary(`tool ${name}`)
  }
  const graph = new Pipeline('mapped')
    .withMap('each', {
      over: () => ['x', 'y', 'z'],
      each: async (item, context) => {
        await tool(context, item)
        return {}
      },
      concurrency: 2,
    })
    .withStage('beside', ({ clock: time }) => time.sleep(1))
    .build(options())
  const running = graph.run()
  await clock.advance(2)
  await running
  expect(['tool x', 'tool y', 'tool z'].map(parentOf)).toEqual(Array.from({ length: 3 }, () => 'item each'))
})

test('child runs are below the stage that started them, in loops and maps too', async () => {
  const inner = new Pipeline('inner').withStage('leaf', () => ({}))
  const outer = new Pipeline('outer').withPipeline('middle', new Pipeline('mid').withPipeline('low', inner))
  await outer.build(options()).run({ pipelineRunId: 'top' })
  expect(recorder.tree()).toEqual([
    'invoke_workflow outer completed',
    '  stage middle ok',
    '    invoke_workflow mid completed',
    '      stage low ok',
    '        invoke_workflow inner completed',
    '          stage leaf ok',
  ])
  expect(recorder.span('invoke_workflow inner').attributes).toMatchObject({ 'stageflow.run.path': 'middle/low' })
  expect(recorder.span('invoke_workflow mid').attributes).toMatchObject({ 'stageflow.run.parent_id': 'top' })
  expect(new Set(recorder.spans().map(({ traceId }) => traceId)).size).toBe(1)
})

test('a child run is below the span of the app that started it inside the stage', async () => {
  const inner = new Pipeline('inner').withStage('leaf', () => ({}))
  const tracer = recorder.provider.getTracer('app')
  const graph = new Pipeline('outer')
    .withStage('stage', (context) =>
      tracer.startActiveSpan('plan', async (span) => {
        await context.runChild(inner)
        span.end()
      }),
    )
    .build(options())
  await graph.run()
  expect(recorder.spans().map(({ name }) => [name, parentOf(name)])).toEqual([
    ['stage leaf', 'invoke_workflow inner'],
    ['invoke_workflow inner', 'plan'],
    ['plan', 'stage stage'],
    ['stage stage', 'invoke_workflow outer'],
    ['invoke_workflow outer', undefined],
  ])
})

test('a child run that is started from a lost context is below its stage', async () => {
  const inner = new Pipeline('inner').withStage('leaf', () => ({}))
  const graph = new Pipeline('outer')
    .withStage('stage', (context) =>
      contexts.with(trace.deleteSpan(foreign()), () => context.runChild(inner)).then(() => ({})),
    )
    .build(options())
  await graph.run()
  expect(parentOf('invoke_workflow inner')).toBe('stage stage')
})
const foreign = () => contexts.active().deleteValue(Symbol.for('stageflow run'))

test('a run is below the span that was active when it was called, and leaves it active', async () => {
  const tracer = recorder.provider.getTracer('app')
  const graph = new Pipeline('called').withStage('a', ({ clock: time }) => time.sleep(5)).build(options())
  const request = tracer.startActiveSpan('request', async (span) => {
    await graph.run()
    callLibrary('after the run')
    span.end()
  })
  await clock.advance(5)
  await request
  expect(parentOf('invoke_workflow called')).toBe('request')
  expect(parentOf('after the run')).toBe('request')
})

test('without a context manager, stages and child runs still have their parents', async () => {
  contexts.disable()
  const inner = new Pipeline('inner').withStage('leaf', ({ clock: time }) => time.sleep(1))
  const graph = new Pipeline('outer')
    .withPipeline('left', inner)
    .withPipeline(
      'right',
      new Pipeline('other').withStage('leaf2', () => ({})),
    )
    .build(options())
  const running = graph.run()
  await clock.advance(1)
  await running
  expect(recorder.tree()).toEqual([
    'invoke_workflow outer completed',
    '  stage left ok',
    '    invoke_workflow inner completed',
    '      stage leaf ok',
    '  stage right ok',
    '    invoke_workflow other completed',
    '      stage leaf2 ok',
  ])
})

test('without a context manager, a traced run two levels down is below the run, even if that has a stage of the same name', async () => {
  contexts.disable()
  const low = new Pipeline('low').withStage('leaf', () => ({})).build(options())
  const untraced = new Pipeline('mid').withPipeline('search', low).build({ clock })
  const graph = new Pipeline('top')
    .withStage('search', () => ({}))
    .withPipeline('launch', untraced, { dependencies: ['search'] })
    .build(options())
  await graph.run()
  expect(parentOf('invoke_workflow low')).toBe('invoke_workflow top')
})

test('1,000 runs at once of one graph and one interceptor: every span has its own parent', async () => {
  const inner = new Pipeline('inner').withStage('leaf', async ({ clock: time, snapshot }) => {
    await time.sleep(Number(snapshot.inputText) % 7)
    callLibrary(`library ${snapshot.inputText}`)
  })
  const graph = new Pipeline('many')
    .withStage('first', ({ clock: time, snapshot }) => time.sleep(Number(snapshot.inputText) % 5))
    .withPipeline('child', inner, { dependencies: ['first'], input: (_, { inputText }) => ({ inputText }) })
    .build(options())
  const running = Array.from({ length: 1_000 }, (_, index) =>
    graph.run({ inputText: `${index}`, pipelineRunId: `run-${index}` }),
  )
  await clock.advance(20)
  await Promise.all(running)
  const spans = recorder.spans()
  expect(spans).toHaveLength(6_000)
  const byId = new Map(spans.map((span) => [span.id, span]))
  const runs = new Map(spans.filter(({ parentId }) => parentId === undefined).map((span) => [span.traceId, span]))
  for (const span of spans.filter(({ name }) => name.startsWith('library '))) {
    const path = []
    let at: typeof span | undefined = span
    for (; at !== undefined; at = at.parentId === undefined ? undefined : byId.get(at.parentId)) path.push(at.name)
    expect(path.slice(1)).toEqual(['stage leaf', 'invoke_workflow inner', 'stage child', 'invoke_workflow many'])
    expect(runs.get(span.traceId)?.attributes['stageflow.run.id']).toBe(`run-${span.name.slice('library '.length)}`)
  }
  expect(runs.size).toBe(1_000)
})

test('a child run that is started in the context of another run is below its own stage', async () => {
  let foreignContext = contexts.active()
  const inner = new Pipeline('inner').withStage('leaf', () => ({}))
  const graph = new Pipeline('outer')
    .withStage('stage', (context) => {
      if (context.snapshot.inputText === undefined) foreignContext = contexts.active()
      else return contexts.with(foreignContext, () => context.runChild(inner)).then(() => ({}))
      return {}
    })
    .build(options())
  await graph.run()
  await graph.run({ inputText: 'second', pipelineRunId: 'second' })
  const stage = recorder.spans().find(({ id }) => id === recorder.span('invoke_workflow inner').parentId)
  expect([stage?.name, stage?.attributes['stageflow.run.id']]).toEqual(['stage stage', 'second'])
})

test('spans of a cleanup are directly below its run, whichever stage ended last', async () => {
  const graph = new Pipeline('cleaned')
    .withStage('first', ({ onCleanup }) => onCleanup(() => callLibrary('close')))
    .withStage('last', async () => ({}), { dependencies: ['first'] })
    .build(options())
  await graph.run()
  expect(parentOf('close')).toBe('invoke_workflow cleaned')
})

test('spans of a cleanup are directly below a run that was cancelled from outside', async () => {
  const graph = new Pipeline('cancelled')
    .withStage('deaf', ({ onCleanup }) => {
      onCleanup(() => callLibrary('close'))
      return new Promise<void>(() => {})
    })
    .build(options())
  const run = graph.start({}, { graceMs: 50 })
  recorder.provider.getTracer('app').startActiveSpan('elsewhere', () => run.cancel('enough'))
  await clock.advance(50)
  await run.result
  expect(parentOf('close')).toBe('invoke_workflow cancelled')
})

test.each([0, 1])(
  'spans of a cleanup are directly below the run if a stage timed out, with %i interceptors around it',
  async (count) => {
    const limit: Interceptor = {
      name: 'limit',
      onCall: () => (context) => ({ deadline: context.now + 50, expired: () => StageOutput.fail('slow') }),
    }
    const pass: Interceptor = { name: 'pass', wrap: (next) => async (context) => next(context) }
    const graph = new Pipeline('limited')
      .withStage('slow', async ({ onCleanup, clock: time }) => {
        onCleanup(() => callLibrary('close'))
        await time.sleep(100)
      })
      .build({ clock, interceptors: [...[pass].slice(0, count), limit, ...options().interceptors] })
    const settled = graph.runSettled()
    await clock.advance(100)
    await settled
    expect(parentOf('close')).toBe('invoke_workflow limited')
  },
)

test('spans of a cleanup are directly below the run if a child run that the stage did not wait for ended last', async () => {
  const inner = new Pipeline('inner').withStage('leaf', ({ clock: time }) => time.sleep(50))
  const graph = new Pipeline('left')
    .withStage('stage', async (context) => {
      context.onCleanup(() => callLibrary('close'))
      void context.runChild(inner)
    })
    .withStage('next', () => ({}), { dependencies: ['stage'] })
    .build(options())
  const running = graph.run()
  await clock.advance(50)
  await running
  expect(parentOf('close')).toBe('invoke_workflow left')
})

test('spans of a sink are below the run, or below the stage that the event comes from', async () => {
  const heard: [type: string, spanId: string | undefined][] = []
  const hear = ({ type }: StageflowEvent): boolean =>
    heard.push([type, trace.getSpan(contexts.active())?.spanContext().spanId]) > 0
  const twice: Interceptor = {
    name: 'twice',
    wrap: (next, { name }) => (name === 'llm' ? async (context) => (await next(context), next(context)) : next),
  }
  const graph = new Pipeline('heard')
    .withPipeline(
      'child',
      new Pipeline('inner').withStage('leaf', () => ({})),
    )
    .withStage('llm', ({ tryEmitEvent }) => void tryEmitEvent('app.told', {}), { dependencies: ['child'] })
    .withStage(
      'speak',
      async function* () {
        yield 'a'
        return {}
      },
      { dependencies: ['llm'] },
    )
    .build({
      clock,
      interceptors: [twice, ...options().interceptors],
      eventSink: { emit: (event) => void hear(event), tryEmit: hear },
    })
  await recorder.provider.getTracer('app').startActiveSpan('caller', async (span) => {
    await graph.run({}, { chunkEvents: true })
    span.end()
  })
  expect(heard.map(([type, id]) => `${type}: ${recorder.spans().find((span) => span.id === id)?.name}`)).toEqual([
    'pipeline.started: caller',
    'stage.child.started: invoke_workflow heard',
    'pipeline.child_started: stage child',
    'pipeline.started: stage child',
    'stage.leaf.started: invoke_workflow inner',
    'stage.leaf.completed: invoke_workflow inner',
    'pipeline.completed: invoke_workflow inner',
    'pipeline.child_completed: stage child',
    'stage.child.completed: invoke_workflow heard',
    'stage.llm.started: invoke_workflow heard',
    'app.told: stage llm',
    'stage.llm.retrying: stage llm',
    'app.told: stage llm',
    'stage.llm.completed: invoke_workflow heard',
    'stage.speak.started: invoke_workflow heard',
    'stage.speak.chunk: stage speak',
    'stage.speak.completed: invoke_workflow heard',
    'pipeline.completed: invoke_workflow heard',
  ])
})
