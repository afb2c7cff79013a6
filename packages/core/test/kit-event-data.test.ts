import { expect, test } from 'vitest'
import type { StageflowEvent } from '../src/index.ts'
import { eventError, shownFields } from '../src/kit.ts'
import { createRedactor } from '../src/redaction.ts'

const eventOf = (type: string, data: unknown): StageflowEvent => ({ type, data }) as StageflowEvent
const { value } = createRedactor()

test('the data of an event of the app is shown only if all data is, and it is cleaned', () => {
  const event = eventOf('app.said', { words: 'hello', password: 'hunter2' })
  expect(shownFields(event, false, value)).toEqual({})
  expect(shownFields(event, true, value)).toEqual({ words: 'hello', password: '[redacted]' })
})

test('facts about the run are shown and cleaned', () => {
  const event = eventOf('pipeline.cancelled', { pipeline: 'chat', reason: 'token=hunter2' })
  expect(shownFields(event, false, value)).toEqual({ pipeline: 'chat', reason: 'token=[redacted]' })
})

test.each([null, undefined, 'text', 7])('data that is %j has no fields', (data) => {
  expect(shownFields(eventOf('app.said', data), true, value)).toEqual({})
  expect(shownFields(eventOf('pipeline.failed', data), false, value)).toEqual({})
})

test.each([
  [{ error: { code: 'a/b', message: 'down' } }, { code: 'a/b', message: 'down' }],
  [{ errors: [{ code: 'a/b', message: 'down' }, { message: 'late' }] }, { code: 'a/b', message: 'down' }],
  [
    { errorCode: 'tools/x', errorMessage: 'down' },
    { code: 'tools/x', message: 'down' },
  ],
  [{ error: null }, {}],
  [{ error: 'down' }, {}],
  [{ errors: 7 }, {}],
  [{}, {}],
])('the error of the data %j is %j', (data, error) => {
  expect(eventError(data)).toEqual(error)
})
