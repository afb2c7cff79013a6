import { onRejection } from '@stageflow/core/kit'

import type { ToolEventEmitter } from './parsed-call.ts'

/** Emits an event. What the emitter throws or rejects with goes to `onError`: an observer never breaks what it observes. */
export function emitSafely(
  emitter: ToolEventEmitter,
  type: Parameters<ToolEventEmitter>[0],
  data: Parameters<ToolEventEmitter>[1],
  onError: (error: unknown) => void,
): void {
  try {
    const answer = emitter(type, data)
    onRejection(answer, onError)
  } catch (error) {
    onError(error)
  }
}
