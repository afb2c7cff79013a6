import { StageflowError } from '@stageflow/core'
import { expect, expectTypeOf, test } from 'vitest'
import { eventOf } from '../index.ts'

declare module '@stageflow/core' {
  interface EventMap {
    'testing.known': { readonly count: number }
  }
}

test('an event has its type and data, and every other field that an event of the engine has', () => {
  expect(eventOf('testing.known', { count: 2 })).toEqual({
    type: 'testing.known',
    data: { count: 2 },
    seq: 0,
    timestamp: 0,
    pipelineRunId: 'run-1',
    parentRunId: undefined,
    requestId: undefined,
    sessionId: undefined,
    userId: undefined,
    orgId: undefined,
    interactionId: undefined,
    stage: undefined,
  })
})

test('an event of a stage has the name of the stage', () => {
  const event = eventOf('stage.llm.completed', { durationMs: 5, attempts: 1 })
  expect(event.stage).toBe('llm')
  expectTypeOf(event.data.durationMs).toBeNumber()
  expect(eventOf('pipeline.started', { pipeline: 'chat', stages: 1 }).stage).toBeUndefined()
})

test('overrides replace every field but type and data', () => {
  const event = eventOf('app.said', { words: 'Hello' }, { seq: 7, timestamp: 8, pipelineRunId: 'r', stage: 's' })
  expect(event).toMatchObject({ data: { words: 'Hello' }, seq: 7, timestamp: 8, pipelineRunId: 'r', stage: 's' })
})

test('data of a known type is checked, and any object is data of another type', () => {
  // @ts-expect-error count is a number
  eventOf('testing.known', { count: '2' })
  // @ts-expect-error a completed stage has attempts
  eventOf('stage.llm.completed', { durationMs: 5 })
  eventOf('app.other', new StageflowError('app/any', 'any object'))
})
