import { StageflowError } from '@stageflow/core'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { defineTool, ToolRegistry, toolsFor } from '../index.ts'
import type { AnyTool } from '../index.ts'

const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  input: z.object({ a: z.number(), b: z.number().default(1) }),
  execute: ({ a, b }) => a + b,
})
const SCHEMA = {
  type: 'object',
  properties: { a: { type: 'number' }, b: { default: 1, type: 'number' } },
  required: ['a'],
}
const problemOf = (tool: AnyTool): string => {
  try {
    toolsFor('mcp', [tool])
  } catch (error) {
    return StageflowError.is(error) ? `${error.code}: ${error.message}` : String(error)
  }
  return 'nothing was thrown'
}

test('each provider gets the tools as its request takes them', () => {
  const list = new ToolRegistry({ tools: [add] }).list()
  const about = { name: 'add', description: 'Adds two numbers.' }
  expect(toolsFor('openai-chat', list)).toEqual([{ type: 'function', function: { ...about, parameters: SCHEMA } }])
  expect(toolsFor('openai-responses', list)).toEqual([
    { type: 'function', ...about, parameters: SCHEMA, strict: false },
  ])
  expect(toolsFor('anthropic', list)).toEqual([{ ...about, input_schema: SCHEMA }])
  expect(toolsFor('google', list)).toEqual([{ functionDeclarations: [{ ...about, parametersJsonSchema: SCHEMA }] }])
  expect(toolsFor('mcp', list)).toEqual([{ ...about, inputSchema: SCHEMA }])
})

test('the AI SDK gets a schema that does not convert, so that parseAndResolve sees what the model wrote', () => {
  const { add: told } = toolsFor('ai-sdk', [add])
  const standard = told?.inputSchema['~standard']
  expect(told?.description).toBe('Adds two numbers.')
  expect(standard?.jsonSchema.input({ target: 'draft-07' })).toEqual(SCHEMA)
  expect(standard?.validate({ a: 'x' })).toEqual({ value: { a: 'x' } })
})

test('a change that an SDK makes to a schema does not last', () => {
  const [first] = toolsFor('mcp', [add])
  Object.assign(first?.inputSchema ?? {}, { additionalProperties: false })
  Object.assign(first?.inputSchema['properties'] ?? {}, { c: {} })
  expect(toolsFor('mcp', [add])[0]?.inputSchema).toEqual(SCHEMA)
})

test('the JSON Schema is derived once', () => {
  let derived = 0
  const standard = {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) => ({ value }),
    jsonSchema: { input: () => ({ type: 'object', count: ++derived }), output: () => ({}) },
  }
  const tool = defineTool({ name: 'once', description: 'x', input: { '~standard': standard }, execute: () => 1 })
  toolsFor('mcp', [tool])
  expect(toolsFor('openai-chat', [tool])[0]?.function.parameters).toEqual({ type: 'object', count: 1 })
})

test('a valibot schema gets its JSON Schema from toStandardJsonSchema or inputJsonSchema', () => {
  const input = v.object({ a: v.number() })
  const told = defineTool({ name: 'a', description: 'x', input: toStandardJsonSchema(input), execute: ({ a }) => a })
  expect(toolsFor('mcp', [told])[0]?.inputSchema).toMatchObject({
    type: 'object',
    properties: { a: { type: 'number' } },
  })

  const inputJsonSchema = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', title: 'mine' }
  const explicit = defineTool({ name: 'a', description: 'x', input, inputJsonSchema, execute: ({ a }) => a })
  expect(toolsFor('mcp', [explicit])[0]?.inputSchema).toEqual({ type: 'object', title: 'mine' })
})

test('a schema without a JSON Schema is an error that names the tool and the fixes (tools/no-json-schema)', () => {
  const mute = defineTool({ name: 'mute', description: 'x', input: v.object({}), execute: () => 1 })
  expect(problemOf(mute)).toContain(
    'tools/no-json-schema: Tool "mute": its valibot schema cannot be converted to JSON Schema',
  )
  expect(problemOf(mute)).toContain('Pass inputJsonSchema, or use zod >= 4.2')

  const date = defineTool({ name: 'date', description: 'x', input: z.object({ at: z.date() }), execute: () => 1 })
  expect(problemOf(date)).toContain(
    'Tool "date": its input cannot be converted to JSON Schema (Date cannot be represented',
  )

  const text = defineTool({ name: 'text', description: 'x', input: z.string(), execute: () => 1 })
  expect(problemOf(text)).toContain('Tool "text": the JSON Schema of its input has the type "string"')
  const either = defineTool({
    name: 'either',
    description: 'x',
    input: z.union([z.object({}), z.string()]),
    execute: () => 1,
  })
  expect(problemOf(either)).toContain('has no "type", and providers accept only "object"')
})

test('data that is not JSON is not a JSON Schema (tools/no-json-schema)', () => {
  for (const extra of [{ default: 1n }, { default: () => 1 }]) {
    const inputJsonSchema = { type: 'object', ...extra }
    const tool = defineTool({ name: 'odd', description: 'x', input: z.object({}), inputJsonSchema, execute: () => 1 })
    if (typeof extra.default === 'bigint') expect(problemOf(tool)).toContain('tools/no-json-schema')
    else expect(toolsFor('mcp', [tool])[0]?.inputSchema).toEqual({ type: 'object' })
  }
})

test('an unknown shape is refused (tools/illegal-option)', () => {
  for (const shape of ['gpt', 'constructor', undefined]) {
    let error: unknown
    try {
      toolsFor(shape as 'mcp', [])
    } catch (thrown) {
      error = thrown
    }
    expect(StageflowError.is(error, 'tools/illegal-option')).toBe(true)
    expect(String(error)).toContain('known: openai-chat, openai-responses, anthropic, google, ai-sdk, mcp')
  }
})

test('something else than tools is refused (tools/illegal-option)', () => {
  const copy = { name: 'x', description: 'x' } as unknown as AnyTool
  expect(() => toolsFor('mcp', [copy])).toThrow(
    'toolsFor(): tools[0] must be a tool that defineTool() made, not an object.',
  )
  expect(() => toolsFor('mcp', undefined as unknown as AnyTool[])).toThrow(
    'toolsFor(): the tools must be an array, such as registry.list(), not undefined.',
  )
  expect(() => toolsFor('antropic' as 'anthropic', [])).toThrow('did you mean "anthropic"? known: openai-chat, ')
})
