import {
  ANY,
  checkOptions,
  codeOf,
  type OptionRules,
  read,
  refuseOptions,
  show,
  TEXT,
  textOf,
} from '@stageflow/core/kit'

const FAILURE: unique symbol = Symbol.for('@stageflow/tool-failure')
const REPORTED = 'tools/reported-failure'

/** What a handler returns to fail. Make it with `toolFailure`. */
export interface ToolFailure {
  readonly [FAILURE]: true
  readonly message: string
  readonly code: string
  /** Data for your program. The model doesn't get it. */
  readonly data: unknown
}

/** Makes the failure that a handler returns. The result is `failed`, with this message for the model. Default code: `tools/reported-failure`. */
export function toolFailure(
  message: string,
  options: { readonly code?: string; readonly data?: unknown } = {},
): ToolFailure {
  if (typeof message !== 'string')
    refuseOptions('toolFailure()', 'tools/illegal-option', [
      `the message must be a string for the model, not ${show(message)}`,
    ])
  checkOptions('toolFailure()', 'tools/illegal-option', options, RULES)
  const { code = REPORTED, data } = options
  return Object.freeze({ [FAILURE]: true as const, message, code, data })
}

const RULES: OptionRules = { code: TEXT, data: ANY }

function isToolFailure(value: unknown): value is ToolFailure {
  return typeof value === 'object' && value !== null && FAILURE in value
}

/**
 * The failure that a handler reported by its return value: a `toolFailure`, `isError: true` as in MCP, or
 * `{ success: false, error }`; otherwise undefined. `{ success: false }` alone is data, such as the result of a search or a test.
 */
export function failureIn(answer: unknown): { readonly message: string; readonly code: string } | undefined {
  // A failure may come from another copy of this package, so its fields may be anything.
  if (isToolFailure(answer)) return { message: textOf(answer.message), code: failureCode(answer) }
  if (read(answer, 'isError') === true) return { message: contentText(read(answer, 'content')), code: REPORTED }
  const error = read(answer, 'error')
  if (read(answer, 'success') !== false || error === undefined) return undefined
  const message = read(error, 'message')
  return { message: typeof message === 'string' ? message : textOf(error), code: failureCode(error) }
}

const failureCode = (error: unknown): string => shortCode(error) ?? REPORTED

/** The code that an error carries, such as `ENOENT`, bounded; undefined if it has none. */
export const shortCode = (error: unknown): string | undefined => codeOf(error)?.slice(0, 100) || undefined

/** The text of MCP content. */
function contentText(content: unknown): string {
  const blocks: readonly unknown[] = Array.isArray(content) ? content : []
  const texts = blocks.map((block) => read(block, 'text')).filter((text) => typeof text === 'string' && text !== '')
  return texts.length > 0 ? texts.join('\n') : 'The tool reported an error without a message.'
}
