import { type Caller, handlerEmit, type Stops } from '../executor/caller.ts'
import type { ToolContext } from '../tool-types.ts'
import type { UndoCall } from './undo-call.ts'

/** The context of an `undo`: the ids of the call, with the signal, clock, ports and events of the caller that undoes it. */
export function undoContext(
  call: UndoCall,
  { clock, ports, emit, heartbeat }: Caller,
  stops: Stops,
): ToolContext<never> {
  const { ids } = call
  return Object.freeze({
    callId: call.callId,
    toolName: call.toolName,
    attempt: 1,
    signal: stops.signal,
    clock,
    ports: (ports ?? {}) as never,
    idempotencyKey: `${call.idempotencyKey}/undo`,
    executionMode: call.executionMode,
    pipelineRunId: ids.pipelineRunId,
    requestId: ids.requestId,
    sessionId: ids.sessionId,
    userId: ids.userId,
    orgId: ids.orgId,
    interactionId: ids.interactionId,
    emit: handlerEmit(emit),
    progress: () => heartbeat(),
    partial: () => heartbeat(),
    keepForUndo: () => {},
  })
}
