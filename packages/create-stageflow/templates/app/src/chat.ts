import { Pipeline, StageKind, StageOutput } from '@stageflow/core'

/** What the pipeline needs from outside. `main.ts` passes the real ones, a test passes fakes. */
export interface Services {
  readonly model: (prompt: string, signal: AbortSignal) => Promise<string>
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
    async ({ inputs, ports, signal }) => {
      const { question } = inputs.from('guard')
      const { name } = inputs.from('profile')
      const { topic } = inputs.from('memory')
      return { text: await ports.model(`${name}, who likes ${topic}, asks: ${question}`, signal) }
    },
    { dependencies: ['guard', 'profile', 'memory'] },
  )
