import type { EventSink, StageflowEvent } from '@stageflow/core'
import { isStageEvent } from '@stageflow/core'

/** A sink that shows each event to `take`, and passes it on to `to` as the engine would: without chunks, unless it wants them. */
export function recordingSink(to: EventSink, wantsChunks: boolean, take: (event: StageflowEvent) => void): EventSink {
  const isWanted = (event: StageflowEvent): boolean => wantsChunks || !isStageEvent(event, 'chunk')
  return {
    ...(to.core !== undefined && { core: to.core }),
    chunks: true,
    onRun: (run) => to.onRun?.(run),
    tryEmit(event) {
      take(event)
      return isWanted(event) ? to.tryEmit(event) : undefined
    },
    emit(event) {
      take(event)
      return isWanted(event) ? to.emit(event) : undefined
    },
  }
}
