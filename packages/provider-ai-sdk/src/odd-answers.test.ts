import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { Pipeline } from '@stageflow/core'
import type { LanguageModel } from 'ai'
import { expect, test } from 'vitest'
import { aiSdk } from './index.ts'

type Client = (settings: { readonly apiKey: string; readonly fetch: typeof fetch }) => LanguageModel

/** A provider that sends these events, whatever it is asked. */
function served(client: Client, events: readonly object[]): LanguageModel {
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
  const answer = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  return client({ apiKey: 'none', fetch: answer })
}

async function ended(model: LanguageModel) {
  const graph = new Pipeline('chat')
    .withStage('llm', async function* (context) {
      return yield* aiSdk(context, { model, prompt: 'Hi' })
    })
    .build()
  const { data, report } = await graph.runSettled({})
  return { text: data.llm?.text, finishReason: data.llm?.finishReason, ...report.stages.llm }
}

const openai: Client = (settings) => createOpenAI(settings).chat('gpt')
const google: Client = (settings) => createGoogle(settings)('gemini')
const anthropic: Client = (settings) => createAnthropic(settings)('claude')

const PROVIDERS: Readonly<Record<string, readonly [client: Client, events: (reason: string) => readonly object[]]>> = {
  openai: [
    openai,
    (reason) => [
      { id: 'x', choices: [{ index: 0, delta: { role: 'assistant', content: 'Half of ' } }] },
      { id: 'x', choices: [{ index: 0, delta: {}, finish_reason: reason }] },
    ],
  ],
  google: [
    google,
    (reason) => [
      {
        candidates: [{ content: { role: 'model', parts: [{ text: 'Half of ' }] }, finishReason: reason }],
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2 },
      },
    ],
  ],
  anthropic: [
    anthropic,
    (reason) => [
      {
        type: 'message_start',
        message: {
          id: 'm',
          type: 'message',
          role: 'assistant',
          model: 'claude',
          content: [],
          usage: { input_tokens: 5, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Half of ' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 5 } },
      { type: 'message_stop' },
    ],
  ],
}

test.each([
  ['openai', 'error'],
  ['openai', 'abort'],
  ['openai', 'insufficient_system_resource'],
  ['google', 'OTHER'],
  ['google', 'FINISH_REASON_UNSPECIFIED'],
  ['google', 'MALFORMED_RESPONSE'],
  ['google', 'UNEXPECTED_TOOL_CALL'],
  ['google', 'TOO_MANY_TOOL_CALLS'],
  ['anthropic', 'pause_turn'],
])('%s: an answer that ends with %s is not whole, though the AI SDK has no word for that', async (name, reason) => {
  const [client, events] = PROVIDERS[name]!
  const { status, error } = await ended(served(client, events(reason)))
  expect(status).toBe('fail')
  expect(error).toMatchObject({ code: 'models/cut', message: expect.stringContaining(`"${reason}"`) })
})

test('a word that no provider has for a part of an answer is that of a whole one', async () => {
  const [client, events] = PROVIDERS['openai']!
  expect(await ended(served(client, events('eos')))).toMatchObject({
    status: 'ok',
    text: 'Half of ',
    finishReason: 'eos',
  })
})

test.each([
  [{ prompt_tokens: -1, completion_tokens: 5 }, { outputTokens: 5 }],
  [{ prompt_tokens: 1.5, completion_tokens: 5 }, { outputTokens: 5 }],
  [{ prompt_tokens: 7, completion_tokens: -5 }, { inputTokens: 7 }],
])('a whole answer whose provider counts %o is whole, and what it has used is estimated', async (usage, counted) => {
  const events = [
    { id: 'x', choices: [{ index: 0, delta: { role: 'assistant', content: 'All of it.' } }] },
    { id: 'x', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage },
  ]
  const { status, text, notes } = await ended(served(openai, events))
  expect([status, text]).toEqual(['ok', 'All of it.'])
  expect(notes.usage).toMatchObject({ ...counted, estimated: true })
})
