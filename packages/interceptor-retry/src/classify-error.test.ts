import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'
import { classifyError } from './index.ts'

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
const verdict = (error: unknown) => classifyError(error, NOW)
const withFields = (fields: object, message = 'broken') => Object.assign(new Error(message), fields)

test.each([
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
])('%s may pass', (code) => {
  expect(verdict(withFields({ code }))).toBe(true)
  expect(verdict(new TypeError('fetch failed', { cause: withFields({ code }) }))).toBe(true)
})

test.each(['ENOTFOUND', 'ENOENT', 'EACCES', 'CERT_HAS_EXPIRED', 'ERR_INVALID_URL', 'UND_ERR_ABORTED'])(
  '%s does not pass',
  (code) => {
    expect(verdict(withFields({ code }))).toBe(false)
  },
)

test.each([408, 425, 429, 500, 502, 503, 504, 529])('HTTP %i may pass, wherever the client keeps it', (status) => {
  for (const fields of [
    { status },
    { statusCode: status },
    { response: { status } },
    { response: { statusCode: status } },
  ])
    expect(verdict(withFields(fields))).toBe(true)
})

test.each([400, 401, 403, 404, 409, 422])('HTTP %i does not pass', (status) => {
  expect(verdict(withFields({ status }))).toBe(false)
  // Not even where something below it would.
  expect(verdict(withFields({ status, cause: withFields({ code: 'ECONNRESET' }) }))).toBe(false)
})

test('a good answer that broke off is a broken connection', () => {
  expect(verdict(withFields({ code: 'ECONNRESET', response: { statusCode: 200 } }))).toBe(true)
})

test('what the server asks for is read from wherever the client keeps its headers', () => {
  const headers = { 'retry-after': '7' }
  for (const fields of [
    { status: 429, headers: new Headers(headers) },
    { statusCode: 429, responseHeaders: headers },
    { response: { status: 503, headers } },
  ])
    expect(verdict(withFields(fields))).toEqual({ afterMs: 7_000 })
  expect(verdict(withFields({ status: 400, headers }))).toBe(false)
})

test('a quota that is used up does not come back by waiting', () => {
  expect(verdict(withFields({ status: 429, code: 'insufficient_quota' }))).toBe(false)
})

test('time-outs may pass: those of stages, of signals, of clients', () => {
  expect(verdict(new StageflowError('timeout/exceeded', 'too long'))).toBe(true)
  expect(verdict(new DOMException('too long', 'TimeoutError'))).toBe(true)
  expect(verdict(withFields({ name: 'TimeoutError' }))).toBe(true)
})

test('an abort is never retried, whatever caused it', () => {
  const cause = withFields({ code: 'ECONNRESET' })
  for (const error of [
    new DOMException('aborted', 'AbortError'),
    withFields({ name: 'AbortError', cause }),
    withFields({ name: 'CanceledError', code: 'ERR_CANCELED', cause }),
    withFields({ code: 'ABORT_ERR', cause }),
    new Error('wrapped', { cause: withFields({ name: 'AbortError', cause }) }),
  ])
    expect(verdict(error)).toBe(false)
})

test.each([
  'core/attempt-committed',
  'core/still-running',
  'core/illegal-output',
  'core/ambiguous-output',
  'core/interceptor-threw',
  'core/run-timeout',
  'core/pipeline-failed',
  'retry/exhausted',
  'circuit-breaker/open',
  'auth/forbidden',
  'idempotency/parameter-mismatch',
])('%s is final, whatever caused it', (code) => {
  expect(verdict(new StageflowError(code, 'no', { cause: withFields({ code: 'ECONNRESET' }) }))).toBe(false)
})

test.each(['core/stage-failed', 'app/weather', 'tools/failed'])('%s is what caused it', (code) => {
  expect(verdict(new StageflowError(code, 'no', { cause: { status: 503 } }))).toBe(true)
  expect(verdict(new StageflowError(code, 'no', { cause: { status: 400 } }))).toBe(false)
  expect(verdict(new StageflowError(code, 'no'))).toBe(false)
})

test.each([
  new TypeError('x is not a function'),
  new ReferenceError('x'),
  new RangeError('x'),
  new SyntaxError('x'),
  new Error('x'),
])('%s is a mistake in a program, and stays one', (error) => {
  expect(verdict(error)).toBe(false)
})

test('of several errors in one the first decides, of a client that retried by itself the last', () => {
  expect(verdict(new AggregateError([withFields({ code: 'ECONNREFUSED' }), new Error('x')]))).toBe(true)
  expect(verdict(withFields({ lastError: withFields({ statusCode: 503 }), errors: [new TypeError('x')] }))).toBe(true)
})

test('what is looked for in causes ends, and what cannot be read is no reason to retry', () => {
  const circle = withFields({})
  circle.cause = circle
  expect(verdict(circle)).toBe(false)
  let deep: Error = withFields({ code: 'ECONNRESET' })
  for (let depth = 0; depth < 5; depth++) deep = new Error('wrapped', { cause: deep })
  expect(verdict(deep)).toBe(false)
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const throwing = Object.defineProperty({}, 'code', {
    get: () => {
      throw new Error('no')
    },
  })
  for (const error of [proxy, throwing, undefined, null, 'ECONNRESET', 503, Symbol('x'), () => {}])
    expect(verdict(error)).toBe(false)
})
