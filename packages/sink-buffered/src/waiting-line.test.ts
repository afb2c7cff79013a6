import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WaitingLine } from './waiting-line.ts'

test('who came first goes on first, and as many wait on as are to', async () => {
  const step = fc.record({ come: fc.integer({ min: 0, max: 5 }), leave: fc.integer({ min: 0, max: 8 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const line = new WaitingLine()
      const gone: number[] = []
      let came = 0
      for (const { come, leave } of steps) {
        for (let one = 0; one < come; one++) {
          const number = came++
          void line.wait().then(() => gone.push(number))
        }
        const before = line.size
        line.shortenTo(leave)
        expect(line.size).toBe(Math.min(before, leave))
        await Promise.resolve()
        expect(gone).toEqual([...Array(came - line.size).keys()])
      }
    }),
  )
})
