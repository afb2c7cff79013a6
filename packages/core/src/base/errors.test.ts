import { expect, test } from 'vitest'
import { revoked } from '../../test/revoked.ts'
import { PipelineBuildError, errorRecord, textOf, toError } from './errors.ts'
import { StageflowError } from '../index.ts'

test('an error has a code, a message and its cause', () => {
  const cause = new Error('below')
  const error = new StageflowError('acme/broken', 'it broke', { cause })
  expect(error).toMatchObject({ name: 'StageflowError', code: 'acme/broken', message: 'it broke', cause })
  expect(error).toBeInstanceOf(Error)
  expect(String(error)).toBe('StageflowError: it broke')
  expect(new StageflowError('acme/broken', 'x')).not.toHaveProperty('cause')
})

test('StageflowError.is matches any Stageflow error, or those with a code, and never throws', () => {
  const error: unknown = new StageflowError('acme/broken', 'x')
  expect([
    StageflowError.is(error),
    StageflowError.is(error, 'acme/broken'),
    StageflowError.is(error, 'acme/other'),
  ]).toEqual([true, true, false])
  for (const other of [undefined, null, 5, {}, new Error('x'), { code: 'acme/broken' }])
    expect(StageflowError.is(other)).toBe(false)
})

test('a build error lists its problems with their codes, and shows at most fifty (core/build)', () => {
  const one = new PipelineBuildError('demo', [new StageflowError('core/cycle', 'round and round')])
  expect(one).toMatchObject({
    code: 'core/build',
    message: 'Pipeline "demo" cannot be built; it has a problem:\n- [core/cycle] round and round',
  })
  const many = new PipelineBuildError(
    'demo',
    Array.from({ length: 70 }, (_, index) => new StageflowError('core/join', `problem ${index}`)),
  )
  expect(many.message.split('\n')).toHaveLength(52)
  expect(many.message).toContain('it has 70 problems')
  expect(many.message).toContain('… and 20 more, in error.problems')
  expect(many.problems).toHaveLength(70)
  expect(Object.keys(many)).not.toContain('problems')
})

const throwing = (): never => {
  throw new Error('no')
}
const cyclic: { self?: object } = {}
cyclic.self = cyclic

test.each<[what: string, value: unknown, text: string]>([
  ['an error', new Error('x'), 'x'],
  ['an error without a message', new TypeError(''), 'TypeError'],
  ['a string', 'text', 'text'],
  ['an object', { a: 1 }, '{"a":1}'],
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a number', 5, '5'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['an object that contains itself', cyclic, 'an object that cannot be read'],
  ['an object whose toJSON throws', { toJSON: throwing }, 'an object that cannot be read'],
  ['an object without a prototype', Object.create(null), '{}'],
  ['a string that is JSON', '{}', '{}'],
])('textOf returns text for %s', (_, value, text) => {
  expect(textOf(value)).toBe(text)
})

test.each<[what: string, make: () => unknown]>([
  ['a revoked proxy', revoked],
  ['an error whose message throws', () => Object.defineProperty(new Error('x'), 'message', { get: throwing })],
  ['an error whose message is a symbol', () => Object.assign(new Error('x'), { message: Symbol('m') })],
  ['an error whose message is an object', () => Object.assign(new Error('x'), { message: {} })],
])('textOf returns a string for %s, and does not throw', (_, make) => {
  expect(typeof textOf(make())).toBe('string')
})

test.each([
  [Promise.resolve(1), '[object Promise]'],
  [new Map([[1, 2]]), '[object Map]'],
  [{ toJSON: () => undefined }, '{}'],
  [new (class Own {})(), '{}'],
])('a value without JSON of its own is named by its kind: %o', (value, text) => {
  expect(textOf(value)).toBe(text)
})

test('toError keeps an error, and wraps anything else as core/stage-failed with the value as its cause', () => {
  const error = new Error('x')
  expect(toError(error)).toBe(error)
  expect(toError('text')).toMatchObject({ code: 'core/stage-failed', message: 'text', cause: 'text' })
  expect(toError({ a: 1 })).toMatchObject({ code: 'core/stage-failed', cause: { a: 1 } })
})

test('the JSON form of an error keeps code, message, stage and causes, five deep', () => {
  let error = new Error('level 9')
  for (let level = 8; level >= 0; level--) error = new Error(`level ${level}`, { cause: error })
  const record = errorRecord(error, 'a')
  expect(record).toMatchObject({ code: 'core/stage-failed', message: 'level 0', stage: 'a' })
  let depth = 0
  for (let at = record.cause; at !== undefined; at = at.cause) depth++
  expect(depth).toBe(5)
  const looped = new Error('loop')
  looped.cause = looped
  expect(JSON.stringify(errorRecord(looped)).length).toBeLessThan(1_000)
})

test("a revoked proxy isn't a Stageflow error", () => {
  expect(StageflowError.is(revoked())).toBe(false)
})
