import { Pipeline, StageOutput, isStageEvent } from '@stageflow/core'
import type { EventSink, StageContext, StageflowEvent } from '@stageflow/core'
import { expect, test } from 'vitest'
import { shownRun } from '../executor-contract/executor-bench.ts'
import { randomPipeline } from '../executor-contract/random-pipeline.ts'
import { cassetteText, manualClock, parseCassette, recordRun, recordingSink, replayRun } from '../index.ts'
import type { Cassette } from '../index.ts'

/** A chat whose stages count their calls. The model answers as `words` says. */
function chat(words = ['Hel', 'lo']) {
  const calls: string[] = []
  const graph = new Pipeline('chat')
    .withStage('memory', ({ stage }) => (calls.push(stage.name), { facts: 3 }))
    .withStage(
      'answer',
      async function* ({ inputs, stage }) {
        calls.push(stage.name)
        for (const word of words) yield word
        return { text: words.join(''), facts: inputs.from('memory').facts }
      },
      { dependencies: ['memory'] },
    )
    .withStage('save', ({ inputs, stage }) => (calls.push(stage.name), { saved: inputs.from('answer').text }), {
      dependencies: ['answer'],
    })
    .build()
  return { graph, calls }
}

const again = (cassette: Cassette): Cassette => parseCassette(cassetteText(cassette))

test('a recorded run is replayed from its file without calling a stage', async () => {
  const { graph, calls } = chat()
  const { result, cassette } = await recordRun(graph, { inputText: 'hi' })
  expect(result).toMatchObject({ status: 'completed', data: { save: { saved: 'Hello' } } })
  expect(calls.splice(0)).toEqual(['memory', 'answer', 'save'])
  expect(again(cassette)).toEqual(cassette)
  const replayed = await replayRun(graph, again(cassette))
  expect(calls).toEqual([])
  expect(replayed.result.data).toEqual(result.data)
  expect(replayed.unused).toEqual([])
  expect(replayed.cassette).toEqual(cassette)
})

test('a live stage runs live with recorded inputs, and the stages behind it keep what they returned', async () => {
  const { cassette } = await recordRun(chat().graph)
  const { graph, calls } = chat(['Good', 'bye'])
  const one = await replayRun(graph, cassette, { live: ['answer'] })
  expect(calls.splice(0)).toEqual(['answer'])
  expect(one.result.data).toMatchObject({ answer: { text: 'Goodbye', facts: 3 }, save: { saved: 'Hello' } })
  expect(one.cassette.chunks.map(({ chunk }) => chunk)).toEqual(['Good', 'bye'])
  const both = await replayRun(graph, cassette, { live: ['answer', 'save'] })
  expect(calls).toEqual(['answer', 'save'])
  expect(both.result.data).toMatchObject({ save: { saved: 'Goodbye' } })
})

test('a live stage ends in the order in which it was recorded', async () => {
  let isSlow = false
  const graph = new Pipeline('race')
    .withStage('fast', async ({ clock }) => {
      if (isSlow) await clock.sleep(5)
      return { by: 'fast' }
    })
    .withStage('slow', async ({ clock }) => (await clock.sleep(2), { by: 'slow' }))
    .withStage('first', ({ inputs }) => ({ had: inputs.from('slow') === undefined ? 'fast' : 'both' }), {
      dependencies: ['fast', 'slow'],
      join: 'any',
    })
    .build()
  const { result: first, cassette } = await recordRun(graph)
  expect(first.data.first).toEqual({ had: 'fast' })
  isSlow = true
  const { result } = await replayRun(graph, cassette, { live: ['fast', 'first'] })
  expect(result.data.first).toEqual({ had: 'fast' })
})

test('a recording has the time of each chunk, and a replay has its own', async () => {
  const clock = manualClock({ startAt: 1_000 })
  const graph = new Pipeline('stream')
    .withStage('say', async function* (context) {
      for (const word of ['a', 'b']) {
        await context.clock.sleep(200)
        yield word
      }
    })
    .build({ clock })
  const recording = recordRun(graph, {}, { clock })
  await clock.runAll()
  const { cassette } = await recording
  expect(cassette.chunks).toEqual([
    { path: 'say', at: 1_200, attempt: 1, chunk: 'a' },
    { path: 'say', at: 1_400, attempt: 1, chunk: 'b' },
  ])
  expect(cassette.end).toEqual({ status: 'completed', at: 1_400 })
  await clock.advance(10_000)
  const replaying = replayRun(graph, cassette, { clock, live: ['say'] })
  await clock.runAll()
  expect((await replaying).cassette).toEqual(cassette)
})

test('secrets are taken out of inputs, data, errors and chunks, and the run keeps them', async () => {
  const key = 'sk-live-0123456789abcdefghijklmnop'
  const graph = new Pipeline('secrets')
    .withStage('login', async function* ({ snapshot }) {
      yield { apiKey: key }
      return { password: String(snapshot.metadata?.['password']) }
    })
    .withStage('call', () => StageOutput.fail(`refused: Authorization: Bearer ${key}`), { onFailure: 'skip' })
    .build()
  const input = { metadata: { password: 'hunter2' } }
  const { result, cassette } = await recordRun(graph, input)
  expect(result.data.login).toEqual({ password: 'hunter2' })
  const text = cassetteText(cassette)
  expect(text).not.toContain('hunter2')
  expect(text).not.toContain(key)
  expect(text.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(4)
  const open = cassetteText((await recordRun(graph, input, { redaction: false })).cassette)
  expect(open).toContain('hunter2')
})

test('long values are not cut', async () => {
  const list = Array.from({ length: 500 }, (_, place) => ({ place, text: 'x'.repeat(100) }))
  const graph = new Pipeline('long').withStage('a', () => ({ list, text: 'y'.repeat(20_000) })).build()
  const { result, cassette } = await recordRun(graph)
  expect((await replayRun(graph, again(cassette))).result.data).toEqual(result.data)
})

test('the sink of the graph gets its events as without a recording', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('p')
    .withStage('say', async function* () {
      yield 'a'
    })
    .build({ eventSink: sink })
  await recordRun(graph)
  const recorded = sink.events.map(({ type, seq }) => [type, seq])
  expect(recorded.map(([type]) => type)).toEqual([
    'pipeline.started',
    'stage.say.started',
    'stage.say.completed',
    'pipeline.completed',
  ])
  expect(recorded.map(([, seq]) => seq)).toEqual([0, 1, 2, 3])
  await recordRun(graph, {}, { chunkEvents: true })
  expect(sink.of('stage.say.chunk')).toHaveLength(1)
})

test('a sink that follows runs and asks for chunks does so in a recording too', async () => {
  const log: string[] = []
  const take = (event: StageflowEvent): void =>
    void (isStageEvent(event, 'chunk') && log.push(String(event.data.chunk)))
  const eventSink: EventSink = {
    emit: take,
    tryEmit: take,
    chunks: true,
    onRun: ({ pipeline }) => ({ settled: ({ stage }) => void log.push(`${pipeline.name}/${stage}`) }),
  }
  const graph = new Pipeline('p')
    .withStage('say', async function* () {
      yield 'a'
    })
    .build({ eventSink })
  await recordRun(graph)
  expect(log).toEqual(['a', 'p/say'])
  await recordRun(graph, {}, { chunkEvents: false })
  expect(log).toEqual(['a', 'p/say', 'p/say'])
})

const approve = ({ resumed }: StageContext): { by: unknown } | StageOutput =>
  resumed === undefined ? StageOutput.suspend('approve?') : { by: resumed.answer }

test('a run that waits for an answer, one that was stopped and one that was too late are replayed alike', async () => {
  const waiting = new Pipeline('waits').withStage('approve', approve).build()
  const { cassette } = await recordRun(waiting)
  expect((await replayRun(waiting, cassette)).result).toMatchObject({
    status: 'suspended',
    requests: { approve: 'approve?' },
  })
  const until = ({ signal }: StageContext): Promise<void> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  const slow = new Pipeline('slow').withStage('a', async (context) => until(context)).build()
  const late = await recordRun(slow, {}, { timeoutMs: 5 })
  expect(late.result).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
  const replayed = await replayRun(slow, again(late.cassette))
  expect(shownRun(replayed.result as never)).toBe(shownRun(late.result as never))
  const stop = new AbortController()
  const recording = recordRun(slow, {}, { signal: stop.signal })
  setImmediate(() => stop.abort(new Error('the caller left')))
  const stopped = await recording
  expect(stopped.result.status).toBe('cancelled')
  expect((await replayRun(slow, again(stopped.cassette))).result.status).toBe('cancelled')
})

test('stages in child pipelines and items of maps can run live', async () => {
  const calls: string[] = []
  const child = new Pipeline('child')
    .withStage('think', () => void calls.push('kid/think'))
    .withStage('say', async function* () {
      calls.push('kid/say')
      yield 'word'
      return { said: calls.length }
    })
  const graph = new Pipeline('parent')
    .withPipeline('kid', child)
    .withMap('items', { over: () => [1, 2], each: async (item: number) => (calls.push(`items#${item}`), { item }) })
    .build()
  const { cassette } = await recordRun(graph)
  expect(cassette.chunks.map(({ path }) => path)).toEqual(['kid/say'])
  const ran = async (...live: string[]): Promise<readonly string[]> => {
    calls.splice(0)
    const { result } = await replayRun(graph, cassette, { live })
    expect(result.status).toBe('completed')
    return calls.toSorted()
  }
  expect(await ran()).toEqual([])
  expect(await ran('kid/say')).toEqual(['kid/say'])
  expect(await ran('kid')).toEqual(['kid/say', 'kid/think'])
  expect(await ran('items')).toEqual(['items#1', 'items#2'])
})

test('a changed graph is replayed as far as it is recorded', async () => {
  const { cassette } = await recordRun(
    new Pipeline('p')
      .withStage('a', () => ({ a: 1 }))
      .withStage('old', () => ({}))
      .build(),
  )
  const graph = new Pipeline('p')
    .withStage('a', () => ({ a: 2 }))
    .withStage('new', ({ inputs }) => ({ got: inputs.from('a') }), { dependencies: ['a'] })
    .build()
  await expect(replayRun(graph, cassette)).rejects.toMatchObject({
    code: 'testing/not-recorded',
    message: expect.stringContaining(`{ live: ['new'] }`) as string,
  })
  const { result, unused } = await replayRun(graph, cassette, { live: ['new'] })
  expect(result.data).toEqual({ a: { a: 1 }, new: { got: { a: 1 } } })
  expect(unused).toEqual(['old'])
  await expect(replayRun(graph, cassette, { live: ['newer'] })).rejects.toMatchObject({ code: 'testing/unknown-stage' })
  await expect(replayRun(chat().graph as never, cassette)).rejects.toMatchObject({ code: 'testing/illegal-cassette' })
})

test('a damaged cassette says where', async () => {
  const text = cassetteText((await recordRun(chat().graph)).cassette)
  const lines = text.trimEnd().split('\n')
  const damaged: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /line 1 is not the start of a cassette/],
    ['chat\n', /line 1 is not a JSON object: "chat"/],
    ['{}\n', /line 1 is not the start of a cassette/],
    [text.replace('"cassette":1', '"cassette":2'), /line 1 has version 2, and this package reads version 1/],
    [text.replace('"runId"', '"id"'), /line 1 lacks/],
    [lines.slice(0, -1).join('\n'), /breaks off after line 6/],
    [text.slice(0, text.indexOf('\n') + 20), /line 2 is not a JSON object/],
    [[...lines.slice(0, 2), '{"facts":1}', ...lines.slice(2)].join('\n'), /line 3 is not a fact, a chunk or the end/],
    [`${text}${lines[1]}\n`, /line 8 comes after the end/],
  ]
  for (const [broken, message] of damaged)
    expect(() => parseCassette(broken), message.source).toThrow(
      expect.objectContaining({ code: 'testing/illegal-cassette', message: expect.stringMatching(message) as string }),
    )
  expect(() => parseCassette(text, { maxBytes: 10 })).toThrow(/at most 10 are read/)
  expect(() => parseCassette(7 as never)).toThrow(/the text must be a string, not 7/)
})

test('a cassette that is too large names its largest fact', async () => {
  const graph = new Pipeline('large').withStage('big', () => ({ text: 'x'.repeat(5_000) })).build()
  await expect(recordRun(graph, {}, { maxBytes: 1_000 })).rejects.toMatchObject({
    code: 'testing/too-large',
    message: expect.stringContaining('its largest fact is that of "big"') as string,
  })
})

test('random pipelines are recorded as they run, and replayed as they were recorded', async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const steps: string[] = []
    const { graph, options, isOrderFree } = randomPipeline(seed, { step: (key) => void steps.push(key) })
    const { result, cassette } = await recordRun(graph, {}, options)
    if (isOrderFree) expect(shownRun(result as never)).toBe(shownRun((await graph.runSettled({}, options)) as never))
    steps.splice(0)
    const replayed = await replayRun(graph, again(cassette))
    expect(steps).toEqual([])
    expect(shownRun(replayed.result as never)).toBe(shownRun(result as never))
    expect(replayed.cassette.facts.map(({ key }) => key)).toEqual(cassette.facts.map(({ key }) => key))
  }
})

test('the options of a recording and a replay may be getters of a class', async () => {
  class Recording {
    readonly eventSink = recordingSink()
    get clock() {
      return manualClock({ startAt: 5_000 })
    }
    get timeoutMs(): number {
      return 60_000
    }
  }
  class Replay {
    get live(): readonly string[] {
      return ['answer']
    }
  }
  const recording = new Recording()
  const { cassette } = await recordRun(chat().graph, {}, recording)
  expect(cassette.start).toMatchObject({ startedAt: 5_000, options: { timeoutMs: 60_000 } })
  expect(recording.eventSink.types()).toContain('pipeline.completed')
  const { graph, calls } = chat()
  await replayRun(graph, cassette, new Replay())
  expect(calls).toEqual(['answer'])
})
