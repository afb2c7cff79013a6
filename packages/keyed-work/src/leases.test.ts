import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { leases } from './index.ts'

test('a lease is renewed three times while it lasts, and no more once it has ended', async () => {
  const clock = manualClock()
  let renewals = 0
  const lease = leases(30_000).keep(clock, async () => void renewals++)
  await clock.advance(30_000)
  expect(renewals).toBe(3)
  await lease.end()
  expect(clock.timers).toEqual([])
})

test('a hundred leases have one timer, which ends with the last of them', async () => {
  const clock = manualClock()
  let renewals = 0
  const all = leases(30_000)
  const kept = Array.from({ length: 100 }, () => all.keep(clock, async () => void renewals++))
  expect(clock.timers).toHaveLength(1)
  await clock.advance(10_000)
  expect(renewals).toBe(100)
  for (const lease of kept.slice(1)) await lease.end()
  expect(clock.timers).toHaveLength(1)
  await kept[0]?.end()
  await kept[0]?.end()
  expect(clock.timers).toEqual([])
  const next = all.keep(clock, async () => void renewals++)
  await clock.advance(10_000)
  expect(renewals).toBe(101)
  await next.end()
})

test('each clock has its own timer', async () => {
  const [one, other] = [manualClock(), manualClock()]
  const all = leases(3)
  const log: string[] = []
  const kept = [all.keep(one, async () => void log.push('one')), all.keep(other, async () => void log.push('other'))]
  await one.advance(2)
  expect(log).toEqual(['one', 'one'])
  for (const lease of kept) await lease.end()
  expect([one.timers, other.timers]).toEqual([[], []])
})

test('a renewal that takes long is the only one, and the end waits for it', async () => {
  const clock = manualClock()
  const answered = Promise.withResolvers<void>()
  let renewals = 0
  const lease = leases(30).keep(clock, () => (renewals++, answered.promise))
  await clock.advance(100)
  expect(renewals).toBe(1)
  const log: string[] = []
  const ended = lease.end().then(() => log.push('ended'))
  await clock.settle()
  expect(log).toEqual([])
  answered.resolve()
  await ended
  expect(log).toEqual(['ended'])
})

test('wrong lengths, clocks and renewals are refused', () => {
  for (const leaseMs of [undefined, {}, '7', 0, NaN])
    expect(() => leases(leaseMs as never)).toThrow(
      expect.objectContaining({
        code: 'keyed-work/illegal-option',
        message: expect.stringContaining('leases(): leaseMs must be a whole number from 1'),
      }),
    )
  const all = leases(1_000)
  expect(() => all.keep({} as never, async () => {})).toThrow('keep(): clock must be a clock with now()')
  expect(() => all.keep(manualClock(), 7 as never)).toThrow('keep(): renew must be a function () => Promise<void>')
})
