import type { StageflowEvent } from '@stageflow/core'
import { eventOf } from '@stageflow/testing'

/** An event with the fields of a test, which may be illegal, and the others as the engine sets them. */
export function anEvent(fields: { readonly [Key in keyof StageflowEvent]?: unknown } = {}): StageflowEvent {
  return { ...eventOf('app.said', {}), ...fields } as StageflowEvent
}
