import { StageOutput } from '@stageflow/core'
import type { OkOutput } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { outputText, readOutput } from './stored-output.ts'

const again = (output: OkOutput): OkOutput => readOutput(outputText(output))

test('data, artifacts, events and version come back', () => {
  const output = StageOutput.ok(
    { a: 1 },
    { artifacts: [{ kind: 'file', at: new Date(1) }], events: [{ type: 'saved', data: { id: 7n } }], version: 'v2' },
  )
  const { data, artifacts, events, version, status } = again(output)
  expect({ data, artifacts, events, version, status }).toStrictEqual({
    status: 'ok',
    data: { a: 1 },
    artifacts: [{ kind: 'file', at: new Date(1) }],
    events: [{ type: 'saved', data: { id: 7n } }],
    version: 'v2',
  })
})

test('an output that has only data comes back with only data', () => {
  const { artifacts, events, version, data } = again(StageOutput.ok())
  expect([artifacts, events, version, data]).toStrictEqual([undefined, undefined, undefined, {}])
})

const shared = { n: 1 }
const circle: Record<string, unknown> = { name: 'round' }
circle['self'] = circle

test.each<[string, object]>([
  ['undefined', { a: undefined, b: [undefined] }],
  ['numbers', { a: NaN, b: -0, c: Infinity, d: -Infinity, e: 1e308, f: 0.1 }],
  ['bigints', { a: 0n, b: -(2n ** 80n) }],
  ['dates', { a: new Date(0), b: new Date(NaN) }],
  ['maps and sets', { a: new Map<unknown, unknown>([[{ k: 1 }, new Set([1n])]]), b: new Map(), c: new Set() }],
  ['bytes', { a: new Uint8Array([1, 2]), b: new Float64Array([0.5]), c: new ArrayBuffer(3), d: new Uint8Array(0) }],
  ['part of a buffer', { a: new Uint8Array([1, 2, 3, 4]).subarray(1, 3) }],
  ['buffers', { a: Buffer.from('hä'), b: Buffer.alloc(0) }],
  [
    'addresses and patterns',
    { a: new URL('https://example.com/?a=1#b'), b: /a+/giu, c: new URLSearchParams('a=1&a=2') },
  ],
  ['text', { a: '', b: '\u0000\u001f\u2028\\"</script>', c: '😀', d: '\ud800', e: 'x'.repeat(100_000) }],
  ['lists with holes', { a: [1, , 3], b: [] }], // oxlint-disable-line no-sparse-arrays -- the hole is the case
  ['objects without prototype', { a: Object.assign(Object.create(null) as object, { b: 1 }) }],
  ['keys of any kind', { constructor: 1, toString: 2, '': 3, '1': 4, 'a.b': 5, then: 'later', status: 'x' }],
  ['the same object twice', { a: shared, b: shared }],
  ['a circle', circle],
])('%s come back as they were', (_, data) => {
  // A store of text would change none of it.
  const text = outputText(StageOutput.ok(data))
  expect(Buffer.from(text).toString()).toBe(text)
  expect(text).not.toContain('\u0000')
  const back = again(StageOutput.ok(data)).data as Record<string, unknown>
  expect(back).toStrictEqual(data)
  for (const [key, value] of Object.entries(data) as [string, object][])
    if (typeof value === 'object') expect(Object.getPrototypeOf(back[key])).toBe(Object.getPrototypeOf(value))
})

test('an own "__proto__" key comes back as an own key, at any depth, and sets no prototype', () => {
  const parsed = JSON.parse('{"a":{"__proto__":{"n":1},"~__proto__":2,"~~__proto__":3},"__proto__":[1]}') as object
  const bare = Object.assign(Object.create(null) as object, { n: 1 })
  Object.defineProperty(bare, '__proto__', { value: bare, enumerable: true })
  const back = again(StageOutput.ok({ parsed, bare })).data as { parsed: { a: object }; bare: object }
  expect(JSON.stringify(back.parsed)).toBe(JSON.stringify(parsed))
  expect(Object.getPrototypeOf(back.parsed.a)).toBe(Object.prototype)
  expect(Object.keys(back.bare)).toEqual(['n', '__proto__'])
  expect((back.bare as { __proto__: unknown }).__proto__).toBe(back.bare)
})

test('an object that occurs twice comes back as one object', () => {
  const { a, b } = again(StageOutput.ok({ a: shared, b: shared })).data as { a: object; b: object }
  expect(a).toBe(b)
})

class Money {
  cents = 5
}
class List extends Array<number> {}
class When extends Date {}
let deep: object = {}
for (let level = 0; level < 200_000; level++) deep = { deep }

test.each<[string, object, RegExp]>([
  ['an instance', { a: [new Money()] }, /non-POJOs \(at data\.a\[0\]\)/],
  ['an error', { a: new Error('x') }, /non-POJOs/],
  ['a function', { a: () => 1 }, /function \(at data\.a\)/],
  ['a symbol', { a: Symbol('x') }, /Symbol/],
  ['a symbol as a key', { a: { [Symbol('x')]: 1 } }, /symbolic keys/],
  ['a promise', { a: Promise.resolve(1) }, /Promise/],
  ['a list of another class', { a: new List() }, /instance of List/],
  ['a date of another class', { a: new When() }, /instance of When/],
  ['a list with a field of its own', { a: 'abc'.match(/b/) }, /type Array has the extra field "groups"/],
  [
    'a map with a field of its own',
    { a: Object.assign(new Map(), { more: 1 }) },
    /type Map has the extra field "more"/,
  ],
  [
    'a look-alike',
    {
      a: {
        get [Symbol.toStringTag]() {
          return 'Map'
        },
      },
    },
    /instance of Object, which is not a plain Map/,
  ],
  [
    'a getter that throws',
    {
      get a(): number {
        throw new Error('not today')
      },
    },
    /not today/,
  ],
  ['data that is too deep', { a: deep }, /./],
])('%s is refused', (_, data, why) => {
  expect(() => outputText(StageOutput.ok(data))).toThrow(why)
})

test('any plain data comes back equal, also a second time', () => {
  const value = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true })
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (data) => {
      const text = outputText(StageOutput.ok(data))
      const once = readOutput(text)
      expect(once.data).toStrictEqual(data)
      expect(outputText(once)).toBe(text)
      // A store of text would change none of it.
      expect(Buffer.from(text).toString()).toBe(text)
      expect(text).not.toContain('\u0000')
    }),
    propertySettings(100),
  )
})
