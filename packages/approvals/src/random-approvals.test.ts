import type { ApprovalStore } from '@stageflow/keyed-work'
import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { bench, tool } from '../../tool-executor/test/tool-bench.ts'
import { Approvals, memoryApprovalStore } from './index.ts'

const TTL_MS = 1_000
const ADA = { orgId: 'acme', userId: 'ada' }
const ID = 'run-1/call-0'

/** A process that makes the call, a person who decides, and one who withdraws it, each at some time. */
const caseArbitrary = fc.record({
  callers: fc.array(
    fc.record({
      startMs: fc.nat({ max: 1_500 }),
      waitMs: fc.constantFrom(0, 200, Infinity),
      abortMs: fc.option(fc.nat({ max: 1_500 }), { nil: undefined, freq: 3 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  decisions: fc.array(
    fc.record({
      atMs: fc.nat({ max: 1_500 }),
      approved: fc.boolean(),
      euros: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
    { maxLength: 3 },
  ),
  cancelMs: fc.option(fc.nat({ max: 1_500 }), { nil: undefined, freq: 3 }),
  delays: fc.array(fc.nat({ max: 120 }), { minLength: 1, maxLength: 8 }),
})

test('whatever happens when: a call is made once at most, with the decision that counted, and nothing is left', async () => {
  let made = 0
  await fc.assert(
    fc.asyncProperty(caseArbitrary, async ({ callers, decisions, cancelMs, delays }) => {
      const clock = manualClock()
      const store = slow(memoryApprovalStore({ clock }), delays, clock)
      const ran: unknown[] = []
      const pay = tool('pay', (input) => ran.push(input))

      const results = callers.map(async ({ startMs, waitMs, abortMs }) => {
        await clock.sleep(startMs)
        const controller = new AbortController()
        if (abortMs !== undefined) clock.setTimeout(() => controller.abort(new Error('left')), abortMs)
        const { approve } = new Approvals({ store, waitMs, ttlMs: TTL_MS })
        const { call } = bench([pay], { approve })
        return call(
          'pay',
          { euros: 900 },
          { ids: { pipelineRunId: 'run-1', ...ADA }, clock, signal: controller.signal },
        )
      })
      const people = new Approvals({ store })
      const decided = decisions.map(async ({ atMs, approved, euros }) => {
        await clock.sleep(atMs)
        const edit = approved && euros !== undefined ? { arguments: { euros } } : {}
        const { decision } = await people.decide(ID, { approved, ...edit }, ADA)
        return JSON.stringify(decision)
      })
      const cancelled = (async () => {
        if (cancelMs === undefined) return false
        await clock.sleep(cancelMs)
        return (await people.cancel(ID, ADA)).status === 'cancelled'
      })().catch(() => false)
      const over = Promise.all([Promise.all(results), Promise.allSettled(decided), cancelled])
      await clock.advance(20_000)
      const [ends, decisionsOver, wasCancelled] = await over

      const counted = new Set(decisionsOver.filter((each) => each.status === 'fulfilled').map(({ value }) => value))
      expect(counted.size).toBeLessThanOrEqual(1)
      const [decision] = [...counted].map(
        (text) => JSON.parse(text as string) as { approved: boolean; arguments?: object },
      )
      expect(ran.length).toBeLessThanOrEqual(1)
      if (ran.length === 1) {
        made++
        expect(decision?.approved).toBe(true)
        expect(ran[0]).toEqual(decision?.arguments ?? { euros: 900 })
        expect(wasCancelled).toBe(false)
      }
      expect(ends.filter(({ status }) => status === 'completed').length).toBeLessThanOrEqual(ran.length)
      for (const end of ends)
        if (end.status === 'denied')
          expect(end.reason).toMatch(/^(not_approved|approval_(pending|expired|cancelled|used))$/)
        else expect(end.status).toMatch(/^(completed|cancelled)$/)
      expect(await pendingAfter(store, clock)).toEqual([])
      expect(clock.timers).toEqual([])
    }),
    propertySettings(2_000),
  )
  expect(made).toBeGreaterThan(0)
})

/** A store whose answers, and whose changes, come later. */
function slow(store: ApprovalStore, delays: readonly number[], clock: ReturnType<typeof manualClock>): ApprovalStore {
  let calls = 0
  const pause = () => clock.sleep(delays[calls++ % delays.length] as number)
  const later =
    <Given extends unknown[], Answer>(act: (...given: Given) => Answer | Promise<Answer>) =>
    async (...given: Given): Promise<Answer> => {
      await pause()
      const answer = await act(...given)
      await pause()
      return answer
    }
  return {
    request: later(store.request),
    find: later(store.find),
    decide: later(store.decide),
    cancel: later(store.cancel),
    use: later(store.use),
    pending: later(store.pending),
  }
}

/** What can still be decided when all is over: nothing, because its time has passed. */
async function pendingAfter(store: ApprovalStore, clock: ReturnType<typeof manualClock>): Promise<readonly unknown[]> {
  const list = new Approvals({ store }).pending(ADA)
  await clock.advance(1_000)
  return list
}
