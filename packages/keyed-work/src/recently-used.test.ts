import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { RecentlyUsed } from './recently-used.ts'

test('in any order of operations, it has the values of a plain list in the order of their last use', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd')
  const command = fc.oneof(
    fc.record({ type: fc.constant('set' as const), key, value: fc.nat(9) }),
    fc.record({ type: fc.constantFrom('touch' as const, 'delete' as const), key }),
    fc.record({ type: fc.constant('deleteOldest' as const) }),
  )
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const map = new RecentlyUsed<number>()
      let list: (readonly [key: string, value: number])[] = []
      const without = (name: string) => list.filter(([other]) => other !== name)
      const found = (name: string) => list.find(([other]) => other === name)
      for (const each of commands) {
        if (each.type === 'deleteOldest') {
          expect(map.deleteOldest()).toBe(list[0]?.[1])
          list = list.slice(1)
        } else if (each.type === 'set') {
          map.set(each.key, each.value)
          list = [...without(each.key), [each.key, each.value]]
        } else if (each.type === 'touch') {
          map.touch(each.key)
          list = [...without(each.key), ...[found(each.key) ?? []].filter((entry) => entry.length > 0)] as typeof list
        } else {
          expect(map.delete(each.key)).toBe(found(each.key)?.[1])
          list = without(each.key)
        }
        expect(map.size).toBe(list.length)
        for (const name of ['a', 'b', 'c', 'd']) expect(map.peek(name)).toBe(found(name)?.[1])
      }
      for (const [, value] of list) expect(map.deleteOldest()).toBe(value)
      expect([map.size, map.deleteOldest()]).toEqual([0, undefined])
    }),
    propertySettings(500),
  )
})
