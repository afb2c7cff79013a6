import { expect, test } from 'vitest'
import { StageflowError, insertAfter, insertBefore, replace, without } from '../src/index.ts'
import type { Interceptor } from '../src/index.ts'

const named = (name: string): Interceptor => ({ name })
const list = [named('timeout'), named('tracing'), named('logging')]
const namesOf = (interceptors: readonly Interceptor[]): string[] => interceptors.map(({ name }) => name)

test('insertBefore puts an interceptor just outside another, insertAfter just inside it', () => {
  expect(namesOf(insertBefore(list, 'tracing', named('mine')))).toEqual(['timeout', 'mine', 'tracing', 'logging'])
  expect(namesOf(insertAfter(list, 'logging', named('mine')))).toEqual(['timeout', 'tracing', 'logging', 'mine'])
})

test('without removes an interceptor, and replace puts another in its place', () => {
  expect(namesOf(without(list, 'timeout'))).toEqual(['tracing', 'logging'])
  expect(namesOf(replace(list, 'tracing', named('mine')))).toEqual(['timeout', 'mine', 'logging'])
})

test("the given list doesn't change", () => {
  insertBefore(list, 'timeout', named('mine'))
  without(list, 'timeout')
  expect(namesOf(list)).toEqual(['timeout', 'tracing', 'logging'])
})

test("the error for a name that isn't in the list has a guess and the names that are (core/no-interceptor)", () => {
  const calls = [
    () => insertBefore(list, 'retry', named('x')),
    () => insertAfter(list, 'retry', named('x')),
    () => without(list, 'retry'),
    () => replace(list, 'retry', named('x')),
  ]
  for (const call of calls)
    expect(call).toThrow(
      expect.objectContaining({
        code: 'core/no-interceptor',
        message: 'The list: unknown interceptor "retry" (known: timeout, tracing, logging).',
      }),
    )
  expect(() => without(list, 'loging')).toThrow(
    'The list: unknown interceptor "loging" (did you mean "logging"? known: timeout, tracing, logging).',
  )
  expect(() => without([], 'retry')).toThrow('known: none')
  expect(() => without([], 'retry')).toThrow(StageflowError)
})
