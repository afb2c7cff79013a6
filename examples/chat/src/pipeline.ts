import { Pipeline, StageKind } from '@stageflow/core'
import { type ChatPorts, inputGuard, llm, memory, outputGuard, persist, profile } from './stages.ts'

/** Three stages that start together, the answer that needs all of them, the check of the answer, and what only a checked answer reaches. */
const chat = Pipeline.withPorts<ChatPorts>('chat')
  .withStage('input_guard', inputGuard, StageKind.GUARD)
  .withStage('profile', profile, StageKind.ENRICH)
  .withStage('memory', memory, StageKind.ENRICH)
  .withStage('llm', llm, StageKind.TRANSFORM, { dependencies: ['input_guard', 'profile', 'memory'] })
  .withStage('output_guard', outputGuard, StageKind.GUARD, { dependencies: ['llm'] })
  // On output_guard and not on llm: an answer that the guard refuses must not be stored.
  .withStage('persist', persist, StageKind.WORK, { dependencies: ['input_guard', 'output_guard'] })

/** The graph of the chat: built once, run for every question. */
export function buildChat(ports: ChatPorts) {
  return chat.build({ ports })
}

export type ChatGraph = ReturnType<typeof buildChat>
