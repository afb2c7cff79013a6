import { afterEach, describe, expect, test } from 'vitest'
import { gate, stream } from '../src/edges.ts'
import { resumeRun, runDurable } from '../src/durable.ts'
import { NoOpEventSink, Pipeline, StageOutput, isStageEvent, setEventSink } from '../src/index.ts'
import type { EventSink, Interceptor, RunContext, StageContext, StageflowEvent } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'
import { clock } from './fresh-clock.ts'
import { problemsOf } from './interceptors.ts'

// A sink that follows runs: `onRun` and `chunks`.

afterEach(() => setEventSink(NoOpEventSink))

type Following = NonNullable<EventSink['onRun']>

/** A sink that logs the types of its events, beside what its parts log. */
function following(log: string[], onRun: Following, more: Partial<EventSink> = {}): EventSink {
  const take = ({ type }: StageflowEvent): void => void log.push(type)
  return { emit: take, tryEmit: take, onRun, ...more }
}

/** A sink that takes every event and keeps none. */
const silent = (onRun: Following): EventSink => ({ emit: () => {}, tryEmit: () => {}, onRun })

async function* words(): AsyncGenerator<string, { text: string }> {
  yield 'Hel'
  yield 'lo'
  return { text: 'Hello' }
}

test('setEventSink alone sees each run with its graph, its outputs and its chunks, child runs of graphs built elsewhere too', async () => {
  const child = new Pipeline('child').withStage('llm', words).build({ clock })
  const graph = new Pipeline('app')
    .withStage('a', () => ({ a: 1 }))
    .withPipeline('kid', child, { dependencies: ['a'] })
    .withStage('never', () => ({}), { dependencies: ['kid'], when: () => false })
    .build({ clock })
  const seen: string[] = []
  const emit = (event: StageflowEvent): void => {
    if (isStageEvent(event, 'chunk')) seen.push(`chunk ${String(event.data.chunk)} of ${event.stage}`)
  }
  setEventSink({
    emit,
    tryEmit: emit,
    chunks: true,
    onRun(run) {
      const stages = run.pipeline.stages.map(({ name, dependencies }) => [
        name,
        ...dependencies.map((one) => one.stage),
      ])
      seen.push(`${run.parent?.path ?? 'root'}: ${run.pipeline.name} ${stages.map((each) => each.join('<')).join(' ')}`)
      return {
        settled: ({ stage, status, releasedBy }) =>
          void seen.push(`${stage} ${status} by ${releasedBy} ${JSON.stringify(run.output(stage))}`),
        ended: ({ status, report }) => void seen.push(`${run.pipeline.name} ${status} ${Object.keys(report.stages)}`),
      }
    },
  })
  await graph.run()
  expect(seen).toEqual([
    'root: app a kid<a never<kid',
    'a ok by undefined {"status":"ok","data":{"a":1}}',
    'kid: child llm',
    'chunk Hel of llm',
    'chunk lo of llm',
    'llm ok by undefined {"status":"ok","data":{"text":"Hello"}}',
    'child completed llm',
    'kid ok by a {"status":"ok","data":{"llm":{"text":"Hello"}}}',
    'never skip by kid {"status":"skip","reason":"its condition (when) was false"}',
    'app completed a,kid,never',
  ])
})

test('a sink has its part after all interceptors, sees their notes, and is told of each stage before the event', async () => {
  const log: string[] = []
  const watch: Interceptor = {
    name: 'watch',
    onCall: () => (context) => void context.note('acme/model' as never, 'small' as never),
    onRun: () => {
      log.push('watch asked')
      return { settled: () => void log.push('watch settled'), ended: () => void log.push('watch ended') }
    },
  }
  const sink = following(log, (run) => {
    log.push(`sink asked of ${run.pipelineRunId}`)
    return {
      settled: ({ stage, notes }) => void log.push(`sink settled ${stage} ${JSON.stringify(notes)}`),
      ended: () => void log.push('sink ended'),
    }
  })
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, eventSink: sink, interceptors: [watch] })
  await graph.run({ pipelineRunId: 'run-1' })
  expect(log).toEqual([
    'pipeline.started',
    'watch asked',
    'sink asked of run-1',
    'stage.a.started',
    'watch settled',
    'sink settled a {"acme/model":"small"}',
    'stage.a.completed',
    'watch ended',
    'sink ended',
    'pipeline.completed',
  ])
})

test('the functions of a sink and of its part are called with it as `this`, those of a class too', async () => {
  class Page implements EventSink {
    readonly lines: string[] = []
    emit(): void {}
    tryEmit(): void {}
    onRun({ pipeline }: RunContext) {
      return new Row(this.lines, pipeline.name)
    }
  }
  class Row {
    readonly lines: string[]
    readonly name: string
    constructor(lines: string[], name: string) {
      this.lines = lines
      this.name = name
    }
    settled({ stage }: { readonly stage: string }): void {
      this.lines.push(`${this.name}/${stage}`)
    }
    ended(): void {
      this.lines.push(`${this.name} ended`)
    }
  }
  const page = new Page()
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, eventSink: page })
  await Promise.all([graph.run(), graph.run()])
  expect(page.lines).toEqual(['demo/a', 'demo/a', 'demo ended', 'demo ended'])
})

describe('a sink never fails a run: what it throws is reported once (core/observer-threw), if it throws', () => {
  const bug = (): never => {
    throw new Error('a bug')
  }
  const rejecting = (async () => bug()) as () => never
  const told = 'The event sink threw when it was told of'
  test.each<[where: string, onRun: unknown, message: string]>([
    ['in onRun', bug, `${told} the run: a bug`],
    ['in an asynchronous onRun', rejecting, `${told} the run: onRun returned an instance of Promise`],
    ['because onRun is not a function', 5, 'onRun is not a function'],
    ['for a part that is no part', () => ({ setled: () => {} }), `${told} the run: onRun returned an object`],
    ['in settled', () => ({ settled: bug }), `${told} stage "a": a bug`],
    ['in an asynchronous settled', () => ({ settled: rejecting }), `${told} stage "a": a bug`],
    ['in ended', () => ({ ended: bug }), `${told} the run: a bug`],
  ])('%s', async (_, onRun, message) => {
    const graph = new Pipeline('demo')
      .withStage('a', () => ({ a: 1 }))
      .withStage('b', async () => ({ b: 2 }))
      .build({ clock, eventSink: silent(onRun as Following) })
    const result = await graph.run()
    await Promise.resolve()
    expect(result.data).toEqual({ a: { a: 1 }, b: { b: 2 } })
    expect(result.report.droppedEvents).toBe(0)
    expect(problemsOf(result)).toEqual([expect.stringMatching(/^core\/observer-threw: /)])
    expect(problemsOf(result)[0]).toContain(message)
  })

  test('in a getter', async () => {
    const sink = { emit: () => {}, tryEmit: () => {} }
    for (const name of ['onRun', 'chunks'] as const) {
      const eventSink = Object.defineProperty({ ...sink }, name, { get: bug })
      const result = await new Pipeline('demo').withStage('llm', words).build({ clock, eventSink }).run()
      expect(result.data).toEqual({ llm: { text: 'Hello' } })
    }
  })

  test('its part sets up no async context: `enter` is never called', async () => {
    const part = { enter: bug, ended: () => {} }
    const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, eventSink: silent(() => part) })
    const result = await graph.run()
    expect(result.status).toBe('completed')
    expect(problemsOf(result)).toEqual([])
  })
})

test('a sink may stop the run that it follows, and may leave runs alone', async () => {
  const log: string[] = []
  const sink = silent((run) => {
    if (run.pipeline.name === 'other') return undefined
    return {
      settled: ({ stage }) => {
        if (stage === 'a') run.stop('the page was closed')
      },
      ended: ({ status, reason }) => void log.push(`${status} ${reason}`),
    }
  })
  setEventSink(sink)
  const stages = (name: string): Pipeline<object> =>
    new Pipeline(name).withStage('a', () => ({})).withStage('b', () => ({}), { dependencies: ['a'] }) as never
  expect((await stages('other').build({ clock }).run()).status).toBe('completed')
  expect((await stages('demo').build({ clock }).run()).status).toBe('cancelled')
  expect(log).toEqual(['cancelled the page was closed'])
})

test('the sink of the run follows it, and not that of the build or of the process', async () => {
  const log: string[] = []
  const named = (name: string): EventSink => silent(() => void log.push(name))
  const graph = new Pipeline('demo').withStage('a', () => ({}))
  setEventSink(named('process'))
  await graph.build({ clock }).run()
  await graph.build({ clock, eventSink: named('build') }).run()
  await graph.build({ clock, eventSink: named('build') }).run({}, { eventSink: named('run') })
  await graph.build({ clock, eventSink: NoOpEventSink }).run()
  expect(log).toEqual(['process', 'build', 'run'])
})

test('the run option chunkEvents wins over the chunks of a sink, and event numbers have no gap either way', async () => {
  const child = new Pipeline('child').withStage('inner', words)
  const graph = new Pipeline('demo').withStage('llm', words).withPipeline('kid', child).build({ clock })
  const counts: Record<string, number> = {}
  for (const chunks of [undefined, false, true])
    for (const chunkEvents of [undefined, false, true]) {
      const events: StageflowEvent[] = []
      const take = (event: StageflowEvent): void => void events.push(event)
      const eventSink = { emit: take, tryEmit: take, ...(chunks !== undefined && { chunks }) }
      await graph.run({}, { eventSink, ...(chunkEvents !== undefined && { chunkEvents }) })
      counts[`${chunks} ${chunkEvents}`] = events.filter((event) => isStageEvent(event, 'chunk')).length
      const own = events.filter(({ parentRunId }) => parentRunId === undefined)
      expect(own.map(({ seq }) => seq)).toEqual(own.map((_, place) => place))
    }
  expect(counts).toEqual({
    'undefined undefined': 0,
    'undefined false': 0,
    'undefined true': 4,
    'false undefined': 0,
    'false false': 0,
    'false true': 4,
    'true undefined': 4,
    'true false': 0,
    'true true': 4,
  })
})

test('a sink is told of each item of a map and of the map, and of a stage behind gates once they have opened', async () => {
  const log: string[] = []
  const sink = silent(() => ({
    settled: ({ stage, status }, { item }) => void log.push(`${stage}${item ? `#${item.key}` : ''} ${status}`),
  }))
  const graph = new Pipeline('demo')
    .withMap('pages', { over: () => ['x', 'y'], key: (name) => name, each: (name) => ({ name }) })
    .withStage('guard', async () => clock.sleep(50).then(() => ({})))
    .withStage('answer', () => ({}), { dependencies: [gate('guard')] })
    .build({ clock, eventSink: sink })
  const run = graph.run()
  await clock.advance(100)
  await run
  expect(log).toEqual(['pages#x ok', 'pages#y ok', 'pages ok', 'guard ok', 'answer ok'])
})

function ask({ resumed, stage }: StageContext): object {
  return resumed === undefined ? StageOutput.suspend({ question: `${stage.name}?` }) : { answer: resumed.answer }
}

test('each leg of a durable run has a part, and is told only of the stages that settle in it, child runs too', async () => {
  const log: string[] = []
  const sink = following(
    log,
    (run) => {
      const path = run.parent?.path ?? 'root'
      log.push(`${path} begins`)
      return {
        settled: ({ stage, status }) => void log.push(`${path} ${stage} ${status}`),
        ended: ({ status }) => void log.push(`${path} ${status}`),
      }
    },
    { tryEmit: ({ type }) => void (type.endsWith('.chunk') && log.push(type)), emit: () => {}, chunks: true },
  )
  const child = new Pipeline('child').withStage('t', words).withStage('u', ask, { dependencies: ['t'] })
  const graph = new Pipeline('p')
    .withStage('a', () => ({}))
    .withPipeline('kid', child, { dependencies: ['a'] })
    .withStage('c', () => ({}), { dependencies: ['kid'] })
    .build()
  setEventSink(sink)
  const first = new ArrayExecutor()
  await runDurable(graph, first, {})
  expect(log).toEqual([
    'root begins',
    'root a ok',
    'kid begins',
    'stage.t.chunk',
    'stage.t.chunk',
    'kid t ok',
    'kid u suspend',
    'kid suspended',
    'root kid suspend',
    'root suspended',
  ])
  log.length = 0
  const second = new ArrayExecutor(first.facts)
  second.answer('kid/u', 1)
  await runDurable(graph, second, {})
  expect(log).toEqual([
    'root begins',
    'kid begins',
    'kid u ok',
    'kid completed',
    'root kid ok',
    'root c ok',
    'root completed',
  ])
})

test('a sink whose onRun throws in a durable run is reported, and one without onRun gets the events alone', async () => {
  const graph = new Pipeline('p').withStage('a', () => ({})).build()
  const broken = silent(() => {
    throw new Error('a bug')
  })
  expect(problemsOf(await runDurable(graph, new ArrayExecutor(), { eventSink: broken }))).toEqual([
    'core/observer-threw: The event sink threw when it was told of the run: a bug',
  ])
  const types: string[] = []
  const take = ({ type }: StageflowEvent): void => void types.push(type)
  const result = await runDurable(graph, new ArrayExecutor(), { eventSink: { emit: take, tryEmit: take } })
  expect(problemsOf(result)).toEqual([])
  expect(types).toEqual(['pipeline.started', 'stage.a.started', 'stage.a.completed', 'pipeline.completed'])
})

test('a resumed run has a part of its own, which is told of no stage that settled before', async () => {
  const log: string[] = []
  const graph = new Pipeline('p')
    .withStage('a', () => ({}))
    .withStage('b', ask, { dependencies: ['a'] })
    .build({
      clock,
      eventSink: silent(() => ({ settled: ({ stage, status }) => void log.push(`${stage} ${status}`) })),
    })
  const suspended = await graph.run()
  if (suspended.status !== 'suspended') throw new Error(suspended.status)
  await resumeRun(graph, suspended, { b: 1 })
  expect(log).toEqual(['a ok', 'b suspend', 'b ok'])
})

// What released a stage.

const started = (): { readonly seen: Record<string, unknown>; readonly sink: EventSink } => {
  const seen: Record<string, unknown> = {}
  const take = (event: StageflowEvent): void => {
    if (isStageEvent(event, 'started')) seen[event.stage] = event.data
    if (isStageEvent(event, 'item_started')) seen[`${event.stage}#${event.data.key}`] = event.data
  }
  return { seen, sink: { emit: take, tryEmit: take } }
}
const after = (ms: number) => async (): Promise<object> => {
  await clock.sleep(ms)
  return {}
}

test('the event of a stage that starts says when it could have started, and after which dependency, as its record does', async () => {
  const { seen, sink } = started()
  const graph = new Pipeline('demo')
    .withStage('fast', after(10))
    .withStage('slow', after(30))
    .withStage('all', after(10), { dependencies: ['fast', 'slow'] })
    .withStage('any', after(50), { dependencies: ['fast', 'slow'], join: 'any' })
    .build({ clock, eventSink: sink })
  const from = clock.now()
  const run = graph.run({}, { maxConcurrency: 2 })
  await clock.advance(200)
  const { report } = await run
  const at = (ms: number): number => from + ms
  expect(seen).toEqual({
    fast: { kind: 'transform', readyAt: at(0), releasedBy: undefined },
    slow: { kind: 'transform', readyAt: at(0), releasedBy: undefined },
    any: { kind: 'transform', readyAt: at(10), releasedBy: 'fast' },
    all: { kind: 'transform', readyAt: at(30), releasedBy: 'slow' },
  })
  for (const { stage, readyAt, releasedBy } of Object.values(report.stages))
    expect(seen[stage]).toMatchObject({ readyAt, releasedBy })
})

test('a reader of a stream starts when its source begins to yield, and its event says so', async () => {
  const { seen, sink } = started()
  async function* source(): AsyncGenerator<number, object> {
    await clock.sleep(20)
    yield 1
    await clock.sleep(20)
    return {}
  }
  const graph = new Pipeline('demo')
    .withStage('source', source)
    .withStage(
      'reader',
      async ({ inputs }) => {
        for await (const _ of inputs.stream('source'));
        return {}
      },
      { dependencies: [stream('source')] },
    )
    .build({ clock, eventSink: sink })
  const run = graph.run()
  await clock.advance(100)
  const { report } = await run
  const { readyAt, releasedBy } = report.stages.reader
  expect(seen['reader']).toEqual({ kind: 'transform', readyAt, releasedBy })
  expect(releasedBy).toBe('source')
})

test('an item of a map could have started when it did, and nothing released it', async () => {
  const { seen, sink } = started()
  const graph = new Pipeline('demo')
    .withMap('pages', { over: () => ['x'], key: (name) => name, each: after(10) })
    .build({ clock, eventSink: sink })
  const from = clock.now()
  const run = graph.run()
  await clock.advance(20)
  await run
  expect(seen['pages#x']).toEqual({ kind: 'transform', readyAt: from, releasedBy: undefined, index: 0, key: 'x' })
})

test('a stage of a durable run says the same as in its record, in each leg', async () => {
  const graph = new Pipeline('p')
    .withStage('a', () => ({}))
    .withStage('b', ask, { dependencies: ['a'] })
    .withStage('c', () => ({}), { dependencies: ['b'] })
    .build()
  const { seen, sink } = started()
  const first = new ArrayExecutor()
  await runDurable(graph, first, { eventSink: sink })
  expect(Object.keys(seen)).toEqual(['a', 'b'])
  const second = new ArrayExecutor(first.facts)
  second.answer('b', 1)
  const { report } = await runDurable(graph, second, { eventSink: sink })
  for (const stage of ['a', 'b', 'c'] as const) {
    const { readyAt, releasedBy } = report.stages[stage]
    expect(seen[stage]).toEqual({ kind: 'transform', readyAt, releasedBy })
  }
})
