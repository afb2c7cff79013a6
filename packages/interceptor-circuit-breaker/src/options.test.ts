import { Pipeline, StageflowError, type StageInfo } from '@stageflow/core'
import { expect, test } from 'vitest'

import { down } from '../test/down.ts'
import { circuitBreaker, type CircuitBreakerOptions, type StageCircuitBreakerOptions } from './index.ts'

/** Passes options that TypeScript refuses. */
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
  [null, 'the options must be an object, not null'],
  [5, 'the options must be an object, not 5'],
  [[], 'the options must be an object, not an array'],
  [{ failures: 5 }, 'unknown option "failures" (known: breaker, halfOpenAfterMs, isFailure, key, maxKeys, restore)'],
  [{ isFailur: 5 }, 'unknown option "isFailur" (did you mean "isFailure"? known: breaker, '],
  [
    { breaker: 5 },
    "breaker must be an object with the type 'consecutive', 'count' or 'sampling', such as { type: 'count' }, not 5",
  ],
  [{ breaker: {} }, "breaker must be an object with the type 'consecutive', 'count' or 'sampling'"],
  [{ breaker: null }, 'breaker must be an object with the type'],
  [{ breaker: { type: 'toString' } }, 'breaker must be an object with the type'],
  [{ breaker: { type: 'consecutive', failures: 0 } }, 'breaker.failures must be a whole number from 1, not 0'],
  [{ breaker: { type: 'consecutive', failures: NaN } }, 'breaker.failures must be a whole number from 1, not NaN'],
  [{ breaker: { type: 'consecutive', size: 5 } }, 'unknown option "breaker.size" (known: type, failures)'],
  [{ breaker: { type: 'count', size: 2.5 } }, 'breaker.size must be a whole number from 1, not 2.5'],
  [
    { breaker: { type: 'count', failureRate: 1 } },
    'breaker.failureRate must be a number between 0 and 1, such as 0.5, not 1',
  ],
  [{ breaker: { type: 'count', failureRate: '0.5' } }, 'breaker.failureRate must be a number between 0 and 1'],
  [
    { breaker: { type: 'count', size: 5, minimumCalls: 6 } },
    'breaker.minimumCalls must be at most breaker.size (5), not 6',
  ],
  [{ breaker: { type: 'count', minimumCalls: 21 } }, 'breaker.minimumCalls must be at most breaker.size (20), not 21'],
  [{ breaker: { type: 'sampling', windowMs: 0 } }, 'breaker.windowMs must be a number of milliseconds above 0, not 0'],
  [{ breaker: { type: 'sampling', minimumCalls: -1 } }, 'breaker.minimumCalls must be a whole number from 1, not -1'],
  [{ halfOpenAfterMs: 0 }, 'halfOpenAfterMs must be a number of milliseconds above 0, not 0'],
  [{ halfOpenAfterMs: Infinity }, 'halfOpenAfterMs must be a number of milliseconds above 0, not Infinity'],
  [{ halfOpenAfterMs: '30s' }, 'halfOpenAfterMs must be a number of milliseconds above 0, not "30s"'],
  [{ isFailure: true }, 'isFailure must be a function (error) => boolean, not true'],
  [{ key: 'openai' }, 'key must be a function (context) => the name of a circuit, not "openai"'],
  [{ maxKeys: 0 }, 'maxKeys must be a whole number from 1, not 0'],
])('%j is refused', (options, words) => {
  expect(messageOf(() => made(options))).toContain(`circuitBreaker(): ${words}`)
})

const saved = (circuit: unknown) => ({ restore: { version: 1, circuits: [SOUND, circuit] } })
const SOUND = { key: 'a', state: 'closed', breaker: { type: 'consecutive', failures: 2 } }
const counting = (breaker: unknown) => saved({ key: 'a', state: 'closed', breaker })
const NO_COUNTS = 'restore.circuits[1].breaker must be what a breaker has counted, not '

test.each<[options: unknown, words: string]>([
  [{ restore: '{}' }, 'restore must be the return value of export(), { version: 1, circuits: […] }, not "{}"'],
  [{ restore: null }, 'restore must be the return value of export(), { version: 1, circuits: […] }, not null'],
  [{ restore: { version: 2, circuits: [] } }, 'restore must be the return value of export()'],
  [{ restore: { version: 1, circuits: {} } }, 'restore must be the return value of export()'],
  [saved(null), 'restore.circuits[1].key must be a string that is not empty, not undefined'],
  [saved({ ...SOUND, key: 7 }), 'restore.circuits[1].key must be a string that is not empty, not 7'],
  [
    saved({ ...SOUND, state: 'ajar' }),
    "restore.circuits[1].state must be one of 'closed', 'open', 'half-open', not \"ajar\"",
  ],
  [saved({ key: 'a', state: 'open' }), 'restore.circuits[1].openedAt must be a time in ms since 1970, not undefined'],
  [
    saved({ key: 'a', state: 'half-open', openedAt: NaN }),
    'restore.circuits[1].openedAt must be a time in ms since 1970, not NaN',
  ],
  [counting(undefined), `${NO_COUNTS}undefined`],
  [counting({ type: 'adaptive' }), NO_COUNTS],
  [counting({ type: 'consecutive', failures: -1 }), NO_COUNTS],
  [counting({ type: 'consecutive', failures: { __proto__: { x: 1 } } }), NO_COUNTS],
  [counting({ type: 'count', failed: [true, 'no'] }), NO_COUNTS],
  [counting({ type: 'count', failed: null }), NO_COUNTS],
  [counting({ type: 'sampling', buckets: [null] }), NO_COUNTS],
  [counting({ type: 'sampling', buckets: [{ startedAt: -1, successes: 1, failures: 1 }] }), NO_COUNTS],
  [counting({ type: 'sampling', buckets: [{ startedAt: 1, successes: 0.5, failures: 1 }] }), NO_COUNTS],
])('%j is refused, and the message says where it is broken', (options, words) => {
  expect(messageOf(() => made(options))).toContain(`circuitBreaker(): ${words}`)
})

test('one error lists every problem', () => {
  expect(messageOf(() => made({ halfOpenAfterMs: -1, maxKeys: 1.5, key: 5, restore: 5 }))).toBe(
    'circuitBreaker(): halfOpenAfterMs must be a number of milliseconds above 0, not -1; key must be a function (context) => the name of a circuit, not 5; maxKeys must be a whole number from 1, not 1.5; restore must be the return value of export(), { version: 1, circuits: […] }, not 5.',
  )
})

test('an undefined option counts as not given', () => {
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

test('a stage can have its own options, and takes those it leaves out from circuitBreaker()', async () => {
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 3 }, halfOpenAfterMs: 7_000 })
  const graph = new Pipeline('chat')
    .withStage('a', (): object => Promise.reject(down()), {
      circuitBreaker: { breaker: { type: 'consecutive', failures: 1 } },
      onFailure: 'skip',
    })
    .withStage('b', (): object => Promise.reject(down()), {
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
  [true, 'circuitBreaker must be an object, not true'],
  [null, 'circuitBreaker must be an object, not null'],
  [{ key: () => 'x' }, 'unknown option "circuitBreaker.key" (known: breaker, halfOpenAfterMs, isFailure)'],
  [{ halfOpenAfterMs: -1 }, 'circuitBreaker.halfOpenAfterMs must be a number of milliseconds above 0, not -1'],
  [
    { breaker: { type: 'count', size: 5, minimumCalls: 6 } },
    'circuitBreaker.breaker.minimumCalls must be at most circuitBreaker.breaker.size (5), not 6',
  ],
])('a stage with circuitBreaker %j does not build', (option, words) => {
  const build = () => withOptions(option).build({ interceptors: [circuitBreaker()] })
  expect(build).toThrow(`Interceptor "circuit-breaker" refuses stage "llm": stage options: ${words}`)
})

test('a stage cannot change a circuit that it shares by key, but it can have its own isFailure', () => {
  const breaker = circuitBreaker({ key: () => 'openai' })
  expect(() => withOptions({ halfOpenAfterMs: 5 }).build({ interceptors: [breaker] })).toThrow(
    'circuitBreaker.halfOpenAfterMs is set, but stages share circuits by key: set halfOpenAfterMs in circuitBreaker()',
  )
  expect(() => withOptions({ breaker: { type: 'count' } }).build({ interceptors: [breaker] })).toThrow(
    'circuitBreaker.breaker is set, but stages share circuits by key',
  )
  expect(() => withOptions({ isFailure: () => false }).build({ interceptors: [breaker] })).not.toThrow()
})

test('two stages of one name with different options cannot share one circuit', () => {
  const breaker = circuitBreaker()
  withOptions({ halfOpenAfterMs: 5 }).build({ interceptors: [breaker] })
  expect(() => withOptions({ halfOpenAfterMs: 6 }).build({ interceptors: [breaker] })).toThrow(
    'Another stage "chat/llm" with another breaker or halfOpenAfterMs uses this circuitBreaker()',
  )
  expect(() => withOptions({ halfOpenAfterMs: 5 }).build({ interceptors: [breaker] })).not.toThrow()
})

test('the option of a stage is typed', () => {
  const pipeline = new Pipeline('chat')
  pipeline.withStage('a', () => ({}), { circuitBreaker: { breaker: { type: 'sampling', windowMs: 5 } } })
  // @ts-expect-error no breaker has this type
  pipeline.withStage('b', () => ({}), { circuitBreaker: { breaker: { type: 'adaptive' } } })
  // @ts-expect-error only circuitBreaker() takes a key
  pipeline.withStage('c', () => ({}), { circuitBreaker: { key: () => 'x' } })
})

const status = (error: unknown) => (error as { readonly status?: number }).status ?? 500

test('an error that isFailure excludes counts as a success', async () => {
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

test('a timeout is a failure whatever isFailure returns', async () => {
  const breaker = circuitBreaker({ isFailure: () => false })
  const graph = new Pipeline('chat')
    .withStage('llm', (): object => Promise.reject(new StageflowError('timeout/timed-out', 'too slow')))
    .build({ interceptors: [breaker] })
  await graph.runSettled()
  expect(breaker.export().circuits[0]?.breaker).toEqual({ type: 'consecutive', failures: 1 })
})

test('if isFailure throws, the call counts as a failure, and the report has the problem (circuit-breaker/is-failure-threw)', async () => {
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

test('an error that cannot be read is counted as unknown, and isFailure is not blamed for it', async () => {
  const error = new StageflowError('acme/down', 'down')
  Object.defineProperty(error, 'code', {
    get() {
      throw new TypeError('no code')
    },
  })
  const breaker = circuitBreaker({ breaker: { type: 'consecutive', failures: 1 } })
  const { report } = await new Pipeline('chat')
    .withStage('llm', (): object => Promise.reject(error))
    .build({ interceptors: [breaker] })
    .runSettled()
  expect(report.notes['core/problems']).toBe(undefined)
  expect(breaker.export().circuits[0]?.state).toBe('closed')
  expect(breaker.stats().unknown).toBe(1)
})

test.each([
  ['a promise that rejects', (): unknown => Promise.reject(new Error('later'))],
  ['nothing', (): unknown => undefined],
])('if isFailure returns %s, the call counts as a failure, and the report has the problem', async (_, isFailure) => {
  const breaker = circuitBreaker({
    breaker: { type: 'consecutive', failures: 1 },
    isFailure: isFailure as () => boolean,
  })
  const { report } = await new Pipeline('chat')
    .withStage('llm', (): object => Promise.reject(new Error('down')))
    .build({ interceptors: [breaker] })
    .runSettled()
  expect(report.notes['core/problems']).toMatchObject([
    { code: 'circuit-breaker/is-failure-threw', cause: { message: expect.stringContaining('it returned') } },
  ])
  expect(breaker.export().circuits[0]?.state).toBe('open')
})
