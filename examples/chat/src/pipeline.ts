import { Pipeline, StageKind } from '@stageflow/core'
import { type ChatPorts, inputGuard, llm, memory, outputGuard, persist, profile } from './stages.ts'

/** A server that drips a word every few seconds is not silent; this bounds it all the same. */
const LONGEST_ANSWER_MS = 240_000

/** Three stages that start together, the answer that needs all of them, the check of the answer, and what only a checked answer reaches. */
export const chat = Pipeline.withPorts<ChatPorts>('chat')
  .withStage('input_guard', inputGuard, StageKind.GUARD)
  .withStage('profile', profile, StageKind.ENRICH)
  .withStage('memory', memory, StageKind.ENRICH)
  .withStage('llm', llm, StageKind.TRANSFORM, {
    dependencies: ['input_guard', 'profile', 'memory'],
    timeoutMs: LONGEST_ANSWER_MS,
  })
  .withStage('output_guard', outputGuard, StageKind.GUARD, { dependencies: ['llm'] })
  // On output_guard and not on llm: an answer that the guard refuses must not be stored.
  .withStage('persist', persist, StageKind.WORK, { dependencies: ['input_guard', 'output_guard'] })
