import type { TryEmitEvent } from '@stageflow/core'

import type { ToolEventEmitter } from './call-types.ts'
import { isThenable } from './schema.ts'

/** Emits, and hands what the emitter throws or rejects with to `onError`: an observer never breaks what it observes. */
export function emitSafely(
  emitter: ToolEventEmitter,
  type: Parameters<ToolEventEmitter>[0],
  data: Parameters<ToolEventEmitter>[1],
  onError: (error: unknown) => void,
): void {
  try {
    const answer = emitter(type, data)
    if (isThenable(answer)) Promise.resolve(answer).catch(onError)
  } catch (error) {
    onError(error)
  }
}

/** Events of the handler's own. Those about calls are the executor's alone: a handler cannot forge its end. */
export function handlerEmit(emit: TryEmitEvent | undefined): TryEmitEvent {
  return (type: string, data: object) =>
    emit !== undefined && !/^tools?\./.test(type) && emit(type as never, data as never)
}
