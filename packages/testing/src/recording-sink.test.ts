import type { StageflowEvent } from '@stageflow/core'
import { expect, expectTypeOf, test } from 'vitest'
import { recordingSink } from './recording-sink.ts'

let seq = 0
const event = (type: string): StageflowEvent =>
  ({ type, data: {}, seq: seq++, timestamp: 0, pipelineRunId: 'run-1', stage: undefined }) as unknown as StageflowEvent

test('it keeps every event in the order it came, by either door', async () => {
  const sink = recordingSink()
  const [started, mine, ended] = [event('pipeline.started'), event('app.mine'), event('pipeline.completed')]
  expect(sink.tryEmit(started)).toBe(true)
  expect(sink.tryEmit(mine)).toBe(true)
  await sink.emit(ended)
  expect(sink.events).toEqual([started, mine, ended])
  expect(sink.types()).toEqual(['pipeline.started', 'app.mine', 'pipeline.completed'])
})

test('of gives the events of one type, with the data of a known type', () => {
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

test('what it is told to refuse it answers false for, and keeps apart', () => {
  const sink = recordingSink({ refuse: ({ type }) => type.endsWith('.heavy') })
  expect(sink.tryEmit(event('app.light'))).toBe(true)
  expect(sink.tryEmit(event('app.heavy'))).toBe(false)
  expect(sink.types()).toEqual(['app.light'])
  expect(sink.refused.map(({ type }) => type)).toEqual(['app.heavy'])
})

test('while it is paused, emit takes its event at once and waits until it is resumed', async () => {
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

test('clear forgets the events, and lists that were read before keep theirs', () => {
  const sink = recordingSink({ refuse: ({ type }) => type.endsWith('.heavy') })
  sink.tryEmit(event('app.light'))
  sink.tryEmit(event('app.heavy'))
  const before = sink.events
  sink.clear()
  expect(sink.events).toEqual([])
  expect(sink.refused).toEqual([])
  expect(before).toHaveLength(1)
})
