import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ring, backOffMs, withinLimit } from '../src/kit.ts'
import { clock } from './fresh-clock.ts'

const late = () => new Error('late')

test('withinLimit settles as the work does, and leaves no timer and no listener', async () => {
  const controller = new AbortController()
  const limit = { clock, limitMs: 100, signal: controller.signal, late }
  expect(await withinLimit(Promise.resolve(1), limit)).toBe(1)
  await expect(withinLimit(Promise.reject(new Error('down')), limit)).rejects.toThrow('down')
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
})

test('withinLimit rejects when the time is up, or with the reason of the signal', async () => {
  const work = Promise.withResolvers<number>()
  const controller = new AbortController()
  const timedOut = withinLimit(work.promise, { clock, limitMs: 100, late })
  const aborted = withinLimit(work.promise, { clock, limitMs: Infinity, signal: controller.signal, late })
  controller.abort(new Error('stop'))
  await expect(aborted).rejects.toThrow('stop')
  const ended = expect(timedOut).rejects.toThrow('late')
  await clock.advance(100)
  await ended
  await expect(withinLimit(work.promise, { clock, limitMs: 5, signal: controller.signal, late })).rejects.toThrow(
    'stop',
  )
  work.reject(new Error('too late to matter'))
})

test('a ring gives items back in the order in which they came, through any growth', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { nil: undefined }), { maxLength: 300 }), (steps) => {
      const ring = new Ring<number>()
      const model: number[] = []
      for (const step of steps) {
        if (step !== undefined) {
          ring.push(step)
          model.push(step)
        } else if (model.length > 0) {
          expect(ring.peek()).toBe(model[0])
          expect(ring.shift()).toBe(model.shift())
        }
        expect(ring.size).toBe(model.length)
        if (model.length > 0) expect(ring.newest).toBe(model.at(-1))
      }
    }),
  )
})

test.each<[jitter: 'none' | 'full' | 'equal', least: number, most: number]>([
  ['none', 400, 400],
  ['full', 0, 400],
  ['equal', 200, 400],
])('with jitter %s, the third delay is between %d and %d', (jitter, least, most) => {
  const at = (random: number) => backOffMs({ baseMs: 100, capMs: 1_000, jitter, random: () => random }, 2)
  expect([at(0), at(1)]).toEqual([least, most])
})

test('delays grow as asked, up to the cap, and a broken random function does not shorten them', () => {
  const plan = { baseMs: 100, capMs: 250, jitter: 'none' } as const
  expect([0, 1, 2, 5_000].map((retries) => backOffMs(plan, retries))).toEqual([100, 200, 250, 250])
  expect(backOffMs({ ...plan, backoff: 'linear' }, 1)).toBe(200)
  expect(backOffMs({ ...plan, backoff: 'constant' }, 9)).toBe(100)
  for (const random of [
    () => NaN,
    () => -1,
    () => 5,
    () => {
      throw new Error('no')
    },
  ])
    expect(backOffMs({ ...plan, jitter: 'full', random: random as () => number }, 0)).toBe(100)
})

test('a decorrelated delay lies between the base and three times the last one', () => {
  const at = (random: number) =>
    backOffMs({ baseMs: 100, capMs: 1_000, jitter: 'decorrelated', random: () => random }, 1, 200)
  expect([at(0), at(1)]).toEqual([100, 600])
})
