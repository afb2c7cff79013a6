import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import type { LLMDelta } from '@stageflow/provider-types'
import { expect, test } from 'vitest'
import { scripted } from '../test/scripted-model.ts'
import { callModelForValue, resolveSchema } from './index.ts'
import type { ValueSchema } from './index.ts'

const Named: ValueSchema<{ readonly name: string }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof (value as { name?: unknown } | null)?.name === 'string'
        ? { value }
        : { issues: [{ message: 'must be a string', path: ['name'] }] },
  },
}
const both = { schema: Named, jsonSchema: { type: 'object' } }

async function ask(schema: typeof Named, ...answers: readonly (string | LLMDelta)[]) {
  const clock = manualClock()
  const deltas = answers.map((answer) => (typeof answer === 'string' ? { text: answer } : answer))
  const model = scripted(clock, 'a', ...deltas.map((delta) => [delta, { finishReason: 'stop' }]))
  const run = new Pipeline('names')
    .withStage('name', async function* (context) {
      return yield* callModelForValue(
        context,
        'Who?',
        { models: [model] },
        {
          schema: { schema, jsonSchema: { type: 'object' } },
          repair: (request, text, problem) => `${request} You said ${text} ${problem}`,
        },
      )
    })
    .build({ clock })
    .runSettled()
  await clock.advance(1)
  const { data, report } = await run
  return { name: data.name, record: report.stages.name, requests: model.requests }
}

test('a value that the schema takes is the output of the stage, and no chunk of it', async () => {
  const { name, record, requests } = await ask(Named, '{"name":"Ada"}')
  expect([name, record.chunks, requests]).toEqual([{ name: 'Ada' }, 0, ['Who?']])
})

test('a value that the schema refuses is sent back once with what is wrong', async () => {
  const { name, record, requests } = await ask(Named, '{"name":7}', '{"name":"Ada"}')
  expect(name).toEqual({ name: 'Ada' })
  expect(requests[1]).toBe('Who? You said {"name":7} name: must be a string.')
  expect(record.notes.models?.calls.length).toBe(2)
})

test.each([
  ['{"name":7}', 'name: must be a string.'],
  ['Ada', `It isn't JSON: Unexpected token 'A', "Ada" is not valid JSON.`],
  ['[]', 'name: must be a string.'],
  ['7', 'name: must be a string.'],
  ['null', 'name: must be a string.'],
])('%s twice is a failure that says what is wrong, and what to do', async (text, problem) => {
  const { name, record } = await ask(Named, text)
  expect([name, record.error?.code]).toEqual([undefined, 'models/invalid-output'])
  expect(record.error?.message).toBe(
    `Model "a" twice gave a value that the schema refuses: ${problem} Simplify the schema, or say in the prompt what is meant.`,
  )
})

test('a schema that gives no JSON Schema is refused by its vendor, unless it comes with one', () => {
  expect(() => resolveSchema(Named)).toThrow(
    'schema of test gives no JSON Schema. Pass { schema, jsonSchema } instead.',
  )
  expect(resolveSchema(both)).toEqual(both)
})

test('a schema that fails to give its JSON Schema says why', () => {
  const input = (): never => {
    throw new Error('a date has none')
  }
  const broken = { '~standard': { ...Named['~standard'], jsonSchema: { input } } }
  expect(() => resolveSchema(broken)).toThrow(
    "schema of test can't give its JSON Schema: a date has none. Pass { schema, jsonSchema } instead.",
  )
})

test.each<[string, unknown]>([
  ['nothing', null],
  ['a number', 5],
  ['an object without a schema', {}],
  ['a JSON Schema alone', { jsonSchema: { type: 'object' } }],
  ['a schema without its JSON Schema', { schema: Named, jsonSchema: undefined }],
  ['a schema of no object', { schema: Named, jsonSchema: { type: 'array' } }],
])('%s is refused as a schema before a model is asked', (_what, schema) => {
  const code = 'models/illegal-option'
  expect(() => resolveSchema(schema as never)).toThrow(expect.objectContaining({ code }) as Error)
})

test.each<[string, unknown]>([
  ['returns nothing', undefined],
  ['has an issue at a symbol', { issues: [{ message: 'odd', path: [Symbol('s'), { key: 1 }] }] }],
])('a value is refused by a schema that %s', async (_how, result) => {
  const validate = () => result
  const schema = { '~standard': { ...Named['~standard'], validate } } as ValueSchema<{ readonly name: string }>
  const { name, record } = await ask(schema, '{"name":"Ada"}')
  expect([name, record.error?.code]).toEqual([undefined, 'models/invalid-output'])
})

test('a model that calls a tool twice instead of giving the value is said to have done that', async () => {
  const { name, record } = await ask(Named, { toolCalls: [{ id: 'a', name: 'look', arguments: '{}' }] })
  expect([name, record.error?.code]).toEqual([undefined, 'models/invalid-output'])
  expect(record.error?.message).toContain('It is a call to tool "look" instead of the value.')
})
