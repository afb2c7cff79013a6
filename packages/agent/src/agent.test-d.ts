import { Pipeline } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { aiSdk } from '@stageflow/provider-ai-sdk'
import { openaiChat, openaiResponses } from '@stageflow/provider-openai'
import { type ToolRegistry, defineTool } from '@stageflow/tools'
import type { LanguageModel, ModelMessage } from 'ai'
import type OpenAI from 'openai'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { agent, pipelineTool } from './index.ts'
import type { AgentAnswer, AgentChunk, CallApprovals } from './index.ts'

declare const tools: ToolRegistry
declare const client: OpenAI
declare const model: LanguageModel

// Each client takes the request of its shape.
const support = agent({ shape: 'ai-sdk', model: (context, request) => aiSdk(context, { model, ...request }), tools })
agent({
  shape: 'openai-chat',
  model: (context, request) => openaiChat(context, { client, model: 'gpt', ...request }),
  tools,
})
agent({
  shape: 'openai-responses',
  model: (context, request) => openaiResponses(context, { client, model: 'gpt', ...request }),
  tools,
})
// @ts-expect-error the messages of OpenAI are not those of the AI SDK
agent({ shape: 'openai-chat', model: (context, request) => aiSdk(context, { model, ...request }), tools })
// @ts-expect-error there is no such shape
agent({ shape: 'openai', model: (context, request) => aiSdk(context, { model, ...request }), tools })

// The messages that it begins with may be those of the client.
declare const history: ModelMessage[]
agent({
  shape: 'ai-sdk',
  messages: () => history,
  model: (context, request) => aiSdk(context, { model, ...request }),
  tools,
})
agent({
  shape: 'ai-sdk',
  messages: ({ inputText = '' }) => [{ role: 'user', content: inputText }],
  model: (context, request) => aiSdk(context, { model, ...request }),
  tools,
})
agent({
  shape: 'ai-sdk',
  // @ts-expect-error there is no such role
  messages: () => [{ role: 'human', content: 'Hi' }],
  model: (context, request) => aiSdk(context, { model, ...(request as object as { prompt: string }) }),
  tools,
})

// Ports are those of the pipeline.
interface Ports {
  readonly main: LanguageModel
}
const ported = agent({
  shape: 'ai-sdk',
  model: (context: StageContext<{}, Ports>, request) => aiSdk(context, { model: context.ports.main, ...request }),
  tools,
})
expectTypeOf(ported).toExtend<Pipeline<object, Ports>>()
void ported.build({ ports: { main: model } }).run({})
// @ts-expect-error main is missing
void ported.build().run({})

// What it ends with, what it yields, and how it is answered.
const graph = support.build()
void graph.run({ inputText: 'Hi' }).then(({ data }) => {
  expectTypeOf(data.turns!.turn).toExtend<AgentAnswer>()
  // The conversation can be given back to the client.
  expectTypeOf(data.turns!.turn.messages[0]!).toExtend<ModelMessage>()
})
for await (const chunk of graph.start().chunks('turns')) expectTypeOf(chunk).toEqualTypeOf<AgentChunk>()
new Pipeline('chat')
  .withPipeline('support', support, { chunks: 'turns' })
  .withStage('save', ({ inputs }) => ({ text: inputs.from('support')?.turns?.turn.text }), {
    dependencies: ['support'],
  })
expectTypeOf<CallApprovals>().toExtend<Record<string, unknown>>()

// A pipeline as a tool
const lookUp = new Pipeline('look-up').withStage('find', () => ({ found: 'gold' }))
const tool = pipelineTool({
  name: 'look_up',
  description: 'Looks up.',
  input: z.object({ what: z.string() }),
  pipeline: lookUp,
  toInput: ({ what }) => ({ inputText: what }),
  toOutput: ({ find }) => find.found,
})
expectTypeOf(tool.name).toEqualTypeOf<'look_up'>()
pipelineTool({
  name: 'look_up',
  description: 'Looks up.',
  input: z.object({ what: z.string() }),
  pipeline: lookUp,
  // @ts-expect-error there is no such field of an input
  toInput: ({ what }) => ({ inputTxt: what }),
})
const plain = defineTool({ name: 'a', description: 'A.', input: z.object({}), execute: () => ({}) })
// @ts-expect-error a list of tools is no registry
agent({ shape: 'ai-sdk', model: (context, request) => aiSdk(context, { model, ...request }), tools: [plain] })
