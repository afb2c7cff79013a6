import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { Model } from './model.ts'

/** What the pipeline needs from outside. `main.ts` passes the real ones, a test passes fakes. */
export interface Services {
  readonly model: Model
}

/** Answers a question. `profile` and `memory` run at the same time. */
export const chat = Pipeline.withPorts<Services>('chat')
  .withStage(
    'guard',
    ({ snapshot }) => {
      const question = snapshot.inputText?.trim() ?? ''
      return question === '' ? StageOutput.cancel('no question') : StageOutput.ok({ question })
    },
    StageKind.GUARD,
  )
  .withStage('profile', async () => ({ name: 'Ada' }), StageKind.ENRICH)
  .withStage('memory', async () => ({ topic: 'graphs' }), StageKind.ENRICH)
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
