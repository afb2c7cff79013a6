import { Pipeline, StageflowError, insertBefore, without } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { retry } from '@stageflow/interceptor-retry'
import type { Registry } from 'prom-client'
import { expect, expectTypeOf, test } from 'vitest'

import { getDefaultInterceptors } from './index.ts'
import type { DefaultInterceptorsOptions } from './index.ts'

const namesOf = (list: readonly Interceptor[]) => list.map(({ name }) => name)
const ORDER = ['idempotency', 'timeout', 'circuit-breaker', 'tracing', 'metrics', 'child-tracker', 'logging']
const verify = () => ({ sub: 'ada' })

test('without an argument they are the default list in its order, and a pipeline builds with them', () => {
  expect(namesOf(getDefaultInterceptors())).toEqual(ORDER)
  const graph = new Pipeline('chat').withStage('llm', () => ({})).build({ interceptors: getDefaultInterceptors() })
  expect(graph.info.interceptors).toEqual(ORDER)
})

test('auth is first, and only in the list if it is configured', () => {
  expect(namesOf(getDefaultInterceptors({ auth: { verify } }))).toEqual(['auth', ...ORDER])
})

test.each([
  ['auth', ORDER],
  ['idempotency', ORDER.slice(1)],
  ['circuitBreaker', ORDER.filter((name) => name !== 'circuit-breaker')],
  ['childTracker', ORDER.filter((name) => name !== 'child-tracker')],
  ['logging', ORDER.slice(0, -1)],
])('%s: false leaves it out', (key, names) => {
  expect(namesOf(getDefaultInterceptors({ [key]: false }))).toEqual(names)
})

test('each can be replaced by an interceptor with its name, and others can be inserted', () => {
  const mine: Interceptor = { name: 'circuit-breaker', wrap: (next) => next }
  const list = getDefaultInterceptors({ circuitBreaker: mine })
  expect(namesOf(list)).toEqual(ORDER)
  expect(list[2]).toBe(mine)
  expect(namesOf(insertBefore(list, 'timeout', retry()))).toEqual(['idempotency', 'retry', ...ORDER.slice(1)])
  expect(namesOf(without(list, 'logging'))).toEqual(ORDER.slice(0, -1))
})

test.each([
  { wrap: (next) => next },
  { onCall: () => undefined },
  { wrapRun: (next) => next },
  { onRun: () => undefined },
  { settled: () => {} },
] satisfies Omit<Interceptor, 'name'>[])('an object with a name and a hook is an interceptor: %o', (hook) => {
  const mine: Interceptor = { name: 'timeout', ...hook }
  expect(getDefaultInterceptors({ timeout: mine })).toContain(mine)
})

test('the registry of metrics and the tracker of child runs are found in the list, with their types', async () => {
  const list = getDefaultInterceptors()
  const registry = list.find(({ name }) => name === 'metrics')?.registry
  expectTypeOf(registry).toEqualTypeOf<Registry | undefined>()
  expect(await registry?.metrics()).toContain('stageflow_')
  expect(list.find(({ name }) => name === 'child-tracker')?.tracker?.stats().activeChildren).toBe(0)
})

test('each interceptor checks its own options', () => {
  expect(() => getDefaultInterceptors({ timeout: { timeoutMs: -1 } })).toThrow('timeout')
  expect(() => getDefaultInterceptors({ circuitBreaker: { halfOpenAfterMs: NaN } })).toThrow('halfOpenAfterMs')
})

test.each([
  [{ breaker: {} }, 'unknown option "breaker" (known: auth, idempotency, timeout, circuitBreaker,'],
  [{ 'circuit-breaker': {} }, 'unknown option "circuit-breaker" (did you mean "circuitBreaker"? known: '],
  [{ timeout: 5_000 }, 'timeout must be an object of options, an interceptor, or false to leave it out, not 5000'],
  [{ timeout: true }, 'not true'],
  [
    { timeout: { name: 'limit', wrap: (next: unknown) => next } },
    `must have the name "timeout", because other interceptors refer to it: { ...yours, name: 'timeout' }`,
  ],
  [null, 'not null'],
  [[], 'not an array'],
])('%j throws defaults/illegal-option', (options, message) => {
  let error: unknown
  try {
    getDefaultInterceptors(options as DefaultInterceptorsOptions)
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'defaults/illegal-option')).toBe(true)
  expect((error as Error).message).toContain(message)
})
