import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Pipeline } from '../index.ts'
import { freezeDeep, isPlain } from './objects.ts'

const dataOf = async (data: object, freeze: 'deep' | 'shallow' = 'deep'): Promise<object | undefined> =>
  (
    await new Pipeline('demo')
      .withStage('a', () => data)
      .build({ freeze })
      .run()
  ).data.a

test('case 20: the data of a stage is frozen all the way down, in place', async () => {
  const given = { list: [{ deep: { deeper: [1] } }], nothing: null, text: 'x' }
  const data = await dataOf(given)
  expect(data).toBe(given)
  for (const value of [given, given.list, given.list[0], given.list[0]?.deep, given.list[0]?.deep.deeper])
    expect(Object.isFrozen(value)).toBe(true)
})

test("class instances in the data aren't frozen", async () => {
  const when = new Date(0)
  const bytes = new Uint8Array(3)
  const map = new Map([['a', { b: 1 }]])
  await dataOf({ when, bytes, map, nested: [when] })
  expect([when, bytes, map].map(Object.isFrozen)).toEqual([false, false, false])
})

test("freeze: 'shallow' freezes the data, and not the objects inside it", async () => {
  const inner = { big: true }
  const data = await dataOf({ inner }, 'shallow')
  expect([Object.isFrozen(data), Object.isFrozen(inner)]).toEqual([true, false])
})

test("a frozen object is taken as frozen all the way down, so passing on another stage's data costs nothing", async () => {
  const inner = { changeable: true }
  await dataOf({ shared: Object.freeze({ inner }) })
  expect(Object.isFrozen(inner)).toBe(false)
})

test('data that contains itself is frozen too', async () => {
  const given: { self?: object; list: object[] } = { list: [] }
  given.self = given
  given.list.push(given, given.list)
  await dataOf(given)
  expect([Object.isFrozen(given), Object.isFrozen(given.list)]).toEqual([true, true])
})

test('data that is nested very deep is frozen without recursion', () => {
  let deep: { inner?: object } = {}
  const innermost = deep
  for (let depth = 0; depth < 100_000; depth++) deep = { inner: deep }
  freezeDeep(deep)
  expect(Object.isFrozen(innermost)).toBe(true)
})

test('a plain object is a literal, one without a prototype, or one of another realm', () => {
  const plain = [{}, Object.create(null), runInNewContext('({ a: 1 })'), JSON.parse('{}')] as object[]
  const other = [[], new Map(), new (class A {})(), Object.create({ inherited: 1 }), new Date(), () => {}] as object[]
  expect(plain.map(isPlain)).toEqual(plain.map(() => true))
  expect(other.map(isPlain)).toEqual(other.map(() => false))
})

test('data of another realm is data', async () => {
  expect(await dataOf(runInNewContext('({ list: [{ a: 1 }] })') as object)).toEqual({ list: [{ a: 1 }] })
})
