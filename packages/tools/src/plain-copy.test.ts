import { expect, test } from 'vitest'
import { frozenCopy, frozenInput, lengthOf, ownCopy } from './plain-copy.ts'

const copy = (value: unknown, left = 10_000): unknown => frozenCopy(value, { left, used: 0 })

test('plain data is copied and frozen all the way down; the original stays as it is', () => {
  const value = { a: [{ b: 1 }], c: Object.assign(Object.create(null), { d: undefined }) as object }
  const made: any = copy(value)
  expect(made).toEqual({ a: [{ b: 1 }], c: { d: undefined } })
  for (const part of [made, made.a, made.a[0], made.c]) expect(Object.isFrozen(part)).toBe(true)
  value.a.push({ b: 2 })
  expect(made.a).toHaveLength(1)
})

test('class instances, maps, sets, dates and bytes are kept as they are', () => {
  class Money {
    readonly amount = 5
  }
  for (const value of [new Money(), new Map([[{ a: 1 }, 'b']]), new Set([1]), new Date(0), new Uint8Array(2), () => 1])
    expect(copy(value)).toBe(value)
})

test('nested values count, whatever holds them', () => {
  const text = 'x'.repeat(100)
  const holders = [
    [text],
    { text },
    { [text]: 1 },
    new Map([['k', text]]),
    new Set([text]),
    new Uint8Array(100),
    new ArrayBuffer(100),
    new Array(100),
    Object.assign(new (class Held {})(), { text }),
  ]
  for (const holder of holders) {
    expect(lengthOf(holder)).toBeGreaterThanOrEqual(100)
    expect(lengthOf(holder)).toBeLessThan(Array.isArray(holder) ? 1_000 : 130)
    expect(() => copy(holder, 90)).toThrow(expect.objectContaining({ code: 'tools/output-too-large' }))
  }
})

test('an array that is longer than memory is refused before it is copied', () => {
  expect(() => copy(new Array(2 ** 32 - 1), 2 ** 20)).toThrow(
    expect.objectContaining({ code: 'tools/output-too-large' }),
  )
})

test('circles and depth are refused, in maps too', () => {
  const circle = new Map<string, unknown>()
  circle.set('self', circle)
  let deep: unknown = 1
  for (let n = 0; n < 101; n++) deep = [deep]
  for (const value of [circle, deep]) {
    expect(() => copy(value)).toThrow(expect.objectContaining({ code: 'tools/illegal-output' }))
    expect(lengthOf(value)).toBe(Infinity)
  }
})

// ---------- copies of inputs

test('plain objects and arrays are copied all the way down, and can be changed', () => {
  const value = Object.freeze({ list: Object.freeze([1, Object.freeze({ a: 'b' })]), none: null, text: 'x' })
  const copy = ownCopy(value) as any
  expect(copy).toEqual(value)
  copy.list.push(2)
  delete copy.none
  copy.list[1].a = 'c'
  copy.more = 1
  expect(value).toEqual({ list: [1, { a: 'b' }], none: null, text: 'x' })
})

test('class instances and primitives are kept as they are', () => {
  class Money {}
  const held = [new Money(), new Date(0), new Map(), new Uint8Array(1), () => 1, 1n, Symbol.iterator, undefined]
  const copy = ownCopy(held) as readonly unknown[]
  expect(copy).not.toBe(held)
  for (const [index, value] of held.entries()) expect(copy[index]).toBe(value)
})

test('symbols, a key called __proto__, shared parts and circles are copied as they are', () => {
  const mark = Symbol('mark')
  const value: any = Object.assign(JSON.parse('{"__proto__":{"polluted":true}}'), { [mark]: { a: 1 } })
  value.self = value
  const copy = ownCopy(value) as any
  expect(Object.keys(copy)).toEqual(['__proto__', 'self'])
  expect(copy.polluted).toBeUndefined()
  expect(copy[mark]).toEqual({ a: 1 })
  expect(copy[mark]).not.toBe(value[mark])
  expect(copy.self).toBe(copy)
})

test('a value that cannot be read is not copied', () => {
  const trap = new Proxy({}, { ownKeys: () => { throw new Error('trap') } }) // prettier-ignore
  const value = { trap }
  expect(ownCopy(value)).toBe(value)
})

test('a checked input is frozen all the way down, and independent of the original', () => {
  const given: any = { list: [{ a: 1 }] }
  given.self = given
  const copy = frozenInput(given) as any
  given.list[0].a = 2
  expect(copy.list).toEqual([{ a: 1 }])
  expect(copy.self).toBe(copy)
  for (const part of [copy, copy.list, copy.list[0]]) expect(Object.isFrozen(part)).toBe(true)
})
