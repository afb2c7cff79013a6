import { Pipeline } from '@stageflow/core'
import type { LanguageModel } from 'ai'
import { aiSdk } from './index.ts'

// `LanguageModel` is a union of hundreds of strings and three interfaces. A pipeline can have one as a port.

interface Services {
  readonly model: LanguageModel
  readonly history: { add(turn: { readonly answer: string }): Promise<number> }
}
declare const services: Services
declare const model: LanguageModel

const chat = Pipeline.withPorts<Services>('chat').withStage('llm', async function* (context) {
  return yield* aiSdk(context, { model: context.ports.model, prompt: 'Why?' })
})
const review = Pipeline.withPorts<Services>('review').withStage('check', ({ ports }) => ({ model: ports.model }))

void chat.build({ ports: services }).run()
void chat.build({ ports: { model } }).run({}, { ports: { history: services.history } })
void chat.compose(review).build().run({}, { ports: services })
void Pipeline.withPorts<Services>('outer').withPipeline('inner', chat).build({ ports: services }).run()
void chat.build({ ports: { model, history: { add: async ({ answer }) => answer.length } } }).run()

// @ts-expect-error 7 isn't a model
void chat.build({ ports: { model: 7, history: services.history } })
// @ts-expect-error the history is missing
void chat.build({ ports: { model } }).run()
