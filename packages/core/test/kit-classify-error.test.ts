import { StageflowError } from '../src/index.ts'
import { expect, test } from 'vitest'
import { classifyError, isAbort, retryAfterMs } from '../src/kit.ts'

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
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
])('%s is transient', (code) => {
  expect(classifyError(withFields({ code }))).toBe('transient')
  expect(classifyError(new TypeError('fetch failed', { cause: withFields({ code }) }))).toBe('transient')
})

test.each(['ENOTFOUND', 'ENOENT', 'EACCES', 'CERT_HAS_EXPIRED', 'ERR_INVALID_URL', 'UND_ERR_ABORTED'])(
  '%s is unknown',
  (code) => {
    expect(classifyError(withFields({ code }))).toBe('unknown')
  },
)

test.each([408, 425, 429, 500, 502, 503, 504, 529])('HTTP %i is transient, wherever the client keeps it', (status) => {
  for (const fields of [
    { status },
    { statusCode: status },
    { response: { status } },
    { response: { statusCode: status } },
  ])
    expect(classifyError(withFields(fields))).toBe('transient')
})

test.each([400, 401, 403, 404, 409, 422])('HTTP %i is permanent', (status) => {
  expect(classifyError(withFields({ status }))).toBe('permanent')
  // Not even where something below it would.
  expect(classifyError(withFields({ status, cause: withFields({ code: 'ECONNRESET' }) }))).toBe('permanent')
})

test('a good response that broke off is a broken connection', () => {
  expect(classifyError(withFields({ code: 'ECONNRESET', response: { statusCode: 200 } }))).toBe('transient')
})

test('the wait that a server asks for is read from wherever the client keeps its headers', () => {
  const headers = { 'retry-after': '7' }
  for (const fields of [
    { status: 429, headers: new Headers(headers) },
    { statusCode: 429, responseHeaders: headers },
    { response: { status: 503, headers } },
  ])
    expect([classifyError(withFields(fields)), retryAfterMs(withFields(fields), NOW)]).toEqual(['transient', 7_000])
})

test('a quota that is used up does not come back by waiting', () => {
  expect(classifyError(withFields({ status: 429, code: 'insufficient_quota' }))).toBe('permanent')
})

test('timeouts of stages, signals and clients are transient', () => {
  expect(classifyError(new StageflowError('timeout/timed-out', 'too long'))).toBe('transient')
  expect(classifyError(new DOMException('too long', 'TimeoutError'))).toBe('transient')
  expect(classifyError(withFields({ name: 'TimeoutError' }))).toBe('transient')
})

test('a connection error that only its class names is transient, as those of openai', () => {
  class APIConnectionTimeoutError extends Error {}
  class APIConnectionError extends Error {}
  for (const error of [new APIConnectionTimeoutError('late'), new APIConnectionError('cut')])
    expect(classifyError(error)).toBe('transient')
})

test.each<[what: string, error: unknown, expected: boolean]>([
  ['an AbortError', new DOMException('aborted', 'AbortError'), true],
  ['a wrapped AbortError', new Error('llm', { cause: new DOMException('aborted', 'AbortError') }), true],
  ['a CanceledError of axios', withFields({ name: 'CanceledError', code: 'ERR_CANCELED' }), true],
  ['an abort of Node', withFields({ code: 'ABORT_ERR' }), true],
  ['a timeout', new DOMException('late', 'TimeoutError'), false],
  ['a status', withFields({ status: 404 }), false],
  ['no error', undefined, false],
])('isAbort of %s', (_, error, expected) => {
  expect(isAbort(error)).toBe(expected)
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
    expect(classifyError(error)).toBe('permanent')
})

test.each([
  'core/attempt-committed',
  'core/still-running',
  'core/illegal-output',
  'core/ambiguous-output',
  'core/interceptor-threw',
  'core/timed-out',
  'core/pipeline-failed',
  'retry/exhausted',
  'circuit-breaker/open',
  'auth/forbidden',
  'idempotency/other-input',
])('%s is unknown, whatever caused it: what the engine or an interceptor decides is not retried', (code) => {
  expect(classifyError(new StageflowError(code, 'no', { cause: withFields({ code: 'ECONNRESET' }) }))).toBe('unknown')
})

test.each(['core/stage-failed', 'app/weather', 'tools/failed'])('%s is classified by its cause', (code) => {
  expect(classifyError(new StageflowError(code, 'no', { cause: { status: 503 } }))).toBe('transient')
  expect(classifyError(new StageflowError(code, 'no', { cause: { status: 400 } }))).toBe('permanent')
  expect(classifyError(new StageflowError(code, 'no'))).toBe('unknown')
})

test.each([
  new TypeError('x is not a function'),
  new ReferenceError('x'),
  new RangeError('x'),
  new SyntaxError('x'),
  new Error('x'),
])('%s is a bug, and unknown', (error) => {
  expect(classifyError(error)).toBe('unknown')
})

test('of several errors in one the first decides, of a client that retried by itself the last', () => {
  expect(classifyError(new AggregateError([withFields({ code: 'ECONNREFUSED' }), new Error('x')]))).toBe('transient')
  expect(classifyError(withFields({ lastError: withFields({ statusCode: 503 }), errors: [new TypeError('x')] }))).toBe(
    'transient',
  )
})

test('only a few causes are looked at, and an error that cannot be read is unknown', () => {
  const circle = withFields({})
  circle.cause = circle
  expect(classifyError(circle)).toBe('unknown')
  let deep: Error = withFields({ code: 'ECONNRESET' })
  for (let depth = 0; depth < 6; depth++) deep = new Error('wrapped', { cause: deep })
  expect(classifyError(deep)).toBe('unknown')
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const throwing = Object.defineProperty({}, 'code', {
    get: () => {
      throw new Error('no')
    },
  })
  for (const error of [proxy, throwing, undefined, null, 'ECONNRESET', 503, Symbol('x'), () => {}])
    expect(classifyError(error)).toBe('unknown')
})

test.each([
  ['seconds', { 'retry-after': '7' }, 7_000],
  ['a fraction of a second', { 'retry-after': '0.5' }, 500],
  ['zero', { 'retry-after': '0' }, 0],
  ['a number', { 'retry-after': 7 }, 7_000],
  ['blanks around it', { 'retry-after': ' 7 ' }, 7_000],
  ['a date', { 'retry-after': 'Fri, 02 Jan 2026 03:04:15 GMT' }, 10_000],
  ['a date that has passed', { 'retry-after': 'Fri, 02 Jan 2026 03:04:00 GMT' }, 0],
  ['milliseconds, which win', { 'retry-after': '7', 'retry-after-ms': '250' }, 250],
  ['milliseconds that are none', { 'retry-after': '7', 'retry-after-ms': 'soon' }, 7_000],
  ['any case', { 'Retry-After': '7' }, 7_000],
  ['several values', { 'retry-after': ['7', '9'] }, 7_000],
  ['Headers', new Headers({ 'Retry-After': '7' }), 7_000],
  ['a map', new Map([['retry-after', '7']]), 7_000],
])('Retry-After is read from %s', (_, headers, expected) => {
  expect(retryAfterMs({ status: 503, headers }, NOW)).toBe(expected)
})

test.each([
  ['nothing', {}],
  ['a word', { 'retry-after': 'soon' }],
  ['a negative number', { 'retry-after': '-7' }],
  ['something that is no date', { 'retry-after': 'Fri, whenever GMT' }],
  ['a date without a zone', { 'retry-after': '2026-01-02' }],
  ['an absurd number', { 'retry-after': '9'.repeat(400) }],
  ['an empty text', { 'retry-after': '' }],
  ['an object', { 'retry-after': {} }],
  ['no headers', undefined],
  ['null', null],
  ['text', 'retry-after: 7'],
  [
    'headers that throw',
    {
      get: () => {
        throw new Error('no')
      },
    },
  ],
])('Retry-After is undefined for %s', (_, headers) => {
  expect(retryAfterMs({ status: 503, headers }, NOW)).toBeUndefined()
})
