import { expect, test } from 'vitest'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'
import { gate, soft, stream } from '../src/edges.ts'
import { clock } from './fresh-clock.ts'
import type { UntypedPipeline } from './untyped-pipeline.ts'
import { untypedPipeline } from './untyped-pipeline.ts'

// Programs that a person would write, and that could hang. The build refuses each with a reason, or it ends with every number of slots and
// every size of inbox.

const WORDS = 40
const LONGEST_MS = 5_000

async function* words() {
  for (let word = 0; word < WORDS; word++) {
    if (word % 10 === 0) await clock.sleep(1)
    yield word
  }
  return { words: WORDS }
}
/** Yields what it reads of one stage, or of all. */
const passes = (source?: string) =>
  async function* ({ inputs }: StageContext) {
    for await (const chunk of looseStream(inputs, source)) yield chunk
    return {}
  }
const reads =
  (source?: string) =>
  async ({ inputs }: StageContext): Promise<object> => {
    let read = 0
    for await (const _ of looseStream(inputs, source)) read++
    return { read }
  }
const looseStream = (inputs: StageContext['inputs'], source?: string): AsyncIterable<unknown> =>
  (inputs as unknown as { stream(stage?: string): AsyncIterable<unknown> }).stream(source)
const rests = (ms: number) => async (): Promise<object> => {
  await clock.sleep(ms)
  return {}
}

interface Program {
  readonly what: string
  readonly of: (maxWaiting: number) => UntypedPipeline
  /** Stages that end ok. The others are skipped. */
  readonly ok?: readonly string[]
}
const p = (): UntypedPipeline => untypedPipeline('p')

const PROGRAMS: readonly Program[] = [
  {
    what: 'one loop over two streams of one origin',
    of: (maxWaiting) =>
      p()
        .withStage('a', words)
        .withStage('b', passes('a'), { dependencies: [stream('a')], maxWaiting })
        .withStage('c', passes('a'), { dependencies: [stream('a')], maxWaiting })
        .withStage('d', reads(), { dependencies: [stream('b'), stream('c')], maxWaiting }),
  },
  {
    what: 'a stage that reads a stream, and what another stage makes of it',
    of: (maxWaiting) =>
      p()
        .withStage('a', words)
        .withStage('b', passes('a'), { dependencies: [stream('a')], maxWaiting })
        .withStage('c', reads(), { dependencies: [stream('a'), stream('b')], maxWaiting }),
  },
  {
    what: 'a pipe of five',
    of: (maxWaiting) => {
      let pipe = p().withStage('a', words)
      for (const [place, name] of ['b', 'c', 'd', 'e'].entries()) {
        const source = 'abcd'[place] as string
        pipe = pipe.withStage(name, passes(source), { dependencies: [stream(source)], maxWaiting })
      }
      return pipe
    },
  },
  {
    what: 'a gate on a generator that no stage reads',
    of: () =>
      p()
        .withStage('guard', rests(30))
        .withStage('a', words, { dependencies: [gate('guard')], maxHeld: 2 }),
  },
  {
    what: 'a gate on a generator that is read',
    of: (maxWaiting) =>
      p()
        .withStage('guard', rests(30))
        .withStage('a', words, { dependencies: [gate('guard')], maxHeld: 2 })
        .withStage('b', reads('a'), { dependencies: [stream('a')], maxWaiting }),
  },
  {
    what: 'a gate that refuses what is read',
    of: (maxWaiting) =>
      p()
        .withStage('guard', async () => {
          await clock.sleep(5)
          return StageOutput.skip('no')
        })
        .withStage('a', words, { dependencies: [gate('guard')], maxHeld: 1 })
        .withStage('b', reads('a'), { dependencies: [stream('a')], maxWaiting })
        .withStage('c', rests(1), { dependencies: ['b'] }),
    ok: [],
  },
  {
    what: 'a sentence check between two streams, and a gate before both',
    of: (maxWaiting) =>
      p()
        .withStage('guard', rests(3))
        .withStage('a', words, { dependencies: [gate('guard')] })
        .withStage('check', passes('a'), { dependencies: [stream('a')], maxWaiting })
        .withStage(
          'speak',
          async ({ inputs }) => {
            for await (const _ of looseStream(inputs, 'check')) await clock.sleep(1)
          },
          { dependencies: [stream('check')], maxWaiting },
        ),
  },
  {
    what: 'soft edges with different waits before a reader',
    of: (maxWaiting) =>
      p()
        .withStage('slow', rests(60))
        .withStage('slower', rests(90))
        .withStage('a', words)
        .withStage('b', reads('a'), {
          dependencies: [stream('a'), soft('slow', { waitMs: 5 }), soft('slower', { waitMs: 50 })],
          maxWaiting,
        }),
  },
  {
    what: 'a source that waits softly for what reads another stream',
    of: (maxWaiting) =>
      p()
        .withStage('a', words)
        .withStage('b', reads('a'), { dependencies: [stream('a')], maxWaiting })
        .withStage('d', words, { dependencies: [soft('b', { waitMs: 1 })] })
        .withStage('c', reads(), { dependencies: [stream('a'), stream('d')], maxWaiting }),
  },
  {
    what: 'a map over a stream whose results are read',
    of: (maxWaiting) =>
      p()
        .withStage('a', words)
        .withMap('m', {
          dependencies: [stream('a')],
          maxWaiting,
          over: (inputs: StageContext['inputs']) => looseStream(inputs, 'a'),
          each: rests(1),
          concurrency: 3,
          stream: true,
        })
        .withStage(
          'b',
          async ({ inputs }) => {
            for await (const _ of looseStream(inputs, 'm')) await clock.sleep(2)
          },
          { dependencies: [stream('m')], maxWaiting },
        ),
  },
  {
    what: 'a map over a map over a stream',
    of: (maxWaiting) => {
      const map = (source: string) => ({
        dependencies: [stream(source)],
        maxWaiting,
        over: (inputs: StageContext['inputs']) => looseStream(inputs, source),
        each: rests(1),
        concurrency: 2,
        stream: true,
      })
      return p().withStage('a', words).withMap('m', map('a')).withMap('n', map('m'))
    },
  },
  {
    what: 'an agent that speaks, a reader of its words, and a stage that waits for both',
    of: (maxWaiting) =>
      p()
        .withPipeline(
          'a',
          untypedPipeline('agent')
            .withStage('plan', rests(1))
            .withStage('ask', words, { dependencies: ['plan'] })
            .withStage('note', rests(1), { dependencies: ['ask'] }),
          { chunks: 'ask' },
        )
        .withStage('b', reads('a'), { dependencies: [stream('a')], maxWaiting })
        .withStage('c', rests(1), { dependencies: ['a', 'b'] }),
  },
  {
    what: 'two agents that speak to one reader',
    of: (maxWaiting) => {
      const agent = untypedPipeline('agent').withStage('ask', words)
      return p()
        .withPipeline('a', agent, { chunks: 'ask' })
        .withPipeline('b', agent, { chunks: 'ask' })
        .withStage('c', reads(), { dependencies: [stream('a'), stream('b')], maxWaiting })
    },
  },
  {
    what: 'readers that leave early, that stop without leaving, and that never read',
    of: (maxWaiting) =>
      p()
        .withStage('a', words)
        .withStage(
          'leaves',
          async ({ inputs }) => {
            for await (const _ of looseStream(inputs, 'a')) break
            await clock.sleep(500)
          },
          { dependencies: [stream('a')], maxWaiting },
        )
        .withStage(
          'stops',
          async ({ inputs }) => {
            const chunks = looseStream(inputs, 'a')[Symbol.asyncIterator]()
            await chunks.next()
            await clock.sleep(20)
          },
          { dependencies: [stream('a')], maxWaiting },
        )
        .withStage('never', rests(30), { dependencies: [stream('a')], maxWaiting }),
  },
  {
    what: 'a reader that reads ahead while it yields',
    of: (maxWaiting) =>
      p()
        .withStage('a', words)
        .withStage(
          'b',
          async function* ({ inputs }) {
            const chunks = looseStream(inputs, 'a')[Symbol.asyncIterator]()
            let ahead = chunks.next()
            for (;;) {
              const step = await ahead
              if (step.done === true) return {}
              ahead = chunks.next()
              yield step.value
            }
          },
          { dependencies: [stream('a')], maxWaiting },
        )
        .withStage(
          'c',
          async ({ inputs }) => {
            for await (const _ of looseStream(inputs, 'b'));
          },
          { dependencies: [stream('b')], maxWaiting },
        ),
  },
]

test.for(PROGRAMS)('$what: it ends with every limit and every inbox', async ({ of, ok }) => {
  for (const maxWaiting of [1, 2, 16, 100]) {
    for (const maxConcurrency of [undefined, 1, 2, 3]) {
      const graph = of(maxWaiting).build({ clock })
      const from = clock.now()
      const options = maxConcurrency === undefined ? {} : { maxConcurrency }
      let ended: string | undefined
      const run = graph.runSettled({}, options).then(({ status, report }) => {
        ended = status
        const stages = Object.values(report.stages) as readonly { readonly stage: string; readonly status: string }[]
        return stages.filter((stage) => stage.status === 'ok').map(({ stage }) => stage)
      })
      await clock.runAll()
      expect(ended, `inboxes of ${maxWaiting}, ${maxConcurrency ?? 'all'} slots`).toBe('completed')
      expect(clock.now() - from).toBeLessThan(LONGEST_MS)
      const names = graph.info.stages.map(({ name }) => name)
      expect(await run).toEqual(ok === undefined ? names : ['guard', ...ok].filter((name) => ok.includes(name)))
    }
  }
})

const REFUSED: readonly Program[] = [
  {
    what: 'a stage that reads a stream, and waits for what another reader of it returns',
    of: (maxWaiting) =>
      p()
        .withStage('a', words)
        .withStage('sum', reads('a'), { dependencies: [stream('a')], maxWaiting })
        .withStage('b', reads('a'), { dependencies: [stream('a'), 'sum'], maxWaiting }),
  },
  {
    what: 'a gate that reads what it holds',
    of: (maxWaiting) =>
      p()
        .withStage('a', words)
        .withStage('guard', reads('a'), { dependencies: [stream('a')], maxWaiting })
        .withStage('b', passes('a'), { dependencies: [stream('a'), gate('guard')], maxWaiting }),
  },
  {
    what: 'a gate of a generator that waits for the end of a stage that it reads from',
    of: (maxWaiting) =>
      p()
        .withStage('a', words)
        .withStage('guard', rests(1), { dependencies: ['a'] })
        .withStage('b', passes('a'), { dependencies: [stream('a'), gate('guard')], maxWaiting }),
  },
]

test.for(REFUSED)('$what: the build says that it would hang', ({ of }) => {
  expect(() => of(1).build({ clock })).toThrow('core/stream-deadlock')
})

test('two loops one after the other over two streams have one inbox, so that they cannot be written', async () => {
  const run = new Pipeline('p')
    .withStage('a', words)
    .withStage('b', words)
    .withStage(
      'c',
      async ({ inputs }) => {
        for await (const _ of looseStream(inputs, 'a'));
        for await (const _ of looseStream(inputs, 'b'));
      },
      { dependencies: [stream('a'), stream('b')], maxWaiting: 1 },
    )
    .build({ clock })
    .runSettled({}, { maxConcurrency: 1 })
  await clock.runAll()
  const result = await run
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'core/stream-name', stage: 'c' })
})

test('a stage upstream of a reader that suspends fails by name, and the run ends', async () => {
  const run = new Pipeline('p')
    .withStage('a', words)
    .withStage('asks', () => StageOutput.suspend({ question: 'which?' }))
    .withStage('b', reads('a'), { dependencies: [stream('a'), 'asks'], maxWaiting: 1 })
    .build({ clock })
    .runSettled()
  await clock.runAll()
  const result = await run
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'core/cannot-suspend', stage: 'asks' })
})
