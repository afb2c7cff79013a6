const FAILURE: unique symbol = Symbol.for('@stageflow/tool-failure')

/** What a handler answers when it did not do its job; made by `toolFailure`. */
export interface ToolFailure {
  readonly [FAILURE]: true
  readonly message: string
  readonly code: string
  /** More for the program; not told to the model. */
  readonly data: unknown
}

/** A handler's answer that it failed; the result is `failed`, with this message for the model. `code` is by default `tools/reported-failure`. */
export function toolFailure(
  message: string,
  { code = 'tools/reported-failure', data }: { readonly code?: string; readonly data?: unknown } = {},
): ToolFailure {
  return Object.freeze({ [FAILURE]: true as const, message: String(message), code: String(code), data })
}

/** Whether a handler's answer says that it failed. */
export function isToolFailure(value: unknown): value is ToolFailure {
  return typeof value === 'object' && value !== null && FAILURE in value
}
