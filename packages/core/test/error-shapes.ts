import { StageflowError } from '../src/index.ts'
import type { ErrorClass } from '../src/kit.ts'

/** An error as a client throws it, and its class. The reference page of error classes is made from these rows. */
export interface ErrorShape {
  readonly what: string
  readonly error: unknown
  readonly is: ErrorClass
}

const withFields = (fields: object): Error => Object.assign(new Error('broken'), fields)
const shape =
  (is: ErrorClass) =>
  (what: string, error: unknown): ErrorShape => ({ what, error, is })
const transient = shape('transient')
const permanent = shape('permanent')
const unknown = shape('unknown')
const coded = (row: typeof transient, code: string): ErrorShape => row(`\`code: '${code}'\``, withFields({ code }))
const grpc = (row: typeof transient, name: string, code: number): ErrorShape =>
  row(`\`code: ${code}\` with \`details\`: ${name}`, withFields({ code, details: 'no' }))
const said = (row: typeof transient, fields: object): ErrorShape => {
  const text = JSON.stringify(fields)
    .replaceAll('"', "'")
    .replaceAll(/'([\w$]+)':/g, ' $1: ')
  return row(`\`${text.replaceAll('}', ' }').replaceAll('  ', ' ')}\``, withFields(fields))
}

const zodError = withFields({ name: 'ZodError', issues: [{ message: 'expected a number', path: ['age'] }] })
const reset = withFields({ code: 'ECONNRESET' })
const wrongCertificate = withFields({ code: 'CERT_HAS_EXPIRED' })
const aborted = new DOMException('aborted', 'AbortError')

export const ERROR_SHAPES: Readonly<Record<string, readonly ErrorShape[]>> = {
  'HTTP statuses': [
    ...[408, 425, 429, 500, 502, 503, 504, 529].map((status) => said(transient, { status })),
    ...[400, 401, 403, 404, 409, 413, 422, 424].map((status) => said(permanent, { status })),
    said(transient, { statusCode: 503 }),
    said(permanent, { statusCode: 400 }),
    said(transient, { response: { status: 503 } }),
    said(permanent, { response: { status: 400 } }),
    said(transient, { response: { statusCode: 503 } }),
    said(permanent, { response: { statusCode: 400 } }),
    said(transient, { status_code: 503 }),
    said(permanent, { status_code: 400 }),
    said(transient, { $metadata: { httpStatusCode: 429 } }),
    said(permanent, { $metadata: { httpStatusCode: 400 } }),
    said(transient, { $response: { statusCode: 500 } }),
    said(permanent, { $response: { statusCode: 404 } }),
    said(transient, { httpResponse: { status: 503 } }),
    said(permanent, { httpResponse: { status: 404 } }),
    said(transient, { output: { statusCode: 503 } }),
    said(permanent, { output: { statusCode: 400 } }),
    said(transient, { code: 502 }),
    said(transient, { code: '503' }),
    said(permanent, { code: 404 }),
    said(transient, { status: '429' }),
    said(permanent, { statusCode: '400' }),
    said(unknown, { status: 'busy' }),
    said(unknown, { status: 600 }),
    said(unknown, { status: 1006 }),
    said(unknown, { statusCode: '999' }),
    said(unknown, { code: 200 }),
    said(transient, { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }),
    said(transient, { name: 'ProvisionedThroughputExceededException', $metadata: { httpStatusCode: 400 } }),
    said(transient, { name: 'RequestTimeout', $metadata: { httpStatusCode: 400 } }),
    said(transient, { $retryable: { throttling: true }, $metadata: { httpStatusCode: 400 } }),
    said(permanent, { $retryable: null, $metadata: { httpStatusCode: 400 } }),
    said(permanent, { name: 'LimitExceededException', $metadata: { httpStatusCode: 400 } }),
    said(transient, { code: 'ECONNRESET', response: { statusCode: 200 } }),
    permanent('`status: 404` with a broken connection as its cause', withFields({ status: 404, cause: reset })),
  ],
  'Used-up quotas': [
    said(permanent, { status: 429, code: 'insufficient_quota' }),
    said(permanent, { status: 429, type: 'insufficient_quota' }),
    said(permanent, { status: 429, code: 'billing_not_active' }),
    said(permanent, { status: 429, error: { code: 'insufficient_quota' } }),
    said(permanent, { statusCode: 429, data: { error: { code: 'insufficient_quota' } } }),
    said(permanent, { httpResponse: { status: 429, body: { error: { type: 'insufficient_quota' } } } }),
    said(permanent, { response: { status: 429, data: { error: { code: 'insufficient_quota' } } } }),
    said(permanent, { status: 429, error: { error: { type: 'billing_error' } } }),
    said(permanent, { code: 'insufficient_quota', type: 'server_error' }),
  ],
  'Connections and timeouts': [
    ...[
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
      'ERR_HTTP2_STREAM_ERROR',
      'ERR_HTTP2_STREAM_CANCEL',
      'ERR_HTTP2_SESSION_ERROR',
      'ERR_HTTP2_GOAWAY_SESSION',
    ].map((code) => coded(transient, code)),
    ...['ENOTFOUND', 'ENOENT', 'EACCES', 'CERT_HAS_EXPIRED', 'ERR_INVALID_URL', 'UND_ERR_ABORTED'].map((code) =>
      coded(unknown, code),
    ),
    transient('`TypeError: fetch failed`', new TypeError('fetch failed')),
    transient('`TypeError: fetch failed`, because of ECONNRESET', new TypeError('fetch failed', { cause: reset })),
    unknown(
      '`TypeError: fetch failed`, because of CERT_HAS_EXPIRED',
      new TypeError('fetch failed', { cause: wrongCertificate }),
    ),
    unknown(
      '`TypeError: fetch failed`, because of ENOTFOUND',
      new TypeError('fetch failed', { cause: withFields({ code: 'ENOTFOUND' }) }),
    ),
    transient('`TypeError: terminated`', new TypeError('terminated')),
    transient('`TypeError: Failed to fetch`, of Chrome', new TypeError('Failed to fetch')),
    transient('`TypeError: Failed to fetch (example.com)`, of Chrome', new TypeError('Failed to fetch (example.com)')),
    transient('`TypeError: network error`, of Chrome inside a body', new TypeError('network error')),
    transient(
      '`TypeError: NetworkError when attempting to fetch resource.`, of Firefox',
      new TypeError('NetworkError when attempting to fetch resource.'),
    ),
    transient('`TypeError: Error in input stream`, of Firefox inside a body', new TypeError('Error in input stream')),
    transient('`TypeError: Load failed`, of Safari', new TypeError('Load failed')),
    transient('`TypeError: Load failed (example.com)`, of Safari', new TypeError('Load failed (example.com)')),
    transient(
      '`TypeError: The network connection was lost.`, of Safari',
      new TypeError('The network connection was lost.'),
    ),
    transient(
      '`TypeError: The Internet connection appears to be offline.`, of Safari',
      new TypeError('The Internet connection appears to be offline.'),
    ),
    transient(
      '`TypeError: error sending request for url (…)`, of Deno',
      new TypeError('error sending request for url (http://localhost:1/): client error (Connect)'),
    ),
    permanent('`TypeError: Failed to fetch the user`, of code', new TypeError('Failed to fetch the user')),
    transient('`TypeError: fetch failed` with `cause: null`', new TypeError('fetch failed', { cause: null })),
    said(transient, { name: 'FetchError', type: 'request-timeout' }),
    transient('`TypeError: Network request failed`, of React Native', new TypeError('Network request failed')),
    transient('`TimeoutError` of `AbortSignal.timeout()`', new DOMException('late', 'TimeoutError')),
    said(transient, { name: 'TimeoutError' }),
    transient('`timeout/timed-out`', new StageflowError('timeout/timed-out', 'late')),
  ],
  Aborts: [
    permanent('`AbortError`', aborted),
    permanent('`AbortError` with a broken connection as its cause', withFields({ name: 'AbortError', cause: reset })),
    said(permanent, { name: 'CanceledError' }),
    said(permanent, { name: 'APIUserAbortError' }),
    coded(permanent, 'ABORT_ERR'),
    coded(permanent, 'ERR_CANCELED'),
    permanent('an error with an `AbortError` as its cause', new Error('llm', { cause: aborted })),
  ],
  'gRPC and Google': [
    grpc(transient, 'UNAVAILABLE', 14),
    grpc(transient, 'DEADLINE_EXCEEDED', 4),
    grpc(transient, 'RESOURCE_EXHAUSTED', 8),
    grpc(transient, 'ABORTED', 10),
    grpc(permanent, 'INVALID_ARGUMENT', 3),
    grpc(permanent, 'NOT_FOUND', 5),
    grpc(permanent, 'PERMISSION_DENIED', 7),
    grpc(permanent, 'FAILED_PRECONDITION', 9),
    grpc(permanent, 'UNAUTHENTICATED', 16),
    grpc(unknown, 'UNKNOWN', 2),
    grpc(unknown, 'INTERNAL', 13),
    transient('`code: 14` with `rawMessage`: UNAVAILABLE of Connect', withFields({ code: 14, rawMessage: 'refused' })),
    said(unknown, { code: 14 }),
    unknown('`code: 11000` with `details`, of MongoDB', withFields({ code: 11_000, details: 'duplicate key' })),
    said(transient, { status: 'UNAVAILABLE' }),
    said(permanent, { status: 'INVALID_ARGUMENT' }),
    said(transient, { error: { status: 'UNAVAILABLE' } }),
    // A shop may say this of a product, and a chat of its user.
    said(unknown, { code: 'UNAVAILABLE' }),
    said(unknown, { code: 'ABORTED' }),
    said(unknown, { type: 'UNAVAILABLE' }),
  ],
  'Errors inside a stream': [
    said(transient, { type: 'server_error' }),
    said(transient, { code: 'server_error' }),
    said(transient, { code: 'rate_limit_exceeded' }),
    said(transient, { error: { type: 'error', error: { type: 'overloaded_error' } } }),
    said(transient, { error: { type: 'error', error: { type: 'rate_limit_error' } } }),
    said(transient, { httpResponse: { status: 200, body: { error: { type: 'server_error' } } } }),
    said(transient, { data: { type: 'error', code: 'server_error' } }),
    said(permanent, { type: 'invalid_request_error' }),
    said(permanent, { code: 'invalid_prompt' }),
    said(permanent, { code: 'context_length_exceeded' }),
    said(permanent, { error: { type: 'error', error: { type: 'request_too_large' } } }),
    said(transient, { name: 'ThrottlingException' }),
    said(transient, { name: 'SlowDown' }),
    said(transient, { name: 'ServiceUnavailableException' }),
    said(transient, { name: 'InternalServerException' }),
    said(transient, { name: 'ModelStreamErrorException' }),
    said(transient, { name: 'ModelTimeoutException' }),
    said(permanent, { name: 'ValidationException' }),
    said(permanent, { name: 'AccessDeniedException' }),
    said(transient, { name: 'AI_NoOutputGeneratedError' }),
  ],
  'What an input leads to': [
    permanent('an error with `issues`, such as a `ZodError`', zodError),
    permanent('an error with a `ZodError` as its cause', new Error('bad input', { cause: zodError })),
    permanent('a `TypeError` with a `ZodError` as its cause', new TypeError('bad input', { cause: zodError })),
    permanent('`TypeError`', new TypeError('x is not a function')),
    permanent('a `TypeError` with another cause', new TypeError('x', { cause: new Error('y') })),
    permanent('a `TypeError` of code, because of CERT_HAS_EXPIRED', new TypeError('x', { cause: wrongCertificate })),
    transient('a `TypeError` with `status: 503` as its cause', new TypeError('x', { cause: { status: 503 } })),
    permanent('`RangeError`', new RangeError('Invalid array length')),
    transient('a `RangeError` with a broken connection as its cause', new RangeError('x', { cause: reset })),
    unknown('`SyntaxError`', new SyntaxError('Unexpected token')),
    unknown('`ReferenceError`', new ReferenceError('x is not defined')),
    unknown('`Error`', new Error('x')),
    unknown('a text', 'ECONNRESET'),
    unknown('nothing', undefined),
    unknown("`code: '23505'`, of PostgreSQL", withFields({ code: '23505' })),
    unknown("`code: '22P02'`, of PostgreSQL", withFields({ code: '22P02' })),
  ],
  'Errors of Stageflow': [
    ...[
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
    ].map((code) => permanent(`\`${code}\``, new StageflowError(code, 'no'))),
    ...[
      'core/attempt-committed',
      'core/still-running',
      'core/interceptor-threw',
      'core/timed-out',
      'core/pipeline-failed',
      'retry/exhausted',
      'circuit-breaker/open',
      'auth/forbidden',
      'idempotency/other-input',
    ].map((code) => unknown(`\`${code}\`, whatever its cause`, new StageflowError(code, 'no', { cause: reset }))),
    ...['core/stage-failed', 'app/weather', 'tools/failed'].flatMap((code) => [
      unknown(`\`${code}\``, new StageflowError(code, 'no')),
      transient(
        `\`${code}\` with \`status: 503\` as its cause`,
        new StageflowError(code, 'no', { cause: { status: 503 } }),
      ),
      permanent(
        `\`${code}\` with \`status: 400\` as its cause`,
        new StageflowError(code, 'no', { cause: { status: 400 } }),
      ),
    ]),
  ],
  'Several errors': [
    transient(
      'an `AggregateError`: the first error decides',
      new AggregateError([withFields({ code: 'ECONNREFUSED' }), new Error('x')]),
    ),
    transient(
      'a `SuppressedError`: what the cleanup hid decides',
      withFields({ name: 'SuppressedError', error: new TypeError('x'), suppressed: withFields({ status: 503 }) }),
    ),
    transient(
      'an error with `lastError`, of a client that retried by itself',
      withFields({ lastError: withFields({ statusCode: 503 }), errors: [new TypeError('x')] }),
    ),
  ],
}
