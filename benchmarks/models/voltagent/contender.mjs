import { createOpenAI } from '@ai-sdk/openai'
import { Agent } from '@voltagent/core'

import { readParts } from '../contenders/ai-sdk-reader.mjs'

const modelAt = (url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }).chat(id)

export async function ask({ mainUrl, spareUrl, limitMs, question, signal, onText }) {
  const models = [modelAt(mainUrl, 'main'), modelAt(spareUrl, 'spare')]
  const agent = new Agent({
    name: 'chat',
    instructions: 'Answer.',
    model: models.map((model) => ({ model, maxRetries: 0 })),
  })
  const result = await agent.streamText(question, {
    abortSignal: signal,
    ...(limitMs !== undefined && { timeout: { chunkMs: limitMs, stepMs: limitMs } }),
  })
  return { read: () => readParts(result.fullStream, onText), text: () => result.text, usage: () => result.usage }
}
