import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { expect, test } from 'vitest'

import { ORDER, createKit } from './matrix-kit.ts'
import type { Kit } from './matrix-kit.ts'

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)
const unavailable = (): Error => Object.assign(new Error('unavailable'), { status: 503 })
const input = { extensions: { idempotencyKey: 'letters-of-today' } }

/** The value of a metric, over all its labels. */
async function total({ registry }: Kit, name: string): Promise<number> {
  const lines = (await registry.getSingleMetricAsString(name)).split('\n').filter((line) => !line.startsWith('#'))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
/** Sends 20 letters within all interceptors. The service fails once. */
function post(kit: Kit, options: { readonly failsFor?: number } = {}) {
  const { failsFor = 16 } = options
  const sent: number[] = []
  const graph = new Pipeline('post')
    .withMap('letters', {
      over: () => numbers(20),
      kind: StageKind.WORK,
      concurrency: 4,
      each: async (letter: number, { clock, signal, note }: StageContext) => {
        await clock.sleep(10, signal)
        sent.push(letter)
        note('usage', { inputTokens: 10 })
        if (letter === failsFor && sent.filter((one) => one === letter).length === 1) throw unavailable()
        return { letter }
      },
    })
    .build({ clock: kit.clock, interceptors: kit.interceptors, eventSink: kit.sink })
  return { graph, sent }
}

test('of 20 letters with one 503 only one is sent again, and report, spans and metrics agree on what that cost', async () => {
  const kit = createKit(ORDER)
  const { graph, sent } = post(kit)
  const run = graph.run(input, kit.options)
  await kit.clock.runAll()
  const { report } = await run
  expect(sent).toHaveLength(21)
  expect(report.usage).toEqual({ inputTokens: 210 })
  expect(report.stages.letters.items?.usage).toEqual({ inputTokens: 210 })
  expect(await total(kit, 'stageflow_stage_tokens_total')).toBe(210)
  const ofSpans = kit.spans.map(({ attributes }) => Number(attributes['gen_ai.usage.input_tokens'] ?? 0))
  expect(ofSpans.reduce((sum, tokens) => sum + tokens, 0)).toBe(210)

  // A run of the same day sends none.
  const again = graph.run(input, kit.options)
  await kit.clock.runAll()
  expect((await again).data.letters?.items).toHaveLength(20)
  expect(sent).toHaveLength(21)
  expect([await total(kit, 'stageflow_items_total'), await total(kit, 'stageflow_runs_total')]).toEqual([40, 2])
  expect(kit.spans.filter(({ name }) => name.startsWith('invoke_workflow'))).toHaveLength(2)
  expect(kit.openSpans).toBe(0)
  expect(kit.clock.timers).toEqual([])
})

test('a map that is cancelled goes on with what is not done if it is run again with its key', async () => {
  const kit = createKit(ORDER)
  const { graph, sent } = post(kit, { failsFor: -1 })
  const first = graph.start(input, kit.options)
  await kit.clock.advance(25)
  first.cancel('a deploy')
  await kit.clock.runAll()
  expect((await first.settled).outputs.letters).toMatchObject({
    status: 'cancel',
    data: { items: expect.any(Array) as unknown },
  })
  const done = new Set(sent)
  expect(done.size).toBe(8)
  const second = graph.run(input, kit.options)
  await kit.clock.runAll()
  expect((await second).data.letters?.items).toEqual(numbers(20).map((letter) => ({ letter })))
  expect(sent).toHaveLength(20)
  expect(kit.openSpans).toBe(0)
})

test('100 items of a second complete within all interceptors, and a dead service is called five times for 50 items', async () => {
  const kit = createKit(ORDER.filter((name) => name !== 'retry'))
  let calls = 0
  const graph = new Pipeline('post')
    .withMap('slow', {
      over: () => numbers(100),
      concurrency: 1,
      each: async (_: number, { clock, signal }: StageContext) => void (await clock.sleep(1_000, signal)),
    })
    .withMap('dead', {
      over: () => numbers(50),
      concurrency: 1,
      onItemFailure: 'collect',
      each: () => {
        calls++
        return StageOutput.fail(unavailable())
      },
    })
    .build({ clock: kit.clock, interceptors: kit.interceptors })
  const run = graph.run({}, kit.options)
  await kit.clock.runAll()
  const { report } = await run
  expect(report.stages.slow).toMatchObject({ status: 'ok', items: { ok: 100 } })
  expect(report.stages.dead).toMatchObject({ status: 'ok', items: { fail: 50 } })
  expect(calls).toBe(5)
  // No line of an item that did not fail: 50 errors, two stages and the run.
  expect(kit.lines.map(({ msg }) => msg).toSorted()).toEqual([
    ...Array.from({ length: 50 }, () => 'item failed'),
    'run completed',
    'stage completed',
    'stage completed',
  ])
})
