import { Pipeline, StageOutput, StageflowError, defineStage } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { gate, soft, stream } from '@stageflow/core/edges'
import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import type { PlayedStreams } from './played-streams.ts'
import { runStage } from './run-stage.ts'

// Stages with streams, soft edges and gates, alone.

type Reads = StageContext<{}, {}, { readonly llm: string }>
/** Joins the words that it reads, and says how the stream ended. */
const speak = async ({ inputs }: Reads) => {
  const said: string[] = []
  let ended = 'ok'
  try {
    for await (const word of inputs.stream('llm')) said.push(word)
  } catch (error) {
    if (!StageflowError.is(error)) throw error
    ended = error.code
  }
  return { said, ended }
}
const dataOf = ({ output }: { readonly output: StageOutput }): unknown => output.status === 'ok' && output.data

test('a stage reads the chunks that a test gives, and after them what their stage returned', async () => {
  const stage = async ({ inputs }: StageContext) => {
    const said: string[] = []
    for await (const word of inputs.stream('llm')) said.push(word)
    return { said, text: inputs.from('llm').text }
  }
  const inputs = { llm: { text: 'Hi!' }, profile: { name: 'Ada' } }
  const run = await runStage(stage, { streams: { llm: ['Hi', '!'] }, inputs })
  expect(dataOf(run)).toEqual({ said: ['Hi', '!'], text: 'Hi!' })
  expect(run.record.inbox).toEqual({ chunks: 2, mostWaiting: 0, dropped: 0, blockedMs: 0 })
  expect(run.record.committed).toBe(true)
  expect(run.events.map(({ type }) => type)).toEqual(['stage.stage.started', 'stage.stage.completed'])
})

test('a stream that fails or is skipped gives the stage the errors of the engine', async () => {
  const of = async (streams: PlayedStreams<{ readonly llm: string }>) => dataOf(await runStage(speak, { streams }))
  expect(await of({ llm: [] })).toEqual({ said: [], ended: 'ok' })
  expect(
    await of({
      llm: async function* () {
        yield 'Hi'
        throw new Error('the model is down')
      },
    }),
  ).toEqual({ said: ['Hi'], ended: 'core/stream-cut' })
  expect(await of({ llm: StageOutput.fail('down') })).toEqual({ said: [], ended: 'core/stream-cut' })
  expect(await of({ llm: StageOutput.skip('not needed') })).toEqual({ said: [], ended: 'core/stream-skipped' })
  expect(
    await of({
      llm: async function* () {
        yield 'Hi'
        return StageOutput.skip('never mind')
      },
    }),
  ).toEqual({ said: ['Hi'], ended: 'core/stream-cut' })
})

test('a stage that lets the error of its stream pass ends as in a pipeline', async () => {
  const reads = async ({ inputs }: Reads) => {
    for await (const _word of inputs.stream('llm'));
  }
  const cut = await runStage(reads, { streams: { llm: StageOutput.fail('down') } })
  expect(cut.output).toMatchObject({ status: 'fail', error: { code: 'core/stream-cut' } })
  const skipped = await runStage(reads, { streams: { llm: StageOutput.skip('no') } })
  expect(skipped.output).toMatchObject({ status: 'skip', reason: 'the stream of stage "llm" was skipped' })
})

test('a played stream takes its time on the clock of the test', async () => {
  const clock = manualClock()
  const running = runStage(
    async ({ inputs }: Reads) => {
      const at: number[] = []
      for await (const _word of inputs.stream('llm')) at.push(clock.now())
      return { at }
    },
    {
      clock,
      streams: {
        llm: async function* (context) {
          for (const word of ['Hi', '!']) {
            await context.clock.sleep(50, context.signal)
            yield word
          }
        },
      },
    },
  )
  await clock.runAll()
  expect(dataOf(await running)).toEqual({ at: [50, 100] })
  expect(clock.timers).toEqual([])
})

const voice = new Pipeline('voice')
  .withStage('moderation', () => ({}), 'guard')
  .withStage('profile', () => ({ name: 'Ada' }))
  .withStage('filler', async function* () {
    yield 'Hm'
  })
  .withStage(
    'llm',
    async function* () {
      yield 'Hello'
      return { text: 'Hello' }
    },
    { dependencies: [gate('moderation'), soft('profile', { waitMs: 80 })] },
  )
  .withStage('speak', speak, { dependencies: [stream('llm')] })
  .withStage(
    'mix',
    async ({ inputs }) => {
      const said: string[] = []
      for await (const { stage, chunk } of inputs.stream()) said.push(`${stage} ${chunk}`)
      return { said }
    },
    { dependencies: [stream('llm'), stream('filler')] },
  )

test('a stage of a pipeline keeps its edges: it needs the chunks of each stream', async () => {
  expect(dataOf(await runStage(voice, 'speak', { streams: { llm: ['Hi'] } }))).toEqual({ said: ['Hi'], ended: 'ok' })
  await expect(runStage(voice, 'speak')).rejects.toThrow(
    `runStage(): stage "speak" reads the stream of "llm". Pass the chunks: { streams: { "llm": ['a chunk'] } }; StageOutput.skip('no') stands for a skipped stage.`,
  )
  await expect(runStage(voice, 'speak', { inputs: { llm: { text: 'Hello' } } })).rejects.toThrow(
    'reads the stream of "llm"',
  )
  await expect(runStage(voice, 'mix', { streams: { llm: ['Hi'] } })).rejects.toThrow('reads the stream of "filler"')
})

test('a gate of a pipeline opens for its data, and refuses without', async () => {
  const open = await runStage(voice, 'llm', { inputs: { moderation: {}, profile: { name: 'Ada' } } })
  expect(open.output).toMatchObject({ status: 'ok', data: { text: 'Hello' } })
  expect(open.chunks).toEqual(['Hello'])
  const refused = await runStage(voice, 'llm', { inputs: { moderation: undefined, profile: undefined } })
  expect(refused.output).toMatchObject({ status: 'skip', reason: 'gate "moderation" ended skip' })
  expect(refused.chunks).toEqual([])
})

test('a stage of defineStage reads its streams by its own names', async () => {
  const llm = defineStage({
    name: 'llm',
    run: async function* () {
      yield 'Hello'
      return {}
    },
  })
  const loud = defineStage({
    name: 'loud',
    after: { words: stream(llm) },
    run: async ({ inputs }) => {
      const said: string[] = []
      for await (const word of inputs.stream('words')) said.push(word.toUpperCase())
      return { said }
    },
  })
  expect(dataOf(await runStage(loud, { streams: { llm: ['Hi'] } }))).toEqual({ said: ['HI'] })
})

test("a value that isn't a stream is refused, by the name of its stage", async () => {
  for (const llm of ['Hi', 7, { words: [] }, null])
    await expect(runStage(speak, { streams: { llm: llm as never } })).rejects.toThrow(
      'streams.llm must be an array of chunks, an async generator function',
    )
  await expect(runStage(speak, { streams: ['Hi'] as never })).rejects.toThrow(
    'streams must be an object with the chunks',
  )
})

test('interceptors are around the stage, and not around those that play its streams', async () => {
  const seen: string[] = []
  const watch = {
    name: 'watch',
    settled: ({ stage }: { readonly stage: string }) => void seen.push(stage),
    onCall: ({ name }: { readonly name: string }) => void seen.push(`asked about ${name}`),
  }
  await runStage(speak, { streams: { llm: ['Hi'] }, interceptors: [watch] })
  expect(seen).toEqual(['asked about stage', 'stage'])
})

test('streams and an answer exclude each other: a stage that reads a stream cannot suspend', async () => {
  await expect(runStage(speak, { streams: { llm: ['Hi'] }, resumed: { answer: true } })).rejects.toThrow(
    'leave out resumed: a stage that reads a stream cannot suspend',
  )
})
