import { systemClock } from '@stageflow/core'
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as importedImmediate, setTimeout as importedTimeout } from 'node:timers'
import { scheduler, setImmediate as realImmediate, setTimeout as realTime } from 'node:timers/promises'
import { runInThisContext } from 'node:vm'
import { expect, test } from 'vitest'
import { outsideTime } from '../../test/outside-time.ts'
import { interceptorContract } from '../contract.ts'
import { watchedGlobals } from './watched-globals.ts'

const savedTimeout = setTimeout

const TIME = { setTimeout, setInterval, clearTimeout, clearInterval, dateNow: Date.now, now: performance.now }
const time = (): typeof TIME => ({
  setTimeout,
  setInterval,
  clearTimeout,
  clearInterval,
  dateNow: Date.now,
  now: performance.now,
})

test('uses of the time of the machine are named, with their place', () => {
  const globals = watchedGlobals()
  globals.within(() => {
    clearTimeout(setTimeout(() => {}, 5))
    Date.now()
    performance.now()
    systemClock.now()
  })
  globals.close()
  expect(globals.timeUses).toEqual(
    ['setTimeout(…, 5)', 'Date.now()', 'performance.now()', 'performance.now()'].map((call) => ({
      call,
      where: expect.stringMatching(/^watched-globals\.test\.ts:\d+:\d+$/),
    })),
  )
})

const AT = expect.stringMatching(/^watched-globals\.test\.ts:\d+:\d+$/)

test('the date and the clocks of the process are times of the machine too', () => {
  const globals = watchedGlobals()
  const dates = globals.within(() => [
    new Date(),
    new (class extends Date {})(),
    Date(),
    process.hrtime(),
    process.hrtime.bigint(),
    process.uptime(),
    new Date(0),
    Date.UTC(2026),
  ])
  expect(dates[0]).toBeInstanceOf(Date)
  globals.close()
  expect(dates[0]).toBeInstanceOf(Date)
  const calls = [
    'new Date()',
    'new Date()',
    'Date()',
    'process.hrtime()',
    'process.hrtime.bigint()',
    'process.uptime()',
  ]
  expect(globals.timeUses).toEqual(calls.map((call) => ({ call, where: AT })))
})

test('timers are seen whichever way code gets at them', async () => {
  const globals = watchedGlobals()
  await globals.within(async () => {
    clearTimeout(savedTimeout(() => {}, 5))
    clearTimeout(importedTimeout(() => {}, 6))
    importedImmediate(() => {})
    AbortSignal.timeout(60_000)
    await realTime(1)
    await scheduler.wait(2)
    await realImmediate()
  })
  expect(globals.leftTimers).toEqual([{ call: 'setTimeout(…, 60000)', where: AT }])
  globals.close()
  expect(globals.timeUses).toEqual(
    [
      'setTimeout(…, 5)',
      'setTimeout(…, 6)',
      'setImmediate(…)',
      'setTimeout(…, 60000)',
      'setTimeout(…, 1)',
      'setTimeout(…, 2)',
      'setImmediate(…)',
    ].map((call) => ({ call, where: AT })),
  )
})

test('timers that Node sets for a request are its own', async () => {
  const server = createServer((_, response) => response.end('yes'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const globals = watchedGlobals()
  const answer = await globals.within(async () => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    return response.text()
  })
  globals.close()
  server.closeAllConnections()
  server.close()
  expect([answer, globals.timeUses]).toEqual(['yes', []])
})

test('an async context that a call leaves behind is named, and its caller gets its own back', async () => {
  const storage = new AsyncLocalStorage<string>()
  const globals = watchedGlobals()
  await storage.run('caller', async () => {
    globals.within(() => storage.enterWith('call'))
    expect(storage.getStore()).toBe('caller')
    globals.within(() => storage.run('within', () => {}))
    // What an asynchronous function enters after its first wait is its own.
    await globals.within(async () => {
      await Promise.resolve()
      storage.enterWith('later')
    })
    globals.within(() => {
      storage.enterWith('call')
      storage.enterWith('caller')
    })
  })
  globals.close()
  expect(globals.leftContexts).toEqual([{ call: 'enterWith(…)', where: AT }])
})

test('what continues asynchronously is watched, what is outside is not', async () => {
  const globals = watchedGlobals()
  await globals.within(async () => {
    await outsideTime(1)
    globals.outside(() => Date.now())
    expect(globals.timeUses).toEqual([])
    Date.now()
  })
  Date.now()
  globals.close()
  expect(globals.timeUses).toHaveLength(1)
})

test('code of libraries is not watched', () => {
  const globals = watchedGlobals()
  const library = runInThisContext('() => (Date.now(), setTimeout(() => {}, 60_000))', {
    filename: '/app/node_modules/pool/index.js',
  }) as () => NodeJS.Timeout
  const timer = globals.within(library)
  expect([globals.timeUses, globals.leftTimers]).toEqual([[], []])
  globals.close()
  clearTimeout(timer)
})

test('timers that fired or were cleared are not left; close clears the others', async () => {
  const globals = watchedGlobals()
  const fired = Promise.withResolvers<void>()
  const ticks: string[] = []
  const cleared = globals.within(() => {
    setTimeout(() => fired.resolve(), 1)
    setInterval(() => ticks.push('late'), 60_000)
    return [setTimeout(() => {}, 60_000), setInterval(() => {}, 60_000)] as const
  })
  clearTimeout(cleared[0])
  clearInterval(cleared[1])
  await fired.promise
  expect(globals.leftTimers.map(({ call }) => call)).toEqual(['setInterval(…, 60000)'])
  globals.close()
})

test('process listeners that were removed are not left; close removes the others', () => {
  const globals = watchedGlobals()
  const removed = (): void => {}
  const called = (): void => {}
  globals.within(() => {
    process.on('contract/removed', removed)
    process.once('contract/once', called)
    process.once('contract/fired', called)
  })
  process.off('contract/removed', removed)
  process.emit('contract/fired' as 'disconnect')
  expect(globals.leftListeners.map(({ call }) => call)).toEqual(["process.on('contract/once', …)"])
  globals.close()
  expect(process.listenerCount('contract/once')).toBe(0)
})

test('watches at the same time are apart, and the last one to end puts the globals back', () => {
  const [one, other] = [watchedGlobals(), watchedGlobals()]
  one.within(() => Date.now())
  one.close()
  other.within(() => Date.now())
  expect([one.timeUses.length, other.timeUses.length]).toEqual([1, 1])
  expect(Date.now).not.toBe(TIME.dateNow)
  other.close()
  expect(time()).toEqual(TIME)
})

test('a global that other code has replaced meanwhile is left alone', () => {
  const globals = watchedGlobals()
  const fake = (): number => 42
  Date.now = fake
  globals.close()
  expect(Date.now).toBe(fake)
  Date.now = TIME.dateNow
})

// A browser has neither async contexts nor a way to collect garbage.
async function asInBrowser(act: () => Promise<void>): Promise<void> {
  const { getBuiltinModule } = process
  Reflect.set(process, 'getBuiltinModule', undefined)
  try {
    await act()
  } finally {
    process.getBuiltinModule = getBuiltinModule
  }
}

test('without async contexts, what runs synchronously is watched', () =>
  asInBrowser(async () => {
    const globals = watchedGlobals()
    const late = globals.within(async () => {
      Date.now()
      globals.outside(() => Date.now())
      await outsideTime(1)
      Date.now()
    })
    Date.now()
    await late
    globals.close()
    expect(globals.timeUses).toHaveLength(1)
  }))

test('without a way to collect garbage, the name of the case says that it is not checked, and it passes', () =>
  asInBrowser(async () => {
    const kept: unknown[] = []
    const create = () => ({ name: 'keeping', onCall: () => (context: unknown) => void kept.push(context) })
    const last = interceptorContract(create).slice(-2)
    expect(last.map(({ name }) => name)).toEqual([
      'keeps no context and no run after its end (not checked: this runtime cannot be told to collect garbage)',
      'needs no more memory with every run (not checked: this runtime cannot be told to collect garbage)',
    ])
    for (const { run } of last) await run()
    expect(kept.length).toBeGreaterThan(0)
  }))
