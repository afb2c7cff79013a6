import { expect, test } from 'vitest'
import { Pipeline, StageOutput, defineStage } from '../src/index.ts'
import type { StageContext, StageflowEvent } from '../src/index.ts'
import { stream } from '../src/edges.ts'
import { clock } from './fresh-clock.ts'

// A stage reads the chunks of another stage while that stage runs.

/** Yields each word `ms` after the one before. */
async function* spoken(words: readonly string[], ms: number): AsyncGenerator<string, { readonly words: number }> {
  for (const word of words) {
    await clock.sleep(ms)
    yield word
  }
  return { words: words.length }
}
async function all<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = []
  for await (const chunk of chunks) read.push(chunk)
  return read
}

test('a stage starts when the code of its source is called, and reads each chunk as it comes', async () => {
  const heard: string[] = []
  const graph = new Pipeline('p')
    .withStage('guard', () => clock.sleep(5))
    .withStage('llm', () => spoken(['Hello', 'there'], 10), { dependencies: ['guard'] })
    .withStage(
      'tts',
      async ({ inputs }) => {
        heard.push(`${clock.now()} starts`)
        for await (const word of inputs.stream('llm')) heard.push(`${clock.now()} ${word}`)
        heard.push(`${clock.now()} ends`)
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock })
  const run = graph.run()
  await clock.advance(30)
  const { report } = await run
  expect(heard).toEqual(['5 starts', '15 Hello', '25 there', '25 ends'])
  expect(graph.info.stages[2]?.dependencies).toEqual([{ stage: 'llm', edge: 'stream' }])
  expect(report.stages.tts).toMatchObject({ readyAt: 5, startedAt: 5, releasedBy: 'llm', committed: true })
  expect(report.stages.tts.inbox).toEqual({ chunks: 2, mostWaiting: 0, dropped: 0, blockedMs: 0 })
  expect(report.stages.guard.inbox).toBeUndefined()
})

test('after a clean end it sees what the source returned, and not before', async () => {
  const seen: unknown[] = []
  const run = new Pipeline('p')
    .withStage('llm', () => spoken(['a', 'b'], 10))
    .withStage(
      'tts',
      async ({ inputs }) => {
        seen.push(inputs.from('llm'), inputs.status('llm'))
        for await (const _ of inputs.stream('llm')) seen.push(inputs.from('llm'))
        seen.push(inputs.from('llm')?.words, inputs.status('llm'), inputs.get('words'))
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock })
    .run()
  await clock.advance(30)
  await run
  expect(seen).toEqual([undefined, 'running', undefined, undefined, 2, 'ok', 2])
})

test('the source waits while the inbox is full, so it leads by no more than the inbox', async () => {
  for (const maxWaiting of [1, 2, 5]) {
    let made = 0
    let read = 0
    let lead = 0
    const run = new Pipeline('p')
      .withStage('llm', async function* () {
        for (; made < 50; made++) {
          lead = Math.max(lead, made - read)
          yield made
        }
      })
      .withStage(
        'tts',
        async ({ inputs }) => {
          for await (const _ of inputs.stream('llm')) {
            read++
            await clock.sleep(1)
          }
        },
        { dependencies: [stream('llm')], maxWaiting },
      )
      .build({ clock })
      .run()
    await clock.advance(60)
    const { report } = await run
    expect({ made, read }).toEqual({ made: 50, read: 50 })
    expect(lead).toBeLessThanOrEqual(maxWaiting + 1)
    expect(report.stages.tts.inbox).toMatchObject({ chunks: 50, mostWaiting: maxWaiting, dropped: 0 })
    expect(report.stages.tts.inbox?.blockedMs).toBeGreaterThanOrEqual(49 - maxWaiting)
  }
})

test('an inbox may drop its oldest or its newest chunks instead, and counts them', async () => {
  const kept = async (overflow: 'drop-oldest' | 'drop-newest') => {
    const events: StageflowEvent[] = []
    const run = new Pipeline('p')
      .withStage('mic', async function* () {
        for (let frame = 0; frame < 10; frame++) yield frame
      })
      .withStage(
        'vad',
        async ({ inputs }) => {
          await clock.sleep(5)
          return { frames: await all(inputs.stream('mic')) }
        },
        { dependencies: [stream('mic')], maxWaiting: 3, overflow },
      )
      .build({ clock })
      .run({}, { eventSink: { emit: () => {}, tryEmit: (event) => void events.push(event) } })
    await clock.advance(10)
    const { data, report } = await run
    expect(report.stages.vad.inbox).toEqual({ chunks: 10, mostWaiting: 3, dropped: 7, blockedMs: 0 })
    const dropped = events.filter(({ type }) => type === 'stream.chunk_dropped')
    expect(dropped).toHaveLength(7)
    return { frames: data.vad?.frames, first: dropped[0] }
  }
  const oldest = await kept('drop-oldest')
  expect(oldest.frames).toEqual([7, 8, 9])
  expect(oldest.first).toMatchObject({
    stage: 'vad',
    data: { reader: 'vad', queueSize: 3, maxSize: 3, reason: 'overflow' },
  })
  const newest = await kept('drop-newest')
  expect(newest.frames).toEqual([0, 1, 2])
  expect(newest.first?.data).toMatchObject({ reason: 'queue_full' })
})

test('the sink hears of a reader that holds its source back, and of an inbox that fills and empties', async () => {
  const events: StageflowEvent[] = []
  const run = new Pipeline('p')
    .withStage('llm', async function* () {
      for (let word = 0; word < 6; word++) yield word
    })
    .withStage(
      'tts',
      async ({ inputs }) => {
        for await (const _ of inputs.stream('llm')) await clock.sleep(10)
      },
      { dependencies: [stream('llm')], maxWaiting: 5 },
    )
    .build({ clock })
    .run({}, { eventSink: { emit: () => {}, tryEmit: (event) => void events.push(event) } })
  await clock.advance(100)
  await run
  const streams = events.filter(({ type }) => type.startsWith('stream.'))
  expect(streams.map(({ type, timestamp, data }) => [type, timestamp, data])).toEqual([
    ['stream.throttle_started', 0, { fillPercentage: 80, queueSize: 4, reader: 'tts' }],
    ['stream.producer_blocked', 10, { blockedMs: 10, queueSize: 4, reader: 'tts' }],
    ['stream.throttle_ended', 40, { fillPercentage: 20, queueSize: 1, reader: 'tts' }],
  ])
})

test('a stage reads several streams in one loop, each chunk with the name that it reads the source under', async () => {
  const words = defineStage({ name: 'words', run: () => spoken(['a', 'b'], 10) })
  const beats = defineStage({ name: 'beats', run: () => spoken(['x', 'y', 'z'], 6) })
  const mixed = defineStage({
    name: 'mixed',
    after: { text: stream(words), beats: stream(beats) },
    async run({ inputs }) {
      const read = await all(inputs.stream())
      return { read: read.map(({ stage, chunk }) => `${stage} ${chunk}`), last: inputs.from('text')?.words }
    },
  })
  const run = Pipeline.from('p', [words, beats, mixed]).build({ clock }).run()
  await clock.advance(30)
  expect((await run).data.mixed).toEqual({ read: ['beats x', 'text a', 'beats y', 'beats z', 'text b'], last: 2 })
})

test('several stages read one stream, each at its own pace, and the slowest holds the source back', async () => {
  const paced =
    (ms: number) => async (context: { readonly inputs: { stream(stage: 'llm'): AsyncIterable<string> } }) => {
      const at: string[] = []
      for await (const word of context.inputs.stream('llm')) {
        at.push(`${clock.now()} ${word}`)
        await clock.sleep(ms)
      }
      return { at }
    }
  const run = new Pipeline('p')
    .withStage('llm', () => spoken(['a', 'b', 'c', 'd'], 1))
    .withStage('quick', paced(0), { dependencies: [stream('llm')], maxWaiting: 1 })
    .withStage('slow', paced(10), { dependencies: [stream('llm')], maxWaiting: 1 })
    .build({ clock })
    .run()
  await clock.advance(60)
  const { data } = await run
  expect(data.slow?.at).toEqual(['1 a', '11 b', '21 c', '31 d'])
  expect(data.quick?.at.map((each) => each.slice(-1))).toEqual(['a', 'b', 'c', 'd'])
  expect(data.quick?.at.at(-1)).toBe('22 d')
})

test('streams go from stage to stage: the first word is spoken before the model has said the last', async () => {
  const spokenAt: string[] = []
  const run = new Pipeline('voice')
    .withStage('llm', () => spoken(['Hi. ', 'How ', 'are ', 'you? '], 10))
    .withStage(
      'sentences',
      async function* ({ inputs }) {
        let sentence = ''
        for await (const word of inputs.stream('llm')) {
          sentence += word
          if (!/[.?] $/.test(sentence)) continue
          yield sentence.trim()
          sentence = ''
        }
      },
      { dependencies: [stream('llm')] },
    )
    .withStage(
      'tts',
      async ({ inputs }) => {
        for await (const sentence of inputs.stream('sentences')) spokenAt.push(`${clock.now()} ${sentence}`)
      },
      { dependencies: [stream('sentences')] },
    )
    .build({ clock })
    .run()
  await clock.advance(50)
  await run
  expect(spokenAt).toEqual(['10 Hi.', '40 How are you?'])
})

test('a class may say which chunks it reads', async () => {
  class Speak {
    name = 'speak' as const
    async execute({ inputs }: StageContext<{}, {}, { readonly llm: string }>) {
      return { said: (await all(inputs.stream('llm'))).join(' ') }
    }
  }
  const run = new Pipeline('p')
    .withStage('llm', () => spoken(['so', 'it', 'is'], 1))
    .withStage(Speak, { dependencies: [stream('llm')] })
    .build({ clock })
    .run()
  await clock.advance(5)
  expect((await run).data.speak).toEqual({ said: 'so it is' })
})

test('two calls of next at once get two chunks, in order', async () => {
  const run = new Pipeline('p')
    .withStage('llm', () => spoken(['a', 'b', 'c'], 10))
    .withStage(
      'pairs',
      async ({ inputs }) => {
        const chunks = inputs.stream('llm')
        const [first, second, third, end] = await Promise.all([
          chunks.next(),
          chunks.next(),
          chunks.next(),
          chunks.next(),
        ])
        return { got: [first?.value, second?.value, third?.value], done: end?.done }
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock })
    .run()
  await clock.advance(40)
  expect((await run).data.pairs).toEqual({ got: ['a', 'b', 'c'], done: true })
})

test.for([
  [
    'a stream of a stage that it does not depend on',
    'llm',
    [],
    'core/undeclared-input',
    'Add it: { dependencies: [stream("llm")] }.',
  ],
  [
    'a stream of a value',
    'llm',
    ['llm'],
    'core/undeclared-input',
    'reads stream("llm") without depending on it; it declares "llm". Add it: { dependencies: [stream("llm")] }.',
  ],
  [
    'one of several streams by its name',
    'llm',
    [stream('llm'), stream('other')],
    'core/stream-name',
    'read inputs.stream(), which has { stage, chunk }',
  ],
  [
    'one stream without its name',
    undefined,
    [stream('llm')],
    'core/stream-name',
    "read inputs.stream('llm'), which has its chunks",
  ],
] as const)('%s is an error that says what to do', async ([, name, dependencies, code, fix]) => {
  const pipeline = new Pipeline('p').withStage('llm', () => spoken(['a'], 1)).withStage('other', () => spoken(['b'], 1))
  const stage = async ({ inputs }: StageContext) => ({ read: await all(inputs.stream(name as never)) })
  const run = pipeline
    .withStage('tts', stage, { dependencies: dependencies as never })
    .build({ clock })
    .runSettled()
  await clock.advance(5)
  const result = await run
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code, stage: 'tts' })
  expect(result.status === 'failed' && result.errors[0]?.message).toContain(fix)
})

test('a stage that has left its loop cannot read on: the chunks that came since then are gone', async () => {
  let after: unknown
  const run = new Pipeline('p')
    .withStage('llm', () => spoken(['a', 'b', 'c'], 10))
    .withStage(
      'tts',
      async ({ inputs }) => {
        const chunks = inputs.stream('llm')
        for await (const _ of chunks) break
        after = await chunks.next()
        await all(inputs.stream('llm'))
      },
      { dependencies: [stream('llm')], onFailure: 'skip' },
    )
    .build({ clock })
    .run()
  await clock.advance(40)
  const { report, data } = await run
  expect(after).toEqual({ done: true, value: undefined })
  expect(report.stages.tts.error).toMatchObject({ code: 'core/stream-left' })
  expect(data.llm).toEqual({ words: 3 })
})

test('a stage that reads a stream and ends with plain statuses is like any other', async () => {
  const run = new Pipeline('p')
    .withStage('llm', () => spoken(['a', 'stop', 'c'], 10))
    .withStage(
      'filter',
      async ({ inputs }) => {
        for await (const word of inputs.stream('llm')) if (word === 'stop') return StageOutput.skip('heard enough')
        return {}
      },
      { dependencies: [stream('llm')] },
    )
    .build({ clock })
    .run()
  await clock.advance(40)
  const { report } = await run
  expect(report.stages.filter).toMatchObject({ status: 'skip', reason: 'heard enough', endedAt: 20 })
  expect(report.stages.llm).toMatchObject({ status: 'ok', endedAt: 30 })
})
