import { expect, test } from 'vitest'
import { checkLeg, runDurable } from '../src/durable.ts'
import { gate, stream } from '../src/edges.ts'
import { Pipeline, StageOutput, asStage } from '../src/index.ts'
import type { StageGraph, StageflowEvent } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'
import { clock } from './fresh-clock.ts'

// Chunks, and what a gate holds back, do not outlast a process. So streams and gates are inside one call of a durable run.

async function* words() {
  yield 'One '
  yield 'two'
  return { text: 'One two' }
}
const voice = () =>
  new Pipeline('voice').withStage('llm', words).withStage(
    'play',
    async ({ inputs }) => {
      const played: string[] = []
      for await (const word of inputs.stream('llm')) played.push(word)
      return { played }
    },
    { dependencies: [stream('llm')] },
  )
const checked = (verdict: () => object) =>
  new Pipeline('checked')
    .withStage('moderation', verdict)
    .withStage('answer', words, { dependencies: [gate('moderation')] })

/** The message with which a durable run of a graph is refused, before anything has started. */
async function refusal<Stages>(graph: StageGraph<Stages, {}>): Promise<string> {
  const executor = new ArrayExecutor()
  const error = await runDurable(graph, executor).catch(
    (caught: unknown) => caught as { code: string; message: string },
  )
  expect(error).toMatchObject({ code: 'core/not-durable' })
  expect(executor.begun).toEqual([])
  const { message } = error as { message: string }
  expect(() => checkLeg('run()', graph, undefined)).toThrow(message)
  return message
}

test('a stream and a gate are refused by name (core/not-durable)', async () => {
  expect(await refusal(voice().build())).toBe(
    'Stage "play" of "voice" has a stream edge from stage "llm". Chunks do not outlast a process, so a durable run can\'t repeat them. Put both stages into a child pipeline with placement: \'call\'.',
  )
  expect(await refusal(checked(() => ({})).build())).toBe(
    'Stage "answer" of "checked" has a gate edge from stage "moderation". What a gate holds does not outlast a process, so a durable run can\'t repeat it. Put both stages into a child pipeline with placement: \'call\'.',
  )
})

test('they are refused at any depth of what a durable run repeats', async () => {
  const inChild = new Pipeline('p').withPipeline('kid', new Pipeline('middle').withPipeline('inner', voice()))
  const inMap = new Pipeline('p').withMap('m', { over: () => [1], each: voice() })
  for (const graph of [inChild.build(), inMap.build()])
    expect(await refusal(graph as never)).toContain('Stage "play" of "voice" has a stream edge from stage "llm"')
})

test('inside a stage that is one call they work, and a later leg has the same report and data', async () => {
  const graphs = {
    'a child pipeline': new Pipeline('p').withPipeline('kid', voice(), { placement: 'call' }).build({ clock }),
    'a child inside that child': new Pipeline('p')
      .withPipeline('kid', new Pipeline('middle').withPipeline('inner', voice()), { placement: 'call' })
      .build({ clock }),
    'a map': new Pipeline('p').withMap('m', { over: () => [1, 2], each: voice(), placement: 'call' }).build({ clock }),
    'asStage()': new Pipeline('p').withStage('kid', asStage(voice().build({ clock }))).build({ clock }),
    'runChild()': new Pipeline('p')
      .withStage('kid', async ({ runChild }) => ({ ...(await runChild(voice().build({ clock }))).data }))
      .build({ clock }),
    'a gate that opens': new Pipeline('p')
      .withPipeline(
        'kid',
        checked(() => ({})),
        { placement: 'call' },
      )
      .build({ clock }),
  }
  for (const [where, graph] of Object.entries(graphs)) {
    const executor = new ArrayExecutor()
    const result = await runDurable(graph as never, executor)
    expect(result.status, where).toBe('completed')
    expect(JSON.stringify(result.data), where).toContain('One two')
    const again = new ArrayExecutor(executor.facts)
    const replayed = await runDurable(graph as never, again)
    expect(again.begun, where).toEqual([])
    expect([replayed.data, replayed.report.stages], where).toEqual([result.data, result.report.stages])
  }
})

test('a gate that refuses leaves nothing in the facts of the call', async () => {
  const graph = new Pipeline('p')
    .withPipeline(
      'kid',
      checked(() => StageOutput.skip('not allowed')),
      { placement: 'call' },
    )
    .build({ clock })
  const executor = new ArrayExecutor()
  const result = await runDurable(graph, executor)
  expect(result).toMatchObject({ status: 'completed', data: { kid: {} } })
  expect(JSON.stringify(executor.facts)).not.toContain('One')
})

test('the chunks that a child pipeline passes on are events, and their number is in the report of every leg', async () => {
  const child = new Pipeline('child')
    .withStage('first', () => ({}))
    .withStage('llm', words, { dependencies: ['first'] })
  const middle = new Pipeline('middle').withPipeline('inner', child, { chunks: 'llm' })
  const graph = new Pipeline('p').withPipeline('kid', middle, { chunks: 'inner' }).build({ clock })
  const seen: unknown[] = []
  const keep = (event: StageflowEvent): void => {
    if (event.type === 'stage.kid.chunk') seen.push(Object(event.data).chunk)
  }
  const eventSink = {
    tryEmit: (event: StageflowEvent) => (keep(event), true),
    emit: async (event: StageflowEvent) => keep(event),
  }
  const executor = new ArrayExecutor()
  const result = await runDurable(graph, executor, { eventSink, chunkEvents: true })
  expect(seen).toEqual(['One ', 'two'])
  expect(result.report.stages.kid.chunks).toBe(2)
  const replayed = await runDurable(graph, new ArrayExecutor(executor.facts), { eventSink, chunkEvents: true })
  expect(seen).toEqual(['One ', 'two'])
  expect(replayed.report.stages).toEqual(result.report.stages)
})
