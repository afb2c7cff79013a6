import type { ResolvedCall as Fields, ToolCallShape } from './call-types.ts'
import type { AnyTool } from './tool-types.ts'

/**
 * A class for its private field: what was made elsewhere, with an input that no schema has seen, is not mistaken for one.
 * The tool is behind a getter, so that a call that is printed or made JSON does not bring its tool along.
 */
class ResolvedCall implements Fields {
  readonly #tool: AnyTool
  readonly status = 'resolved' as const
  readonly callId: string
  readonly name: string
  readonly index: number
  readonly shape: ToolCallShape
  readonly arguments: unknown
  readonly input: unknown

  constructor(fields: Omit<Fields, 'status'>) {
    this.#tool = fields.tool
    this.callId = fields.callId
    this.name = fields.name
    this.index = fields.index
    this.shape = fields.shape
    this.arguments = fields.arguments
    this.input = fields.input
    Object.freeze(this)
  }

  get tool(): AnyTool {
    return this.#tool
  }

  static is(value: object): value is Fields {
    return #tool in value
  }
}

/** A call whose input a schema has accepted. */
export function resolvedCall(fields: Omit<Fields, 'status'>): Fields {
  return new ResolvedCall(fields)
}

/** Whether `parseAndResolve` made this call, so that its input has been checked. */
export function isResolvedCall(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && ResolvedCall.is(value)
}
