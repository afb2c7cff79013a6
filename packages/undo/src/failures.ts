import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import type { AnyTool } from '@stageflow/tools'
import { cleanText, shortCode } from '@stageflow/tools/kit'

import type { UndoCall } from './undo-call.ts'

/** Why a call was not undone, or not recorded. */
export interface Failure {
  readonly code: string
  readonly message: string
}

/** The failure for a thrown value. */
export function failureOf(error: unknown): Failure {
  return { code: shortCode(error) ?? 'undo/handler-failed', message: textOf(error) }
}

/** The failure without secrets: those that are recognized, and those of the tool's input. */
export function shownFailure({ code, message }: Failure, tool?: AnyTool, input?: unknown): Failure {
  return { code, message: cleanText(tool, message, input) }
}

export function unavailable(cause: unknown): StageflowError {
  const message = `Nothing was undone: the undo store failed (${textOf(cause)}). Check the store, then try again.`
  return new StageflowError('undo/unavailable', message, { cause })
}

export function expired({ toolName, callId, ttlMs }: UndoCall): StageflowError {
  const message = `The call "${callId}" of tool "${toolName}" can no longer be undone: its ${ttlMs} ms are over. Reverse it by hand, or raise ttlMs of undoLog() for later calls.`
  return new StageflowError('undo/expired', message)
}

export function timedOut({ toolName }: UndoCall, timeoutMs: number): StageflowError {
  return new StageflowError(
    'undo/timed-out',
    `Undoing a call to tool "${toolName}" took longer than ${timeoutMs} ms. Try again, or raise the tool's timeoutMs.`,
  )
}

export function toolMissing({ toolName, callId }: UndoCall, tool: AnyTool | undefined): StageflowError {
  const what =
    tool === undefined ? `there is no tool "${toolName}" any more` : `the tool "${toolName}" has no undo any more`
  return new StageflowError(
    'undo/tool-missing',
    `The call "${callId}" was not undone: ${what}. Register the tool under this name, registry.register(tool), and try again; or reverse the call by hand.`,
  )
}

export function inProgress({ toolName, callId }: UndoCall): StageflowError {
  return new StageflowError(
    'undo/in-progress',
    `The call "${callId}" of tool "${toolName}" is still being undone by another process. Try again later.`,
  )
}

export function leaseLost({ toolName, callId }: UndoCall): StageflowError {
  return new StageflowError(
    'undo/lease-lost',
    `Another process has taken over to undo the call "${callId}" of tool "${toolName}", because this one did not renew its claim in time. Find out what blocked this process, or raise leaseMs of undoLog().`,
  )
}

export function ambiguous(callId: string, calls: number): StageflowError {
  return new StageflowError(
    'undo/ambiguous-call',
    `${calls} calls that can be undone have the id "${callId}". Name the run, undo(callId, { registry, pipelineRunId }), or undo a whole run with compensate(pipelineRunId, { registry }).`,
  )
}
