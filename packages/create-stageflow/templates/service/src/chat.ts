import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { Database } from './database.ts'
import type { Model } from './model.ts'

/** What the pipeline needs from outside. `app.ts` passes the real ones, a test passes fakes. */
export interface Services {
  readonly model: Model
  readonly database: Database
}

const LONGEST_QUESTION = 1_000

/** Answers a question. `guard` and `profile` run at the same time. */
export const chat = Pipeline.withPorts<Services>('chat')
  .withStage(
    'guard',
    async ({ snapshot, clock, signal }) => {
      const question = snapshot.inputText?.trim() ?? ''
      if (question === '') return StageOutput.cancel('Ask something.')
      if (question.length > LONGEST_QUESTION)
        return StageOutput.cancel(`Ask in at most ${LONGEST_QUESTION} characters.`)
      await clock.sleep(80, signal) // stands for a moderation service
      return StageOutput.ok({ question })
    },
    StageKind.GUARD,
  )
  .withStage(
    'profile',
    async ({ userId = '', clock, signal }) => {
      await clock.sleep(120, signal) // stands for a look-up in another service
      return { name: userId }
    },
    StageKind.ENRICH,
  )
  .withStage(
    'answer',
    async function* (context) {
      const { question } = context.inputs.from('guard')
      const { name } = context.inputs.from('profile')
      // Its text reaches the client while the model writes. The stage returns the whole answer.
      return yield* context.ports.model(context, `${name} asks: ${question}`)
    },
    // A long answer is fine, a silent model isn't. `server.ts` limits the whole run.
    { dependencies: ['guard', 'profile'], timeoutMs: false, idleTimeoutMs: 20_000 },
  )
  .withStage(
    'save',
    ({ inputs, ports, pipelineRunId, orgId = '', userId = '' }) => {
      const { question } = inputs.from('guard')
      const { text } = inputs.from('answer')
      ports.database.save({ id: pipelineRunId, orgId, userId, question, answer: text })
      return { messageId: pipelineRunId }
    },
    StageKind.WORK,
    { dependencies: ['guard', 'answer'] },
  )
