import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { scripted } from '../test/scripted-model.ts'
import { callModelForValue, readWanted } from './index.ts'
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
const wanted = { schema: Named, jsonSchema: { type: 'object' } }

async function ask(...texts: readonly string[]) {
  const clock = manualClock()
  const model = scripted(clock, 'a', ...texts.map((text) => [{ text }, { finishReason: 'stop' }]))
  const run = new Pipeline('names')
    .withStage('name', async function* (context) {
      return yield* callModelForValue(
        context,
        'Who?',
        { models: [model] },
        {
          wanted,
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
  const { name, record, requests } = await ask('{"name":"Ada"}')
  expect([name, record.chunks, requests]).toEqual([{ name: 'Ada' }, 0, ['Who?']])
})

test('a value that the schema refuses is sent back once with what is wrong', async () => {
  const { name, record, requests } = await ask('{"name":7}', '{"name":"Ada"}')
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
  const { name, record } = await ask(text)
  expect([name, record.error?.code]).toEqual([undefined, 'models/invalid-output'])
  expect(record.error?.message).toBe(
    `Model "a" twice gave a value that the schema refuses: ${problem} Simplify the schema, or say in the prompt what is meant.`,
  )
})

test('a schema that gives no JSON Schema is refused by its vendor, unless it comes with one', () => {
  expect(() => readWanted(Named)).toThrow('schema: test gives no JSON Schema. Pass { schema, jsonSchema } instead.')
  expect(readWanted(wanted)).toBe(wanted)
})

test('a schema that fails to give its JSON Schema says why', () => {
  const input = (): never => {
    throw new Error('a date has none')
  }
  const broken = { '~standard': { ...Named['~standard'], jsonSchema: { input } } }
  expect(() => readWanted(broken)).toThrow(
    "schema: test can't give its JSON Schema: a date has none. Pass { schema, jsonSchema } instead.",
  )
})
