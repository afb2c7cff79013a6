import { Pipeline, isStageEvent } from '@stageflow/core'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { BufferedEventSink, fanOutSink, filterSink } from './index.ts'

// Sinks in front of a sink that follows runs: `onRun` and `chunks`.

const clock = manualClock()

/** A sink that logs what its part is told, and the chunks that it gets. */
function page(log: string[], { chunks = true, name = 'page' } = {}): EventSink {
  const take = (event: StageflowEvent): void => {
    if (isStageEvent(event, 'chunk')) log.push(`${name} chunk ${String(event.data.chunk)}`)
  }
  return {
    emit: take,
    tryEmit: take,
    ...(chunks && { chunks }),
    onRun: ({ pipeline }) => {
      log.push(`${name} follows ${pipeline.name}`)
      return {
        settled: ({ stage, status }, run) => void log.push(`${name} ${stage} ${status} ${run.pipeline.name}`),
        ended: ({ status }) => void log.push(`${name} ${status}`),
      }
    },
  }
}
/** A sink that only takes events. */
function plain(types: string[]): EventSink {
  const take = ({ type }: StageflowEvent): void => void types.push(type)
  return { emit: take, tryEmit: take }
}

const graph = new Pipeline('demo')
  .withStage('llm', async function* () {
    yield 'Hello'
    return { text: 'Hello' }
  })
  .build({ clock })
const WHOLE = ['page follows demo', 'page chunk Hello', 'page llm ok demo', 'page completed']

test.each<[name: string, inFront: (sink: EventSink) => EventSink]>([
  ['a fan-out', (sink) => fanOutSink({ page: sink, other: plain([]) }, { clock })],
  ['a filter that passes chunks', (sink) => filterSink(sink, { include: 'stage.*.chunk', clock })],
  ['several in front of each other', (sink) => filterSink(fanOutSink({ page: sink }, { clock }), { clock })],
])('%s passes on the part in runs, and that the sink receives chunks', async (_, inFront) => {
  const log: string[] = []
  const { report } = await graph.run({}, { eventSink: inFront(page(log)) })
  expect(log).toEqual(WHOLE)
  expect([report.droppedEvents, report.notes['core/problems']]).toEqual([0, undefined])
})

test('a filter holds events back, and no run', async () => {
  const log: string[] = []
  await graph.run({}, { eventSink: filterSink(page(log), { exclude: '*', clock }) })
  expect(log).toEqual(WHOLE.filter((line) => !line.includes('chunk')))
})

test('a buffer keeps events back, but the sink behind it follows runs as they go on', async () => {
  const log: string[] = []
  const behind = page(log)
  let goOn = (): void => {}
  const emit = async (event: StageflowEvent): Promise<void> => {
    await new Promise<void>((resolve) => (goOn = resolve))
    await behind.emit(event)
  }
  const eventSink = new BufferedEventSink({ ...behind, emit }, { clock })
  await graph.run({}, { eventSink })
  expect(log).toEqual(WHOLE.filter((line) => !line.includes('chunk')))
  for (let turn = 0; turn < 100; turn++) {
    goOn()
    await Promise.resolve()
  }
  expect(log).toContain('page chunk Hello')
  await eventSink.close()
})

test('sinks in front of sinks that follow no run follow none themselves, and ask for no chunks', async () => {
  const sinks = [
    fanOutSink({ a: plain([]), b: plain([]) }, { clock }),
    filterSink(plain([]), { clock }),
    new BufferedEventSink(plain([]), { clock }),
  ]
  for (const sink of sinks) expect([sink.chunks, sink.onRun]).toEqual([false, undefined])
  for (const sink of sinks) await sink.close?.()
})

test('of a fan-out, the sinks that ask for chunks receive them and the others none; if no sink asks, the run option decides for all', async () => {
  const [log, types]: [string[], string[]] = [[], []]
  await graph.run({}, { eventSink: fanOutSink({ page: page(log), file: plain(types) }, { clock }) })
  expect(log).toEqual(WHOLE)
  expect(types).toEqual(['pipeline.started', 'stage.llm.started', 'stage.llm.completed', 'pipeline.completed'])
  types.length = 0
  const asksNot = fanOutSink({ page: page([], { chunks: false }), file: plain(types) }, { clock })
  await graph.run({}, { eventSink: asksNot, chunkEvents: true })
  expect(types).toContain('stage.llm.chunk')
})

test('each sink of a fan-out has its own part: one that throws is a problem of the run, once, and the others are told', async () => {
  const log: string[] = []
  const bug = (): never => {
    throw new Error('the page is broken')
  }
  const silent = { emit: () => {}, tryEmit: () => {} }
  const eventSink = fanOutSink(
    {
      asking: { ...silent, onRun: bug },
      later: { ...silent, onRun: (async () => bug()) as () => never },
      part: { ...silent, onRun: () => ({ settled: bug, ended: bug }) },
      async: { ...silent, onRun: () => ({ ended: (async () => bug()) as () => never }) },
      none: { ...silent, onRun: () => undefined },
      page: page(log),
    },
    { clock },
  )
  const result = await graph.run({}, { eventSink })
  await Promise.resolve()
  expect(result.status).toBe('completed')
  expect(log).toEqual(WHOLE)
  const problems = result.report.notes['core/problems'] ?? []
  expect(problems.map(({ code, message }) => `${code}: ${message}`).toSorted()).toEqual([
    'sink-buffered/downstream: Sink "asking" threw when it was told of the run: the page is broken',
    'sink-buffered/downstream: Sink "async" threw when it was told of the run: the page is broken',
    'sink-buffered/downstream: Sink "later" threw when it was told of the run: onRun returned a promise; return a part, or undefined',
    'sink-buffered/downstream: Sink "part" threw when it was told of stage "llm": the page is broken',
  ])
})

test('a fan-out whose sinks leave a run alone has no part in it', async () => {
  const leaving: EventSink = { emit: () => {}, tryEmit: () => {}, onRun: () => undefined }
  const eventSink = fanOutSink({ leaving }, { clock })
  expect(eventSink.onRun?.({} as never)).toBeUndefined()
  expect((await graph.run({}, { eventSink })).report.notes['core/problems']).toBeUndefined()
})
