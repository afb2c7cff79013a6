import { Pipeline, isStageEvent } from '@stageflow/core'
import type { RunOptions, StageflowEvent } from '@stageflow/core'
import { expect, expectTypeOf, test } from 'vitest'
import { recordingSink } from './recording-sink.ts'
import type { RecordingSink } from './recording-sink.ts'

let seq = 0
const event = (type: string): StageflowEvent =>
  ({ type, data: {}, seq: seq++, timestamp: 0, pipelineRunId: 'run-1', stage: undefined }) as unknown as StageflowEvent

test('it keeps the events of emit and tryEmit in their order', async () => {
  const sink = recordingSink()
  const [started, mine, ended] = [event('pipeline.started'), event('app.mine'), event('pipeline.completed')]
  expect(sink.tryEmit(started)).toBe(true)
  expect(sink.tryEmit(mine)).toBe(true)
  await sink.emit(ended)
  expect(sink.events).toEqual([started, mine, ended])
  expect(sink.types()).toEqual(['pipeline.started', 'app.mine', 'pipeline.completed'])
})

test('of returns the events of one type, with typed data', () => {
  const sink = recordingSink()
  const first = event('pipeline.started')
  sink.tryEmit(first)
  sink.tryEmit(event('app.mine'))
  expect(sink.of('pipeline.started')).toEqual([first])
  expect(sink.of('app.other')).toEqual([])
  expectTypeOf(sink.of('pipeline.started').map(({ data }) => data.stages)).toEqualTypeOf<number[]>()
  expectTypeOf(sink.of('stage.llm.completed').map(({ data }) => data.attempts)).toEqualTypeOf<number[]>()
  expectTypeOf(sink.of('app.mine')).toEqualTypeOf<readonly StageflowEvent[]>()
})

/** A run of a stage that yields, one that does not, one that fails after a chunk, and one that is skipped. */
async function streamed(sink: RecordingSink, options: RunOptions = {}): Promise<void> {
  await new Pipeline('chat')
    .withStage('llm', async function* () {
      yield 'for'
      yield 'ty'
      return { text: 'forty' }
    })
    .withStage('plain', () => ({ seen: sink.of('stage.plain.chunk') }))
    .withStage(
      'broken',
      async function* (): AsyncGenerator<string, object> {
        yield 'fo'
        throw new Error('no model')
      },
      { onFailure: 'skip' },
    )
    .withStage('skipped', () => ({}), { when: () => false })
    .build({ eventSink: sink })
    .run({}, options)
}

test('with chunkEvents, of returns the chunks of a stage, and none for a stage without chunks', async () => {
  const sink = recordingSink()
  await streamed(sink, { chunkEvents: true })
  expect(sink.of('stage.llm.chunk').map(({ data }) => data.chunk)).toEqual(['for', 'ty'])
  expect(sink.of('stage.broken.chunk').map(({ data }) => data.chunk)).toEqual(['fo'])
  expect(sink.of('stage.plain.chunk')).toEqual([])
})

test('without chunkEvents, of throws testing/no-chunk-events for the chunks of a stage that has ended', async () => {
  const sink = recordingSink()
  expect(sink.of('stage.llm.chunk')).toEqual([]) // nothing has run
  await streamed(sink) // a stage that runs reads its own: not an error either
  for (const name of ['llm', 'plain', 'broken'] as const)
    expect(() => sink.of(`stage.${name}.chunk`)).toThrow(
      expect.objectContaining({
        code: 'testing/no-chunk-events',
        message: `The sink got no chunk of stage "${name}", which has ended. Chunks reach this sink only with the run option chunkEvents: graph.run(input, { chunkEvents: true }). To check that a stage yields nothing, look at types().`,
      }),
    )
  expect(sink.of('stage.skipped.chunk')).toEqual([])
  expect(sink.of('stage.other.chunk')).toEqual([])
  expect(sink.of('app.chunk')).toEqual([])
  sink.clear()
  expect(sink.of('stage.llm.chunk')).toEqual([])
})

test('refused chunks show that chunkEvents is on', async () => {
  const sink = recordingSink({ refuse: (one) => isStageEvent(one, 'chunk') })
  await streamed(sink, { chunkEvents: true })
  expect(sink.of('stage.llm.chunk')).toEqual([])
})

test('refused events return false, and are kept in refused', () => {
  const sink = recordingSink({ refuse: ({ type }) => type.endsWith('.heavy') })
  expect(sink.tryEmit(event('app.light'))).toBe(true)
  expect(sink.tryEmit(event('app.heavy'))).toBe(false)
  expect(sink.types()).toEqual(['app.light'])
  expect(sink.refused.map(({ type }) => type)).toEqual(['app.heavy'])
})

test('while it is paused, emit accepts its event at once and waits for resume', async () => {
  const sink = recordingSink()
  const log: string[] = []
  sink.pause()
  const sent = Promise.resolve(sink.emit(event('app.slow'))).then(() => log.push('went on'))
  expect(sink.types()).toEqual(['app.slow'])
  expect(sink.waiting).toBe(1)
  expect(sink.tryEmit(event('app.quick'))).toBe(true)
  await Promise.resolve()
  expect(log).toEqual([])
  sink.resume()
  await sent
  expect(log).toEqual(['went on'])
  expect(sink.waiting).toBe(0)
  expect(sink.emit(event('app.slow'))).toBe(undefined)
})

test('clear forgets the events, and arrays that were read before keep theirs', () => {
  const sink = recordingSink({ refuse: ({ type }) => type.endsWith('.heavy') })
  sink.tryEmit(event('app.light'))
  sink.tryEmit(event('app.heavy'))
  const before = sink.events
  sink.clear()
  expect(sink.events).toEqual([])
  expect(sink.refused).toEqual([])
  expect(before).toHaveLength(1)
})

test('unknown options are refused', () => {
  expect(() => recordingSink({ refuses: () => true } as never)).toThrow(
    'recordingSink(): unknown option "refuses" (did you mean "refuse"? known: ',
  )
})
