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

test('time passes once for the sequences that run side by side, and a difference in one of them is reported with its seed', async () => {
  let passes = 0
  const right = { answer: (): string => 'right' }
  const bench = new StoreBench({ store: right, advance: () => void passes++ }, 60_000)
  const step = { text: 'step', act: (asked: typeof right) => asked.answer() }
  await randomSequences(bench, { model: () => ({ store: right }), begin: () => () => step })
  // Two rounds follow a pass: of the first sequence alone, and of all others.
  expect(passes).toBe(4)

  let begun = 0
  /** Only the fourth sequence has a step that the model answers in another way. */
  const begin = () => {
    const isDifferent = ++begun === 4
    const act = (asked: typeof right): string => (isDifferent && asked !== right ? 'wrong' : 'right')
    return () => ({ text: 'step', act })
  }
  await expect(randomSequences(bench, { model: () => ({ store: right }), begin })).rejects.toThrow(
    'Operations: 1. step → "wrong". The sequence is random, from seed 4.',
  )
})
