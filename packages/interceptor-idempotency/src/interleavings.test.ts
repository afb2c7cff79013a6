import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import { memoryStore } from '@stageflow/keyed-work'
import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { scriptedStore, sizeOf } from '../../keyed-work/test/scripted-store.ts'
import { idempotency } from './idempotency.ts'

const LEASE_MS = 100

/** A run of one piece of work that starts, ends and is aborted at any time, in one of two processes that share a store. */
const caller = fc.record({
  process: fc.integer({ min: 0, max: 1 }),
  key: fc.constantFrom('x', 'y'),
  startsAt: fc.integer({ min: 0, max: 300 }),
  lastsMs: fc.integer({ min: 0, max: 250 }),
  ends: fc.constantFrom('ok', 'ok', 'fail', 'skip', 'throw'),
  abortedAt: fc.option(fc.integer({ min: 0, max: 600 }), { nil: undefined }),
  obeysSignal: fc.boolean(),
})

test('in any interleaving of callers, two never work on one key, all get one output, and no claim is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(caller, { minLength: 1, maxLength: 12 }), fc.boolean(), async (callers, atOnce) => {
      const clock = manualClock()
      const store = atOnce ? memoryStore({ clock }) : scriptedStore(clock)
      const working = new Map<string, number>()
      const done = new Map<string, number>()
      let executions = 0
      const graphs = [0, 1].map(() =>
        new Pipeline('shop')
          .withStage(
            'charge',
            async ({ snapshot, signal }) => {
              const { lastsMs, ends, obeysSignal } = snapshot.metadata as unknown as (typeof callers)[number]
              const key = snapshot.extensions.idempotencyKey ?? ''
              expect(working.get(key) ?? 0, 'at work on one key').toBe(0)
              expect(done.has(key), 'worked after it was done').toBe(false)
              working.set(key, 1)
              const n = ++executions
              try {
                await clock.sleep(lastsMs, obeysSignal ? signal : undefined)
              } finally {
                working.delete(key)
              }
              if (ends === 'fail') return StageOutput.fail('broken')
              if (ends === 'skip') return StageOutput.skip('not now')
              if (ends === 'throw') throw new Error('thrown')
              done.set(key, n)
              return { n }
            },
            StageKind.WORK,
            { idempotency: { parameters: () => 1 } },
          )
          .build({ interceptors: [idempotency({ store, leaseMs: LEASE_MS })], clock }),
      )
      const runs = callers.map(async (each) => {
        await clock.sleep(each.startsAt)
        const abort = new AbortController()
        if (each.abortedAt !== undefined) clock.setTimeout(() => abort.abort(new Error('gone')), each.abortedAt)
        const result = await graphs[each.process]?.runSettled(
          { extensions: { idempotencyKey: each.key }, metadata: { ...each } },
          { signal: abort.signal },
        )
        const charge = result?.outputs.charge
        if (charge?.status === 'ok') expect(charge.data).toEqual({ n: done.get(each.key) })
        const error = result?.report.stages['charge']?.error
        if (error !== undefined) expect(['broken', 'thrown']).toContain(error.message)
      })
      await clock.advance(20_000)
      await Promise.all(runs)
      expect(clock.timers).toEqual([])
      expect(sizeOf(store)).toBe(done.size)
    }),
    propertySettings(150),
  )
}, 120_000)
