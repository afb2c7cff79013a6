import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

import { callModel } from '../../../packages/models/src/index.ts'
import { chatModel } from '../../../packages/provider-openai/src/index.ts'
import { askInStage } from './asking-stageflow.mjs'

// The client with which that package is tested.
const require = createRequire(new URL('../../../packages/provider-openai/package.json', import.meta.url))
const { OpenAI } = await import(pathToFileURL(require.resolve('openai')).href)

const modelAt = (url, id) => chatModel(new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', logLevel: 'off' }), id)

export async function ask({ mainUrl, spareUrl, limitMs, ...asked }) {
  const models = [modelAt(mainUrl, 'main'), modelAt(spareUrl, 'spare')]
  const limits = limitMs === undefined ? {} : { firstChunkMs: limitMs }
  return askInStage(async function* (context) {
    const request = { messages: [{ role: 'user', content: asked.question }] }
    return yield* callModel(context, request, { models, ...limits })
  }, asked)
}
