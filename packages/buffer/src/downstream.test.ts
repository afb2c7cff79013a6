import type { WaitOptions } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Downstream, closeBranches, flushBranches } from './index.ts'
import type { Endable } from './index.ts'

let clock = manualClock()
beforeEach(() => void (clock = manualClock()))
afterEach(() => expect(clock.timers).toEqual([]))

const down = new Error('down')
const never = (): Promise<never> => new Promise(() => {})
const errors = {
  failed: (call: string, cause: unknown) => new Error(`${call} failed`, { cause }),
  late: (call: string, timeoutMs: number) => new Error(`${call} took ${timeoutMs} ms`),
}
const behind = (target: Endable, name = 'the sink'): Downstream => new Downstream(target, { name, clock, errors })
const branch = (name: string, target: Endable) => ({ name, downstream: behind(target, `sink "${name}"`) })

test('flush and close pass the limit on, and what close resolves with is the report', async () => {
  const waits: unknown[] = []
  const target = {
    flush: (wait?: WaitOptions) => void waits.push(['flush', wait]),
    close: async (wait?: WaitOptions) => (waits.push(['close', wait]), { lost: 1 }),
  }
  expect(await behind(target).flushWithin({ timeoutMs: 20 })).toEqual({ error: undefined, report: undefined })
  expect(await behind(target).closeWithin({ timeoutMs: 30 })).toEqual({ error: undefined, report: { lost: 1 } })
  expect(waits).toEqual([
    ['flush', { timeoutMs: 20 }],
    ['close', { timeoutMs: 30 }],
  ])
})

test('what cannot be closed is flushed, and what can do neither has ended', async () => {
  const calls: string[] = []
  const flushable = behind({ flush: () => void calls.push('flush') })
  expect(flushable.isClosable).toBe(false)
  await flushable.close({})
  expect(calls).toEqual(['flush'])
  expect(await behind({}).closeWithin({})).toEqual({ error: undefined, report: undefined })
})

test('an error says which call of what failed, and has the cause', async () => {
  const target = {
    flush: () => {
      throw down
    },
    close: () => Promise.reject(down),
  }
  await expect(behind(target).flush({})).rejects.toMatchObject({ message: 'flush() of the sink failed', cause: down })
  await expect(behind(target).close({})).rejects.toMatchObject({ message: 'close() of the sink failed', cause: down })
})

test('close takes 5,000 ms by default, and flush as long as it has to; undefined counts as not given', async () => {
  const stuck = behind({ flush: never, close: never })
  const flushed = Promise.race([stuck.flushWithin({}), clock.sleep(100_000)])
  const closed = [stuck.closeWithin({}), stuck.closeWithin({ timeoutMs: undefined as never })]
  await clock.advance(4_999)
  const isClosed = await Promise.race([Promise.all(closed), 'no'])
  expect(isClosed).toBe('no')
  await clock.advance(1)
  for (const { error } of await Promise.all(closed))
    expect(error).toEqual(new Error('close() of the sink took 5000 ms'))
  await clock.advance(95_000)
  expect(await flushed).toBe(undefined)
})

test('all branches are flushed at once; one error is thrown as it is, several as one', async () => {
  const several = (all: readonly Error[]) => new Error(all.map(({ message }) => message).join(' and '))
  const flushed = flushBranches(
    [branch('a', { flush: never }), branch('b', { flush: never })],
    { timeoutMs: 50 },
    several,
  )
  const rejected = expect(flushed).rejects.toThrow('flush() of sink "a" took 50 ms and flush() of sink "b" took 50 ms')
  await clock.advance(50)
  await rejected
  const one = [branch('a', {}), branch('b', { flush: () => Promise.reject(down) })]
  await expect(flushBranches(one, {}, several)).rejects.toMatchObject({ message: 'flush() of sink "b" failed' })
  await flushBranches([branch('a', {})], {}, several)
})

test('all branches are closed at once, and each has its report under its name', async () => {
  const branches = [branch('a', { close: async () => ({ lost: 2 }) }), branch('b', { close: never })]
  const closed = closeBranches(branches, { timeoutMs: 50 }, ({ name }, { error, report }) => ({ name, error, report }))
  await clock.advance(50)
  const reports = await closed
  expect(reports).toEqual({
    a: { name: 'a', error: undefined, report: { lost: 2 } },
    b: { name: 'b', error: new Error('close() of sink "b" took 50 ms'), report: undefined },
  })
  expect(Object.isFrozen(reports)).toBe(true)
})

test('a sink or an exporter for another version of core is refused (core/plugin-version)', () => {
  const target = { core: '^99.0.0', flush: () => {} } as Endable
  expect(() => behind(target, 'the sink behind')).toThrow(
    expect.objectContaining({
      code: 'core/plugin-version',
      message: expect.stringContaining('The sink behind needs another core than') as string,
    }),
  )
})
