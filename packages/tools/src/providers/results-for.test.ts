import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { executedCall } from '../../test/executed-call.ts'
import { defineTool, toolFailure, ToolRegistry } from '../index.ts'
import type { ToolResult } from '../index.ts'
import { resultsFor, type ToolResultShapes } from '../messages.ts'

const divide = defineTool({
  name: 'divide',
  description: 'Divides.',
  input: z.object({ by: z.number(), into: z.enum(['number', 'text', 'nothing', 'date', 'bigint']).default('number') }),
  execute: ({ by, into }) => {
    if (by === 0) return toolFailure('Nothing can be divided by 0.')
    return { number: { quotient: 1 / by }, text: `${1 / by}`, nothing: undefined, date: [new Date(0)], bigint: 1n }[
      into
    ]
  },
})

/** The results of calls, in whatever shape. */
const resultsOfCalls = async (calls: readonly unknown[]): Promise<readonly ToolResult[]> => {
  const parsed = await new ToolRegistry({ tools: [divide] }).parseAndResolve(calls)
  return parsed.calls.map((call) => (call.status === 'unresolved' ? call : executedCall(call)))
}
const resultsOf = async (...inputs: readonly object[]): Promise<readonly ToolResult[]> =>
  resultsOfCalls(inputs.map((input, index) => ({ type: 'tool_use', id: `c${index}`, name: 'divide', input })))

test('each provider gets the results as its request takes them, and failures as messages', async () => {
  const results = await resultsOf({ by: 4 }, { by: 0 }, { by: 'x' })
  const [, failed, unresolved] = results
  const issue =
    '"divide" was not called: its arguments do not match its schema. by: Invalid input: expected number, received string.'
  expect([failed?.status, unresolved?.status]).toEqual(['failed', 'unresolved'])

  expect(resultsFor('openai-chat', results)).toEqual([
    { role: 'tool', tool_call_id: 'c0', content: '{"quotient":0.25}' },
    { role: 'tool', tool_call_id: 'c1', content: 'Nothing can be divided by 0.' },
    { role: 'tool', tool_call_id: 'c2', content: issue },
  ])
  expect(resultsFor('openai-responses', results)[1]).toEqual({
    type: 'function_call_output',
    call_id: 'c1',
    output: 'Nothing can be divided by 0.',
  })
  expect(resultsFor('anthropic', results)).toEqual([
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'c0', content: '{"quotient":0.25}' },
        { type: 'tool_result', tool_use_id: 'c1', content: 'Nothing can be divided by 0.', is_error: true },
        { type: 'tool_result', tool_use_id: 'c2', content: issue, is_error: true },
      ],
    },
  ])
  expect(resultsFor('google', results)).toEqual([
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'c0', name: 'divide', response: { output: { quotient: 0.25 } } } },
        { functionResponse: { id: 'c1', name: 'divide', response: { error: 'Nothing can be divided by 0.' } } },
        { functionResponse: { id: 'c2', name: 'divide', response: { error: issue } } },
      ],
    },
  ])
  expect(resultsFor('ai-sdk', results.slice(0, 2))).toEqual([
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'c0',
          toolName: 'divide',
          output: { type: 'text', value: '{"quotient":0.25}' },
        },
        {
          type: 'tool-result',
          toolCallId: 'c1',
          toolName: 'divide',
          output: { type: 'error-text', value: 'Nothing can be divided by 0.' },
        },
      ],
    },
  ])
  expect(resultsFor('mcp', results).slice(0, 2)).toEqual([
    { content: [{ type: 'text', text: '{"quotient":0.25}' }] },
    { content: [{ type: 'text', text: 'Nothing can be divided by 0.' }], isError: true },
  ])
})

test('a string is sent as it is, undefined as an empty string, and other values as JSON', async () => {
  const results = await resultsOf({ by: 2, into: 'text' }, { by: 2, into: 'nothing' }, { by: 2, into: 'date' })
  expect(resultsFor('openai-chat', results).map(({ content }) => content)).toEqual([
    '0.5',
    '',
    '["1970-01-01T00:00:00.000Z"]',
  ])
  expect(resultsFor('google', results)[0]?.parts.map(({ functionResponse }) => functionResponse.response)).toEqual([
    { output: '0.5' },
    { output: '' },
    { output: ['1970-01-01T00:00:00.000Z'] },
  ])
})

test('an output that cannot be written is an error for the model, and does not throw', () => {
  const done = { status: 'completed', callId: 'a', name: 'big', output: 1n } as unknown as ToolResult
  expect(resultsFor('anthropic', [done])[0]?.content).toEqual([
    {
      type: 'tool_result',
      tool_use_id: 'a',
      content: 'The tool completed, but its output cannot be written as JSON.',
      is_error: true,
    },
  ])
})

test('a call that cannot be read has a result too, in every shape', async () => {
  const hostile = new Proxy({}, { get: () => { throw new Error('no') } }) // prettier-ignore
  const results = await resultsOfCalls([hostile])
  for (const shape of ['openai-chat', 'openai-responses', 'anthropic', 'google', 'ai-sdk', 'mcp'] as const)
    expect(resultsFor(shape, results)).toHaveLength(1)
})

test('Google does not get ids that it did not send', async () => {
  const call = { functionCall: { name: 'divide', args: { by: 4 } } }
  const results = await resultsOfCalls([call])
  expect(resultsFor('google', results)[0]?.parts).toEqual([
    { functionResponse: { name: 'divide', response: { output: { quotient: 0.25 } } } },
  ])
})

test('an unknown shape is refused (tools/illegal-option)', () => {
  let error: unknown
  try {
    resultsFor('gpt' as keyof ToolResultShapes, [])
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'tools/illegal-option')).toBe(true)
  expect(String(error)).toContain('resultsFor(shape, results): unknown shape "gpt"')
})

test('something else than an array of results is refused (tools/illegal-option)', async () => {
  const [one] = await resultsOf({ by: 4 })
  expect(() => resultsFor('mcp', one as unknown as ToolResult[])).toThrow(
    'resultsFor(): the results must be an array, such as execute() returns, not an object.',
  )
})

test.each<[given: unknown, problem: string]>([
  [7, 'results[1] must be an object, not 7'],
  [undefined, 'results[1] must be an object, not undefined'],
  [{ nope: 1 }, "results[1].callId must be a string, not undefined; results[1].status must be one of 'completed'"],
  [{ callId: 7, status: 'completed' }, 'results[1].callId must be a string, not 7'],
  [{ callId: 'a', status: 'ok' }, "results[1].status must be one of 'completed'"],
  [{ callId: 'a', status: 'failed' }, 'results[1].error must be an error with a message for the model, not undefined'],
  [{ callId: 'a', status: 'failed', error: {} }, 'results[1].error must be an error with a message'],
  [{ callId: 'a', status: 'denied' }, 'results[1].message must be a string, not undefined'],
])('among results, %j is refused with its place (tools/illegal-option)', async (given, problem) => {
  const [one] = await resultsOf({ by: 4 })
  const all = [one, given] as readonly ToolResult[]
  expect(() => resultsFor('anthropic', all)).toThrow(expect.objectContaining({ code: 'tools/illegal-option' }))
  expect(() => resultsFor('anthropic', all)).toThrow(`resultsFor(): ${problem}`)
})

test('a resolved call among results is refused: it has not run (tools/illegal-option)', async () => {
  const add = defineTool({ name: 'add', description: 'Adds.', input: z.object({}), execute: () => 1 })
  const { resolved } = await new ToolRegistry({ tools: [add] }).parseAndResolve([{ id: 'a', name: 'add', input: {} }])
  expect(() => resultsFor('anthropic', resolved as unknown as ToolResult[])).toThrow(
    'results[0] is a call that has not run; pass what executor.execute() returns for it',
  )
})
