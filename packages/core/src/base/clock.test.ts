import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sleepOn } from './clock.ts'
import { systemClock } from '../index.ts'

// The one file that tests the real timers: they are faked, so that nothing waits.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

test('now is milliseconds since 1970 and never goes back', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(60_000)
  let last = systemClock.now()
  for (let reading = 0; reading < 1_000; reading++) {
    const now = systemClock.now()
    expect(now).toBeGreaterThanOrEqual(last)
    last = now
  }
})

test('setTimeout calls back once after its time, unless it was cancelled', () => {
  const log: string[] = []
  systemClock.setTimeout(() => log.push('kept'), 100)
  const takeBack = systemClock.setTimeout(() => log.push('never'), 50)
  takeBack()
  vi.advanceTimersByTime(99)
  expect(log).toEqual([])
  vi.advanceTimersByTime(1)
  takeBack()
  expect(log).toEqual(['kept'])
})

test('a timer of more than 24.8 days fires at its time, and not at once', () => {
  const log: string[] = []
  const month = 40 * 86_400_000
  systemClock.setTimeout(() => log.push('fired'), month)
  vi.advanceTimersByTime(month - 1)
  expect(log).toEqual([])
  vi.advanceTimersByTime(1)
  expect(log).toEqual(['fired'])
  systemClock.setTimeout(() => log.push('never'), Infinity)()
})

test('a timer of Infinity never fires', () => {
  const log: string[] = []
  const takeBack = systemClock.setTimeout(() => log.push('fired'), Infinity)
  vi.advanceTimersByTime(400 * 86_400_000)
  expect(log).toEqual([])
  takeBack()
})

test('sleep resolves after its time, and rejects with the reason of a signal that aborts first', async () => {
  const aborter = new AbortController()
  const slept = systemClock.sleep(10, aborter.signal)
  vi.advanceTimersByTime(10)
  await slept
  const aborted = systemClock.sleep(10, aborter.signal)
  aborter.abort(new Error('enough'))
  await expect(aborted).rejects.toThrow('enough')
  await expect(systemClock.sleep(10, aborter.signal)).rejects.toThrow('enough')
})

const { signal } = new AbortController()
test.each<[what: string, given: readonly unknown[], message: string]>([
  [
    'options in the place of the signal',
    [50, { signal }],
    'clock.sleep(): signal must be an AbortSignal, such as controller.signal, not an object.',
  ],
  [
    'a controller in the place of its signal',
    [50, new AbortController()],
    'clock.sleep(): signal must be an AbortSignal, such as controller.signal, not an instance of AbortController.',
  ],
  ['the index of a list', [50, 0], 'clock.sleep(): signal must be an AbortSignal, such as controller.signal, not 0.'],
  [
    'options as the third argument, where node:timers/promises has them',
    [3_000, undefined, { signal }],
    'clock.sleep() was given 3 arguments; call clock.sleep(ms, signal).',
  ],
])('sleep rejects %s, and sets no timer', async (_, given, message) => {
  const sleep: (...given: readonly never[]) => Promise<void> = systemClock.sleep
  const slept = sleep(...(given as never[]))
  expect(vi.getTimerCount()).toBe(0)
  await expect(slept).rejects.toMatchObject({ code: 'core/illegal-option', message })
})

test('sleep takes null as no signal, and a signal of another realm', async () => {
  const foreign = { aborted: false, throwIfAborted() {}, addEventListener() {}, removeEventListener() {} }
  const slept = [null, foreign].map((none) => systemClock.sleep(10, none as never))
  vi.advanceTimersByTime(10)
  expect(await Promise.all(slept)).toEqual([undefined, undefined])
})

test('sleepOn makes a sleep function for any clock that has timers', async () => {
  const slept = sleepOn(
    {
      setTimeout: (callback) => {
        callback()
        return () => {}
      },
    },
    5,
  )
  await expect(slept).resolves.toBe(undefined)
})

test('the clock of the machine cannot be changed', () => {
  expect(Object.isFrozen(systemClock)).toBe(true)
})

test('setImmediate calls back once after the pending promises, unless it was cancelled', async () => {
  const log: string[] = []
  const later = (name: string): void => void log.push(name)
  const { setImmediate: soon } = systemClock
  expect(soon).toBeDefined()
  const waited = new Promise<void>((resolve) => soon?.(resolve))
  const takeBack = soon?.(() => later('never'))
  soon?.(() => later('kept'))
  takeBack?.()
  void (async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    later('promises')
  })()
  await waited
  await new Promise<void>((resolve) => soon?.(resolve))
  takeBack?.()
  expect(log).toEqual(['promises', 'kept'])
})
