import { createOpenAI } from '@ai-sdk/openai'
import { streamText } from 'ai'
import { createFallback } from 'ai-fallback'

import { readParts } from './ai-sdk-reader.mjs'

const modelAt = (url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }).chat(id)

export const asking =
  (settings) =>
  async ({ mainUrl, spareUrl, limitMs, question, signal, onText }) => {
    const model = createFallback({ models: [modelAt(mainUrl, 'main'), modelAt(spareUrl, 'spare')], ...settings })
    const result = streamText({
      model,
      prompt: question,
      abortSignal: signal,
      maxRetries: 0,
      ...(limitMs !== undefined && { timeout: { firstChunkMs: limitMs, stepMs: limitMs } }),
      onError: () => {},
    })
    const parts = result.stream
    return { read: () => readParts(parts, onText), text: () => result.text, usage: () => result.usage }
  }
