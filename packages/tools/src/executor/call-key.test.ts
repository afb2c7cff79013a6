import { expect, test } from 'vitest'
import type { ResolvedCall } from './call-types.ts'
import { codeOf, textOf } from './error-text.ts'
import { fingerprintOf } from './tool-executor-keys.ts'

const print = (input: unknown, name = 'tool'): string => fingerprintOf({ name, input } as ResolvedCall)

test('inputs that say the same have one fingerprint', () => {
  expect(print({ a: 1, b: [undefined, { c: 2, d: 3 }] })).toBe(
    print({ b: [undefined, { d: 3, c: 2 }], a: 1, e: undefined }),
  )
  expect(print(-0)).toBe(print(0))
  expect(print(new Date(5))).toBe(print(new Date(5)))
})

test('inputs that say something else do not', () => {
  const all = [
    ...[undefined, null, 0, '0', 0n, true, 'true', [], {}, [null], [undefined], { a: undefined, b: 1 }, { a: 'b' }],
    ...[['a', 'b'], ['a,b'], [['a'], 'b'], new Map([['a', 'b']]), new Set(['a', 'b']), new Map([['a', 'c']])],
    ...[/a/, /a/g, new Date(0), new Date(0).toJSON(), new Uint8Array([1, 2]), new Uint8Array([12]), NaN, Infinity],
    { __proto__x: 1 },
    JSON.parse('{"__proto__":1}'),
  ]
  const prints = all.map((value) => print(value))
  expect(new Set(prints).size).toBe(all.length)
  expect(print({}, 'a')).not.toBe(print({}, 'b'))
})

test('what cannot be told apart has none', () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  for (const value of [circle, { f: () => 1 }, [Symbol('s')]])
    expect(() => print(value)).toThrow(expect.objectContaining({ code: 'tools/illegal-key' }))
})

test('any thrown value has a text, and a code only where it carries one', () => {
  const trap = new Proxy({}, { get: () => { throw new Error('trap') }, has: () => { throw new Error('trap') }, getPrototypeOf: () => { throw new Error('trap') } }) // prettier-ignore
  expect([textOf({ a: 1 }), textOf(undefined), textOf(Symbol('s')), textOf(new Error('')), textOf(trap)]).toEqual([
    '{"a":1}',
    'undefined',
    'Symbol(s)',
    'Error',
    'object that cannot be read',
  ])
  expect(textOf({ toJSON: () => undefined })).toBe('an object')
  expect([codeOf({ code: 'X' }), codeOf({ code: 20 }), codeOf('x'), codeOf(null), codeOf(trap)]).toEqual([
    'X',
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})
