import { Pipeline, StageOutput } from '@stageflow/core'
import { gate, soft, stream } from '@stageflow/core/edges'
import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import { cassetteText } from './cassette.ts'
import { diffRuns } from '../../../report/src/index.ts'
import { recordRun } from './record-run.ts'
import { replayRun } from './replay-run.ts'

// A cassette has the facts of a run that could go on elsewhere. Chunks and what a gate holds don't outlast a process.

const SECRET = 'the-refused-answer'

const voice = (check: () => object, said: string[] = []) =>
  new Pipeline('voice')
    .withStage('moderation', check, 'guard')
    .withStage(
      'llm',
      async function* () {
        yield SECRET
        return { text: SECRET }
      },
      { dependencies: [gate('moderation')] },
    )
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const word of inputs.stream('llm')) said.push(word)
        return { words: said.length }
      },
      { dependencies: [stream('llm')] },
    )

test('a graph with streams and gates is refused by name, and nothing of it runs', async () => {
  let calls = 0
  const graph = voice(() => ({ calls: ++calls })).build()
  const error: unknown = await recordRun(graph).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'core/not-durable' })
  expect(String(error)).toContain('Stage "llm" of "voice" has a gate edge from stage "moderation"')
  expect(calls).toBe(0)
})

test('inside a child pipeline that is one call it is recorded whole, and replayed without running', async () => {
  const said: string[] = []
  const graph = new Pipeline('turn')
    .withPipeline(
      'voice',
      voice(() => ({}), said),
      { placement: 'call' },
    )
    .build()
  const { result, cassette } = await recordRun(graph)
  expect(result.data).toMatchObject({ voice: { speak: { words: 1 } } })
  expect(said).toEqual([SECRET])
  const again = await replayRun(graph, cassette)
  expect(again.result.data).toEqual(result.data)
  expect(said).toEqual([SECRET])
  expect(diffRuns(cassette, again.cassette)).toBe('')
})

test('a cassette has nothing of a stage that a gate refused', async () => {
  const refused = voice(() => StageOutput.skip('not allowed'))
  const graph = new Pipeline('turn').withPipeline('voice', refused, { placement: 'call' }).build()
  const { result, cassette } = await recordRun(graph)
  expect(result.status).toBe('completed')
  expect(cassetteText(cassette)).not.toContain(SECRET)
})

test('a stage that has not waited for its soft dependency is replayed with what it read', async () => {
  const clock = manualClock()
  const build = (profileMs: number) =>
    new Pipeline('turn')
      .withStage('profile', async () => {
        await clock.sleep(profileMs)
        return { name: 'Ada' }
      })
      .withStage('answer', ({ inputs }) => ({ to: inputs.from('profile')?.name ?? 'you' }), {
        dependencies: [soft('profile', { waitMs: 50 })],
      })
      .build({ clock })
  const recording = recordRun(build(80), {}, { clock })
  await clock.runAll()
  const { result, cassette } = await recording
  expect(result.data).toMatchObject({ answer: { to: 'you' } })
  const replaying = replayRun(build(1), cassette, { clock })
  await clock.runAll()
  expect((await replaying).result.data).toEqual(result.data)
  expect(clock.timers).toEqual([])
})
