import type { ToolCallShape, ToolIssue, UnresolvedCall as Fields, UnresolvedReason } from './call-types.ts'

export interface UnresolvedFields {
  readonly callId: string
  readonly name: string | undefined
  readonly index: number
  readonly shape: ToolCallShape | undefined
  readonly reason: UnresolvedReason
  readonly message: string
  readonly suggestion?: string | undefined
  readonly position?: number | undefined
  readonly issues?: readonly ToolIssue[]
  readonly raw: unknown
  readonly cause?: unknown
}

const NO_ISSUES: readonly ToolIssue[] = Object.freeze([])

/** A class so that it is known again; and what only a program should read is behind getters, and so not in a log or a message. */
class UnresolvedCall implements Fields {
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

  constructor(fields: UnresolvedFields) {
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

  static is(value: object): value is Fields {
    return #raw in value
  }
}

/** A call that cannot be made. */
export function unresolvedCall(fields: UnresolvedFields): Fields {
  return new UnresolvedCall(fields)
}

/** Whether `parseAndResolve` made this refusal. */
export function isUnresolvedCall(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && UnresolvedCall.is(value)
}
