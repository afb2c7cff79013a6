import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { type Expiring, ExpiryQueue } from './expiry-queue.ts'

test('whatever is added and removed in between, entries come out in the order of their ends', () => {
  const time = fc.nat(1_000)
  const command = fc.oneof(
    { weight: 8, arbitrary: fc.record({ type: fc.constant('add' as const), time }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), place: fc.nat(200) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('remove the first' as const) }) },
  )
  fc.assert(
    fc.property(fc.array(command, { minLength: 40, maxLength: 200 }), (commands) => {
      const queue = new ExpiryQueue<Expiring>()
      const entries: Expiring[] = []
      const remove = (entry: Expiring | undefined): void => {
        if (entry === undefined) return
        queue.remove(entry)
        entries.splice(entries.indexOf(entry), 1)
      }
      const earliest = (): number | undefined =>
        entries.length === 0 ? undefined : Math.min(...entries.map(({ expiresAt }) => expiresAt))
      for (const each of commands) {
        if (each.type === 'remove the first') remove(queue.first)
        else if (each.type === 'remove') remove(entries[each.place % (entries.length || 1)])
        else {
          const entry = { expiresAt: each.time, place: -1 }
          entries.push(entry)
          queue.add(entry)
        }
        expect(queue.first?.expiresAt).toBe(earliest())
      }
      while (entries.length > 0) {
        expect(queue.first?.expiresAt).toBe(earliest())
        remove(queue.first)
      }
      expect(queue.first).toBeUndefined()
    }),
    propertySettings(300),
  )
})
