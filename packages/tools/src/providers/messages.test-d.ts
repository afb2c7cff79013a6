import type { ModelMessage } from 'ai'
import type { OpenAI } from 'openai'
import { expectTypeOf, test } from 'vitest'

import type { ToolResult } from '../index.ts'
import { callsFor, resultsFor } from '../messages.ts'

const response = {}
const results: readonly ToolResult[] = []

test('the messages are those of the requests of the SDKs', () => {
  const chat: OpenAI.ChatCompletionMessageParam[] = []
  chat.push(...callsFor('openai-chat', response), ...resultsFor('openai-chat', results))
  const input: OpenAI.Responses.ResponseInputItem[] = []
  input.push(...callsFor('openai-responses', response), ...resultsFor('openai-responses', results))
  const messages: ModelMessage[] = []
  messages.push(...callsFor('ai-sdk', response), ...resultsFor('ai-sdk', results))
  expectTypeOf(callsFor('google', response)[0]?.role).toEqualTypeOf<'model' | undefined>()
})

test('a shape without messages does not compile', () => {
  // @ts-expect-error -- MCP has no conversation
  callsFor('mcp', response)
})
