import type { ExecutedCall } from '@stageflow/tools'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { bench, tool } from '../test/tool-bench.ts'

/** What a handler does, and what a call brings. */
const callArbitrary = fc.record({
  tool: fc.constantFrom('free', 'single', 'limited', 'flaky', 'denied', 'kept'),
  lastsMs: fc.nat({ max: 60 }),
  ends: fc.constantFrom('answers', 'throws', 'reports', 'hangs', 'ignores'),
  partials: fc.nat({ max: 3 }),
  key: fc.option(fc.constantFrom('k1', 'k2'), { nil: undefined, freq: 4 }),
})
const batchArbitrary = fc.record({
  calls: fc.array(callArbitrary, { maxLength: 12 }),
  startMs: fc.nat({ max: 50 }),
  maxConcurrency: fc.integer({ min: 1, max: 4 }),
  abortMs: fc.option(fc.nat({ max: 120 }), { nil: undefined }),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined, freq: 3 }),
})

test('whatever calls do and whenever they are stopped: one end each, no limit exceeded, order kept, nothing left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(batchArbitrary, { minLength: 1, maxLength: 3 }), async (batches) => {
      const running = new Map<string, number>()
      const startsOfLimited: number[] = []
      const faults: string[] = []
      const inFlight = new Set<string>()
      const execute = async (input: any, context: any): Promise<unknown> => {
        const { toolName, clock, signal } = context
        running.set(toolName, (running.get(toolName) ?? 0) + 1)
        if (toolName === 'single' && running.get(toolName)! > 2) faults.push('concurrency')
        const { idempotencyKey: key } = context
        if (key.startsWith('k') && inFlight.has(key)) faults.push(`two executions of ${key}`)
        inFlight.add(key)
        if (toolName === 'limited') startsOfLimited.push(clock.now())
        try {
          for (let n = 0; n < input.partials; n++) context.partial(n)
          if (input.ends === 'hangs') await clock.sleep(1e6, signal)
          // It leaves in the end, but not for its signal.
          await clock.sleep(
            input.ends === 'ignores' ? 300 : input.lastsMs,
            input.ends === 'ignores' ? undefined : signal,
          )
          if (input.ends === 'throws') throw new Error('thrown')
          return input.ends === 'reports' ? new Error('reported') : input.n
        } finally {
          running.set(toolName, running.get(toolName)! - 1)
          inFlight.delete(key)
        }
      }
      const b = bench(
        [
          tool('free', execute, { timeoutMs: 80 }),
          tool('single', execute, { timeoutMs: 70, concurrency: 2 }),
          tool('limited', execute, { timeoutMs: 50, rateLimit: { calls: 2, perMs: 40 } }),
          tool('flaky', execute, { timeoutMs: 60, retry: { attempts: 2, baseMs: 10, isRetryable: () => true } }),
          tool('denied', execute, { executionModes: ['admin'] }),
          tool('kept', execute, { timeoutMs: 60, undo: () => {} }),
        ],
        { graceMs: 20, maxWaiting: 5 },
      )
      const results = Promise.all(
        batches.map(async ({ calls, startMs, maxConcurrency, abortMs, timeoutMs }, batch) => {
          const controller = new AbortController()
          const stop =
            abortMs === undefined ? undefined : b.clock.setTimeout(() => controller.abort(), startMs + abortMs)
          await b.clock.sleep(startMs)
          const list = calls.map((call, n) => [call.tool, { ...call, n }, `${batch}-${n}`] as const)
          const answers = await b.calls(list, {
            signal: controller.signal,
            maxConcurrency,
            ...(timeoutMs === undefined ? undefined : { timeoutMs }),
            idempotencyKey: ({ callId }) => calls[Number(callId.split('-')[1])]?.key,
          })
          stop?.()
          return answers
        }),
      )
      await b.clock.advance(5_000)
      let all: readonly (readonly ExecutedCall[])[] | undefined
      void results.then((answers) => (all = answers))
      await b.clock.settle()
      if (all === undefined)
        throw new Error(
          `calls wait for ever: ${JSON.stringify(b.events.map(({ type, data }) => `${type} ${data.callId}`))}`,
        )
      await b.clock.advance(1_000)

      expect(faults).toEqual([])
      for (let n = 2; n < startsOfLimited.length; n++)
        expect((startsOfLimited[n] as number) - (startsOfLimited[n - 2] as number)).toBeGreaterThanOrEqual(40)
      all.forEach((answers, batch) =>
        expect(answers.map(({ callId }) => callId)).toEqual(answers.map((_, n) => `${batch}-${n}`)),
      )
      for (const result of all.flat()) checkEvents(result, b)
      expect([...running.values()].filter((count) => count !== 0)).toEqual([])
      expect(b.executor.stats()).toMatchObject({ running: 0, waiting: 0, emitterErrors: 0, storeErrors: 0 })
      expect(b.clock.timers).toEqual([])
    }),
    propertySettings(150),
  )
}, 120_000)

function checkEvents(result: ExecutedCall, b: ReturnType<typeof bench>): void {
  const own = b.events.filter(({ data }) => data.callId === result.callId)
  const types = own.map(({ type }) => type)
  const ends = own.filter(({ type }) => /^tool\.(completed|failed|denied)$/.test(type))
  expect(types.filter((type) => type === 'tool.invoked')).toHaveLength(1)
  expect(types[0]).toBe('tool.invoked')
  expect(ends.map(({ type }) => type)).toEqual([`tool.${result.status === 'cancelled' ? 'failed' : result.status}`])
  expect(types.filter((type) => type === 'tool.started')).toHaveLength(
    result.attempts > 0 && result.replayed === undefined ? 1 : 0,
  )
  expect(types.includes('tool.abandoned')).toBe(result.abandoned === true && result.replayed === undefined)
  if (result.status !== 'denied') expect(ends[0]?.data.partials).toBe(result.partials.length + result.partialsDropped)
  if (result.status === 'denied') expect(result.name).toBe('denied')
}
