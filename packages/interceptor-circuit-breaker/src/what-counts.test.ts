import { Pipeline, StageKind, StageOutput, StageflowError, type OutputSchema } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { circuitBreaker } from './index.ts'

type Counts = 'failure' | 'success' | 'unknown' | 'neither'
interface Case {
  readonly counts: Counts
  /** What the stage does, or throws. */
  readonly body?: () => unknown
  readonly error?: unknown
  readonly kind?: StageKind
  readonly outputSchema?: OutputSchema
}
const throwing = (counts: Counts, error: unknown): Case => ({ counts, error })
const withFields = (fields: object): Error => Object.assign(new Error('no'), fields)
const status = (code: number): Error => withFields({ status: code })
const ofAws = (name: string, httpStatusCode: number): Error => withFields({ name, $metadata: { httpStatusCode } })
const parsed = (text: string) => (): unknown => JSON.parse(text)
const refuses: OutputSchema = {
  '~standard': { version: 1, vendor: 'app', validate: () => ({ issues: [{ message: 'expected a number' }] }) },
}
const GUARD = StageKind.GUARD

/** What one user's input, or one bad request, leads to, and what a service that is down does. */
const CASES: Record<string, Case> = {
  // What a caller's input leads to.
  'SyntaxError: JSON.parse of the input': { counts: 'unknown', body: parsed('x') },
  'TypeError: a field that the input lacks': throwing('neither', new TypeError("reading 'id' of undefined")),
  'RangeError: a length from the input': throwing('neither', new RangeError('Invalid array length')),
  'ZodError: the input is invalid': throwing('neither', withFields({ name: 'ZodError', issues: [{ path: ['age'] }] })),
  'core/output-schema: the model answered badly': { counts: 'neither', body: () => ({}), outputSchema: refuses },
  'core/illegal-output': { counts: 'neither', body: () => 7 },
  'a GUARD that throws': { counts: 'unknown', error: new Error('no'), kind: GUARD },
  'fail with a text': { counts: 'unknown', body: () => StageOutput.fail('no such order') },
  'PostgreSQL 22P02': throwing('unknown', withFields({ code: '22P02' })),
  'PostgreSQL 23505': throwing('unknown', withFields({ code: '23505' })),
  ENOENT: throwing('unknown', withFields({ code: 'ENOENT' })),
  'gRPC INVALID_ARGUMENT': throwing('neither', withFields({ code: 3, details: 'age' })),
  'ollama 400': throwing('success', withFields({ status_code: 400 })),
  'ollama 404': throwing('success', withFields({ status_code: 404 })),
  'Bedrock 400': throwing('success', ofAws('ValidationException', 400)),
  'Bedrock 404': throwing('success', ofAws('ResourceNotFoundException', 404)),
  'the fail of a GUARD': { counts: 'success', body: () => StageOutput.fail('blocked'), kind: GUARD },
  'retryable: false': { counts: 'success', body: () => StageOutput.fail('no', { retryable: false }) },
  'HTTP 400': throwing('success', status(400)),
  'HTTP 404 in a cause': throwing('success', new Error('no', { cause: status(404) })),
  'an abort': throwing('neither', new DOMException('aborted', 'AbortError')),
  'a failed child run': throwing('neither', new StageflowError('core/pipeline-failed', 'no')),
  // What counts against the service.
  'HTTP 429': throwing('failure', status(429)),
  'a timeout': throwing('failure', new StageflowError('timeout/timed-out', 'too slow')),

  // Their neighbors.
  ReferenceError: throwing('unknown', new ReferenceError('x')),
  'a thrown string': throwing('unknown', 'no'),
  undefined: throwing('unknown', undefined),
  'an error of the app': throwing('unknown', new StageflowError('app/weather', 'no')),
  'an error of the app around HTTP 503': throwing(
    'failure',
    new StageflowError('app/weather', 'no', { cause: down() }),
  ),
  'a wrapped ZodError': throwing('neither', new Error('no', { cause: withFields({ issues: [] }) })),
  'core/ambiguous-output': { counts: 'neither', body: () => ({ status: 'ok' }) },
  'a GUARD that throws HTTP 503': { counts: 'failure', error: down(), kind: GUARD },
  'fail with HTTP 503': { counts: 'failure', body: () => StageOutput.fail(down()) },
  'retry with a text': { counts: 'unknown', body: () => StageOutput.retry('busy') },
  'retry with HTTP 503': { counts: 'failure', body: () => StageOutput.retry(down()) },
  'HTTP 408': throwing('failure', status(408)),
  'HTTP 500 as text': throwing('failure', withFields({ status: '500' })),
  'HTTP 422 as text': throwing('success', withFields({ statusCode: '422' })),
  'HTTP 401 of fetch wrappers': throwing('success', withFields({ response: { status: 401 } })),
  'ollama 503': throwing('failure', withFields({ status_code: 503 })),
  'Bedrock 429': throwing('failure', ofAws('ThrottlingException', 429)),
  'Hugging Face 503': throwing('failure', withFields({ httpResponse: { status: 503 } })),
  'gRPC UNAVAILABLE': throwing('failure', withFields({ code: 14, details: 'refused' })),
  'gRPC INTERNAL': throwing('unknown', withFields({ code: 13, details: 'oops' })),
  'a used-up quota': throwing('success', withFields({ status: 429, code: 'insufficient_quota' })),
  'fetch failed': throwing('failure', new TypeError('fetch failed', { cause: withFields({ code: 'ECONNREFUSED' }) })),
  terminated: throwing('failure', new TypeError('terminated')),
  'the fetch of a host that does not exist': throwing(
    'unknown',
    new TypeError('fetch failed', { cause: withFields({ code: 'ENOTFOUND' }) }),
  ),
  'a wrong certificate': throwing('unknown', new TypeError('x', { cause: withFields({ code: 'CERT_HAS_EXPIRED' }) })),
  'a stream that is overloaded': throwing('failure', withFields({ type: 'overloaded_error' })),
}

/** Runs a stage six times: five times as in a case, and then for a caller whose request is good. */
async function sixRuns({ body, error, kind = StageKind.TRANSFORM, outputSchema }: Case) {
  const breaker = circuitBreaker()
  const fails = body ?? (() => Promise.reject(error as Error))
  const graph = new Pipeline('shop')
    .withStage(
      'order',
      ({ snapshot }) => (snapshot.inputText === 'good' ? StageOutput.skip('good') : (fails() as object)),
      kind,
      outputSchema === undefined ? {} : { outputSchema: outputSchema as never },
    )
    .build({ clock: manualClock(), interceptors: [breaker] })
  const counts: unknown[] = []
  for (let run = 0; run < 5; run++) {
    await graph.runSettled({ inputText: 'bad' })
    counts.push(breaker.export().circuits[0]?.breaker)
  }
  const { status: ending } = await graph.runSettled({ inputText: 'good' })
  return { counts, ending, stats: breaker.stats() }
}

test.each(Object.entries(CASES))('%s, five times, locks out other callers only if it is a failure', async (_, one) => {
  const { counts, ending, stats } = await sixRuns(one)
  const isFailure = one.counts === 'failure'
  expect(ending).toBe(isFailure ? 'failed' : 'completed')
  expect(counts[0]).toEqual({ type: 'consecutive', failures: isFailure ? 1 : 0 })
  const isUnknown = one.counts === 'unknown'
  const opened = isFailure ? 1 : 0
  expect(stats).toEqual({ refused: opened, opened, closed: 0, unknown: isUnknown ? 5 : 0 })
})

test.each(Object.entries(CASES))('%s resets the count of failures only if it is a success', async (_, one) => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 10 } })
  let next: () => unknown = () => Promise.reject(down())
  const { kind = StageKind.TRANSFORM, outputSchema } = one
  const graph = new Pipeline('shop')
    .withStage(
      'order',
      () => next() as object,
      kind,
      outputSchema === undefined ? {} : { outputSchema: outputSchema as never },
    )
    .build({ clock: manualClock(), interceptors: [breaker] })
  for (let run = 0; run < 3; run++) await graph.runSettled()
  next = one.body ?? (() => Promise.reject(one.error as Error))
  await graph.runSettled()
  const failures = { failure: 4, success: 0, unknown: 3, neither: 3 }[one.counts]
  expect(breaker.export().circuits[0]?.breaker).toEqual({ type: 'consecutive', failures })
})

test.each([
  ['that no known kind of error describes', new Error('no')],
  ['of HTTP 400', status(400)],
  ['that make a TypeError', new TypeError('no')],
])('bad requests %s at every probe keep no circuit open once the service works', async (_, bad) => {
  const clock = manualClock()
  const breaker = circuitBreaker()
  let isDown = true
  const graph = new Pipeline('shop')
    .withStage('order', ({ snapshot }): object => {
      if (isDown) throw down()
      if (snapshot.inputText === 'bad') throw bad
      return {}
    })
    .build({ clock, interceptors: [breaker] })
  for (let run = 0; run < 5; run++) await graph.runSettled({ inputText: 'good' })
  isDown = false
  let refused = 0
  for (let second = 1; second <= 600; second++) {
    await clock.advance(1_000)
    if (second % 30 === 0) await graph.runSettled({ inputText: 'bad' })
    const { status: ending } = await graph.runSettled({ inputText: 'good' })
    if (ending !== 'completed') refused++
  }
  // Only until the first probe.
  expect(refused).toBe(29)
  expect(breaker.stats()).toMatchObject({ opened: 1, closed: 1 })
})

test('the note of a stage counts the unknown failures of all its attempts, beside the changes of its circuit', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 1 } })
  const errors = [new Error('no'), new Error('no'), down()]
  const graph = new Pipeline('shop')
    .withStage('order', () => Promise.reject(errors.shift() ?? new Error('no')))
    .build({
      clock: manualClock({ startAt: 500 }),
      interceptors: [
        {
          name: 'three-times',
          wrap: (next) => async (context) => {
            await next(context.fork().context)
            await next(context.fork().context)
            return next(context.fork().context)
          },
        },
        breaker,
      ],
    })
  const { report } = await graph.runSettled()
  expect(report.stages['order']?.notes.circuitBreaker).toEqual({
    key: 'shop/order',
    state: 'closed',
    transitions: [{ to: 'open', at: 500 }],
    unknown: 2,
  })
  expect(breaker.stats()).toEqual({ refused: 0, opened: 1, closed: 0, unknown: 2 })
})
