import type { StageContext } from '@stageflow/core'
import { openaiChat } from '@stageflow/provider-openai'
import OpenAI from 'openai'

/** Yields the answer to a prompt as it comes, and returns all of it. */
export type Model = (
  context: StageContext,
  prompt: string,
) => AsyncGenerator<string, { readonly text: string }, unknown>

/** The model that the environment has a key for. Without a key, the answer says so. */
export function openModel(env: NodeJS.ProcessEnv): Model {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model } = env
  if (!apiKey) return noModel
  const client = new OpenAI({ apiKey, ...(baseURL && { baseURL }) })
  return (context, prompt) => {
    const messages = [{ role: 'user' as const, content: prompt }]
    return openaiChat(context, { client, model: model || 'gpt-5.5', messages })
  }
}

async function* noModel(_context: StageContext, prompt: string) {
  const text = `Set OPENAI_API_KEY to ask a model. It will get: ${prompt}`
  yield text
  return { text }
}
