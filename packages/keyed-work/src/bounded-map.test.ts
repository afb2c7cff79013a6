import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { BoundedMap } from './index.ts'

interface Entry {
  readonly key: string
  readonly value: number
  readonly length: number
}

const sum = (list: readonly Entry[]): number => list.reduce((total, { length }) => total + length + 128, 0)

test('in any order of operations, it has the values of a plain list in the order of their last use, within its bounds', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd')
  const length = fc.constantFrom(0, 10, 300)
  const command = fc.oneof(
    fc.record({ type: fc.constant('set' as const), key, value: fc.nat(9), length }),
    fc.record({ type: fc.constant('touch' as const), key }),
    fc.record({ type: fc.constant('delete' as const), key }),
    fc.record({ type: fc.constant('lengthen' as const), key, length }),
    fc.record({ type: fc.constant('makeRoom' as const), length, most: fc.nat(9) }),
  )
  const bounds = fc.record({ maxEntries: fc.constantFrom(1, 3, Infinity), maxLength: fc.constantFrom(200, 600, Infinity) }) // prettier-ignore
  fc.assert(
    fc.property(bounds, fc.array(command, { maxLength: 60 }), ({ maxEntries, maxLength }, commands) => {
      const deleted: number[] = []
      const expected: number[] = []
      const map = new BoundedMap<number>({ maxEntries, maxLength }, (value) => deleted.push(value))
      let list: readonly Entry[] = []
      const remove = (gone: readonly Entry[]): void => {
        list = list.filter((entry) => !gone.includes(entry))
        expected.push(...gone.map(({ value }) => value))
      }
      const found = (name: string): readonly Entry[] => list.filter((entry) => entry.key === name)
      for (const each of commands) {
        if (each.type === 'set') {
          map.set(each.key, each.value, each.length)
          remove(found(each.key))
          list = [...list, { key: each.key, value: each.value, length: each.length }]
        } else if (each.type === 'touch') {
          map.touch(each.key)
          list = [...list.filter((entry) => entry.key !== each.key), ...found(each.key)]
        } else if (each.type === 'lengthen') {
          map.lengthen(each.key, each.length)
          list = list.map((entry) => (entry.key === each.key ? { ...entry, length: entry.length + each.length } : entry)) // prettier-ignore
        } else if (each.type === 'delete') {
          map.delete(each.key)
          remove(found(each.key))
        } else {
          const fits = (): boolean => list.length < maxEntries && sum(list) + each.length + 128 <= maxLength
          const canHold = each.length + 128 <= maxLength
          const hasRoom = map.makeRoom(each.length, (value) => value <= each.most)
          if (canHold) for (const entry of list) if (!fits() && entry.value <= each.most) remove([entry])
          expect([map.canHold(each.length), hasRoom]).toEqual([canHold, canHold && fits()])
        }
        expect([...map.values()]).toEqual(list.map(({ value }) => value))
        expect([map.size, map.length, deleted]).toEqual([list.length, sum(list), expected])
        for (const name of ['a', 'b', 'c', 'd']) expect(map.get(name)).toBe(found(name)[0]?.value)
      }
    }),
    propertySettings(500),
  )
})

test.each([
  undefined,
  {},
  7,
  { maxEntries: 5 },
  { maxEntries: 0, maxLength: 5 },
  { maxEntries: 1, maxLength: 1, nope: 1 },
])('bounds of %o are refused', (bounds) => {
  expect(() => new BoundedMap(bounds as never)).toThrow(
    expect.objectContaining({
      code: 'keyed-work/illegal-option',
      message: expect.stringContaining('new BoundedMap(): '),
    }),
  )
})
