import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

import type { Caller, Stop } from '../executor/caller.ts'
import type { HandlerFailure } from '../executor/settled.ts'
import type { UndoEvent } from '../executor/report.ts'
import { cleanText, shownText } from '../redact.ts'
import type { AnyTool } from '../tool-types.ts'
import type { UndoCall } from './undo-call.ts'

interface UndoError {
  readonly code: string
  readonly message: string
}

export function errorOf({ code, message }: HandlerFailure, tool?: AnyTool, call?: UndoCall): UndoError {
  return { code, message: cleanText(tool, message, call?.input) }
}

export function unavailable(cause: unknown): StageflowError {
  const message = `Nothing was undone: the undo store failed (${textOf(cause)}). Check the store, then try again.`
  return new StageflowError('tools/store-unavailable', message, { cause })
}

export const reasonOf = ({ kind }: Stop): 'timed_out' | 'cancelled' | 'failed' =>
  kind === 'timed-out' ? 'timed_out' : kind === 'cancelled' ? 'cancelled' : 'failed'

export const about = ({ toolName, callId, ids, completedAt }: UndoCall): UndoEvent => ({
  toolName,
  callId,
  originalRunId: ids.pipelineRunId,
  originalTimestamp: completedAt,
})

export function emitFailed(
  { emit }: Caller,
  call: UndoCall,
  tool: AnyTool | undefined,
  reason: 'failed' | 'timed_out' | 'cancelled' | 'expired' | 'not_recorded',
  { code, message }: HandlerFailure,
): void {
  const errorMessage = shownText(tool, cleanText(tool, message, call.input))
  emit?.('tool.undo_failed', { ...about(call), reason, errorCode: code, errorMessage })
}

export function tooLate({ toolName, callId, ttlMs }: UndoCall): StageflowError {
  const message = `The call "${callId}" of tool "${toolName}" can no longer be undone: its ${ttlMs} ms are over. Reverse it by hand, or raise undoTtlMs for later calls.`
  return new StageflowError('tools/undo-expired', message)
}

export function tookLong({ toolName }: UndoCall, timeoutMs: number | false): StageflowError {
  return new StageflowError(
    'tools/timed-out',
    `Undoing a call to tool "${toolName}" took longer than ${timeoutMs} ms. Try again, or raise the tool's timeoutMs.`,
  )
}

export function noUndo({ toolName, callId }: UndoCall, tool: AnyTool | undefined): StageflowError {
  const what =
    tool === undefined ? `there is no tool "${toolName}" any more` : `the tool "${toolName}" has no undo any more`
  return new StageflowError(
    'tools/undo-tool-missing',
    `The call "${callId}" was not undone: ${what}. Register the tool under this name, registry.register(tool), and try again; or reverse the call by hand.`,
  )
}

export function undoneElsewhere({ toolName, callId }: UndoCall): StageflowError {
  return new StageflowError(
    'tools/undo-in-progress',
    `The call "${callId}" of tool "${toolName}" is still being undone by another process. Try again later.`,
  )
}

export function undoLost({ toolName, callId }: UndoCall): StageflowError {
  return new StageflowError(
    'tools/lease-lost',
    `Another process has taken over to undo the call "${callId}" of tool "${toolName}", because this one did not renew its claim in time. Find out what blocked this process, or raise undoLeaseMs.`,
  )
}
