import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { StageflowError } from '../src/index.ts'
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

const zodError = withFields({ name: 'ZodError', issues: [{ message: 'expected a number', path: ['age'] }] })
test.each<[what: string, error: unknown, expected: string]>([
  ['status_code, of ollama', withFields({ status_code: 503 }), 'transient'],
  ['status_code 400', withFields({ status_code: 400 }), 'permanent'],
  [
    '$metadata.httpStatusCode, of AWS',
    withFields({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } }),
    'transient',
  ],
  ['$metadata 400', withFields({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } }), 'permanent'],
  ['$response.statusCode, of AWS', withFields({ $response: { statusCode: 500 } }), 'transient'],
  ['httpResponse.status, of Hugging Face', withFields({ httpResponse: { status: 503 } }), 'transient'],
  ['httpResponse 404', withFields({ httpResponse: { status: 404 } }), 'permanent'],
  ['a status as text', withFields({ status: '429' }), 'transient'],
  ['a status 400 as text', withFields({ statusCode: '400' }), 'permanent'],
  ['a text that is not a status', withFields({ status: 'busy' }), 'unknown'],
  ['gRPC UNAVAILABLE', withFields({ code: 14, details: 'connection refused' }), 'transient'],
  ['gRPC DEADLINE_EXCEEDED', withFields({ code: 4, details: 'late' }), 'transient'],
  ['gRPC RESOURCE_EXHAUSTED', withFields({ code: 8, details: 'busy' }), 'transient'],
  ['gRPC INVALID_ARGUMENT', withFields({ code: 3, details: 'age' }), 'permanent'],
  ['gRPC UNAUTHENTICATED', withFields({ code: 16, details: 'key' }), 'permanent'],
  ['gRPC INTERNAL', withFields({ code: 13, details: 'oops' }), 'unknown'],
  ['UNAVAILABLE of Connect', withFields({ code: 14, rawMessage: 'refused' }), 'transient'],
  ['another number as code', withFields({ code: 14 }), 'unknown'],
  ['a code of MongoDB', withFields({ code: 11_000, details: 'duplicate key' }), 'unknown'],
  ['UNAVAILABLE of Google', withFields({ status: 'UNAVAILABLE' }), 'transient'],
  ['INVALID_ARGUMENT of Google', withFields({ status: 'INVALID_ARGUMENT' }), 'permanent'],
  [
    'server_error in a stream of OpenAI',
    withFields({ type: 'server_error', error: { type: 'server_error' } }),
    'transient',
  ],
  ['rate_limit_exceeded in a stream', withFields({ code: 'rate_limit_exceeded' }), 'transient'],
  ['a used-up quota in a stream', withFields({ code: 'insufficient_quota', type: 'server_error' }), 'permanent'],
  ['invalid_request_error in a stream', withFields({ type: 'invalid_request_error' }), 'permanent'],
  [
    'overloaded_error in a stream of Anthropic',
    withFields({ error: { type: 'error', error: { type: 'overloaded_error' } } }),
    'transient',
  ],
  ['AI_NoOutputGeneratedError', withFields({ name: 'AI_NoOutputGeneratedError' }), 'transient'],
  ['a ZodError', zodError, 'permanent'],
  ['a wrapped ZodError', new Error('bad input', { cause: zodError }), 'permanent'],
  ['core/output-schema', new StageflowError('core/output-schema', 'no'), 'permanent'],
  ['core/illegal-output', new StageflowError('core/illegal-output', 'no'), 'permanent'],
  ['core/ambiguous-output', new StageflowError('core/ambiguous-output', 'no'), 'permanent'],
  ['core/missing-input', new StageflowError('core/missing-input', 'no'), 'permanent'],
  ['a TypeError', new TypeError('x is not a function'), 'permanent'],
  ['a RangeError', new RangeError('x'), 'permanent'],
  ['a TypeError of a status', new TypeError('x', { cause: { status: 503 } }), 'transient'],
  [
    'a RangeError of a broken connection',
    new RangeError('x', { cause: withFields({ code: 'ECONNRESET' }) }),
    'transient',
  ],
  [
    'a TypeError with another cause',
    new TypeError('x', { cause: withFields({ code: 'CERT_HAS_EXPIRED' }) }),
    'unknown',
  ],
  [
    'a fetch that a wrong certificate ended',
    new TypeError('fetch failed', { cause: withFields({ code: 'CERT_HAS_EXPIRED' }) }),
    'unknown',
  ],
  [
    'a fetch of a host that does not exist',
    new TypeError('fetch failed', { cause: withFields({ code: 'ENOTFOUND' }) }),
    'unknown',
  ],
  ['a fetch of a scheme that does not exist', await fetch('foo://x').catch((error: unknown) => error), 'unknown'],
  ['a fetch of a text that is not an address', await fetch('no address').catch((error: unknown) => error), 'unknown'],
  ['a broken fetch of Chrome', new TypeError('Failed to fetch'), 'transient'],
  ['a broken fetch of Safari', new TypeError('Load failed'), 'transient'],
  ['a SyntaxError', new SyntaxError('Unexpected token'), 'unknown'],
  ['a ReferenceError', new ReferenceError('x'), 'unknown'],
  ['an Error', new Error('x'), 'unknown'],
  ['ENOENT', withFields({ code: 'ENOENT' }), 'unknown'],
  ['a constraint of PostgreSQL', withFields({ code: '23505' }), 'unknown'],
])('%s', (_, error, expected) => {
  expect(classifyError(error)).toBe(expected)
})

test('what fetch throws of real sockets is transient: a refused connection, and one that breaks off in the body', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('half', () => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const terminated: unknown = await fetch(url)
    .then((response) => response.text())
    .catch((error: unknown) => error)
  await new Promise((resolve) => server.close(resolve))
  const refused: unknown = await fetch(url).catch((error: unknown) => error)
  expect([terminated, refused]).toMatchObject([
    { name: 'TypeError', message: 'terminated' },
    { name: 'TypeError', message: 'fetch failed' },
  ])
  expect([terminated, refused].map(classifyError)).toEqual(['transient', 'transient'])
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
