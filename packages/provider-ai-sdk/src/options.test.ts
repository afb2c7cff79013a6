import { createOpenAI } from '@ai-sdk/openai'
import { Pipeline } from '@stageflow/core'
import { jsonSchema, tool } from 'ai'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { aiSdk, aiSdkModel } from './index.ts'

let requests = 0
const model = createOpenAI({
  apiKey: 'none',
  fetch: async () => {
    requests++
    return new Response('', { status: 500 })
  },
}).chat('gpt')

test.each<[string, object]>([
  ['no model', {}],
  ['no models', { models: [] }],
  ['a model and models', { model, models: [model] }],
  ['something else as a model', { model: { id: 'gpt' } }],
  ['an empty name', { model: '' }],
  ['something else as models', { models: model }],
  [
    'a tool that the AI SDK would run',
    { model, tools: { look: tool({ inputSchema: z.object({}), execute: () => 1 }) } },
  ],
])('%s is refused, and no request is made', async (_what, options) => {
  requests = 0
  const graph = new Pipeline('chat')
    .withStage('llm', async function* (context) {
      return yield* aiSdk(context, { prompt: 'Hi', ...options } as never)
    })
    .build()
  const { report } = await graph.runSettled({})
  expect([report.stages.llm.error?.code, requests]).toEqual(['models/illegal-option', 0])
})

const sizeOf = (request: object) => aiSdkModel(model).size?.(request as never).inputTokens ?? Number.NaN

test('the size of a request has the descriptions and schemas of its tools', () => {
  const text = 'x'.repeat(400)
  const described = { look: tool({ description: text, inputSchema: z.object({ city: z.string().describe(text) }) }) }
  const plain = { look: tool({ inputSchema: jsonSchema({ type: 'object', description: text }) }) }
  expect(sizeOf({ prompt: 'Hi', tools: described })).toBeGreaterThan(200)
  expect(sizeOf({ prompt: 'Hi', tools: plain })).toBeGreaterThan(100)
})

test('images and files are not in the size of a request', () => {
  const bytes = new Uint8Array(100_000)
  const base64 = 'A'.repeat(100_000)
  const parts = [
    { type: 'image', image: bytes },
    { type: 'image', image: base64 },
    { type: 'file', mediaType: 'image/png', data: base64 },
    { type: 'file', mediaType: 'image/png', data: { type: 'data', data: bytes } },
    { type: 'image', image: `data:image/png;base64,${base64}` },
  ]
  for (const part of parts) {
    const content = [{ type: 'text', text: 'What is it?' }, part]
    expect(sizeOf({ messages: [{ role: 'user', content }] })).toBeLessThan(100)
  }
  const result = { type: 'content', value: [{ type: 'file-data', data: base64, mediaType: 'image/png' }] }
  const content = [{ type: 'tool-result', toolCallId: 'a', toolName: 'look', output: result }]
  expect(sizeOf({ messages: [{ role: 'tool', content }] })).toBeLessThan(100)
})

test('long texts are in the size of a request, whatever their fields are called', () => {
  const text = 'word '.repeat(1_000)
  const output = { type: 'json', value: { data: text } }
  const content = [{ type: 'tool-result', toolCallId: 'a', toolName: 'look', output }]
  expect(sizeOf({ messages: [{ role: 'tool', content }] })).toBeGreaterThan(1_250)
  expect(sizeOf({ prompt: text })).toBeGreaterThan(1_249)
})
