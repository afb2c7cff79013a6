import fc from 'fast-check'
import { expect, test } from 'vitest'

import { fingerprint } from '../src/kit.ts'

test.each<[unknown, unknown]>([
  [
    { a: 1, b: { c: [1, 2], d: 'x' } },
    { b: { d: 'x', c: [1, 2] }, a: 1 },
  ],
  [{ a: 1, b: undefined }, { a: 1 }],
  [new Date(5), new Date(5).toISOString()],
  [-0, 0],
  [Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
  [new URL('https://example.com/a'), 'https://example.com/a'],
  [Buffer.from('ab'), new Uint8Array([97, 98])],
  [new Uint8Array([0, 97, 98]).subarray(1), new Uint8Array([97, 98])],
  [undefined, undefined],
])('%o and %o say the same', (one, other) => {
  expect(fingerprint(one)).toBe(fingerprint(other))
  expect(fingerprint([one])).toBe(fingerprint([other]))
})

test('values that do not say the same have different fingerprints', () => {
  const values = [
    ...[
      undefined,
      null,
      true,
      false,
      0,
      1,
      -1,
      NaN,
      Infinity,
      -Infinity,
      1n,
      '',
      '1',
      '1n',
      'null',
      'true',
      '[]',
      'a,b',
    ],
    ...[[], {}, [1, 2], [2, 1], ['1,2'], [[1], 2], [[1, 2]], [null], [undefined], { a: 1 }, { a: '1' }, { b: 1 }],
    ...[{ a: { b: 1 } }, { 'a.b': 1 }, { a: null }, new Map(), new Set(), new Map([['a', 1]]), new Set(['a', 1])],
    ...[new Map([[{ a: 1 }, 1]]), new Uint8Array([1]), /a/, /a/g, new Date(1), { '': 1 }, { a: [] }, { a: {} }],
  ]
  expect(new Set(values.map(fingerprint)).size).toBe(values.length)
})

const circle: Record<string, unknown> = {}
circle['self'] = { again: circle }
let deep: unknown = {}
for (let level = 0; level < 100_000; level++) deep = { deep }

test.each<[unknown, string]>([
  [{ a: [() => 1] }, '.a[0] is a function'],
  [Symbol('s'), 'the value is a symbol'],
  [{ client: new (class Client {})() }, '.client is an instance of Client'],
  [{ error: new Error('x') }, '.error is an instance of Error'],
  [{ promise: Promise.resolve() }, '.promise is an instance of Promise'],
  [circle, '.self.again is inside itself'],
  [deep, 'is more than 500 levels deep'],
])('what cannot be compared is refused, with where it is (%#)', (value, why) => {
  expect(() => fingerprint(value)).toThrow(TypeError)
  expect(() => fingerprint(value)).toThrow(why)
})

test('an instance that says what it is in JSON is compared by that', () => {
  class Money {
    readonly cents: number
    constructor(cents: number) {
      this.cents = cents
    }
    toJSON(): object {
      return { cents: this.cents }
    }
  }
  expect(fingerprint(new Money(5))).toBe(fingerprint({ cents: 5 }))
  expect(fingerprint(new Money(5))).not.toBe(fingerprint(new Money(6)))
})

test('the order of keys never counts, any other difference does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (one, other) => {
      expect(fingerprint(reversed(one))).toBe(fingerprint(one))
      const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
      expect(fingerprint(one) === fingerprint(other)).toBe(same)
    }),
  )
})

const withKeys =
  (order: (a: string, b: string) => number) =>
  (value: unknown): unknown => {
    const again = withKeys(order)
    if (Array.isArray(value)) return value.map(again)
    if (typeof value !== 'object' || value === null) return value
    const keys = Object.keys(value).toSorted(order)
    const copy = Object.create(null) as Record<string, unknown>
    for (const key of keys) copy[key] = again((value as Record<string, unknown>)[key])
    return copy
  }
const sorted = withKeys((a, b) => (a < b ? -1 : 1))
const reversed = withKeys((a, b) => (a < b ? 1 : -1))

test('bytes of different kinds of arrays differ', () => {
  const same = [
    new Uint8Array([1, 0]),
    new Uint16Array([1]),
    new Int16Array([1]),
    new DataView(new Uint8Array([1, 0]).buffer),
  ]
  expect(new Set(same.map((value) => fingerprint(value))).size).toBe(4)
  expect(fingerprint(Buffer.from([1, 0]))).toBe(fingerprint(new Uint8Array([1, 0])))
})

test('an instance of a class without a name says where it is', () => {
  const nameless: unknown = Object.create(Object.create(Object.create(null) as object) as object)
  expect(() => fingerprint({ a: nameless })).toThrow('.a is an instance of a class')
})

/** Many objects that hold the one below twice: as a tree, they would be 2 ** levels. */
function shared(levels: number): object {
  let value: object = { text: 'x'.repeat(20) }
  for (let level = 0; level < levels; level++) value = { left: value, right: [value], level }
  return value
}

test('an object that many fields share is read once', () => {
  let reads = 0
  const leaf = Object.defineProperty({}, 'once', {
    enumerable: true,
    get: () => {
      reads++
      return 1
    },
  })
  let value: object = leaf
  for (let level = 0; level < 200; level++) value = { left: value, right: [value] }
  expect(fingerprint(value).length).toBeLessThan(1_000_000)
  expect(reads).toBe(1)
})

test('shared objects and their copies say the same, another leaf does not', () => {
  const value = shared(10)
  const copy = JSON.parse(JSON.stringify(value)) as object
  expect(fingerprint(copy)).toBe(fingerprint(value))
  const other = JSON.parse(JSON.stringify(value).replace('xxx', 'xxy')) as object
  expect(fingerprint(other)).not.toBe(fingerprint(value))
})

test('long parts that differ, or stand elsewhere, do not say the same', () => {
  const [a, b] = ['a', 'b'].map((letter) => ({ text: letter.repeat(5_000) })) as [object, object]
  const values = [
    [a],
    [b],
    [a, b],
    [b, a],
    [a, a],
    [a, '#1'],
    ['#1', a],
    [a, a, b],
    [a, b, b],
    { a, b },
    { a: b, b: a },
  ]
  expect(new Set(values.map(fingerprint)).size).toBe(values.length)
})

test('a value is too deep whether the deep part is shared or not', () => {
  const nested = (levels: number, inner: object): object =>
    levels === 0 ? inner : { inner: nested(levels - 1, inner) }
  const part = nested(300, {})
  expect(() => fingerprint([part, nested(300, part)])).toThrow('is more than 500 levels deep')
  expect(() => fingerprint([part, nested(300, nested(300, {}))])).toThrow('is more than 500 levels deep')
  expect(fingerprint([part, nested(100, part)])).toBe(fingerprint([part, nested(400, {})]))
})
