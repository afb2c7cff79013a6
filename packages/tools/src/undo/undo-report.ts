import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

import type { Caller, Stop } from '../executor/caller.ts'
import type { HandlerFailure } from '../executor/settled.ts'
import type { UndoEvent } from '../executor/report.ts'
import { cleanText, shownText } from '../redact.ts'
import type { UndoEntry } from './undo-store.ts'

interface UndoError {
  readonly code: string
  readonly message: string
}

export function errorOf({ code, message }: HandlerFailure, entry?: UndoEntry): UndoError {
  return { code, message: cleanText(entry?.tool, message, entry?.input) }
}

export function unavailable(cause: unknown): StageflowError {
  const message = `Nothing was undone: the undo store failed (${textOf(cause)}). Check the store, then try again.`
  return new StageflowError('tools/store-unavailable', message, { cause })
}

export const reasonOf = (stop: Stop): 'timed_out' | 'cancelled' =>
  stop.kind === 'timed-out' ? 'timed_out' : 'cancelled'

export const about = ({ toolName, callId, ids, completedAt }: UndoEntry): UndoEvent => ({
  toolName,
  callId,
  originalRunId: ids.pipelineRunId,
  originalTimestamp: completedAt,
})

export function emitFailed(
  { emit }: Caller,
  entry: UndoEntry,
  reason: 'failed' | 'timed_out' | 'cancelled' | 'expired' | 'not_recorded',
  { code, message }: HandlerFailure,
): void {
  const errorMessage = shownText(entry.tool, cleanText(entry.tool, message, entry.input))
  emit?.('tool.undo_failed', { ...about(entry), reason, errorCode: code, errorMessage })
}

export function tooLate({ toolName, callId, completedAt, expiresAt }: UndoEntry): StageflowError {
  const message = `The call "${callId}" of tool "${toolName}" can no longer be undone: its ${expiresAt - completedAt} ms are over. Reverse it by hand, or raise undoTtlMs for later calls.`
  return new StageflowError('tools/undo-expired', message)
}

export function tookLong({ toolName }: UndoEntry, timeoutMs: number | false): StageflowError {
  return new StageflowError(
    'tools/timed-out',
    `Undoing a call to tool "${toolName}" took longer than ${timeoutMs} ms. Try again, or raise the tool's timeoutMs.`,
  )
}
