import { Pipeline } from '@stageflow/core'
import type { BudgetStore } from '@stageflow/keyed-work'
import { retry } from '@stageflow/interceptor-retry'
import { manualClock } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../../core/test/property-settings.ts'
import { httpError, words } from '../../test/scripted-model.ts'
import type { Step } from '../../test/scripted-model.ts'
import { sized } from '../../test/sized-model.ts'
import { callModel, memoryBudgetStore, modelBudget } from '../index.ts'
import type { ModelContext } from '../index.ts'

const DAY_MS = 86_400_000
const MOST = 300

/** How a model answers: with so many words of one token each, or not. */
const answer = fc.record({
  waitMs: fc.nat(50),
  tokens: fc.nat(40),
  end: fc.constantFrom('ok', '503', '401', 'cut', 'hang', 'no-usage'),
})
const oneRun = fc.record({
  startsAtMs: fc.nat(100),
  answers: fc.array(answer, { minLength: 1, maxLength: 4 }),
  hedgeMs: fc.option(fc.constantFrom(5, 30), { nil: undefined }),
  drain: fc.boolean(),
  cancelAtMs: fc.option(fc.nat(200), { nil: undefined }),
  hasMaximum: fc.boolean(),
})
const oneCase = fc.record({
  runs: fc.array(oneRun, { minLength: 1, maxLength: 12 }),
  storeMs: fc.constantFrom(0, 3),
})

function stepsOf({ waitMs, tokens, end }: { waitMs: number; tokens: number; end: string }): Step[] {
  const texts = words(...Array.from({ length: tokens }, () => 'word'))
  const usage = { usage: { inputTokens: 10, outputTokens: tokens } }
  switch (end) {
    case '503':
      return [waitMs, httpError(503)]
    case '401':
      return [waitMs, httpError(401)]
    case 'cut':
      return [waitMs, ...texts]
    case 'hang':
      return [...texts, 'hang']
    case 'no-usage':
      return [waitMs, ...texts, { finishReason: 'stop' }]
    default:
      return [waitMs, ...texts, { finishReason: 'stop', ...usage }]
  }
}

/** A store that takes its time, and shows the sum of all that it has. */
function slowStore(clock: ManualClock, ms: number) {
  const inner = memoryBudgetStore({ clock })
  const slowly = async <T>(act: () => T): Promise<T> => {
    if (ms > 0) await clock.sleep(ms)
    return act()
  }
  const store: BudgetStore = {
    reserve: (key, given) => slowly(() => inner.reserve(key, given)),
    settle: (key, given) => slowly(() => inner.settle(key, given)),
  }
  /** The amount that is settled and held. */
  const sum = (): number => {
    const key = JSON.stringify(['perUser', 'tokens', DAY_MS, null, 'ada'])
    const given = { token: 'one more', amount: 1e9, most: 1e8, windowMs: DAY_MS }
    const found = inner.reserve(key, given)
    return found.status === 'refused' ? 1e8 - found.left : Number.NaN
  }
  return { store, sum }
}

test('whatever models, stores and callers do, runs at once never count more than their limit, and exactly what they have noted in the end', async () => {
  const seen = { ok: 0, refused: 0, cancelled: 0, ended: 0 }
  await fc.assert(
    fc.asyncProperty(oneCase, async ({ runs, storeMs }) => {
      const clock = manualClock()
      const startedAt = clock.now()
      const { store, sum } = slowStore(clock, storeMs)
      const budget = modelBudget({ perUser: { maxTokens: MOST, windowMs: DAY_MS }, store, expectOutputTokens: 8 })
      let mostSeen = 0
      const running = runs.map(async ({ startsAtMs, answers, hedgeMs, drain, cancelAtMs, hasMaximum }) => {
        const size = { inputTokens: 10, ...(hasMaximum && { maxOutputTokens: 40 }) }
        const [first, ...others] = answers.map((one) => sized(clock, size, stepsOf(one)))
        const models = [first as ReturnType<typeof sized>, ...others] as const
        const graph = new Pipeline('chat')
          .withStage('ask', async function* (context: ModelContext) {
            return yield* callModel(context, 'Hi', { models, drain, ...(hedgeMs !== undefined && { hedgeMs }) })
          })
          .build({ clock, interceptors: [budget, retry({ attempts: 2, baseMs: 5 })] })
        await clock.sleep(startsAtMs)
        const run = graph.start({ userId: 'ada' })
        void clock.sleep(cancelAtMs ?? 300).then(() => run.cancel('enough'))
        const { report } = await run.settled
        return report
      })
      const all = Promise.all(running)
      let isOver = false
      void all.finally(() => (isOver = true))
      while (!isOver) {
        await clock.advance(1)
        // Each run has ended, or was cancelled after 300 ms, and its grace time is 5 s.
        if (clock.now() > startedAt + 20_000) throw new Error('a run does not end')
        mostSeen = Math.max(mostSeen, sum())
      }
      const reports = await all
      expect(mostSeen).toBeLessThanOrEqual(MOST)
      const noted = reports.map(({ usage }) => (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0))
      expect(sum()).toBe(noted.reduce((total, one) => total + one, 0))
      for (const { stages, status } of reports) {
        const code = stages['ask']?.error?.code
        if (status === 'completed') seen.ok++
        if (status === 'cancelled') seen.cancelled++
        if (code === 'models/budget' && stages['ask']?.notes.usage === undefined) seen.refused++
        if (code === 'models/budget' && stages['ask']?.notes.usage !== undefined) seen.ended++
      }
    }),
    propertySettings(150),
  )
  for (const [kind, count] of Object.entries(seen)) expect([kind, count > 0]).toEqual([kind, true])
}, 120_000)
