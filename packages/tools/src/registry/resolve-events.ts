import type { ParsedCall, ToolEventEmitter, ToolIssue, UnresolvedCall, UnresolvedReason } from './call-types.ts'
import { emitSafely } from './emit.ts'
import { cleanText, payloadSummary, shownText } from './redact.ts'
import type { AnyTool } from './tool-types.ts'

export interface ToolUnresolvedEvent {
  /** As the model wrote it, cut; undefined where the call has no name. */
  readonly toolName: string | undefined
  readonly callId: string
  readonly index: number
  readonly reason: UnresolvedReason
  /** What the model is told, without secrets. */
  readonly message: string
  readonly suggestion: string | undefined
  readonly position: number | undefined
  readonly issues: readonly ToolIssue[]
}

export interface ToolsResolvedEvent {
  readonly toolName: string
  readonly callId: string
  readonly index: number
  /** The arguments as the model gave them, bounded and without secrets. */
  readonly payloadSummary: unknown
}

declare module '@stageflow/core' {
  interface EventMap {
    'tool.unresolved': ToolUnresolvedEvent
    'tools.resolved': ToolsResolvedEvent
  }
}

/** A parsed call, and what its event needs beyond it. */
export interface Reading {
  readonly call: ParsedCall
  /** Undefined for a call that was parsed before, and told of then. */
  readonly news?: {
    readonly tool: AnyTool | undefined
    /** The arguments, as far as they could be read. */
    readonly given: unknown
  }
}

/** Tells of each call before any of them runs: `tools.resolved` or `tool.unresolved`. */
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
    // Keys of the data are in paths.
    issues: call.issues.map(({ path, message }) => ({ path: clean(path), message: clean(message) })),
  }
}
