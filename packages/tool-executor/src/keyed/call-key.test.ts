import { expect, test } from 'vitest'

import { parametersOf, storageKey } from './call-key.ts'

const parameters = (given: unknown, name = 'tool'): string => parametersOf({ name, arguments: given })

test('calls to one tool with equal arguments have the same parameters: 64 hexadecimal digits', () => {
  expect(parameters({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(parameters({ b: [{ d: 3, c: 2 }], a: 1, e: undefined }))
  expect(parameters({})).toMatch(/^[\da-f]{64}$/)
  expect(new Set([parameters({}), parameters([]), parameters({}, 'other')]).size).toBe(3)
})

test('arguments that cannot be compared are refused (tool-executor/illegal-key)', () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  for (const value of [circle, { f: () => 1 }, [Symbol('s')], { at: new URLSearchParams('a=1') }, new Error('x')])
    expect(() => parameters(value)).toThrow(expect.objectContaining({ code: 'tool-executor/illegal-key' }))
})

test('a storage key names the tenant, the user and the key, and is never longer than 256 characters', () => {
  expect(storageKey({ orgId: 'acme', userId: 'ada' }, 'order-7')).toBe('["tool","acme","ada","order-7"]')
  expect(storageKey({}, 'order-7')).toBe('["tool",null,null,"order-7"]')
  expect(storageKey({}, 'x'.repeat(300))).toMatch(/^sha256:[\da-f]{64}$/)
})
