import { Pipeline } from '@stageflow/core'
import type { ModelContext, ModelOutput } from '@stageflow/models'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { chatModel, openaiChat, openaiResponses, responsesModel } from './index.ts'

let requests = 0
const client = new OpenAI({
  apiKey: 'none',
  fetch: async () => {
    requests++
    return new Response('', { status: 500 })
  },
})

type Call = (context: ModelContext, options: never) => AsyncGenerator<string, ModelOutput, unknown>
const CALLS: Readonly<Record<string, Call>> = { openaiChat, openaiResponses }
test.each(
  Object.entries(CALLS).flatMap(([name, call]) =>
    [
      {},
      { client },
      { client, models: [] },
      { client, models: 'gpt' },
      { client, model: '' },
      { client, model: 5 },
      { client, model: 'gpt', models: ['gpt'] },
      { client: {}, model: 'gpt' },
      { model: 'gpt' },
    ].map((options) => [name, options, call] as const),
  ),
)('%s refuses %o, and makes no request', async (_name, options, call) => {
  requests = 0
  const graph = new Pipeline('chat')
    .withStage('llm', async function* (context) {
      return yield* call(context, options as never)
    })
    .build()
  const { report } = await graph.runSettled({})
  expect([report.stages.llm.error?.code, requests]).toEqual(['models/illegal-option', 0])
})

const text = 'A'.repeat(100_000)
const url = `data:image/png;base64,${text}`
test('images, sounds and files are not in the size of a request, and long texts are', () => {
  const chat = (...content: readonly object[]) =>
    chatModel(client, 'gpt').size?.({ messages: [{ role: 'user', content }] } as never).inputTokens
  expect(chat({ type: 'image_url', image_url: { url } })).toBeLessThan(100)
  expect(chat({ type: 'input_audio', input_audio: { data: text, format: 'wav' } })).toBeLessThan(100)
  expect(chat({ type: 'file', file: { filename: 'a.pdf', file_data: text } })).toBeLessThan(100)
  expect(chat({ type: 'text', text })).toBeGreaterThan(25_000)

  const responses = (...content: readonly object[]) =>
    responsesModel(client, 'gpt').size?.({ input: [{ role: 'user', content }] } as never).inputTokens
  expect(responses({ type: 'input_image', image_url: url })).toBeLessThan(100)
  expect(responses({ type: 'input_file', file_data: text })).toBeLessThan(100)
  expect(responses({ type: 'input_text', text })).toBeGreaterThan(25_000)
})
