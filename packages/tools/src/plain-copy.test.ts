import { expect, test } from 'vitest'

import { ownCopy } from './own-copy.ts'
import { frozenInput } from './plain-copy.ts'

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

test('dates, maps, sets and bytes are copied too, with what they hold', () => {
  const value = [new Date(7), new Map([[{ key: 1 }, [new Date(8)]]]), new Set([{ a: 1 }]), new Float32Array([1.5])]
  const copy = ownCopy(value) as any
  expect(copy).toEqual(value)
  for (const [index, held] of value.entries()) expect(copy[index]).not.toBe(held)
  expect([...copy[1].values()][0][0]).not.toBe([...(value[1] as Map<unknown, any>).values()][0][0])
  const bytes = Buffer.from('abc')
  const own = ownCopy({ bytes }) as { readonly bytes: Buffer }
  bytes.fill('x')
  expect([Buffer.isBuffer(own.bytes), String(own.bytes)]).toEqual([true, 'abc'])
})

test('instances of other classes, of subclasses, and primitives are kept as they are', () => {
  class Money {}
  class Day extends Date {}
  const held = [new Money(), new Day(0), new WeakMap(), new DataView(new ArrayBuffer(1)), () => 1, 1n, Symbol.iterator, undefined] // prettier-ignore
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

test('maps and sets that hold themselves, or that several fields share, are copied once', () => {
  const map = new Map<string, unknown>()
  const set = new Set<unknown>([map])
  map.set('self', map).set('again', map).set('set', set)
  const copy = ownCopy({ map, again: map, set }) as { map: typeof map; again: typeof map; set: typeof set }
  expect(copy.map).not.toBe(map)
  expect(copy.again).toBe(copy.map)
  expect([...copy.map.values()]).toEqual([copy.map, copy.map, copy.set])
  for (const held of [copy.map.get('self'), copy.map.get('again'), ...copy.set]) expect(held).toBe(copy.map)
  expect(copy.map.get('set')).toBe(copy.set)
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
