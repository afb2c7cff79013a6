import { setTimeout as realTime } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import type { ManualClock } from '../clock/manual-clock.ts'
import { ContractBench, Patience } from './contract-bench.ts'

const quick = { longestMs: 5, leastTurns: 20 }
const never = new Promise<never>(() => {})

test('ends moves the clock, timer by timer, until the promise settles', async () => {
  const bench = new ContractBench(manualClock())
  const { clock } = bench
  const work = clock.sleep(50).then(() => clock.sleep(30))
  await bench.ends(work, 'the work did not end')
  expect(clock.now()).toBe(80)
})

test('ends waits for real time before it moves the clock, as often as something happens in it', async () => {
  const bench = new ContractBench(manualClock())
  const { clock } = bench
  const request = async (): Promise<void> => {
    const stop = clock.setTimeout(() => {}, 1_000)
    await realTime(5)
    stop()
  }
  const work = (async () => {
    for (let each = 0; each < 20; each++) await request()
  })()
  await bench.ends(work, 'the work did not end')
  expect(clock.now()).toBe(0)
})

test('ends rejects for a promise that never settles', async () => {
  const bench = new ContractBench(manualClock(), new Patience(), quick)
  await expect(bench.ends(never, 'the work did not end')).rejects.toThrow('the work did not end within 5 ms.')
})

test('comesToRest and settlesPatiently never move the clock', async () => {
  const bench = new ContractBench(manualClock())
  const { clock } = bench
  const sleep = clock.sleep(1)
  expect([await bench.comesToRest(sleep), await bench.settlesPatiently(sleep)]).toEqual([false, false])
  expect([clock.now(), clock.pending]).toEqual([0, 1])
  expect(await bench.comesToRest(Promise.resolve())).toBe(true)
  expect(await bench.settlesPatiently(realTime(5))).toBe(true)
})

test('once nothing happened in real time, the benches of a contract stop waiting for it', async () => {
  const patience = new Patience()
  const before = patience.turns
  await new ContractBench(manualClock(), patience).comesToRest(never)
  expect([before > 0, patience.turns]).toEqual([true, 0])
})

test('once something happened in real time, the benches of a contract always wait for it', async () => {
  const patience = new Patience()
  const before = patience.turns
  await new ContractBench(manualClock(), patience).settlesPatiently(realTime(5))
  await new ContractBench(manualClock(), patience).comesToRest(never)
  expect(patience.turns).toBe(before)
})

/** Resolves once the time on the clock isn't 0 any more. */
function untilMoved(clock: ManualClock): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (clock.now() > 0) resolve()
      else setImmediate(look)
    }
    look()
  })
}

test('a case that moved the clock at once, because the cases before it did not wait, is tried once more and waits', async () => {
  const patience = new Patience()
  patience.sawNothing()
  const moved: number[] = []
  const slowRequest = async (ofTry: Patience): Promise<void> => {
    const bench = new ContractBench(manualClock(), ofTry)
    const { clock } = bench
    let isLate = false
    const stop = clock.setTimeout(() => (isLate = true), 50)
    // The first one takes until the clock has moved, however slow this machine is.
    const request = moved.length === 0 ? untilMoved(clock) : realTime(5)
    await bench.ends(request.finally(stop), 'the request did not end')
    moved.push(clock.now())
    if (isLate) throw new Error('the request was too late')
  }
  await patience.tries(slowRequest)
  expect(moved).toEqual([50, 0])
  // From now on the cases wait.
  await patience.tries(slowRequest)
  expect(moved).toEqual([50, 0, 0])
})

test('a case that fails although it waited is tried once', async () => {
  let tries = 0
  const failing = (): Promise<void> => Promise.reject(new Error(`broken ${++tries}`))
  await expect(new Patience().tries(failing)).rejects.toThrow('broken 1')
})

test('a case that fails again once it waits rejects with what it has seen then', async () => {
  const patience = new Patience()
  patience.sawNothing()
  let tries = 0
  const failing = (): Promise<void> => Promise.reject(new Error(`broken ${++tries}`))
  await expect(patience.tries(failing)).rejects.toThrow('broken 2')
  expect(patience.turns).toBe(0)
})
