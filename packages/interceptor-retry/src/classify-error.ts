import type { RetryVerdict } from './options.ts'
import { read } from './read.ts'
import { retryAfterMs } from './retry-after.ts'

/**
 * Whether a failure may pass by itself: connection errors of Node and undici, time-outs, and the HTTP statuses 408, 425,
 * 429 and 5xx as openai, the AI SDK, axios, got, ky and others report them, with the wait that the server asks for.
 * Wrapped errors are looked for in `cause`. `now`: milliseconds since 1970, for servers that name a date.
 */
export function classifyError(error: unknown, now: number): RetryVerdict {
  let at = error
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof at === 'object' && at !== null; depth++) {
    const verdict = verdictOn(at, now)
    if (verdict !== undefined) return verdict
    at = causeOf(at)
  }
  return false
}

const DEEPEST_CAUSE = 5

/** What one error says by itself; undefined: nothing, and what caused it decides. */
function verdictOn(error: object, now: number): RetryVerdict | undefined {
  const [name, code] = [read(error, 'name'), read(error, 'code')]
  if (isAbort(name, code)) return false
  if (code === 'timeout/exceeded') return true
  if (isFinal(code)) return false
  const status = statusOf(error)
  if (status !== undefined) {
    if (!isTransient(status) || PERMANENT.has(code)) return false
    const afterMs = headersOf(error)
      .map((headers) => retryAfterMs(headers, now))
      .find((ms) => ms !== undefined)
    return afterMs === undefined ? true : { afterMs }
  }
  if (TRANSIENT_CODES.has(code) || name === 'TimeoutError') return true
  // The connection errors of openai and its kin have no code and no name of their own.
  return CONNECTION_ERRORS.has(read(read(error, 'constructor'), 'name')) ? true : undefined
}

const isAbort = (name: unknown, code: unknown): boolean =>
  name === 'AbortError' || name === 'CanceledError' || code === 'ABORT_ERR' || code === 'ERR_CANCELED'

/**
 * What the engine and its interceptors have decided is not asked again, whatever the cause was. Among it is the failure of
 * a child run: its stages have been called again already, or must not be.
 */
const FINAL = /^(core|retry|circuit-breaker|auth|idempotency)\//
/** How core wraps what was thrown and is no error. */
const WRAPPED = 'core/stage-failed'

const isFinal = (code: unknown): boolean => typeof code === 'string' && code !== WRAPPED && FINAL.test(code)

/** The status of an answer that is an error; where a good answer broke off, its status says nothing. */
function statusOf(error: object): number | undefined {
  const response = read(error, 'response')
  const found = [
    read(error, 'status'),
    read(error, 'statusCode'),
    read(response, 'status'),
    read(response, 'statusCode'),
  ]
  return found.find((status): status is number => Number.isInteger(status) && (status as number) >= 400)
}

const isTransient = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || (status >= 500 && status < 600)

/** A 429 that no waiting helps against. */
const PERMANENT: ReadonlySet<unknown> = new Set(['insufficient_quota'])

const headersOf = (error: object): readonly unknown[] => [
  read(error, 'headers'),
  read(error, 'responseHeaders'),
  read(read(error, 'response'), 'headers'),
]

const TRANSIENT_CODES: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ERR_NETWORK',
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
])
const CONNECTION_ERRORS: ReadonlySet<unknown> = new Set(['APIConnectionError', 'APIConnectionTimeoutError'])

/** What an error wraps: its cause, the last error of a client that retried by itself, the first of several. */
function causeOf(error: object): unknown {
  const errors = read(error, 'errors')
  return (
    read(error, 'cause') ?? read(error, 'lastError') ?? (Array.isArray(errors) ? (errors[0] as unknown) : undefined)
  )
}
