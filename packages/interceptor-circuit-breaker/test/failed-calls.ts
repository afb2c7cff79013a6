import { StageKind, StageOutput, StageflowError, type OutputSchema, type StageContext } from '@stageflow/core'

import { down } from './down.ts'

/** A call that doesn't end ok, and how it counts. The reference page of what opens a circuit is made from these rows. */
export interface FailedCall {
  readonly counts: 'failure' | 'success' | 'unknown' | 'neither'
  /** What the stage does, or throws. */
  readonly body?: (context: StageContext) => unknown
  readonly error?: unknown
  readonly kind?: StageKind
  readonly outputSchema?: OutputSchema
  /** What ends the call from outside. Its stage waits until then. */
  readonly ended?: 'by its caller' | "by the run's limit" | "by the stage's limit"
}
const throwing = (counts: FailedCall['counts'], error: unknown): FailedCall => ({ counts, error })
const withFields = (fields: object): Error => Object.assign(new Error('no'), fields)
export const withStatus = (code: number): Error => withFields({ status: code })
const ofAws = (name: string, httpStatusCode: number): Error => withFields({ name, $metadata: { httpStatusCode } })
const parsed = (text: string) => (): unknown => JSON.parse(text)
const aborted = ({ signal }: StageContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
const refuses: OutputSchema = {
  '~standard': { version: 1, vendor: 'app', validate: () => ({ issues: [{ message: 'expected a number' }] }) },
}

/** What one user's input, or one bad request, leads to, and what a service that is down does. */
export const FAILED_CALLS: Readonly<Record<string, FailedCall>> = {
  // What a caller's input leads to.
  'a `SyntaxError` of `JSON.parse`': { counts: 'unknown', body: parsed('x') },
  'a `TypeError`: the input lacks a field': throwing('neither', new TypeError("reading 'id' of undefined")),
  'a `RangeError`: a length from the input': throwing('neither', new RangeError('Invalid array length')),
  'a `ZodError`': throwing('neither', withFields({ name: 'ZodError', issues: [{ path: ['age'] }] })),
  '`core/output-schema`: the model answered badly': { counts: 'neither', body: () => ({}), outputSchema: refuses },
  '`core/illegal-output`': { counts: 'neither', body: () => 7 },
  'a throw of a GUARD': { counts: 'unknown', error: new Error('no'), kind: StageKind.GUARD },
  '`fail` with a text': { counts: 'unknown', body: () => StageOutput.fail('no such order') },
  '22P02 of PostgreSQL, a value of another type': throwing('unknown', withFields({ code: '22P02' })),
  '23505 of PostgreSQL, a duplicate key': throwing('unknown', withFields({ code: '23505' })),
  ENOENT: throwing('unknown', withFields({ code: 'ENOENT' })),
  'INVALID_ARGUMENT of gRPC': throwing('neither', withFields({ code: 3, details: 'age' })),
  'HTTP 400 of ollama': throwing('success', withFields({ status_code: 400 })),
  'HTTP 404 of ollama': throwing('success', withFields({ status_code: 404 })),
  'HTTP 400 of Bedrock': throwing('success', ofAws('ValidationException', 400)),
  'HTTP 404 of Bedrock': throwing('success', ofAws('ResourceNotFoundException', 404)),
  "an error of the app with `code: 'UNAVAILABLE'`": throwing('unknown', withFields({ code: 'UNAVAILABLE' })),
  "an error of the app with `code: 'ABORTED'`": throwing('unknown', withFields({ code: 'ABORTED' })),
  'close code 1006 of a WebSocket, as `status`': throwing('unknown', withFields({ status: 1006 })),
  'the `fail` of a GUARD': { counts: 'success', body: () => StageOutput.fail('blocked'), kind: StageKind.GUARD },
  '`fail` with `retryable: false`': { counts: 'success', body: () => StageOutput.fail('no', { retryable: false }) },
  'HTTP 400': throwing('success', withStatus(400)),
  'an error with HTTP 404 as its cause': throwing('success', new Error('no', { cause: withStatus(404) })),
  "an abort by the run's caller": { counts: 'neither', body: aborted, ended: 'by its caller' },
  'the `timeoutMs` of the run': { counts: 'neither', body: aborted, ended: "by the run's limit" },
  // What counts against the service.
  'HTTP 429': throwing('failure', withStatus(429)),
  'the `timeoutMs` of the stage': { counts: 'failure', body: aborted, ended: "by the stage's limit" },

  // Their neighbors.
  'a `ReferenceError`': throwing('unknown', new ReferenceError('x')),
  'a thrown text': throwing('unknown', 'no'),
  'a thrown `undefined`': throwing('unknown', undefined),
  'an `AbortError` of the stage itself': throwing('neither', new DOMException('aborted', 'AbortError')),
  'a failed child run': throwing('neither', new StageflowError('core/pipeline-failed', 'no')),
  'an error of the app': throwing('unknown', new StageflowError('app/weather', 'no')),
  'an error of the app with HTTP 503 as its cause': throwing(
    'failure',
    new StageflowError('app/weather', 'no', { cause: down() }),
  ),
  'an error with a `ZodError` as its cause': throwing(
    'neither',
    new Error('no', { cause: withFields({ issues: [] }) }),
  ),
  'a `TypeError` with a `ZodError` as its cause': throwing(
    'neither',
    new TypeError('no', { cause: withFields({ issues: [] }) }),
  ),
  'a `TypeError` with another cause': throwing('neither', new TypeError('no', { cause: new Error('x') })),
  '`core/ambiguous-output`': { counts: 'neither', body: () => ({ status: 'ok' }) },
  'HTTP 503 of a GUARD': { counts: 'failure', error: down(), kind: StageKind.GUARD },
  '`fail` with HTTP 503': { counts: 'failure', body: () => StageOutput.fail(down()) },
  '`fail` with a text and `retryable: true`': {
    counts: 'unknown',
    body: () => StageOutput.fail('the answer is not JSON', { retryable: true }),
  },
  '`retry` with a text': { counts: 'unknown', body: () => StageOutput.retry('the answer is not JSON') },
  '`retry` with HTTP 503': { counts: 'failure', body: () => StageOutput.retry(down()) },
  '`retry` with HTTP 400': { counts: 'success', body: () => StageOutput.retry(withStatus(400)) },
  'HTTP 408': throwing('failure', withStatus(408)),
  'HTTP 503': throwing('failure', down()),
  'HTTP 500 as text': throwing('failure', withFields({ status: '500' })),
  'HTTP 422 as text': throwing('success', withFields({ statusCode: '422' })),
  'HTTP 401 of a fetch wrapper': throwing('success', withFields({ response: { status: 401 } })),
  'HTTP 503 of ollama': throwing('failure', withFields({ status_code: 503 })),
  'HTTP 429 of Bedrock': throwing('failure', ofAws('ThrottlingException', 429)),
  'a throttle of AWS with HTTP 400': throwing('failure', ofAws('ThrottlingException', 400)),
  'HTTP 503 of Boom': throwing('failure', withFields({ output: { statusCode: 503 } })),
  'HTTP 502 inside a stream of OpenRouter': throwing('failure', withFields({ code: 502 })),
  'a connection of Chrome that breaks off inside a body': throwing('failure', new TypeError('network error')),
  'HTTP 503 of Hugging Face': throwing('failure', withFields({ httpResponse: { status: 503 } })),
  'a `ValidationException` inside a stream of Bedrock': throwing(
    'neither',
    withFields({ name: 'ValidationException' }),
  ),
  'a `ThrottlingException` inside a stream of Bedrock': throwing(
    'failure',
    withFields({ name: 'ThrottlingException' }),
  ),
  'an overloaded model inside a stream of Anthropic': throwing('failure', withFields({ type: 'overloaded_error' })),
  'an invalid request inside a stream of OpenAI': throwing('neither', withFields({ type: 'invalid_request_error' })),
  'UNAVAILABLE of gRPC': throwing('failure', withFields({ code: 14, details: 'refused' })),
  'INTERNAL of gRPC': throwing('unknown', withFields({ code: 13, details: 'oops' })),
  'HTTP 429, the quota is used up': throwing('success', withFields({ status: 429, code: 'insufficient_quota' })),
  'a refused connection of `fetch`': throwing(
    'failure',
    new TypeError('fetch failed', { cause: withFields({ code: 'ECONNREFUSED' }) }),
  ),
  'a connection that breaks off below `fetch`': throwing('failure', new TypeError('terminated')),
  'a host that does not exist, of `fetch`': throwing(
    'unknown',
    new TypeError('fetch failed', { cause: withFields({ code: 'ENOTFOUND' }) }),
  ),
  'a wrong certificate, of `fetch`': throwing(
    'unknown',
    new TypeError('fetch failed', { cause: withFields({ code: 'CERT_HAS_EXPIRED' }) }),
  ),
}
