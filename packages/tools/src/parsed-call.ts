import { StageflowError, type AppEvent, type EventMap } from '@stageflow/core'

import { frozenInput } from './plain-copy.ts'
import type { AnyTool } from './tool-types.ts'

/** The shape in which a provider sends a tool call. */
export type ToolCallShape = 'openai-chat' | 'openai-responses' | 'anthropic' | 'google' | 'ai-sdk' | 'mcp' | 'plain'

/** One problem of a call's arguments. */
export interface ToolIssue {
  /** Where it is, such as `items[0].price`; empty for the arguments as a whole. */
  readonly path: string
  readonly message: string
}

/** A call whose tool exists and whose arguments its schema accepted. Frozen; only a registry makes one. */
export interface ResolvedCall<Input = unknown> {
  readonly status: 'resolved'
  /** The provider's id, to match the result by. Generated if there is none; the second call with the same id gets `id_2`. */
  readonly callId: string
  readonly name: string
  /** Its place among the calls of its message, from 0. */
  readonly index: number
  readonly shape: ToolCallShape
  readonly tool: AnyTool
  /** The model's arguments, parsed: JSON, frozen all the way down. A getter, like `tool`: a spread copy of a call doesn't have it. */
  readonly arguments: unknown
  /**
   * What the schema made of the arguments, with defaults and conversions, to look at: the handler gets what the schema makes of them
   * when the call is executed. Plain objects and arrays are frozen.
   */
  readonly input: Input
}

/** Why a call is unresolved. */
export type UnresolvedReason =
  | 'malformed_call'
  /** Not a function call: a custom tool or a computer of OpenAI, for example. Read it from `raw`. */
  | 'unsupported_call'
  | 'unknown_tool'
  | 'invalid_json'
  | 'invalid_input'
  | 'too_large'
  | 'too_many_calls'
  | 'schema_failed'
  /** Only in events: `execute` was cancelled during the check of a schema. The result is `cancelled`. */
  | 'cancelled'

/** A call that cannot be made, and why. It is a result too: tell it to the model. Frozen. */
export interface UnresolvedCall {
  readonly status: 'unresolved'
  readonly callId: string
  /** Undefined if the call has no readable name. */
  readonly name: string | undefined
  readonly index: number
  readonly shape: ToolCallShape | undefined
  readonly reason: UnresolvedReason
  /** What is wrong and how to fix it, for the model to read; bounded. */
  readonly message: string
  /** The tool that the model probably meant. */
  readonly suggestion: string | undefined
  /** For invalid JSON: the offset of the first character that doesn't fit. */
  readonly position: number | undefined
  /** For input that the schema refused. */
  readonly issues: readonly ToolIssue[]
  /** The call as it came; not enumerable. */
  readonly raw: unknown
  /** What the schema threw, if it threw; not enumerable. */
  readonly cause: unknown
}

export type ParsedCall = ResolvedCall | UnresolvedCall

/** What `parseAndResolve` returns. */
export interface ParsedCalls {
  readonly resolved: readonly ResolvedCall[]
  readonly unresolved: readonly UnresolvedCall[]
  /** All calls, in the order in which the model made them; not enumerable. */
  readonly calls: readonly ParsedCall[]
}

type ToolEventType = Extract<AppEvent, `tool.${string}` | `tools.${string}` | `approval.${string}`>

/** Receives events, such as `context.tryEmitEvent`. If it throws, the error is counted and changes nothing. */
export type ToolEventEmitter = (type: ToolEventType, data: EventMap[ToolEventType]) => unknown

/** `json`: the model's arguments as JSON. */
export interface ResolvedFields extends Omit<ResolvedCall, 'status' | 'arguments'> {
  readonly json: string
}

/** Only this file has it: `new call.constructor(…)` elsewhere would make a call that no registry has checked. */
const OURS = Symbol('ours')

/**
 * A class for its private fields: a call made elsewhere, whose input no schema has checked, can't pass for one. The tool is behind a
 * getter, so that printing a call or writing it as JSON leaves the tool out. Frozen, because code that holds one call can reach the
 * getters of all calls.
 */
class CheckedCall implements ResolvedCall {
  readonly #tool: AnyTool
  readonly #json: string
  readonly status = 'resolved' as const
  readonly callId: string
  readonly name: string
  readonly index: number
  readonly shape: ToolCallShape
  readonly input: unknown

  constructor(fields: ResolvedFields, by: typeof OURS) {
    mustBeOurs(by)
    this.#tool = fields.tool
    this.#json = fields.json
    this.callId = fields.callId
    this.name = fields.name
    this.index = fields.index
    this.shape = fields.shape
    this.input = fields.input
    Object.freeze(this)
  }

  get tool(): AnyTool {
    return this.#tool
  }

  /** Parsed when it is read: most programs read only the input. */
  get arguments(): unknown {
    return frozenInput(JSON.parse(this.#json))
  }

  toJSON(): unknown {
    const { status, callId, name, index, shape, input } = this
    return { status, callId, name, index, shape, arguments: this.arguments, input }
  }

  static json(call: ResolvedCall): string {
    return (call as CheckedCall).#json
  }

  static is(value: object): value is ResolvedCall {
    return #tool in value
  }

  static {
    Object.freeze(this.prototype)
    Object.freeze(this)
  }
}

function mustBeOurs(by: unknown): void {
  if (by === OURS) return
  throw new StageflowError(
    'tools/illegal-option',
    'Only a ToolRegistry makes calls. Pass yours to it: registry.parseAndResolve([{ id, name, arguments }]).',
  )
}

/** A call whose input a schema has accepted. */
export function resolvedCall(fields: ResolvedFields): ResolvedCall {
  return new CheckedCall(fields, OURS)
}

/** The arguments of a call as JSON: a text, which nothing can change. */
export function argumentsJson(call: ResolvedCall): string {
  return CheckedCall.json(call)
}

/** Whether `parseAndResolve` made this call, so that its input has been checked. */
export function isResolvedCall(value: unknown): value is ResolvedCall {
  return typeof value === 'object' && value !== null && CheckedCall.is(value)
}

export type UnresolvedFields = Omit<UnresolvedCall, 'status' | 'suggestion' | 'position' | 'issues' | 'cause'> &
  Partial<Pick<UnresolvedCall, 'suggestion' | 'position' | 'issues' | 'cause'>>

const NO_ISSUES: readonly ToolIssue[] = Object.freeze([])

/** A class for its private fields: what only your program should read stays out of logs and messages. */
class RefusedCall implements UnresolvedCall {
  readonly #raw: unknown
  readonly #cause: unknown
  readonly status = 'unresolved' as const
  readonly callId: string
  readonly name: string | undefined
  readonly index: number
  readonly shape: ToolCallShape | undefined
  readonly reason: UnresolvedReason
  readonly message: string
  readonly suggestion: string | undefined
  readonly position: number | undefined
  readonly issues: readonly ToolIssue[]

  constructor(fields: UnresolvedFields, by: typeof OURS) {
    mustBeOurs(by)
    this.#raw = fields.raw
    this.#cause = fields.cause
    this.callId = fields.callId
    this.name = fields.name
    this.index = fields.index
    this.shape = fields.shape
    this.reason = fields.reason
    this.message = fields.message
    this.suggestion = fields.suggestion
    this.position = fields.position
    this.issues = fields.issues ?? NO_ISSUES
    Object.freeze(this)
  }

  get raw(): unknown {
    return this.#raw
  }

  get cause(): unknown {
    return this.#cause
  }

  static is(value: object): value is UnresolvedCall {
    return #raw in value
  }

  static {
    Object.freeze(this.prototype)
    Object.freeze(this)
  }
}

/** A call that cannot be made. */
export function unresolvedCall(fields: UnresolvedFields): UnresolvedCall {
  return new RefusedCall(fields, OURS)
}

/** Whether `parseAndResolve` made this refusal. */
export function isUnresolvedCall(value: unknown): value is UnresolvedCall {
  return typeof value === 'object' && value !== null && RefusedCall.is(value)
}
