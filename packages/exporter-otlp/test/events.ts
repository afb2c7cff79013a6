import type { StageflowEvent } from '@stageflow/core'

/** An event with the fields of a test, and the others as the engine sets them. */
export function anEvent(fields: { readonly [Key in keyof StageflowEvent]?: unknown } = {}): StageflowEvent {
  const ids = { parentRunId: undefined, requestId: undefined, sessionId: undefined, userId: undefined }
  const rest = { orgId: undefined, interactionId: undefined, stage: undefined }
  const given = { type: 'app.said', data: {}, seq: 0, timestamp: 0, pipelineRunId: 'run-1', ...ids, ...rest }
  return { ...given, ...fields } as StageflowEvent
}
