import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import Anthropic from '@anthropic-ai/sdk'
import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { InferenceClient } from '@huggingface/inference'
import { streamText, type LanguageModel } from 'ai'
import { Ollama } from 'ollama'
import OpenAI from 'openai'

import type { Protocol } from './protocols.ts'
import type { Sdk } from './situations.ts'

interface Client {
  readonly protocol: Protocol
  /** Reads a whole streamed answer, with the retries of the SDK off. */
  readonly ask: (url: string, signal: AbortSignal) => Promise<unknown>
}

const messages = [{ role: 'user' as const, content: 'Hello!' }]
const key = { apiKey: 'none' }
const openai = (baseURL: string) => new OpenAI({ ...key, baseURL, maxRetries: 0 })

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const part of stream) void part
}

/** Throws the errors of a stream of the AI SDK, as a stage must. */
const ofAiSdk = (protocol: Protocol, modelAt: (baseURL: string) => LanguageModel): Client => ({
  protocol,
  async ask(url, signal) {
    const { stream, text } = streamText({
      model: modelAt(url),
      messages,
      maxRetries: 0,
      abortSignal: signal,
      onError: () => {},
    })
    text.then(undefined, () => {})
    for await (const part of stream) {
      if (part.type === 'error') throw part.error
      if (part.type === 'abort') signal.throwIfAborted()
    }
    await text
  },
})

/** The SDKs of providers, each as an app calls it. */
export const CLIENTS: Readonly<Record<Sdk, Client>> = {
  'openai, chat': {
    protocol: 'openai-chat',
    ask: async (url, signal) => {
      await readAll(await openai(url).chat.completions.create({ model: 'm', messages, stream: true }, { signal }))
      signal.throwIfAborted()
    },
  },
  'openai, responses': {
    protocol: 'openai-responses',
    ask: async (url, signal) => {
      await readAll(await openai(url).responses.create({ model: 'm', input: 'Hello!', stream: true }, { signal }))
      signal.throwIfAborted()
    },
  },
  '@anthropic-ai/sdk': {
    protocol: 'anthropic',
    ask: async (url, signal) => {
      const client = new Anthropic({ ...key, baseURL: url, maxRetries: 0 })
      await readAll(await client.messages.create({ model: 'm', messages, max_tokens: 9, stream: true }, { signal }))
      signal.throwIfAborted()
    },
  },
  '@aws-sdk/client-bedrock-runtime': {
    protocol: 'bedrock',
    ask: async (url, signal) => {
      const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
      const client = new BedrockRuntimeClient({ region: 'eu-west-1', endpoint: url, credentials, maxAttempts: 1 })
      const command = new ConverseStreamCommand({
        modelId: 'm',
        messages: [{ role: 'user', content: [{ text: 'Hello!' }] }],
      })
      try {
        const { stream } = await client.send(command, { abortSignal: signal })
        if (stream !== undefined) await readAll(stream)
      } finally {
        client.destroy()
      }
    },
  },
  ollama: {
    protocol: 'ollama',
    ask: async (url, signal) => {
      const client = new Ollama({ host: url, fetch: (input, init) => fetch(input, { ...init, signal }) })
      await readAll(await client.chat({ model: 'm', messages, stream: true }))
    },
  },
  '@huggingface/inference': {
    protocol: 'hugging-face',
    ask: async (url, signal) => {
      const client = new InferenceClient('none', { endpointUrl: url, retry_on_error: false })
      await readAll(client.chatCompletionStream({ model: 'm', messages }, { signal }))
    },
  },
  'ai, @ai-sdk/openai, chat': ofAiSdk('openai-chat', (baseURL) => createOpenAI({ ...key, baseURL }).chat('m')),
  'ai, @ai-sdk/openai, responses': ofAiSdk('openai-responses', (baseURL) =>
    createOpenAI({ ...key, baseURL }).responses('m'),
  ),
  'ai, @ai-sdk/openai-compatible': ofAiSdk('openai-chat', (baseURL) =>
    createOpenAICompatible({ name: 'm', baseURL }).chatModel('m'),
  ),
  'ai, @ai-sdk/anthropic': ofAiSdk('anthropic', (baseURL) => createAnthropic({ ...key, baseURL })('m')),
}
