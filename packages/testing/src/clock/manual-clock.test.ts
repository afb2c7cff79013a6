import { Pipeline } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../../core/test/property-settings.ts'
import { manualClock } from './manual-clock.ts'

test('time stands still until it is advanced', async () => {
  const clock = manualClock({ startAt: 1_000 })
  expect(clock.now()).toBe(1_000)
  await clock.advance(250)
  expect(clock.now()).toBe(1_250)
  await clock.advanceTo(1_300.5)
  expect(clock.now()).toBe(1_300.5)
  expect(manualClock().now()).toBe(0)
})

test('a timer fires at its time, and not before', async () => {
  const clock = manualClock()
  const log: string[] = []
  clock.setTimeout(() => log.push(`fired at ${clock.now()}`), 100)
  await clock.advance(99)
  expect(log).toEqual([])
  await clock.advance(500)
  expect(log).toEqual(['fired at 100'])
  expect(clock.now()).toBe(599)
})

test('timers fire by due time, and at the same time in the order they were set', async () => {
  const clock = manualClock()
  const log: string[] = []
  clock.setTimeout(() => log.push('c'), 30)
  clock.setTimeout(() => log.push('a'), 10)
  clock.setTimeout(() => log.push('b1'), 20)
  clock.setTimeout(() => log.push('b2'), 20)
  await clock.advance(30)
  expect(log).toEqual(['a', 'b1', 'b2', 'c'])
})

test('timers that are set while time moves fire in the same move', async () => {
  const clock = manualClock()
  const log: string[] = []
  const work = (async () => {
    for (const name of ['a', 'b', 'c']) {
      await clock.sleep(10)
      for (let hop = 0; hop < 50; hop++) await undefined
      log.push(`${name} ${clock.now()}`)
    }
  })()
  await clock.advance(30)
  expect(log).toEqual(['a 10', 'b 20', 'c 30'])
  await work
})

test('code that was started just before sets its timers before time moves', async () => {
  const clock = manualClock()
  let wokeAt = -1
  const sleepLater = async (): Promise<void> => {
    for (let hop = 0; hop < 20; hop++) await undefined
    await clock.sleep(5)
    wokeAt = clock.now()
  }
  void sleepLater()
  await clock.advance(100)
  expect(wokeAt).toBe(5)
})

test('a timer of 0 ms never fires inside the call that sets it, and fires without time passing', async () => {
  const clock = manualClock()
  const log: string[] = []
  clock.setTimeout(() => log.push('zero'), 0)
  clock.setTimeout(() => log.push('negative'), -5)
  expect(log).toEqual([])
  await clock.settle()
  expect(log).toEqual(['zero', 'negative'])
  expect(clock.now()).toBe(0)
})

test('a cleared timer never fires, even if a timer of the same instant cleared it', async () => {
  const clock = manualClock()
  const log: string[] = []
  const takeBack = clock.setTimeout(() => log.push('never'), 10)
  clock.setTimeout(() => takeBackThird(), 5)
  clock.setTimeout(() => log.push('kept'), 5)
  const takeBackThird = clock.setTimeout(() => log.push('never'), 5)
  takeBack()
  takeBack()
  await clock.advance(10)
  expect(log).toEqual(['kept'])
  takeBackThird()
  expect(clock.timers).toEqual([])
})

test('pending and timers show the timers that wait, in the order in which they fire', async () => {
  const clock = manualClock()
  await clock.advance(7)
  const aborter = new AbortController()
  const slept = clock.sleep(20, aborter.signal).catch(() => {})
  clock.setTimeout(() => {}, 10)
  clock.setTimeout(() => {}, Infinity)
  expect(clock.pending).toBe(3)
  expect(clock.timers).toEqual([
    { kind: 'timer', setAt: 7, dueAt: 17 },
    { kind: 'sleep', setAt: 7, dueAt: 27 },
    { kind: 'timer', setAt: 7, dueAt: Infinity },
  ])
  aborter.abort()
  await slept
  expect(clock.pending).toBe(2)
})

test('an aborted sleep rejects with the reason of the signal and leaves neither timer nor listener', async () => {
  const clock = manualClock()
  const aborter = new AbortController()
  const listeners = countListeners(aborter.signal)
  const slept = clock.sleep(100, aborter.signal)
  const done = clock.sleep(10, aborter.signal)
  expect(listeners()).toBe(2)
  await clock.advance(10)
  await done
  expect(listeners()).toBe(1)
  aborter.abort(new Error('enough'))
  await expect(slept).rejects.toThrow('enough')
  await expect(clock.sleep(10, aborter.signal)).rejects.toThrow('enough')
  expect(listeners()).toBe(0)
  expect(clock.timers).toEqual([])
})

const { signal } = new AbortController()
test.each<[what: string, given: readonly unknown[], message: string]>([
  ['options in the place of the signal', [50, { signal }], 'signal must be an AbortSignal'],
  ['the index of a list', [50, 0], 'signal must be an AbortSignal'],
  [
    'options as the third argument',
    [50, undefined, { signal }],
    'clock.sleep() was given 3 arguments; call clock.sleep(ms, signal).',
  ],
])('sleep rejects %s, and sets no timer', async (_, given, message) => {
  const clock = manualClock()
  const sleep: (...given: readonly never[]) => Promise<void> = clock.sleep
  const slept = sleep(...(given as never[]))
  expect(clock.timers).toEqual([])
  await expect(slept).rejects.toMatchObject({
    code: 'testing/illegal-option',
    message: expect.stringContaining(message),
  })
})

test('runAll moves time until no timer is left that can fire', async () => {
  const clock = manualClock()
  const log: number[] = []
  clock.setTimeout(() => {
    log.push(clock.now())
    clock.setTimeout(() => log.push(clock.now()), 86_400_000)
  }, 1_000)
  clock.setTimeout(() => log.push(-1), Infinity)
  await clock.runAll()
  expect(log).toEqual([1_000, 86_401_000])
  expect(clock.now()).toBe(86_401_000)
  expect(clock.pending).toBe(1)
})

test('calls that were not awaited move time one after the other', async () => {
  const clock = manualClock()
  const log: string[] = []
  clock.setTimeout(() => void clock.advance(5).then(() => log.push(`inner call ended at ${clock.now()}`)), 10)
  clock.setTimeout(() => log.push(`timer at ${clock.now()}`), 15)
  const both = [clock.advance(10), clock.advance(10)]
  await Promise.all(both)
  await clock.settle()
  expect(log).toEqual(['timer at 15', 'inner call ended at 25'])
})

test('an error of a timer rejects the call that fired it, and the clock still works', async () => {
  const clock = manualClock()
  const log: string[] = []
  clock.setTimeout(() => {
    throw new Error('a bug')
  }, 10)
  clock.setTimeout(() => log.push('next'), 20)
  await expect(clock.advance(50)).rejects.toThrow('a bug')
  expect(clock.now()).toBe(10)
  await clock.advance(10)
  expect(log).toEqual(['next'])
})

test('code that sets timers without end fails with testing/endless-timers', async () => {
  const clock = manualClock({ maxTimers: 100 })
  const again = (): void => void clock.setTimeout(again, 0)
  again()
  await expect(clock.advance(1)).rejects.toMatchObject({
    code: 'testing/endless-timers',
    message: expect.stringContaining('1 wait at 0 (timer due at 0, set at 0)'),
  })
})

test('illegal times are refused', async () => {
  const illegal = { code: 'testing/illegal-option' }
  const clock = manualClock({ startAt: 50 })
  await expect(clock.advance(-1)).rejects.toMatchObject(illegal)
  await expect(clock.advance(NaN)).rejects.toMatchObject(illegal)
  await expect(clock.advance(Infinity)).rejects.toMatchObject(illegal)
  await expect(clock.advanceTo(49)).rejects.toMatchObject(illegal)
  await expect(clock.sleep(NaN)).rejects.toMatchObject(illegal)
  expect(() => clock.setTimeout(() => {}, NaN)).toThrow(expect.objectContaining(illegal))
  // @ts-expect-error a caller without types may forget it
  expect(() => clock.setTimeout(() => {})).toThrow(expect.objectContaining(illegal))
  await expect(clock.advance('5' as never)).rejects.toThrow(
    'advance(): ms must be a finite number of milliseconds, not "5"',
  )
  expect(clock.now()).toBe(50)
})

test.each([
  [null, 'the options must be an object, not null'],
  [{ startAt: NaN }, 'startAt must be a finite number of milliseconds, not NaN'],
  [{ startsAt: 5 }, 'unknown option "startsAt" (did you mean "startAt"? known: startAt, seed, maxTimers)'],
  [{ maxTimers: 0 }, 'maxTimers must be a whole number from 1, not 0'],
])('manualClock(%j) throws testing/illegal-option', (options, message) => {
  expect(() => manualClock(options as never)).toThrow(
    expect.objectContaining({ code: 'testing/illegal-option', message: `manualClock(): ${message}.` }),
  )
})

test('with a seed, timers of the same instant fire shuffled, always in the same order, and due times still hold', async () => {
  async function order(seed: number): Promise<string> {
    const clock = manualClock({ seed })
    const log: string[] = []
    for (const name of ['a', 'b', 'c', 'd']) clock.setTimeout(() => log.push(name), 10)
    clock.setTimeout(() => log.push('first'), 9)
    await clock.advance(10)
    return log.join(' ')
  }
  const orders = []
  for (let seed = 0; seed < 200; seed++) orders.push(await order(seed))
  expect(orders.every((each) => each.startsWith('first '))).toBe(true)
  expect(new Set(orders).size).toBe(24)
  expect(await order(7)).toBe(orders[7])
})

test('any mixture of timers that are set and cleared fires like a sorted list', async () => {
  const step = fc.record({ ms: fc.integer({ min: 0, max: 20 }), takeBack: fc.option(fc.nat(40)) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = manualClock()
      const fired: number[] = []
      const expected = new Map<number, number>()
      const takeBacks: (() => void)[] = []
      for (const [index, { ms, takeBack }] of steps.entries()) {
        takeBacks.push(clock.setTimeout(() => fired.push(index), ms))
        expected.set(index, ms)
        if (takeBack === null) continue
        takeBacks[takeBack]?.()
        expected.delete(takeBack)
      }
      expect(clock.pending).toBe(expected.size)
      await clock.advance(20)
      expect(fired).toEqual([...expected].sort(([a, dueA], [b, dueB]) => dueA - dueB || a - b).map(([index]) => index))
      expect(clock.pending).toBe(0)
    }),
    propertySettings(200),
  )
})

test('10,000 timers can be cleared and fired', async () => {
  const clock = manualClock({ seed: 1 })
  let fired = 0
  const takeBacks = Array.from({ length: 10_000 }, (_, index) => clock.setTimeout(() => fired++, index % 97))
  for (const takeBack of takeBacks.slice(5_000)) takeBack()
  expect(clock.pending).toBe(5_000)
  await clock.advance(100)
  expect(fired).toBe(5_000)
})

function countListeners(signal: AbortSignal): () => number {
  let count = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...of: Parameters<typeof addEventListener>) => (
    count++,
    addEventListener.apply(signal, of)
  )
  signal.removeEventListener = (...of: Parameters<typeof removeEventListener>) => (
    count--,
    removeEventListener.apply(signal, of)
  )
  return () => count
}

test('on a manual clock with a seed, stages that wait equally long end in every order', async () => {
  async function endsOf(seed: number): Promise<string> {
    const clock = manualClock({ seed })
    const log: string[] = []
    const stage = (name: string) => async (): Promise<void> => {
      await clock.sleep(100)
      log.push(name)
    }
    const graph = new Pipeline('parallel')
      .withStage('a', stage('a'))
      .withStage('b', stage('b'))
      .withStage('c', stage('c'))
      .build({ clock })
    const run = graph.run({})
    await clock.runAll()
    await run
    expect(clock.now()).toBe(100)
    expect(clock.timers).toEqual([])
    return log.join(' ')
  }
  const orders: string[] = []
  for (let seed = 0; seed < 50; seed++) orders.push(await endsOf(seed))
  expect(new Set(orders).size).toBe(6)
  expect(await endsOf(9)).toBe(orders[9])
})
