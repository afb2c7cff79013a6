import { checkOptions, DELAY, required, TEXT, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

export interface HttpErrorOptions {
  /** The wait that the server asks for (`Retry-After`), in ms. Default: none. */
  readonly retryAfterMs?: number
  /** The provider's code of the error, such as `insufficient_quota`. Default: none. */
  readonly code?: string
  /** Default: the status. */
  readonly message?: string
}

const RULES: OptionRules<HttpErrorOptions> = { retryAfterMs: DELAY, code: TEXT, message: TEXT }
const ARGUMENTS: OptionRules = { status: required(whole(100, 599)) }

/** An error as the clients of providers throw it. */
export interface HttpError extends Error {
  readonly status: number
  readonly code: string | undefined
  readonly headers: Headers
}

/** Makes an error of an HTTP status, such as 429, that `retry` and circuit breakers read like those of openai and its kin. */
export function httpError(status: number, options: HttpErrorOptions = {}): HttpError {
  const where = 'httpError(status, options)'
  checkOptions(where, 'testing/illegal-option', { status }, ARGUMENTS)
  checkOptions(where, 'testing/illegal-option', options, RULES)
  const { retryAfterMs, code, message = `The server responded with status ${status}.` } = options
  const headers = new Headers()
  if (retryAfterMs !== undefined) {
    headers.set('retry-after-ms', String(retryAfterMs))
    headers.set('retry-after', String(Math.ceil(retryAfterMs / 1_000)))
  }
  return Object.assign(new Error(message), { name: 'HttpError', status, code, headers })
}
