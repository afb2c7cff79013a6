import { codeOf, httpStatusOf, textOf } from '@stageflow/core/kit'

/** An error in events and notes: its code or its HTTP status, and its text. */
export function shownError(error: unknown): {
  readonly code?: string
  readonly status?: number
  readonly message: string
} {
  const code = codeOf(error)
  const status = httpStatusOf(error)
  return { ...(code !== undefined && { code }), ...(status !== undefined && { status }), message: textOf(error) }
}
