import type { AppEvent, EventMap } from '@stageflow/core'

import type { AnyTool } from './tool-types.ts'

/** A shape in which a provider gives its tool calls. */
export type ToolCallShape = 'openai-chat' | 'openai-responses' | 'anthropic' | 'google' | 'ai-sdk' | 'mcp' | 'plain'

/** One thing that is wrong with a call's arguments. */
export interface ToolIssue {
  /** Where, such as `items[0].price`; empty: the arguments as a whole. */
  readonly path: string
  readonly message: string
}

/** A call whose tool exists and whose arguments its schema accepted. Frozen; only a registry makes one. */
export interface ResolvedCall<Input = unknown> {
  readonly status: 'resolved'
  /** The provider's id, to match the result by; made where it gave none, and `id~2` for the second with the same id. */
  readonly callId: string
  readonly name: string
  /** Its place among the calls of its message, from 0. */
  readonly index: number
  readonly shape: ToolCallShape
  readonly tool: AnyTool
  /** As the model gave them, parsed. */
  readonly arguments: unknown
  /** As the schema answered it, defaults and conversions included. */
  readonly input: Input
}

/** Why a call is unresolved. */
export type UnresolvedReason =
  | 'malformed_call'
  /** A call that is no function, such as a custom tool or a computer of OpenAI: it is in `raw`. */
  | 'unsupported_call'
  | 'unknown_tool'
  | 'invalid_json'
  | 'invalid_input'
  | 'too_large'
  | 'too_many_calls'
  | 'schema_failed'
  /** Only in events: `execute` was cancelled while a schema was still checking; the result is `cancelled`. */
  | 'cancelled'

/** A call that cannot be made, and why; it is a result of its own, to be told to the model. Frozen. */
export interface UnresolvedCall {
  readonly status: 'unresolved'
  readonly callId: string
  /** Undefined where the call has no readable name. */
  readonly name: string | undefined
  readonly index: number
  readonly shape: ToolCallShape | undefined
  readonly reason: UnresolvedReason
  /** What is wrong, and what would be right, for the model to read; bounded. */
  readonly message: string
  /** The tool that was probably meant. */
  readonly suggestion: string | undefined
  /** Of invalid JSON: the offset of the first character that does not fit. */
  readonly position: number | undefined
  /** Of input that the schema refused. */
  readonly issues: readonly ToolIssue[]
  /** The call as it came; not enumerable. */
  readonly raw: unknown
  /** What the schema threw, where it threw; not enumerable. */
  readonly cause: unknown
}

export type ParsedCall = ResolvedCall | UnresolvedCall

/** What `parseAndResolve` answers. */
export interface ParsedCalls {
  readonly resolved: readonly ResolvedCall[]
  readonly unresolved: readonly UnresolvedCall[]
  /** Both, in the order in which the model made them; not enumerable. */
  readonly calls: readonly ParsedCall[]
}

type ToolEventType = Extract<AppEvent, `tool.${string}` | `tools.${string}`>

/** Where the events go: `context.tryEmitEvent` as it is. What it throws changes nothing and is counted. */
export type ToolEventEmitter = (type: ToolEventType, data: EventMap[ToolEventType]) => unknown
