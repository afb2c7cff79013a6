import {
  Pipeline,
  StageKind,
  StageOutput,
  StageflowError,
  asStage,
  type Interceptor,
  type StageContext,
} from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { timeout } from '@stageflow/interceptor-timeout'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { circuitBreaker, type CircuitBreakerOptions, type StageCircuitBreakerOptions } from './index.ts'

let clock = manualClock()
beforeEach(() => {
  clock = manualClock()
})
afterEach(() => expect(clock.timers).toEqual([]))

interface Given {
  readonly kind?: StageKind
  readonly options?: CircuitBreakerOptions
  readonly stage?: StageCircuitBreakerOptions
  readonly inside?: readonly Interceptor[]
}
/** Runs one stage six times. Returns how often its code was called: 6, unless its circuit opened after 5 failures. */
async function calledOfSix(body: (context: StageContext) => unknown, given: Given = {}): Promise<number> {
  const { kind = StageKind.TRANSFORM, options = {}, stage, inside = [] } = given
  let calls = 0
  const graph = new Pipeline('chat')
    .withStage(
      'check',
      (context): object => {
        calls++
        return body(context) as object
      },
      kind,
      stage === undefined ? {} : { circuitBreaker: stage },
    )
    .build({ clock, interceptors: [circuitBreaker(options), ...inside] })
  for (let run = 0; run < 6; run++) {
    const settled = graph.runSettled({}, { graceMs: 0 })
    await clock.advance(1_000)
    await settled
  }
  return calls
}
const OPENED = 5
const NOT_OPENED = 6

const throws =
  (fields: object = { status: 503 }) =>
  (): never => {
    throw Object.assign(new Error('no'), fields)
  }
const guard = { kind: StageKind.GUARD }
const blocks = () => StageOutput.fail('blocked')

test('five verdicts of a guard do not open its circuit', async () => {
  expect(await calledOfSix(blocks, guard)).toBe(NOT_OPENED)
  expect(await calledOfSix(async () => StageOutput.fail('blocked', { data: { score: 1 } }), guard)).toBe(NOT_OPENED)
})

test.each<[what: string, body: (context: StageContext) => unknown]>([
  ['throws', throws()],
  ['rejects', async () => throws()()],
  ['asks for a retry', () => StageOutput.retry(down())],
])('a guard that %s because its service is down has failed itself', async (_, body) => {
  expect(await calledOfSix(body, guard)).toBe(OPENED)
})

test.each<[what: string, body: (context: StageContext) => unknown]>([
  ['throws an error of no known kind', throws({})],
  ['returns an illegal value', () => 7],
  ['asks for a retry with a text', () => StageOutput.retry('busy')],
])('a guard that %s does not open its circuit', async (_, body) => {
  expect(await calledOfSix(body, guard)).toBe(NOT_OPENED)
})

test('a guard that takes too long has failed, with the timeout inside its breaker too', async () => {
  const hangs = ({ clock: time, signal }: StageContext) => time.sleep(10_000, signal)
  expect(await calledOfSix(hangs, { ...guard, inside: [timeout({ timeoutMs: 100 })] })).toBe(OPENED)
})

test.each([
  ['retry/exhausted', { status: 503 }, OPENED],
  ['retry/wait-too-long', { status: 429 }, OPENED],
  ['retry/exhausted', { status: 404 }, NOT_OPENED],
  ['retry/exhausted', {}, NOT_OPENED],
  ['retry/illegal-wait', { status: 503 }, NOT_OPENED],
])(
  'if a retry inside the breaker of a guard gives up with %s, the last error counts: %j',
  async (code, last, called) => {
    const givesUp: Interceptor = {
      name: 'retry',
      wrap: (next) => async (context) => {
        const output = await next(context)
        const cause: unknown = 'error' in output ? output.error : undefined
        return StageOutput.fail(new StageflowError(code, 'no', { cause }), { retryable: true })
      },
    }
    expect(await calledOfSix(throws(last), { ...guard, inside: [givesUp] })).toBe(called)
  },
)

test('a fail of another kind of stage counts by its error, unless it says retryable: false', async () => {
  expect(await calledOfSix(() => StageOutput.fail(down()))).toBe(OPENED)
  expect(await calledOfSix(() => StageOutput.fail(down(), { retryable: true }))).toBe(OPENED)
  expect(await calledOfSix(() => StageOutput.fail('down'))).toBe(NOT_OPENED)
  expect(await calledOfSix(() => StageOutput.fail(down(), { retryable: false }))).toBe(NOT_OPENED)
  expect(await calledOfSix(() => StageOutput.fail('no such user', { retryable: false }))).toBe(NOT_OPENED)
})

test.each([400, 401, 403, 404, 409, 422])('five answers of HTTP %i do not open the circuit', async (status) => {
  expect(await calledOfSix(throws({ status }))).toBe(NOT_OPENED)
  expect(await calledOfSix(throws({ cause: { status } }))).toBe(NOT_OPENED)
})

test.each([
  ['HTTP 408', { status: 408 }],
  ['HTTP 429', { status: 429 }],
  ['HTTP 503', { status: 503 }],
  ['a connection error', { code: 'ECONNRESET' }],
  ['a timeout of a client', { name: 'TimeoutError' }],
])('five failures with %s open the circuit', async (_, fields) => {
  expect(await calledOfSix(throws(fields))).toBe(OPENED)
})

test('five errors of no known kind do not open the circuit', async () => {
  expect(await calledOfSix(throws({}))).toBe(NOT_OPENED)
})

test('a call that succeeds in between resets the count, as a verdict and a 404 do', async () => {
  const refusals = [blocks, throws({ status: 404 })]
  for (const refusal of refusals) {
    let call = 0
    expect(await calledOfSix(() => (++call === 3 ? refusal() : throws()()), guard)).toBe(NOT_OPENED)
  }
})

test('an abort by the stage itself says nothing about the service: it neither counts nor resets the count', async () => {
  const abort = new DOMException('aborted', 'AbortError')
  expect(await calledOfSix(() => Promise.reject(abort))).toBe(NOT_OPENED)
  let call = 0
  const sometimes = () => Promise.reject(++call === 3 ? new Error('wrapped', { cause: abort }) : down())
  const breaker: CircuitBreakerOptions = { breaker: { type: 'consecutive', failures: 4 } }
  expect(await calledOfSix(sometimes, { options: breaker })).toBe(OPENED)
})

test('isFailure decides instead of the defaults, about verdicts too', async () => {
  const all: Given = { options: { isFailure: () => true } }
  expect(await calledOfSix(throws({ status: 404 }), all)).toBe(OPENED)
  expect(await calledOfSix(blocks, { ...guard, ...all })).toBe(OPENED)
  expect(await calledOfSix(() => StageOutput.fail('no', { retryable: false }), all)).toBe(OPENED)
  expect(await calledOfSix(throws({ status: 503 }), { options: { isFailure: () => false } })).toBe(NOT_OPENED)
  expect(await calledOfSix(blocks, { ...guard, ...all, stage: { isFailure: () => false } })).toBe(NOT_OPENED)
})

test('a probe that ends with a verdict closes the circuit, because the service answered', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 1 }, halfOpenAfterMs: 100 })
  let isDown = true
  const graph = new Pipeline('chat')
    .withStage('check', () => (isDown ? throws()() : blocks()), StageKind.GUARD)
    .build({ clock, interceptors: [breaker] })
  await graph.runSettled()
  isDown = false
  await clock.advance(100)
  await graph.runSettled()
  expect(breaker.export().circuits[0]?.state).toBe('closed')
})

test('a failed child run counts in the circuits of its own stages, not in that of the stage around it', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 3 } })
  const child = new Pipeline('kid').withStage('ask', throws() as () => object)
  const graph = new Pipeline('chat').withPipeline('answer', child).build({ clock, interceptors: [breaker] })
  for (let run = 0; run < 5; run++) await graph.runSettled()
  const states = breaker.export().circuits.map(({ key, state }) => [key, state])
  expect(states).toContainEqual(['kid/ask', 'open'])
  expect(states).toContainEqual(['chat/answer', 'closed'])
})

test.each<[what: string, ends: (child: Pipeline<{ ask: never }, {}>) => Pipeline<{}, {}>]>([
  ['withPipeline', (child) => new Pipeline('chat').withPipeline('answer', child)],
  ['asStage', (child) => new Pipeline('chat').withStage('answer', asStage(child))],
  ['orFail', (child) => new Pipeline('chat').withStage('answer', ({ runChild }) => runChild(child).orFail())],
])(
  'a service that is down, or hangs, inside the child of %s opens only the circuit of the stage that calls it',
  async (_what, ends) => {
    for (const body of [throws(), ({ clock: { sleep }, signal }: StageContext) => sleep(10_000, signal)]) {
      const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 3 } })
      const child = new Pipeline('kid').withStage('ask', body as () => object, { timeoutMs: 10 })
      const graph = ends(child as never).build({ clock, interceptors: [breaker, timeout({ timeoutMs: false })] })
      let last: object = {}
      for (let run = 0; run < 5; run++) {
        const settled = graph.runSettled()
        await clock.advance(10)
        last = await settled
      }
      const states = breaker.export().circuits.map(({ key, state }) => [key, state])
      expect(states).toContainEqual(['kid/ask', 'open'])
      expect(states).toContainEqual(['chat/answer', 'closed'])
      expect(last).toMatchObject({
        errors: [{ code: 'circuit-breaker/open', stage: 'answer' }],
        outputs: {
          answer: { retryable: false, data: { key: 'kid/ask', state: 'open', afterMs: expect.any(Number) as number } },
        },
      })
    }
  },
)

test('users that a guard of a child pipeline blocks do not lock others out', async () => {
  const breaker = circuitBreaker()
  const child = new Pipeline('kid').withStage(
    'check',
    ({ snapshot }) => (snapshot.inputText === 'bad' ? blocks() : {}),
    StageKind.GUARD,
  )
  const graph = new Pipeline('chat').withPipeline('answer', child).build({ clock, interceptors: [breaker] })
  for (let run = 0; run < 7; run++) await graph.runSettled({ inputText: 'bad' })
  expect((await graph.runSettled({ inputText: 'good' })).status).toBe('completed')
})

test('a loop until a guard accepts runs all its attempts, and loops that use them up do not open a circuit', async () => {
  const breaker = circuitBreaker()
  const loop = (acceptedAt: number) =>
    new Pipeline('chat')
      .withPipeline(
        'answer',
        new Pipeline('kid')
          .withStage('draft', () => ({}))
          .withStage(
            'check',
            ({ snapshot }) =>
              ++drafts === acceptedAt ? { snapshot: snapshot.inputText ?? '' } : StageOutput.fail(`draft ${drafts}`),
            StageKind.GUARD,
            { dependencies: ['draft'] },
          ),
        { repeat: repeatUntil('check', { maxAttempts: 10 }) },
      )
      .build({ clock, interceptors: [breaker] })
      .runSettled()
  let drafts = 0
  expect((await loop(10)).status).toBe('completed')
  expect(drafts).toBe(10)
  for (let run = 0; run < 6; run++) {
    drafts = 0
    const result = await loop(11)
    expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/guard-exhausted' }] })
  }
  drafts = 0
  expect((await loop(7)).status).toBe('completed')
})
