import { isFunction } from '../base/check.ts'
import { causesOf } from './causes.ts'
import { read } from '../base/foreign.ts'
import { isAbortItself } from './is-abort.ts'

/** `transient`: a retry may succeed. `permanent`: the service works, and the same call would fail again. `unknown`: neither is certain. */
export type ErrorClass = 'transient' | 'permanent' | 'unknown'

/**
 * Tells whether a retry may help against an error. `transient`: connection errors of Node and undici, timeouts, and the HTTP statuses 408,
 * 425, 429 and 5xx as openai, the AI SDK, axios, got, ky and others report them. `permanent`: other 4xx statuses, an abort, a used-up
 * quota. Otherwise the `cause` decides, but not behind an error of the engine or an interceptor, which is `unknown`.
 */
export function classifyError(error: unknown): ErrorClass {
  for (const one of causesOf(error)) {
    const found = classOf(one)
    if (found !== undefined) return found
  }
  return 'unknown'
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
  const response = read(error, 'response')
  for (const headers of [read(error, 'headers'), read(error, 'responseHeaders'), read(response, 'headers')]) {
    const ms = waitIn(headers, now)
    if (ms !== undefined) return ms
  }
  return undefined
}

/** What one error says by itself. */
function classOf(error: object): ErrorClass | undefined {
  if (isAbortItself(error)) return 'permanent'
  const code = read(error, 'code')
  if (code === 'timeout/timed-out') return 'transient'
  if (typeof code === 'string' && code !== WRAPPED && DECIDED.test(code)) return 'unknown'
  const status = statusOf(error)
  if (status !== undefined) {
    const mayPass = isTransient(status) && !USED_UP.has(code)
    return mayPass ? 'transient' : 'permanent'
  }
  if (TRANSIENT_CODES.has(code) || read(error, 'name') === 'TimeoutError') return 'transient'
  // The connection errors of openai and its kin have no code and no name of their own.
  return CONNECTION_ERRORS.has(read(read(error, 'constructor'), 'name')) ? 'transient' : undefined
}

/** Decisions of the engine and its interceptors. A child run that failed counts too: its own stages have been retried already. */
const DECIDED = /^(core|retry|circuit-breaker|auth|idempotency)\//
/** How core wraps a thrown value that isn't an error. */
const WRAPPED = 'core/stage-failed'

/** The HTTP status of an error. If a good response broke off, its status says nothing. */
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

/** Waiting doesn't help against these 429s. */
const USED_UP: ReadonlySet<unknown> = new Set(['insufficient_quota'])

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
