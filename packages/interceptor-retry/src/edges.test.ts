import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { gate, stream } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { retry } from './index.ts'

// Retries of stages with streams and gates.

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})
const broken = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
const retries = () => [retry({ baseMs: 10, jitter: 'none' })]
const words = async function* () {
  for (const word of ['One', 'two']) {
    await clock.sleep(1)
    yield word
  }
  return {}
}
type Reads = StageContext<{}, {}, { readonly llm: string }>

async function statusesOf(speak: (context: Reads) => Promise<void>, llm: () => AsyncGenerator<string, object>) {
  const run = new Pipeline('voice')
    .withStage('llm', llm)
    .withStage('speak', speak, { dependencies: [stream('llm')] })
    .build({ clock, interceptors: retries() })
    .runSettled({}, { onStageFailure: 'continue' })
  await clock.runAll()
  const { llm: source, speak: reader } = (await run).report.stages
  const of = ({ attempts }: typeof source) => attempts.map(({ status }) => status)
  return { llm: of(source), speak: of(reader), error: reader.error?.code }
}

test('a reader is retried until it has read a chunk, and not after that', async () => {
  let calls = 0
  const before = async ({ inputs }: Reads) => {
    if (++calls === 1) throw broken()
    for await (const _word of inputs.stream('llm'));
  }
  expect(await statusesOf(before, words)).toEqual({ llm: ['ok'], speak: ['fail', 'ok'], error: undefined })
  const after = async ({ inputs }: Reads) => {
    for await (const _word of inputs.stream('llm')) throw broken()
  }
  expect(await statusesOf(after, words)).toEqual({ llm: ['ok'], speak: ['fail'], error: 'ECONNRESET' })
})

test('a source is retried before its first chunk, and its readers wait', async () => {
  let calls = 0
  const source = async function* () {
    if (++calls === 1) throw broken()
    return yield* words()
  }
  const reads = async ({ inputs }: Reads) => {
    for await (const _word of inputs.stream('llm'));
  }
  expect(await statusesOf(reads, source)).toEqual({ llm: ['fail', 'ok'], speak: ['ok'], error: undefined })
})

test('a reader is not called again because its source failed', async () => {
  const source = async function* () {
    await clock.sleep(1)
    yield 'One'
    throw broken()
  }
  const reads = async ({ inputs }: Reads) => {
    for await (const _word of inputs.stream('llm'));
  }
  expect(await statusesOf(reads, source)).toEqual({ llm: ['fail'], speak: ['fail'], error: 'core/stream-cut' })
})

test.each([
  ['open', {}, 'ok', ['One', 'two']],
  ['refuse', StageOutput.skip('not allowed'), 'skip', []],
] as const)(
  'a held stage is retried even after it has yielded, and its readers get one answer if its gates %s',
  async (_, ending, status, heard) => {
    let calls = 0
    const said: string[] = []
    const run = new Pipeline('voice')
      .withStage('moderation', async () => {
        await clock.sleep(100)
        return ending as {}
      })
      .withStage(
        'llm',
        async function* () {
          for await (const word of words()) {
            yield word
            if (calls++ === 0) throw broken()
          }
          return {}
        },
        { dependencies: [gate('moderation')] },
      )
      .withStage(
        'speak',
        async ({ inputs }) => {
          for await (const word of inputs.stream('llm')) said.push(word)
        },
        { dependencies: [stream('llm')] },
      )
      .build({ clock, interceptors: retries() })
      .run()
    await clock.runAll()
    const { attempts, ...record } = (await run).report.stages.llm
    expect(attempts.map((attempt) => attempt.status)).toEqual(['fail', 'ok'])
    expect(record).toMatchObject({ status, endedAt: 100 })
    expect(said).toEqual(heard)
  },
)
