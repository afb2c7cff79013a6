import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { poll, type PollPlan } from './index.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

/** Asks at the times that it returns, in ms from now, and gives these answers: how long each holds; the last one again and again. The first one is there from the beginning. */
function polling(answers: readonly (number | undefined)[], plan: Partial<PollPlan<number | undefined>> = {}) {
  const startedAt = clock.now()
  const askedAt: number[] = []
  const ask = async (): Promise<number | undefined> => {
    askedAt.push(clock.now() - startedAt)
    return answers[Math.min(askedAt.length, answers.length - 1)]
  }
  const last = poll(answers[0], ask, {
    clock,
    signal: () => new AbortController().signal,
    until: startedAt + 5_000,
    changesInMs: (answer) => answer,
    ...plan,
  })
  return { askedAt, last }
}

test('it asks after 20 ms, then at intervals that double, and at most a second apart, until its time is up', async () => {
  const { askedAt, last } = polling([60_000])
  await clock.advance(5_000)
  expect(await last).toBe(60_000)
  expect(askedAt).toEqual([20, 60, 140, 300, 620, 1_260, 2_260, 3_260, 4_260, 5_000])
})

test('the first pause is an option', async () => {
  const { askedAt } = polling([60_000], { firstPauseMs: 50, until: clock.now() + 400 })
  await clock.advance(400)
  expect(askedAt).toEqual([50, 150, 350, 400])
})

test('an answer without a time is final, and costs no pause', async () => {
  const { askedAt, last } = polling([undefined])
  expect(await last).toBeUndefined()
  expect(askedAt).toEqual([])
})

test('it asks again as soon as the answer can have changed, and at the earliest after a millisecond', async () => {
  const { askedAt, last } = polling([7.5, 0.2, 0, undefined])
  await clock.advance(10)
  await last
  expect(askedAt).toEqual([8, 9, 10])
})

test('without an end it asks until an answer is final', async () => {
  const { askedAt, last } = polling([...Array.from({ length: 100 }, () => Infinity), undefined], { until: Infinity })
  await clock.advance(100_000)
  expect(await last).toBeUndefined()
  expect(askedAt).toHaveLength(100)
})

test('a signal that aborts ends the pause, with its reason', async () => {
  const caller = new AbortController()
  const { askedAt, last } = polling([60_000], { signal: () => caller.signal })
  await clock.advance(30)
  caller.abort(new Error('gone'))
  await expect(last).rejects.toThrow('gone')
  expect(askedAt).toEqual([20])
})

test('it fails as the question does', async () => {
  const failing = poll('first', () => Promise.reject(new Error('down')), {
    clock,
    signal: () => new AbortController().signal,
    until: Infinity,
    changesInMs: () => 1,
  })
  void failing.catch(() => {})
  await clock.advance(1)
  await expect(failing).rejects.toThrow('down')
})

test.each<[plan: object | undefined, message: string]>([
  [undefined, 'the options must be an object, not undefined.'],
  [{ nope: 1 }, 'unknown option "nope" (known: clock, signal, until, firstPauseMs, changesInMs).'],
  [{ clock: {} }, 'clock must be a clock with now(), sleep(), setTimeout(), not an object.'],
  [{ signal: AbortSignal.abort() }, 'signal must be a function () => AbortSignal, not an instance of AbortSignal.'],
  [{ until: NaN }, 'until must be a time in ms on this clock, or Infinity, not NaN.'],
  [{ firstPauseMs: -1 }, 'firstPauseMs must be a number of milliseconds above 0, not -1.'],
  [{ changesInMs: 5 }, 'changesInMs must be a function (answer) => number | undefined, not 5.'],
])('a plan with %o is refused', async (changes, message) => {
  const plan = { clock, signal: () => new AbortController().signal, until: 0, changesInMs: () => undefined }
  await expect(
    poll(1, async () => 2, changes === undefined ? (undefined as never) : { ...plan, ...changes }),
  ).rejects.toMatchObject({ code: 'keyed-work/illegal-option', message: `poll(): ${message}` })
})

test("a poll that can't ask is refused", async () => {
  await expect(poll(1, 7 as never, {} as never)).rejects.toThrow('poll(): ask must be a function () => Promise, not 7.')
})
