import { expect, test } from 'vitest'

import { randomSequences, StoreBench } from '../suite.ts'

test('no sequence is tried again after a try has cut it off: a store that goes wrong while it is tested is reported at once', async () => {
  /** The steps of each run that the model was asked for. */
  const runs: string[][] = []
  const model = { answer: (place: number): string => (runs.at(-1)?.push(`${place}`), 'right') }
  // Right at first except at step 20, and from its third run on always wrong.
  const store = { answer: (place: number): string => (runs.length >= 3 || place === 20 ? 'wrong' : 'right') }
  const bench = new StoreBench({ store, advance: () => void runs.at(-1)?.push('pass') }, 60_000)
  const begin = () => {
    let count = 0
    return () => {
      const place = count++
      return { text: `step ${place}`, act: (asked: typeof store) => asked.answer(place) }
    }
  }
  const tested = randomSequences(bench, { model: () => (runs.push([]), { store: model }), begin })
  await expect(tested).rejects.toThrow('Operations: 1. step 0 → "wrong".')
  const [whole, withoutPasses, ...shorter] = runs.map((steps) => steps.length)
  expect([whole, withoutPasses]).toEqual([23, 21])
  expect(shorter.filter((length) => length > 0)).toEqual([1])
})
