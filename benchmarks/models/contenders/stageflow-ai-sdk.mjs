import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

import { aiSdk } from '../../../packages/provider-ai-sdk/src/index.ts'
import { askInStage } from './asking-stageflow.mjs'

// The provider of the AI SDK with which that package is tested.
const require = createRequire(new URL('../../../packages/provider-ai-sdk/package.json', import.meta.url))
const { createOpenAI } = await import(pathToFileURL(require.resolve('@ai-sdk/openai')).href)

const modelAt = (url, id) => createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }).chat(id)

export async function ask({ mainUrl, spareUrl, limitMs, ...asked }) {
  const models = [modelAt(mainUrl, 'main'), modelAt(spareUrl, 'spare')]
  const limits = limitMs === undefined ? {} : { firstChunkMs: limitMs }
  return askInStage(async function* (context) {
    return yield* aiSdk(context, { models, prompt: asked.question, ...limits })
  }, asked)
}
