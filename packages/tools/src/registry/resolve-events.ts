import type { ParsedCall, ToolEventEmitter, ToolIssue, UnresolvedCall, UnresolvedReason } from '../parsed-call.ts'
import { emitSafely } from '../emit-safely.ts'
import { cleanText, payloadSummary, shownText } from '../redact.ts'
import type { AnyTool } from '../tool-types.ts'

export interface ToolUnresolvedEvent {
  /** The model's name for it, cut; undefined if the call has none. */
  readonly toolName: string | undefined
  readonly callId: string
  readonly index: number
  readonly reason: UnresolvedReason
  /** The message for the model, without secrets. */
  readonly message: string
  readonly suggestion: string | undefined
  readonly position: number | undefined
  readonly issues: readonly ToolIssue[]
}

export interface ToolsResolvedEvent {
  readonly toolName: string
  readonly callId: string
  readonly index: number
  /** The model's arguments, bounded and without secrets. */
  readonly payloadSummary: unknown
}

declare module '@stageflow/core' {
  interface EventMap {
    'tool.unresolved': ToolUnresolvedEvent
    'tools.resolved': ToolsResolvedEvent
  }
}

/** A parsed call, with what its event needs. */
export interface Reading {
  readonly call: ParsedCall
  /** Undefined for a call that was parsed before, and had its event then. */
  readonly news?: {
    readonly tool: AnyTool | undefined
    /** The arguments, if they could be read. */
    readonly given: unknown
  }
}

/** Emits an event for each call before any call runs: `tools.resolved` or `tool.unresolved`. */
export function emitReadings(
  readings: readonly Reading[],
  emitter: ToolEventEmitter,
  onError: (error: unknown) => void,
): void {
  for (const { call, news } of readings) {
    if (news === undefined) continue
    const { tool, given } = news
    if (call.status === 'unresolved')
      emitSafely(emitter, 'tool.unresolved', unresolvedEvent(call, tool, given), onError)
    else {
      const { name, callId, index } = call
      const event = { toolName: name, callId, index, payloadSummary: payloadSummary(tool, given) }
      emitSafely(emitter, 'tools.resolved', event, onError)
    }
  }
}

function unresolvedEvent(call: UnresolvedCall, tool: AnyTool | undefined, given: unknown): ToolUnresolvedEvent {
  const { name, callId, index, reason, suggestion, position } = call
  const clean = (text: string): string => shownText(tool, cleanText(tool, text, given))
  return {
    toolName: name === undefined ? undefined : cleanText(tool, name, given),
    callId,
    index,
    reason,
    message: clean(call.message),
    suggestion,
    position,
    // Paths hold keys of the data.
    issues: call.issues.map(({ path, message }) => ({ path: clean(path), message: clean(message) })),
  }
}
