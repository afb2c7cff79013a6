import { handlerEmit } from './emit.ts'
import type { Caller } from './tool-executor-caller.ts'
import type { Stops } from './tool-executor-stops.ts'
import type { ToolContext } from './tool-types.ts'
import type { UndoEntry } from './undo-store.ts'

/** What an `undo` sees: the call as it was, with the signal, clock and events of whoever undoes it. */
export function undoContext(
  entry: UndoEntry,
  { clock, ports, emit, heartbeat }: Caller,
  stops: Stops,
): ToolContext<never> {
  const { ids } = entry
  return Object.freeze({
    callId: entry.callId,
    toolName: entry.toolName,
    attempt: 1,
    signal: stops.signal,
    clock,
    ports: (ports ?? entry.ports ?? {}) as never,
    idempotencyKey: `${entry.idempotencyKey}/undo`,
    behavior: entry.behavior,
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
