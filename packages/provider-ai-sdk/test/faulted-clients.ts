import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import type { LanguageModel } from 'ai'
import { KEY } from '../../models/test/model-faults.ts'
import type { Ask, Client } from '../../models/test/model-faults.ts'
import { aiSdk } from '../src/index.ts'

const askBy =
  (modelAt: (url: string, id: string) => LanguageModel): Ask =>
  (context, url, [first, ...others], limits) =>
    aiSdk(context, {
      models: [modelAt(url, first), ...others.map((id) => modelAt(url, id))],
      prompt: 'What is my balance?',
      ...limits,
    })

/** How a stage asks models by the AI SDK. */
export const ASK = {
  'AI SDK, OpenAI chat': askBy((url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY }).chat(id)),
  'AI SDK, OpenAI responses': askBy((url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY }).responses(id)),
  'AI SDK, Anthropic': askBy((url, id) => createAnthropic({ baseURL: `${url}/v1`, apiKey: KEY })(id)),
  'AI SDK, Google': askBy((url, id) => createGoogle({ baseURL: `${url}/v1beta`, apiKey: KEY })(id)),
} satisfies Record<Extract<Client, `AI SDK, ${string}`>, Ask>
