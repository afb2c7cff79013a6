import { createOpenAI } from '@ai-sdk/openai'
import { Agent } from '@mastra/core/agent'

import { readParts } from './ai-sdk-reader.mjs'

const modelAt = (url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }).chat(id)

export async function ask({ mainUrl, spareUrl, limitMs, question, signal, onText }) {
  const models = [modelAt(mainUrl, 'main'), modelAt(spareUrl, 'spare')]
  const agent = new Agent({
    id: 'chat',
    name: 'chat',
    instructions: 'Answer.',
    model: models.map((model) => ({ model, maxRetries: 0 })),
  })
  const output = await agent.stream(question, {
    abortSignal: signal,
    ...(limitMs !== undefined && { modelSettings: { timeout: { firstChunkMs: limitMs } } }),
  })
  return { read: () => readParts(output.fullStream, onText), text: () => output.text, usage: () => output.totalUsage }
}
