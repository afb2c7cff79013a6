import { describe, expect, test } from 'vitest'
import { Pipeline, StageOutput, asStage, defineStage } from '../src/index.ts'
import type { AnyStage, Interceptor, StageflowEvent } from '../src/index.ts'
import { gate, stream } from '../src/edges.ts'
import { repeatUntil } from '../src/repeat.ts'
import { clock } from './fresh-clock.ts'

// Maps and child pipelines yield chunks too, and a map reads them as its items.

async function all<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = []
  for await (const chunk of chunks) read.push(chunk)
  return read
}
async function* spoken(words: readonly string[], ms: number): AsyncGenerator<string, { readonly words: number }> {
  for (const word of words) {
    await clock.sleep(ms)
    yield word
  }
  return { words: words.length }
}

test('a map reads a stream as its items, and works on several at once', async () => {
  for (const maxConcurrency of [1, 2, Infinity]) {
    const log: string[] = []
    const from = clock.now()
    const run = new Pipeline('p')
      .withStage('sentences', () => spoken(['a', 'b', 'c', 'd'], 10))
      .withMap('tts', {
        dependencies: [stream('sentences')],
        over: (inputs) => inputs.stream('sentences'),
        concurrency: 2,
        each: async (sentence) => {
          log.push(`${clock.now() - from} ${sentence}`)
          await clock.sleep(15)
          return { audio: sentence.toUpperCase() }
        },
      })
      .build({ clock })
      .run({}, { maxConcurrency })
    await clock.advance(200)
    const { data, report } = await run
    expect(data.tts?.items.map(({ audio }) => audio)).toEqual(['A', 'B', 'C', 'D'])
    expect(report.stages.tts.inbox).toMatchObject({ chunks: 4, dropped: 0 })
    if (maxConcurrency > 1) expect(log).toEqual(['10 a', '20 b', '30 c', '40 d'])
  }
})

test('a map that ends early leaves its stream, so that no stage is held back', async () => {
  const run = new Pipeline('p')
    .withStage('words', () => spoken(['a', 'b', 'c', 'd', 'e', 'f'], 10))
    .withMap('m', {
      dependencies: [stream('words')],
      maxWaiting: 1,
      over: (inputs) => inputs.stream('words'),
      each: async (word) => (word === 'b' ? StageOutput.fail('no b') : { word }),
      onFailure: 'skip',
    })
    .build({ clock })
    .run()
  await clock.advance(100)
  const { data, report } = await run
  expect(data.words).toEqual({ words: 6 })
  expect(report.stages.m).toMatchObject({ status: 'fail', tolerated: true, endedAt: 20 })
})

test('a map gets the error of a stream that was cut, and fails with it', async () => {
  const run = new Pipeline('p')
    .withStage(
      'words',
      async function* () {
        yield 'a'
        await clock.sleep(10)
        throw new Error('broken')
      },
      { onFailure: 'skip' },
    )
    .withMap('m', {
      dependencies: [stream('words')],
      over: (inputs) => inputs.stream('words'),
      each: (word) => ({ word }),
      onFailure: 'skip',
    })
    .build({ clock })
    .run()
  await clock.advance(20)
  expect((await run).report.stages.m).toMatchObject({
    status: 'fail',
    error: { code: 'core/stream-cut' },
    items: { ok: 1 },
  })
})

test('each result of a map with stream: true is a chunk, in the order in which the items end', async () => {
  const run = new Pipeline('p')
    .withMap('pages', {
      over: () => [30, 10, 20],
      each: async (ms) => {
        await clock.sleep(ms)
        return { ms }
      },
      stream: true,
    })
    .withStage(
      'merge',
      async ({ inputs }) => {
        const read = await all(inputs.stream('pages'))
        return {
          read: read.map((result) => result.status === 'ok' && result.data.ms),
          items: inputs.from('pages')?.items.length,
        }
      },
      { dependencies: [stream('pages')] },
    )
    .build({ clock })
    .run()
  await clock.advance(50)
  expect((await run).data.merge).toEqual({ read: [10, 20, 30], items: 3 })
})

test('a slow reader of a map holds back new items', async () => {
  let begun = 0
  const run = new Pipeline('p')
    .withMap('pages', {
      over: () => Array.from({ length: 20 }, (_, index) => index),
      concurrency: 2,
      each: async (index) => {
        begun++
        await clock.sleep(1)
        return { index }
      },
      stream: true,
    })
    .withStage(
      'slow',
      async ({ inputs }) => {
        let read = 0
        for await (const _ of inputs.stream('pages')) {
          read++
          // One that is read, the inbox, and those in progress.
          expect(begun).toBeLessThanOrEqual(read + 1 + 2)
          await clock.sleep(100)
        }
        return { read }
      },
      { dependencies: [stream('pages')], maxWaiting: 1 },
    )
    .build({ clock })
    .run()
  await clock.advance(3_000)
  expect((await run).data.slow).toEqual({ read: 20 })
})

test('a map is held back by the slowest of its readers', async () => {
  const reader =
    (ms: number) => async (context: { readonly inputs: { stream(stage: 'pages'): AsyncIterable<unknown> } }) => {
      for await (const _ of context.inputs.stream('pages')) await clock.sleep(ms)
    }
  const run = new Pipeline('p')
    .withMap('pages', {
      over: () => Array.from({ length: 20 }, (_, index) => index),
      each: (index) => ({ index }),
      concurrency: 1,
      stream: true,
    })
    .withStage('quick', reader(1), { dependencies: [stream('pages')], maxWaiting: 1 })
    .withStage('slow', reader(100), { dependencies: [stream('pages')], maxWaiting: 1 })
    .build({ clock })
    .run()
  await clock.advance(3_000)
  expect((await run).report.stages.slow.inbox).toMatchObject({ chunks: 20, mostWaiting: 1 })
})

test('a map without items is an empty stream, which ends cleanly', async () => {
  const { data } = await new Pipeline('p')
    .withMap('pages', { over: () => [], each: () => ({}), stream: true })
    .withStage('merge', async ({ inputs }) => ({ read: await all(inputs.stream('pages')) }), {
      dependencies: [stream('pages')],
    })
    .build({ clock })
    .run()
  expect(data.merge).toEqual({ read: [] })
})

const agent = new Pipeline('agent')
  .withStage('plan', () => clock.sleep(5))
  .withStage('ask', () => spoken(['one', 'two', 'three'], 10), { dependencies: ['plan'] })
  .withStage('note', ({ inputs }) => ({ words: inputs.from('ask').words }), { dependencies: ['ask'] })

test('a child pipeline speaks through the stage that chunks names', async () => {
  const events: StageflowEvent[] = []
  const run = new Pipeline('p')
    .withPipeline('answer', agent, { chunks: 'ask' })
    .withStage(
      'speak',
      async ({ inputs }) => {
        const said: string[] = []
        for await (const word of inputs.stream('answer')) said.push(`${clock.now()} ${word}`)
        return { said, words: inputs.from('answer')?.note.words }
      },
      { dependencies: [stream('answer')] },
    )
    .build({ clock })
    .run({}, { chunkEvents: true, eventSink: { emit: () => {}, tryEmit: (event) => void events.push(event) } })
  await clock.advance(50)
  const { data, report } = await run
  expect(data.speak).toEqual({ said: ['15 one', '25 two', '35 three'], words: 3 })
  expect(report.stages.answer).toMatchObject({ chunks: 3, committed: true })
  expect(events.filter(({ type }) => type.endsWith('.chunk')).map(({ type }) => type)).toEqual([
    'stage.answer.chunk',
    'stage.ask.chunk',
    'stage.answer.chunk',
    'stage.ask.chunk',
    'stage.answer.chunk',
    'stage.ask.chunk',
  ])
})

test('a child whose stage yields nothing is an empty stream, which ends cleanly', async () => {
  const silent = new Pipeline('silent').withStage('ask', () => spoken([], 1))
  const { data } = await new Pipeline('p')
    .withPipeline('inner', new Pipeline('outer').withPipeline('ask', silent, { chunks: 'ask' }), { chunks: 'ask' })
    .withStage('speak', async ({ inputs }) => ({ said: await all(inputs.stream('inner')) }), {
      dependencies: [stream('inner')],
    })
    .build({ clock })
    .run()
  expect(data.speak).toEqual({ said: [] })
})

const read = new Pipeline('read').withMap('pages', {
  over: (_, { inputText }) => (inputText === undefined ? [] : [3, 1]),
  each: async function* (ms) {
    yield 'not a chunk of the map'
    await clock.sleep(ms)
    return { ms }
  },
  stream: true,
})
test.for([
  ['their results are its chunks', 'read', [1, 3]],
  ['without items it is an empty stream', undefined, []],
] as const)('a child may name a map of generators: %s, and its end is a clean one', async ([, inputText, expected]) => {
  const run = new Pipeline('p')
    .withPipeline('book', read, { chunks: 'pages' })
    .withStage(
      'merge',
      async ({ inputs }) => {
        const results = await all(inputs.stream('book'))
        return { read: results.map((result) => (result.status === 'ok' ? result.data.ms : result)) }
      },
      { dependencies: [stream('book')] },
    )
    .build({ clock })
    .run({ inputText })
  await clock.advance(5)
  expect((await run).data.merge).toEqual({ read: expected })
})

test('a reader that has no room holds back the stage inside the child, through two levels', async () => {
  let made = 0
  let read = 0
  const inner = new Pipeline('inner').withStage('count', async function* () {
    for (; made < 30; made++) {
      expect(made - read).toBeLessThanOrEqual(3)
      yield made
    }
  })
  const outer = new Pipeline('outer').withPipeline('inner', inner, { chunks: 'count' })
  const run = new Pipeline('p')
    .withPipeline('outer', outer, { chunks: 'inner' })
    .withStage(
      'slow',
      async ({ inputs }) => {
        for await (const _ of inputs.stream('outer')) {
          read++
          await clock.sleep(5)
        }
      },
      { dependencies: [stream('outer')], maxWaiting: 2 },
    )
    .build({ clock })
    .run({}, { maxConcurrency: 1 })
  await clock.advance(300)
  await run
  expect({ made, read }).toEqual({ made: 30, read: 30 })
})

test('an agent speaks in every round of its repeat', async () => {
  const drafts = new Pipeline('drafts')
    .withStage('ask', async function* ({ snapshot }) {
      yield `${snapshot.inputText} of `
      yield 'it'
      return { text: snapshot.inputText }
    })
    .withStage(
      'check',
      ({ inputs }) => (inputs.from('ask').text === 'draft 3' ? {} : StageOutput.fail('again')),
      'guard',
      {
        dependencies: ['ask'],
      },
    )
  const { data } = await new Pipeline('p')
    .withPipeline('answer', drafts, {
      chunks: 'ask',
      repeat: repeatUntil('check'),
      input: (_inputs, _snapshot, feedback) => ({ inputText: `draft ${(feedback?.attempt ?? 0) + 1}` }),
    })
    .withStage('speak', async ({ inputs }) => ({ said: (await all(inputs.stream('answer'))).join('') }), {
      dependencies: [stream('answer')],
    })
    .build({ clock })
    .run()
  expect(data.speak).toEqual({ said: 'draft 1 of itdraft 2 of itdraft 3 of it' })
})

describe('a child that ends ok although its stage that speaks did not', () => {
  const refused = new Pipeline('refused')
    .withStage('check', async () => {
      await clock.sleep(5)
      return StageOutput.skip('not allowed')
    })
    .withStage('ask', () => spoken(['secret'], 1), { dependencies: [gate('check')] })
  const unwanted = new Pipeline('unwanted').withStage('ask', () => spoken(['one'], 1), { when: () => false })
  const broken = new Pipeline('broken').withStage(
    'ask',
    async function* () {
      yield 'half'
      throw new Error('the line broke')
    },
    { onFailure: 'skip' },
  )
  const left = new Pipeline('left').withStage('ask', async function* () {
    yield 'half'
    return StageOutput.skip('no more')
  })
  const nested = new Pipeline('nested').withPipeline('ask', broken, { chunks: 'ask' })

  async function spokenBy(child: object) {
    const pipeline = new Pipeline('p')
      .withPipeline('answer', child as typeof refused, { chunks: 'ask' })
      .withStage('speak', async ({ inputs }) => ({ said: await all(inputs.stream('answer')) }), {
        dependencies: [stream('answer')],
      })
    const run = pipeline.build({ clock }).runSettled()
    await clock.advance(20)
    return run
  }

  test.for([
    ['a gate of the child refuses it', refused],
    ['its when is false', unwanted],
  ] as const)('without a chunk, because %s: the reader is skipped', async ([, child]) => {
    const { status, data, report } = await spokenBy(child)
    expect({ status, data }).toEqual({ status: 'completed', data: { answer: {} } })
    expect(report.stages.speak).toMatchObject({ status: 'skip', reason: 'the stream of stage "answer" was skipped' })
  })

  test.for([
    ['its failure is tolerated', broken, 'the line broke'],
    ['it was skipped', left, undefined],
    ['its own child broke off', nested, 'the line broke'],
  ] as const)('after a chunk, because %s: the reader gets no clean end', async ([, child, cause]) => {
    const result = await spokenBy(child)
    expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'core/stream-cut', stage: 'speak' })
    expect(result.status === 'failed' && result.errors[0]?.cause?.message).toBe(cause)
    expect(result.report.stages.answer.status).toBe('ok')
  })
})

test('an agent whose earlier round broke off is whole if its last round is', async () => {
  const rounds = new Pipeline('rounds')
    .withStage(
      'ask',
      async function* ({ snapshot }) {
        yield `${snapshot.inputText} `
        if (snapshot.inputText === 'round 1') throw new Error('the line broke')
        return { whole: true }
      },
      { onFailure: 'skip' },
    )
    .withStage('check', ({ inputs }) => (inputs.status('ask') === 'ok' ? {} : StageOutput.fail('again')), 'guard', {
      dependencies: ['ask'],
      join: 'settled',
    })
  const { data } = await new Pipeline('p')
    .withPipeline('answer', rounds, {
      chunks: 'ask',
      repeat: repeatUntil('check'),
      input: (_inputs, _snapshot, feedback) => ({ inputText: `round ${(feedback?.attempt ?? 0) + 1}` }),
    })
    .withStage('speak', async ({ inputs }) => ({ said: await all(inputs.stream('answer')) }), {
      dependencies: [stream('answer')],
    })
    .build({ clock })
    .run()
  expect(data.speak).toEqual({ said: ['round 1 ', 'round 2 '] })
})

test('a child whose stage was answered in its place ends its stream without chunks, by name', async () => {
  const cached: Interceptor = {
    name: 'cache',
    wrap: (next, { name }) => (name === 'ask' ? async () => StageOutput.ok({ words: 0 }) : next),
  }
  const run = new Pipeline('p')
    .withPipeline('answer', agent, { chunks: 'ask' })
    .withStage('speak', async ({ inputs }) => ({ said: await all(inputs.stream('answer')) }), {
      dependencies: [stream('answer')],
    })
    .build({ clock, interceptors: [cached] })
    .runSettled()
  await clock.advance(50)
  const result = await run
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'core/no-chunks', stage: 'speak' })
})

test.for([
  ['an async function', async () => ({}), 'Make it an async generator'],
  ['a child pipeline without chunks', 'child', 'name a stage of its pipeline: { chunks: … }'],
  ['a map without stream', 'map', 'a map with stream: true'],
  [
    'a class whose execute is async',
    class {
      async execute() {
        return {}
      }
    },
    'Make it an async generator',
  ],
] as const)('%s yields no chunks to read, which is a problem of the build', ([, source, fix]) => {
  const base = new Pipeline('p')
  const withSource =
    source === 'child'
      ? base.withPipeline('source', agent)
      : source === 'map'
        ? base.withMap('source', { over: () => [1], each: () => ({}) })
        : base.withStage('source', source as () => object)
  const reader = defineStage({
    name: 'reader',
    after: { source: stream({ name: 'source' } as AnyStage) },
    run: () => ({}),
  })
  const pipeline = Pipeline.from('p', [...withSource.stages, reader])
  expect(() => pipeline.build()).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ code: 'core/no-stream', message: expect.stringContaining(fix) as string })],
    }),
  )
})

test('asStage of a child yields no chunks, and withPipeline refuses chunks of a stage that the child does not have', () => {
  expect(() =>
    new Pipeline('p')
      .withStage('answer', asStage(agent))
      .withStage('speak', () => ({}), { dependencies: [stream('answer')] as never })
      .build(),
  ).toThrow('core/no-stream')
  expect(() => new Pipeline('p').withPipeline('answer', agent, { chunks: 'aks' as never }).build()).toThrow(
    `Stage "answer" has chunks: "aks", which isn't a stage of "agent" (plan, ask, note)`,
  )
})
