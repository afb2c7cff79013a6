import { Pipeline, StageflowError, type StageInfo } from '@stageflow/core'
import { expect, test } from 'vitest'

import { circuitBreaker, type CircuitBreakerOptions, type StageCircuitBreakerOptions } from './index.ts'

/** As a caller in JavaScript may. */
const made = (options: unknown) => circuitBreaker(options as CircuitBreakerOptions)

function messageOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    expect(StageflowError.is(error, 'circuit-breaker/illegal-option')).toBe(true)
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

test.each([
  [null, 'is null; it must be an object'],
  [5, 'is 5; it must be an object'],
  [[], 'is an array; it must be an object'],
  [
    { failures: 5 },
    'has failures, which is no option; there are breaker, halfOpenAfterMs, isFailure, key, maxKeys, restore',
  ],
  [{ breaker: 5 }, "has breaker 5; it must be an object { type: 'consecutive' | 'count' | 'sampling', … }"],
  [{ breaker: {} }, 'has breaker an object; it must be an object { type:'],
  [{ breaker: null }, 'has breaker null; it must be'],
  [{ breaker: { type: 'toString' } }, 'has breaker an object; it must be'],
  [{ breaker: { type: 'consecutive', failures: 0 } }, 'has breaker.failures 0; it must be a whole number from 1'],
  [{ breaker: { type: 'consecutive', failures: NaN } }, 'has breaker.failures NaN; it must be'],
  [{ breaker: { type: 'consecutive', size: 5 } }, 'has breaker.size, which is no option; there are failures, type'],
  [{ breaker: { type: 'count', size: 2.5 } }, 'has breaker.size 2.5; it must be a whole number from 1'],
  [{ breaker: { type: 'count', failureRate: 1 } }, 'has breaker.failureRate 1; it must be a number between 0 and 1'],
  [{ breaker: { type: 'count', failureRate: '0.5' } }, 'has breaker.failureRate "0.5"; it must be'],
  [
    { breaker: { type: 'count', size: 5, minimumCalls: 6 } },
    'has breaker.minimumCalls 6; it must be no more than breaker.size, which is 5',
  ],
  [{ breaker: { type: 'count', minimumCalls: 21 } }, 'breaker.size, which is 20'],
  [
    { breaker: { type: 'sampling', windowMs: 0 } },
    'has breaker.windowMs 0; it must be a number of milliseconds above 0',
  ],
  [{ breaker: { type: 'sampling', minimumCalls: -1 } }, 'has breaker.minimumCalls -1; it must be'],
  [{ halfOpenAfterMs: 0 }, 'has halfOpenAfterMs 0; it must be a number of milliseconds above 0'],
  [{ halfOpenAfterMs: Infinity }, 'has halfOpenAfterMs Infinity; it must be'],
  [{ halfOpenAfterMs: '30s' }, 'has halfOpenAfterMs "30s"; it must be'],
  [{ isFailure: true }, 'has isFailure true; it must be a function'],
  [{ key: 'openai' }, 'has key "openai"; it must be a function (context) => \'the name of a circuit\''],
  [{ maxKeys: 0 }, 'has maxKeys 0; it must be a whole number from 1'],
  [{ restore: '{}' }, 'has restore "{}"; it must be what export() gave'],
  [{ restore: { version: 2, circuits: [] } }, 'has restore an object; it must be what export() gave'],
  [{ restore: { version: 1, circuits: [{ key: 'a', state: 'ajar', breaker: { type: 'count' } }] } }, 'has restore'],
  [{ restore: { version: 1, circuits: [{ key: 'a', state: 'open', breaker: { type: 'count' } }] } }, 'has restore'],
])('%j is refused', (options, words) => {
  expect(messageOf(() => made(options))).toContain(words)
})

test('all that is wrong is told at once', () => {
  expect(messageOf(() => made({ halfOpenAfterMs: -1, maxKeys: 1.5, key: 5 }))).toBe(
    "circuitBreaker() has halfOpenAfterMs -1; it must be a number of milliseconds above 0; it has maxKeys 1.5; it must be a whole number from 1; it has key 5; it must be a function (context) => 'the name of a circuit'.",
  )
})

test('options that are undefined are not given', () => {
  expect(() => made({ breaker: undefined, halfOpenAfterMs: undefined, key: undefined })).not.toThrow()
})

const withOptions = (circuitBreakerOption: unknown) =>
  new Pipeline('chat').withStage('llm', () => ({}), {
    circuitBreaker: circuitBreakerOption as StageCircuitBreakerOptions | false,
  })

test('false leaves a stage alone, at no cost', async () => {
  const breaker = circuitBreaker()
  const stage = { name: 'llm', options: { circuitBreaker: false }, pipeline: { name: 'chat' } } as unknown as StageInfo
  expect(breaker.onCall?.(stage)).toBeUndefined()
  await withOptions(false)
    .build({ interceptors: [breaker] })
    .run()
  expect(breaker.export().circuits).toEqual([])
})

test('a stage can have a circuit of its own kind; what it leaves out is as for the others', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 3 }, halfOpenAfterMs: 7_000 })
  const graph = new Pipeline('chat')
    .withStage('a', (): object => Promise.reject(new Error('down')), {
      circuitBreaker: { breaker: { type: 'consecutive', failures: 1 } },
      onFailure: 'skip',
    })
    .withStage('b', (): object => Promise.reject(new Error('down')), {
      circuitBreaker: { halfOpenAfterMs: 1 },
      onFailure: 'skip',
    })
    .build({ interceptors: [breaker] })
  await graph.run()
  const second = await graph.run()
  expect(second.outputs.a?.status).toBe('skip')
  expect(second.report.stages['a']?.error?.message).toMatch(/it may close in (7000|6\d\d\d) ms/)
  expect(second.report.stages['b']?.error?.code).toBe('core/stage-failed')
})

test.each([
  [true, 'is true; it must be an object of options, or false for a stage'],
  [null, 'is null'],
  [{ key: () => 'x' }, 'has key, which is no option; there are breaker, halfOpenAfterMs, isFailure'],
  [{ halfOpenAfterMs: -1 }, 'has halfOpenAfterMs -1; it must be a number of milliseconds above 0'],
])('a stage with circuitBreaker %j does not build', (option, words) => {
  const build = () => withOptions(option).build({ interceptors: [circuitBreaker()] })
  expect(build).toThrow(`The circuitBreaker of stage "llm" ${words}`)
})

test('a stage cannot change a circuit that it shares by key, but it can say what is a failure', () => {
  const breaker = circuitBreaker({ key: () => 'openai' })
  expect(() => withOptions({ halfOpenAfterMs: 5 }).build({ interceptors: [breaker] })).toThrow(
    'has halfOpenAfterMs, but with "key" stages share circuits; set it in circuitBreaker() for all of them',
  )
  expect(() => withOptions({ breaker: { type: 'count' } }).build({ interceptors: [breaker] })).toThrow(
    'has breaker, but',
  )
  expect(() => withOptions({ isFailure: () => false }).build({ interceptors: [breaker] })).not.toThrow()
})

test('two stages of one name, with different options, cannot share one circuit', () => {
  const breaker = circuitBreaker()
  withOptions({ halfOpenAfterMs: 5 }).build({ interceptors: [breaker] })
  expect(() => withOptions({ halfOpenAfterMs: 6 }).build({ interceptors: [breaker] })).toThrow(
    'Stage "chat/llm" was built before by this same circuitBreaker(), with another breaker or halfOpenAfterMs',
  )
  expect(() => withOptions({ halfOpenAfterMs: 5 }).build({ interceptors: [breaker] })).not.toThrow()
})

test('the option of a stage is typed', () => {
  const pipeline = new Pipeline('chat')
  pipeline.withStage('a', () => ({}), { circuitBreaker: { breaker: { type: 'sampling', windowMs: 5 } } })
  // @ts-expect-error there is no such kind
  pipeline.withStage('b', () => ({}), { circuitBreaker: { breaker: { type: 'adaptive' } } })
  // @ts-expect-error a key is given to circuitBreaker()
  pipeline.withStage('c', () => ({}), { circuitBreaker: { key: () => 'x' } })
})

const status = (error: unknown) => (error as { readonly status?: number }).status ?? 500

test('an error that is no failure counts as a success, for it answered', async () => {
  const breaker = circuitBreaker({
    breaker: { type: 'consecutive', failures: 2 },
    isFailure: (error) => status(error) >= 500,
  })
  let code = 503
  const graph = new Pipeline('chat')
    .withStage('llm', (): object => Promise.reject(Object.assign(new Error(`HTTP ${code}`), { status: code })))
    .build({ interceptors: [breaker] })
  for (code of [503, 404, 503, 404, 404]) await graph.runSettled()
  expect(breaker.export().circuits[0]?.state).toBe('closed')
  for (code of [503, 503]) await graph.runSettled()
  expect(breaker.export().circuits[0]?.state).toBe('open')
})

test('a time-out is a failure, which isFailure is not asked about', async () => {
  const breaker = circuitBreaker({ isFailure: () => false })
  const graph = new Pipeline('chat')
    .withStage('llm', (): object => Promise.reject(new StageflowError('timeout/exceeded', 'too slow')))
    .build({ interceptors: [breaker] })
  await graph.runSettled()
  expect(breaker.export().circuits[0]?.breaker.state).toBe(1)
})

test('an isFailure that throws counts as a failure, and is a problem in the report (circuit-breaker/is-failure-threw)', async () => {
  const breaker = circuitBreaker({
    breaker: { type: 'consecutive', failures: 1 },
    isFailure: () => {
      throw new TypeError('no status')
    },
  })
  const graph = new Pipeline('chat')
    .withStage('llm', (): object => Promise.reject(new Error('down')))
    .build({ interceptors: [breaker] })
  const result = await graph.runSettled()
  expect(result).toMatchObject({ status: 'failed', errors: [{ message: 'down' }] })
  expect(result.report.notes['core/problems']).toMatchObject([
    { code: 'circuit-breaker/is-failure-threw', cause: { message: 'no status' } },
  ])
  expect(breaker.export().circuits[0]?.state).toBe('open')
})

test.each([
  ['a promise, which rejects', (): unknown => Promise.reject(new Error('later'))],
  ['nothing', (): unknown => undefined],
])('an isFailure that answers with %s counts as a failure, and is a problem too', async (_, isFailure) => {
  const breaker = circuitBreaker({
    breaker: { type: 'consecutive', failures: 1 },
    isFailure: isFailure as () => boolean,
  })
  const { report } = await new Pipeline('chat')
    .withStage('llm', (): object => Promise.reject(new Error('down')))
    .build({ interceptors: [breaker] })
    .runSettled()
  expect(report.notes['core/problems']).toMatchObject([
    { code: 'circuit-breaker/is-failure-threw', cause: { message: expect.stringContaining('it answered with') } },
  ])
  expect(breaker.export().circuits[0]?.state).toBe('open')
})
