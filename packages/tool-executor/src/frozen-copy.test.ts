import { expect, test } from 'vitest'
import { frozenCopy } from './frozen-copy.ts'

const copy = (value: unknown, left = 10_000): unknown => frozenCopy(value, { left })
/** How much of its budget a copy takes. */
const lengthOf = (value: unknown): number => {
  const budget = { left: 1e9 }
  frozenCopy(value, budget)
  return 1e9 - budget.left
}

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
    expect(() => copy(holder, 90)).toThrow(expect.objectContaining({ code: 'tool-executor/too-large' }))
  }
})

test('an array that is longer than memory is refused before it is copied', () => {
  expect(() => copy(new Array(2 ** 32 - 1), 2 ** 20)).toThrow(
    expect.objectContaining({ code: 'tool-executor/too-large' }),
  )
})

test('circles and depth are refused, in maps too', () => {
  const circle = new Map<string, unknown>()
  circle.set('self', circle)
  let deep: unknown = 1
  for (let n = 0; n < 101; n++) deep = [deep]
  for (const value of [circle, deep]) {
    expect(() => copy(value)).toThrow(expect.objectContaining({ code: 'tool-executor/not-json' }))
  }
})
