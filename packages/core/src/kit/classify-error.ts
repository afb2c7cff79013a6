import { isArray, isFunction, isText } from '../base/check.ts'
import { causesOf } from './causes.ts'
import { read } from '../base/foreign.ts'
import { isAbortItself } from './is-abort.ts'

/** `transient`: a retry may succeed. `permanent`: the service works, and the same call would fail again. `unknown`: neither is certain. */
export type ErrorClass = 'transient' | 'permanent' | 'unknown'

/**
 * Tells whether a retry may help against an error.
 * - `transient`: connection errors of Node, undici and browsers, timeouts, the HTTP statuses 408, 425, 429 and 5xx, gRPC's UNAVAILABLE
 *   and its kin, AWS's throttles, and overload inside a stream.
 * - `permanent`: other 4xx statuses, an abort, a used-up quota, a value that a check refused, a `TypeError` or `RangeError`.
 *
 * Otherwise the `cause` decides, but not behind a decision of the engine or an interceptor, which is `unknown`.
 */
export function classifyError(error: unknown): ErrorClass {
  let byKind: ErrorClass | undefined
  for (const one of causesOf(error)) {
    const found = classOf(one)
    if (found !== undefined) return found
    byKind ??= kindOf(one)
  }
  // The kind of an error decides last: a `TypeError` of fetch is a broken connection if its cause is one.
  return byKind ?? 'unknown'
}

/** The HTTP status of the server that sent an error, wherever a client keeps it, or of what the error wraps; undefined without one. */
export function httpStatusOf(error: unknown): number | undefined {
  for (const one of causesOf(error)) {
    const status = statusOf(one)
    if (status !== undefined) return status
  }
  return undefined
}

/**
 * How long the server that sent an error asks to wait, in ms; undefined if it doesn't ask. `now`: ms since 1970, for servers
 * that send a date.
 */
export function retryAfterMs(error: unknown, now: number): number | undefined {
  for (const one of causesOf(error)) {
    // The first error with a status is the server's answer. What it wraps isn't asked.
    if (statusOf(one) !== undefined) return askedWait(one, now)
  }
  return undefined
}

function askedWait(error: object, now: number): number | undefined {
  const inResponses = ['response', '$response'].map((key) => read(read(error, key), 'headers'))
  for (const headers of [read(error, 'headers'), read(error, 'responseHeaders'), ...inResponses]) {
    const ms = waitIn(headers, now)
    if (ms !== undefined) return ms
  }
  return undefined
}

/** What one error says by itself. */
function classOf(error: object): ErrorClass | undefined {
  if (isAbortItself(error)) return 'permanent'
  const code = read(error, 'code')
  if (TRANSIENT_ENDS.has(code)) return 'transient'
  if (CHECKS.has(code)) return 'permanent'
  if (typeof code === 'string' && code !== WRAPPED && DECIDED.test(code)) return 'unknown'
  const status = statusOf(error)
  const words = wordsOf(error)
  if (status !== undefined) {
    const mayPass = isTransient(status) ? !words.some((word) => USED_UP.has(word)) : isAwsThrottle(error)
    return mayPass ? 'transient' : 'permanent'
  }
  if (words.some(isPermanentWord)) return 'permanent'
  if (words.some((word) => TRANSIENT_WORDS.has(word))) return 'transient'
  if (TRANSIENT_CODES.has(code) || TRANSIENT_NAMES.has(read(error, 'name'))) return 'transient'
  // The connection errors of openai and its kin have no code and no name of their own.
  return CONNECTION_ERRORS.has(read(read(error, 'constructor'), 'name')) ? 'transient' : undefined
}

/** The words with which gRPC, Google's APIs, AWS, or an error inside a stream say what is wrong: of an error, and of the body that it keeps. */
function wordsOf(error: object): unknown[] {
  const code = read(error, 'code')
  const isGrpc = isText(read(error, 'details')) || isText(read(error, 'rawMessage'))
  const bodies = [
    error,
    ...['error', 'data', 'body'].map((key) => read(error, key)),
    read(read(error, 'httpResponse'), 'body'),
    read(read(error, 'response'), 'data'),
  ]
  const said = bodies.flatMap((body) => [body, read(body, 'error')])
  const codes = said.flatMap((one) => [read(one, 'code'), read(one, 'type')])
  return [
    isGrpc && isGrpcCode(code) ? GRPC_NAMES[code] : undefined,
    read(error, 'name'),
    ...said.map((one) => read(one, 'status')),
    // Google's words are in `status`. As the code of an app they mean something else: a product is UNAVAILABLE, a user has ABORTED.
    ...codes.filter((word) => !GRPC_TRANSIENT.has(word)),
  ]
}

/** AWS sends many of its throttles with HTTP 400. Its SDK marks some, and knows the others by name. */
const isAwsThrottle = (error: object): boolean =>
  AWS_THROTTLES.has(read(error, 'name')) || Boolean(read(error, '$retryable'))

const isPermanentWord = (word: unknown): boolean =>
  PERMANENT_WORDS.has(word) || (typeof word === 'string' && INVALID.test(word))

const isGrpcCode = (code: unknown): code is number => Number.isInteger(code) && (code as number) in GRPC_NAMES

/** What the kind of an error says if nothing else does: that a value was refused, or that code is wrong. */
function kindOf(error: object): ErrorClass | undefined {
  if (isArray(read(error, 'issues'))) return 'permanent' // a schema refused a value
  const name = read(error, 'name')
  if (name === 'RangeError') return 'permanent'
  if (name !== 'TypeError') return undefined
  const message = read(error, 'message')
  if (!isText(message) || !BROKEN_FETCH.has(message.replace(HOST, ''))) return 'permanent'
  // Node's fetch names what broke as the cause. If that has no class, such as a wrong certificate, neither has the error.
  return (read(error, 'cause') ?? undefined) === undefined ? 'transient' : undefined
}

/** A call that took too long, an answer of a model that broke off, and a budget whose store failed. */
const TRANSIENT_ENDS: ReadonlySet<unknown> = new Set([
  'timeout/timed-out',
  'models/stalled',
  'models/cut',
  'models/unavailable',
])
/** What the engine has refused: a value that a stage made, asked for or passed on. */
const CHECKS: ReadonlySet<unknown> = new Set([
  'core/output-schema',
  'core/illegal-output',
  'core/ambiguous-output',
  'core/undeclared-input',
  'core/missing-input',
  'core/ambiguous-input',
  'core/illegal-option',
  'core/map-items',
  'core/not-json',
  'core/note',
  'core/when',
  'core/event-type',
  'core/event-data',
  'core/snapshot',
  'core/slot',
  'core/not-a-pipeline',
  'core/child-cycle',
  'core/child-depth',
  'core/cannot-suspend',
])
/** Decisions of the engine and its interceptors. A child run that failed counts too: its own stages have been retried already. */
const DECIDED = /^(core|retry|circuit-breaker|auth|idempotency)\//
/** How core wraps a thrown value that isn't an error. */
const WRAPPED = 'core/stage-failed'

/** The HTTP status of an error, a number or text. If a good response broke off, its status says nothing. */
function statusOf(error: object): number | undefined {
  for (const holder of [
    error,
    ...['response', 'httpResponse', '$metadata', '$response', 'output'].map((key) => read(error, key)),
  ]) {
    for (const key of ['status', 'statusCode', 'status_code', 'httpStatusCode']) {
      const status = httpErrorStatus(read(holder, key))
      if (status !== undefined) return status
    }
  }
  // Google's clients, and OpenRouter inside a stream.
  return httpErrorStatus(read(error, 'code'))
}

/** A number from 400 to 599, also as text. A close code of a WebSocket isn't one. */
function httpErrorStatus(value: unknown): number | undefined {
  const text = isText(value) || Number.isInteger(value) ? String(value) : ''
  return HTTP_ERROR.test(text) ? Number(text) : undefined
}
const HTTP_ERROR = /^[45]\d\d$/

const isTransient = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500

/** Waiting doesn't help against these 429s. */
const USED_UP: ReadonlySet<unknown> = new Set(['insufficient_quota', 'billing_error', 'billing_not_active'])

/** The names of gRPC's codes (https://grpc.io/docs/guides/status-codes). UNKNOWN, INTERNAL and DATA_LOSS say too little. */
const GRPC_NAMES: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  10: 'ABORTED',
  11: 'OUT_OF_RANGE',
  12: 'UNIMPLEMENTED',
  14: 'UNAVAILABLE',
  16: 'UNAUTHENTICATED',
}
const GRPC_TRANSIENT: ReadonlySet<unknown> = new Set([
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'UNAVAILABLE',
])
const AWS_THROTTLES: ReadonlySet<unknown> = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'ProvisionedThroughputExceededException',
  'TooManyRequestsException',
  'SlowDown',
  'RequestTimeout',
  'RequestTimeoutException',
])
/** Words of gRPC and Google, of node-fetch, and of the errors that OpenAI, Anthropic, AWS and their kin send inside a stream that began well. */
const TRANSIENT_WORDS: ReadonlySet<unknown> = new Set([
  ...GRPC_TRANSIENT,
  'request-timeout',
  'body-timeout',
  'server_error',
  'api_error',
  'overloaded_error',
  'rate_limit_error',
  'rate_limit_exceeded',
  'timeout_error',
  ...AWS_THROTTLES,
  'ServiceUnavailableException',
  'InternalServerException',
  'ModelTimeoutException',
  'ModelStreamErrorException',
])
const PERMANENT_WORDS: ReadonlySet<unknown> = new Set([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'FAILED_PRECONDITION',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'UNAUTHENTICATED',
  ...USED_UP,
  'authentication_error',
  'permission_error',
  'not_found_error',
  'request_too_large',
  'context_length_exceeded',
  'ValidationException',
  'AccessDeniedException',
  'ResourceNotFoundException',
])
/** `invalid_request_error`, `invalid_prompt`, `unsupported_value` and their kin. */
const INVALID = /^(invalid|unsupported)_[a-z_]+$/
/** `AI_NoOutputGeneratedError`: the AI SDK read a stream that ended before any output. */
const TRANSIENT_NAMES: ReadonlySet<unknown> = new Set(['TimeoutError', 'AI_NoOutputGeneratedError'])
/** What the fetch of undici, Chrome, Firefox, Safari, React Native and Deno says of a broken connection, without the host behind it. */
const BROKEN_FETCH: ReadonlySet<unknown> = new Set([
  'fetch failed',
  'terminated',
  'Failed to fetch',
  'network error',
  'NetworkError when attempting to fetch resource.',
  'Error in input stream',
  'Load failed',
  'The network connection was lost.',
  'The Internet connection appears to be offline.',
  'Network request failed',
  'error sending request for url',
])
/** ` (example.com)` of Chrome and Safari, ` (https://example.com/): …` of Deno. */
const HOST = / \(.*$/

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
  'ERR_SOCKET_CONNECTION_TIMEOUT',
  'ESOCKETTIMEDOUT',
  // The server has reset the stream or the session of HTTP/2.
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_GOAWAY_SESSION',
])
const CONNECTION_ERRORS: ReadonlySet<unknown> = new Set(['APIConnectionError', 'APIConnectionTimeoutError'])

const NUMBER = /^\d{1,12}(\.\d+)?$/
const HTTP_DATE = /^[A-Za-z]{3,9}, .* GMT$/

/** `retry-after-ms` in ms, `retry-after` in seconds or as a date (RFC 9110, 10.2.3). */
function waitIn(headers: unknown, now: number): number | undefined {
  const ms = headerOf(headers, 'retry-after-ms')
  if (ms !== undefined && NUMBER.test(ms)) return Number(ms)
  const after = headerOf(headers, 'retry-after')
  if (after === undefined) return undefined
  if (NUMBER.test(after)) return Number(after) * 1_000
  // oxlint-disable-next-line no-restricted-globals -- reads a date, not the time
  const date = HTTP_DATE.test(after) ? Date.parse(after) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** Reads a header of `Headers`, of an object with `get`, or of a plain object whose keys may have any case. */
function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  try {
    const value = headerValue(headers, name)
    const first: unknown = Array.isArray(value) ? value[0] : value
    return typeof first === 'string' || typeof first === 'number' ? String(first).trim() : undefined
  } catch {
    return undefined
  }
}

function headerValue(headers: object, name: string): unknown {
  const get = read(headers, 'get')
  if (isFunction(get)) return get.call(headers, name)
  const key = Object.keys(headers).find((one) => one.toLowerCase() === name)
  return read(headers, key ?? name)
}
