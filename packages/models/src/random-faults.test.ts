import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { END, httpError, scripted } from '../test/scripted-model.ts'
import type { Step } from '../test/scripted-model.ts'
import { callModel } from './index.ts'
import type { CallModelOptions } from './index.ts'

type Kind = 'text' | 'wait' | 'reasoning' | 'tool' | 'usage' | '503' | '401' | 'odd' | 'hang' | 'length'

const kind: fc.Arbitrary<Kind> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('text' as const) },
  { weight: 3, arbitrary: fc.constant('wait' as const) },
  fc.constantFrom<Kind[]>('reasoning', 'tool', 'usage', '503', '401', 'odd', 'hang', 'length'),
)
const oneCase = fc.record({
  models: fc.array(fc.record({ steps: fc.array(kind, { maxLength: 5 }), isWhole: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  }),
  firstChunkMs: fc.option(fc.constantFrom(15, 40), { nil: undefined }),
  hedgeMs: fc.option(fc.constantFrom(5, 25), { nil: undefined }),
  drain: fc.boolean(),
  cancelAtMs: fc.option(fc.nat(120), { nil: undefined }),
})

/** Each text says whose it is and which place it has. */
function stepOf(kindOfStep: Kind, model: number, place: number): Step {
  switch (kindOfStep) {
    case 'text':
      return { text: `${model}.${place} ` }
    case 'wait':
      return 10
    case 'reasoning':
      return { reasoning: 'Hm.' }
    case 'tool':
      return { toolCalls: [{ index: 0, id: 'c', name: 'look', arguments: '{}' }] }
    case 'usage':
      return { usage: { inputTokens: 7 } }
    case '503':
      return httpError(503)
    case '401':
      return httpError(401)
    case 'odd':
      return new Error('odd')
    case 'hang':
      return 'hang'
    case 'length':
      return { finishReason: 'length' }
  }
}

const BREAKS: ReadonlySet<Kind> = new Set(['503', '401', 'odd', 'hang', 'length'])

test('whatever models do, a reader gets the text of one of them from its beginning, a whole one if the stage is ok, and nothing goes on afterwards', async () => {
  const seen = { ok: 0, fail: 0, cancel: 0, switched: 0, hedged: 0 }
  await fc.assert(
    fc.asyncProperty(oneCase, async ({ models: given, cancelAtMs, drain, ...limits }) => {
      const clock = manualClock()
      const models = given.map(({ steps, isWhole }, model) =>
        scripted(clock, `m${model}`, [
          ...steps.map((step, place) => stepOf(step, model, place)),
          ...(isWhole ? [END] : []),
        ]),
      )
      const options = {
        models,
        drain,
        ...Object.fromEntries(Object.entries(limits).filter(([, ms]) => ms !== undefined)),
      }
      const run = new Pipeline('chat')
        .withStage('llm', async function* (context) {
          return yield* callModel(context, 'ask', options as never as CallModelOptions<string>)
        })
        .build({ clock })
        .start({}, { timeoutMs: 200 })
      const texts: string[] = []
      const read = (async () => {
        for await (const text of run.chunks('llm')) texts.push(text)
      })().catch(() => {})
      if (cancelAtMs !== undefined) clock.setTimeout(() => run.cancel('enough'), cancelAtMs)
      await clock.advance(60_000)
      const { report, data } = await run.settled
      await read
      const { status, notes } = report.stages.llm
      if (status === 'ok' || status === 'fail' || status === 'cancel') seen[status]++
      // One text, from its beginning.
      const owner = Number(texts[0]?.split('.')[0] ?? 0)
      const all = (given[owner]?.steps ?? []).flatMap((step, place) => (step === 'text' ? [`${owner}.${place} `] : []))
      expect(texts).toEqual(all.slice(0, texts.length))
      if (status === 'ok') {
        const { steps = [], isWhole } = given.find((_, place) => `m${place}` === data.llm?.model) ?? {}
        expect(isWhole && !steps.some((step) => BREAKS.has(step))).toBe(true)
        expect(data.llm?.text).toBe(texts.join(''))
        expect(texts.length).toBe(data.llm?.text === '' ? 0 : all.length)
      }
      // Each model once, with a note each, and nothing open.
      const calls = notes.models?.calls ?? []
      expect(models.map(({ requests }) => requests.length)).toEqual(
        models.map(({ id }) => calls.filter(({ model }) => model === id).length),
      )
      expect(calls.every(({ model }, place) => calls.findIndex((call) => call.model === model) === place)).toBe(true)
      expect(calls.filter((call) => call.status === 'ok').length).toBeLessThanOrEqual(1)
      if (calls.some((call) => call.status === 'ok')) expect(status).not.toBe('fail')
      for (const { usage } of calls)
        expect(usage === undefined || Object.values(usage).every((value) => value !== undefined)).toBe(true)
      expect(models.map((model) => model.open())).toEqual(models.map(() => 0))
      expect(clock.pending).toBe(0)
      if (calls.length > 1) seen.switched++
      // Only the loser of a hedge is stopped beside an answer.
      const ends = new Set(calls.map((call) => call.status))
      if (ends.has('ok') && ends.has('cancel')) seen.hedged++
    }),
    propertySettings(20_000),
  )
  for (const [kind, count] of Object.entries(seen)) expect([kind, count > 0]).toEqual([kind, true])
}, 600_000)
