import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { Model } from './model.ts'

/** What the pipeline needs from outside. `main.ts` passes the real ones, a test passes fakes. */
export interface Services {
  readonly model: Model
}

/** Answers a question. `guard`, `profile` and `memory` run at the same time. */
export const chat = Pipeline.withPorts<Services>('chat')
  .withStage(
    'guard',
    async ({ snapshot, clock, signal }) => {
      const question = snapshot.inputText?.trim() ?? ''
      if (question === '') return StageOutput.cancel('no question')
      await clock.sleep(80, signal) // stands for a moderation service
      return StageOutput.ok({ question })
    },
    StageKind.GUARD,
  )
  .withStage(
    'profile',
    async ({ clock, signal }) => {
      await clock.sleep(120, signal) // stands for a database
      return { name: 'Ada' }
    },
    StageKind.ENRICH,
  )
  .withStage(
    'memory',
    async ({ clock, signal }) => {
      await clock.sleep(100, signal) // stands for a vector store
      return { topic: 'graphs' }
    },
    StageKind.ENRICH,
  )
  .withStage(
    'answer',
    async function* (context) {
      const { question } = context.inputs.from('guard')
      const { name } = context.inputs.from('profile')
      const { topic } = context.inputs.from('memory')
      // Its text reaches readers while the model writes. The stage returns the whole answer.
      return yield* context.ports.model(context, `${name}, who likes ${topic}, asks: ${question}`)
    },
    { dependencies: ['guard', 'profile', 'memory'] },
  )
