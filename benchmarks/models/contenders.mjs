import { readFileSync } from 'node:fs'
import { join } from 'node:path'

// Only names here: a contender is loaded by the child that runs it. `settings`: what it is told of errors, retries and silence, beside its two
// models.

const folder = import.meta.dirname
const workspace = (short) => join(folder, '../../packages', short)

export const contenders = [
  {
    id: 'voltagent',
    title: 'VoltAgent',
    module: './voltagent/contender.mjs',
    settings: '`maxRetries: 0` for each model; in the row of silence `timeout` with `chunkMs` and `stepMs`',
    versions: [
      ['@voltagent/core', join(folder, 'voltagent')],
      ['ai', join(folder, 'voltagent')],
      ['@ai-sdk/openai', join(folder, 'voltagent')],
    ],
  },
  {
    id: 'mastra',
    title: 'Mastra',
    module: './contenders/mastra.mjs',
    settings: '`maxRetries: 0` for each model; in the row of silence `modelSettings.timeout.firstChunkMs`',
    versions: [
      ['@mastra/core', folder],
      ['@ai-sdk/openai', folder],
    ],
  },
  {
    id: 'langchain',
    title: 'LangChain `createAgent`',
    module: './contenders/langchain.mjs',
    settings: '`modelFallbackMiddleware`, `maxRetries: 0` for each model; in the row of silence its `timeout`',
    versions: [
      ['langchain', folder],
      ['@langchain/core', folder],
      ['@langchain/openai', folder],
    ],
  },
  {
    id: 'ai-fallback',
    title: 'ai-fallback',
    module: './contenders/ai-fallback.mjs',
    settings:
      'the defaults, in `streamText` with `maxRetries: 0`; in the row of silence its `timeout` with `firstChunkMs` and `stepMs`',
    versions: [
      ['ai-fallback', folder],
      ['ai', folder],
      ['@ai-sdk/openai', folder],
    ],
  },
  {
    id: 'ai-fallback-once',
    title: 'ai-fallback, `retryAfterOutput: false`',
    module: './contenders/ai-fallback-once.mjs',
    settings: 'the same with `retryAfterOutput: false`',
    versions: [],
  },
  {
    id: 'aiSdk',
    title: 'Stageflow `aiSdk`',
    module: './contenders/stageflow-ai-sdk.mjs',
    settings: 'the defaults; in the row of silence `firstChunkMs`',
    versions: [
      ['ai', workspace('provider-ai-sdk')],
      ['@ai-sdk/openai', workspace('provider-ai-sdk')],
    ],
  },
  {
    id: 'callModel',
    title: 'Stageflow `callModel`',
    module: './contenders/stageflow-call-model.mjs',
    settings: 'the defaults, with `chatModel` of `@stageflow/provider-openai`; in the row of silence `firstChunkMs`',
    versions: [['openai', workspace('provider-openai')]],
  },
]

export const versionsOf = ({ versions }) =>
  versions.map(([name, at]) => {
    const { version } = JSON.parse(readFileSync(join(at, 'node_modules', name, 'package.json'), 'utf8'))
    return `${name} ${version}`
  })
