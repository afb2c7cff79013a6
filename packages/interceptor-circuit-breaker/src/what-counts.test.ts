import { Pipeline, StageKind, StageOutput, type Interceptor } from '@stageflow/core'
import { timeout } from '@stageflow/interceptor-timeout'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { FAILED_CALLS, withStatus, type FailedCall } from '../test/failed-calls.ts'
import { circuitBreaker, type CircuitBreakerOptions } from './index.ts'

/** A pipeline of one stage whose bad calls end as one case says. */
function shop({ body, error, kind = StageKind.TRANSFORM, outputSchema, ended }: FailedCall, breaker: Interceptor) {
  const clock = manualClock()
  const fails = body ?? (() => Promise.reject(error as Error))
  const limits = ended === "by the stage's limit" ? [timeout({ timeoutMs: 5 })] : []
  const graph = new Pipeline('shop')
    .withStage(
      'order',
      (context) => {
        if (context.snapshot.inputText === 'good') return StageOutput.skip('good')
        if (context.snapshot.inputText === 'down') throw down()
        return fails(context) as object
      },
      kind,
      outputSchema === undefined ? {} : { outputSchema: outputSchema as never },
    )
    .build({ clock, interceptors: [...limits, breaker] })
  return {
    async run(inputText: 'bad' | 'good' | 'down') {
      const isBad = inputText === 'bad'
      const caller = new AbortController()
      const limit = isBad && ended === "by the run's limit" ? { timeoutMs: 5 } : {}
      const settled = graph.runSettled({ inputText }, { signal: caller.signal, ...limit })
      if (isBad && ended === 'by its caller') caller.abort()
      else if (isBad && ended !== undefined) await clock.advance(5)
      return settled
    },
  }
}

test.each(Object.entries(FAILED_CALLS))(
  'five times %s locks out other callers only if it is a failure',
  async (_, one) => {
    const breaker = circuitBreaker()
    const { run } = shop(one, breaker)
    await run('bad')
    const isFailure = one.counts === 'failure'
    expect(breaker.export().circuits[0]?.breaker).toEqual({ type: 'consecutive', failures: isFailure ? 1 : 0 })
    for (let times = 2; times <= 5; times++) await run('bad')
    expect((await run('good')).status).toBe(isFailure ? 'failed' : 'completed')
    const isUnknown = one.counts === 'unknown'
    const opened = isFailure ? 1 : 0
    expect(breaker.stats()).toEqual({ refused: opened, opened, closed: 0, unknown: isUnknown ? 5 : 0 })
  },
)

test.each(Object.entries(FAILED_CALLS))('%s resets the count of failures only if it is a success', async (_, one) => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 10 } })
  const { run } = shop(one, breaker)
  for (let times = 1; times <= 3; times++) await run('down')
  await run('bad')
  const failures = { failure: 4, success: 0, unknown: 3, neither: 3 }[one.counts]
  expect(breaker.export().circuits[0]?.breaker).toEqual({ type: 'consecutive', failures })
})

test.each([
  ['that no known kind of error describes', new Error('no')],
  ['of HTTP 400', withStatus(400)],
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

test('if every second call of a service that is down ends with HTTP 400, five failures in a row never come, but a share does', async () => {
  const openedBy = async (options: CircuitBreakerOptions) => {
    const breaker = circuitBreaker(options)
    const errors = Array.from({ length: 40 }, (_, call) => (call % 2 === 0 ? down() : withStatus(400)))
    const graph = new Pipeline('shop')
      .withStage('order', () => Promise.reject(errors.shift() ?? down()))
      .build({ clock: manualClock(), interceptors: [breaker] })
    while (errors.length > 0 && breaker.stats().opened === 0) await graph.runSettled()
    return breaker.stats().opened
  }
  expect(await openedBy({})).toBe(0)
  expect(await openedBy({ breaker: { type: 'count', size: 20, failureRate: 0.4 } })).toBe(1)
})

test('five dead addresses of one caller do not open the circuit of another host, if the key is the host', async () => {
  const breaker = circuitBreaker({ key: ({ snapshot }) => new URL(snapshot.inputText ?? '').host })
  const graph = new Pipeline('notify')
    .withStage('call', async ({ snapshot }): Promise<object> => {
      if (snapshot.inputText?.includes('dead')) throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' })
      return {}
    })
    .build({ clock: manualClock(), interceptors: [breaker] })
  for (let run = 0; run < 6; run++) await graph.runSettled({ inputText: 'https://dead.example/hook' })
  expect(breaker.stats()).toMatchObject({ opened: 1, refused: 1 })
  expect((await graph.runSettled({ inputText: 'https://works.example/hook' })).status).toBe('completed')
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
