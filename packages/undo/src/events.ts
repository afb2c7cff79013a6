import type { UndoCaller } from '@stageflow/tool-executor'
import type { AnyTool } from '@stageflow/tools'
import { cleanText, shownText } from '@stageflow/tools/kit'

import type { UndoCall } from './undo-call.ts'
import type { Failure } from './failures.ts'

/** The call that an undo is about. */
export interface UndoEvent {
  readonly toolName: string
  readonly callId: string
  /** The run of the call, if it had one. The event itself may belong to another run. */
  readonly originalRunId: string | undefined
  /** When the call completed, in ms since 1970. */
  readonly originalTimestamp: number
}

export interface ToolUndoneEvent extends UndoEvent {
  readonly durationMs: number
}

export interface ToolUndoFailedEvent extends UndoEvent {
  readonly reason: 'failed' | 'timed_out' | 'cancelled' | 'expired' | 'not_recorded'
  readonly errorCode: string
  readonly errorMessage: string
}

declare module '@stageflow/core' {
  interface EventMap {
    'tool.undone': ToolUndoneEvent
    'tool.undo_failed': ToolUndoFailedEvent
  }
}

export function emitUndone({ emit }: UndoCaller, call: UndoCall, durationMs: number): void {
  emit?.('tool.undone', { ...about(call), durationMs })
}

export function emitUndoFailed(
  { emit }: UndoCaller,
  call: UndoCall,
  tool: AnyTool | undefined,
  reason: ToolUndoFailedEvent['reason'],
  { code, message }: Failure,
): void {
  const errorMessage = shownText(tool, cleanText(tool, message, call.input))
  emit?.('tool.undo_failed', { ...about(call), reason, errorCode: code, errorMessage })
}

const about = ({ toolName, callId, ids, completedAt }: UndoCall): UndoEvent => ({
  toolName,
  callId,
  originalRunId: ids.pipelineRunId,
  originalTimestamp: completedAt,
})
