import fc from 'fast-check'
import { expect, test } from 'vitest'

import { memoryResultStore, type StoredResult } from './index.ts'

const stored = (number: number): StoredResult =>
  ({ fingerprint: String(number), result: { output: number, partials: [] }, expiresAt: 0 }) as unknown as StoredResult

const command = fc.record({
  do: fc.constantFrom('get' as const, 'set' as const, 'delete' as const),
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
})

test('whatever is read, stored and deleted, the results that were used last are there, and no more than fit', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (commands, maxEntries) => {
      const store = memoryResultStore({ maxEntries })
      /** Used last, last. */
      const model = new Map<string, string>()
      commands.forEach(({ do: what, key }, number) => {
        const known = model.get(key)
        model.delete(key)
        if (what === 'get') {
          expect((store.get(key) as StoredResult | undefined)?.fingerprint).toBe(known)
          if (known !== undefined) model.set(key, known)
        } else if (what === 'delete') void store.delete(key)
        else {
          void store.set(key, stored(number))
          model.set(key, String(number))
          const [oldest] = model.keys()
          if (model.size > maxEntries) model.delete(oldest as string)
        }
      })
      for (const key of 'abcdefg') {
        expect((store.get(key) as StoredResult | undefined)?.fingerprint).toBe(model.get(key))
      }
    }),
    { numRuns: 500 },
  )
})
