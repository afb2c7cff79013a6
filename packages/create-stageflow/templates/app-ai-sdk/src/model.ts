import { createOpenAI } from '@ai-sdk/openai'
import type { StageContext } from '@stageflow/core'
import { aiSdk } from '@stageflow/provider-ai-sdk'

/** Yields the answer to a prompt as it comes, and returns all of it. */
export type Model = (
  context: StageContext,
  prompt: string,
) => AsyncGenerator<string, { readonly text: string }, unknown>

/** The model that the environment has a key for. Without a key, the answer says so. For Claude or Gemini, choose another package of the AI SDK. */
export function openModel(env: NodeJS.ProcessEnv): Model {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: name } = env
  if (!apiKey) return noModel
  const model = createOpenAI({ apiKey, ...(baseURL && { baseURL }) })(name || 'gpt-5.5')
  return (context, prompt) => aiSdk(context, { model, prompt })
}

async function* noModel(_context: StageContext, prompt: string) {
  const text = `Set OPENAI_API_KEY to ask a model. It will get: ${prompt}`
  yield text
  return { text }
}
