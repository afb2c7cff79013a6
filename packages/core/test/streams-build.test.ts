import { expect, test } from 'vitest'
import { Pipeline, PipelineBuildError, StageOutput, defineStage } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'
import { stream } from '../src/edges.ts'
import { clock } from './fresh-clock.ts'

// What a build says about streams, and what may not suspend beside them.

function problemsOf(build: () => unknown): readonly string[] {
  try {
    build()
  } catch (error) {
    if (error instanceof PipelineBuildError) return error.problems.map(({ code, message }) => `${code}: ${message}`)
    throw error
  }
  return []
}
const yields = async function* (): AsyncGenerator<number, object> {
  yield 1
  return {}
}
const passes = async function* ({ inputs }: StageContext): AsyncGenerator<number, object> {
  for await (const { chunk } of inputs.stream()) yield chunk as number
  return {}
}
const reads = async () => ({})
/** A pipeline whose names and edges the compiler doesn't check. */
const loose = (name = 'p') => new Pipeline(name) as unknown as Loose
interface Loose {
  withStage(name: string, stage: unknown, options?: object): Loose
  build(options?: object): { run(input?: object): Promise<{ report: { stages: Record<string, { status: string }> } }> }
}

test('a name in an edge is checked as any other, with a guess', () => {
  const pipeline = loose()
    .withStage('llm', yields)
    .withStage('tts', reads, { dependencies: [stream('lm')] })
  expect(problemsOf(() => pipeline.build())).toEqual([
    'core/unknown-dependency: Stage "tts" depends on "lm", which is not in the pipeline (did you mean "llm"? stages: llm, tts). Add it, or correct the name.',
  ])
})

test('a stage in two edges, a stage that reads itself and a cycle over streams are problems', () => {
  const twice = loose()
    .withStage('llm', yields)
    .withStage('tts', reads, { dependencies: ['llm', stream('llm')] })
  expect(problemsOf(() => twice.build())).toEqual([expect.stringContaining('core/duplicate-dependency')])
  const itself = loose().withStage('llm', yields, { dependencies: [stream('llm')] })
  expect(problemsOf(() => itself.build())).toContainEqual(expect.stringContaining('core/self-dependency'))
  const cycle = loose()
    .withStage('a', yields, { dependencies: [stream('b')] })
    .withStage('b', yields, { dependencies: ['a'] })
  expect(problemsOf(() => cycle.build())).toContainEqual(expect.stringContaining('core/cycle'))
})

test.for([
  [{ maxWaiting: 0 }, 'maxWaiting must be'],
  [{ maxWaiting: 1.5 }, 'maxWaiting must be'],
  [{ overflow: 'drop' }, "overflow must be one of 'block', 'drop-oldest', 'drop-newest', not \"drop\""],
] as const)('the options %o of a reader are refused', ([options, text]) => {
  const pipeline = loose()
    .withStage('llm', yields)
    .withStage('tts', reads, { dependencies: [stream('llm')], ...options })
  expect(problemsOf(() => pipeline.build())).toEqual([
    expect.stringContaining(`core/illegal-option: Stage "tts" has an illegal option: ${text}`),
  ])
})

test('options of an inbox are refused where there is none', () => {
  const beside = loose()
    .withStage('llm', yields)
    .withStage('tts', reads, { dependencies: [stream('llm')] })
    .withStage('save', reads, { dependencies: ['tts'], maxWaiting: 3 })
  expect(problemsOf(() => beside.build())).toEqual([
    'core/illegal-option: Stage "save" has maxWaiting, but reads no stream; remove it.',
  ])
  const without = loose()
    .withStage('a', reads)
    .withStage('b', reads, { dependencies: ['a'], maxWaiting: 3 })
  expect(problemsOf(() => without.build())).toEqual([
    expect.stringMatching(/^core\/unclaimed-option: .* "maxWaiting" .* add the interceptor or edge that claims it/),
  ])
})

test('an edge is of the name, or of the value, of a stage: both doors take both', async () => {
  const llm = defineStage({ name: 'llm', run: yields })
  const fluent = new Pipeline('p')
    .withStages([llm])
    .withStage('tts', async ({ inputs }) => ({ first: (await inputs.stream('llm').next()).value as number }), {
      dependencies: [stream('llm')],
    })
  expect((await fluent.build().run()).data.tts).toEqual({ first: 1 })
  const other = defineStage({ name: 'llm', run: yields })
  const tts = defineStage({ name: 'tts', after: { llm: stream(other) }, run: reads })
  expect(problemsOf(() => Pipeline.from('p', [llm, tts]).build())).toEqual([
    expect.stringContaining('core/other-stage'),
  ])
})

test.for([
  [
    'a reader that also waits for the end of its source',
    loose()
      .withStage('llm', yields)
      .withStage('end', reads, { dependencies: ['llm'] })
      .withStage('tts', reads, { dependencies: [stream('llm'), 'end'] }),
    true,
  ],
  [
    'a stage that reads a stream twice over, once through another stage',
    loose()
      .withStage('llm', yields)
      .withStage('mid', passes, { dependencies: [stream('llm')] })
      .withStage('tts', reads, { dependencies: [stream('llm'), stream('mid')] }),
    false,
  ],
  [
    'a diamond of streams',
    loose()
      .withStage('s', yields)
      .withStage('a', passes, { dependencies: [stream('s')] })
      .withStage('b', passes, { dependencies: [stream('s')] })
      .withStage('r', reads, { dependencies: [stream('a'), stream('b')] }),
    false,
  ],
  [
    'a reader that waits for what another reader of the stream returns',
    loose()
      .withStage('llm', yields)
      .withStage('count', reads, { dependencies: [stream('llm')] })
      .withStage('tts', reads, { dependencies: [stream('llm'), 'count'] }),
    true,
  ],
] as const)('%s: deadlock %o', ([, pipeline, isDeadlock]) => {
  const problems = problemsOf(() => pipeline.build())
  if (isDeadlock) expect(problems).toEqual([expect.stringContaining('core/stream-deadlock')])
  else expect(problems).toEqual([])
})

test('an inbox that drops chunks holds no stage back, so there is no deadlock', async () => {
  const pipeline = loose()
    .withStage('llm', yields)
    .withStage('end', reads, { dependencies: ['llm'] })
    .withStage('tts', reads, { dependencies: [stream('llm'), 'end'], overflow: 'drop-oldest' })
  const { report } = await pipeline.build({ clock }).run()
  expect(report.stages['tts']?.status).toBe('ok')
})

const asks = () => StageOutput.suspend('which?')
test.for([
  ['the source of a stream', 'a', { a: () => asks() as never }],
  ['a reader', 'tts', {}],
  ['what a reader waits for beside its source', 'voice', {}],
] as const)('%s cannot suspend: its chunks do not outlast a leg of the run', async ([, which]) => {
  const stage = (name: string) =>
    name === which
      ? async function* () {
          if (name === 'a') yield 1
          return asks()
        }
      : name === 'a'
        ? yields
        : name === 'tts'
          ? async ({ inputs }: StageContext) => {
              for await (const _ of inputs.stream('a'));
              return {}
            }
          : reads
  const graph = new Pipeline('p')
    .withStage('a', stage('a') as typeof yields)
    .withStage('voice', (which === 'voice' ? asks : reads) as typeof reads)
    .withStage('tts', (which === 'tts' ? asks : stage('tts')) as typeof reads, { dependencies: [stream('a'), 'voice'] })
    .build({ clock })
  const result = await graph.runSettled()
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'core/cannot-suspend', stage: which })
})

test('what everything waits for, and what nothing of a stream waits for, may suspend', async () => {
  const graph = (which: string) =>
    new Pipeline('p')
      .withStage('first', (which === 'first' ? asks : reads) as typeof reads)
      .withStage('a', yields, { dependencies: ['first'] })
      .withStage('tts', async ({ inputs }) => ({ read: (await inputs.stream('a').next()).value as number }), {
        dependencies: [stream('a')],
      })
      .withStage('after', (which === 'after' ? asks : reads) as typeof reads, { dependencies: ['tts'] })
      .withStage('beside', (which === 'beside' ? asks : reads) as typeof reads)
      .build({ clock })
  for (const which of ['first', 'after', 'beside']) expect((await graph(which).run()).status).toBe('suspended')
})

test('a stage with an answerSchema that cannot suspend is a problem of the build', () => {
  const answerSchema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } }
  const pipeline = loose()
    .withStage('a', yields)
    .withStage('tts', reads, { dependencies: [stream('a')], answerSchema })
  expect(problemsOf(() => pipeline.build())).toEqual([
    expect.stringContaining('core/cannot-suspend: Stage "tts" has an answerSchema'),
  ])
})

test('100,000 stages that read each other build without recursion, in linear time', () => {
  const stages = [defineStage({ name: 's0', run: yields })]
  for (let place = 1; place < 100_000; place++) {
    const before = stages[place - 1] as (typeof stages)[0]
    stages.push(defineStage({ name: `s${place}`, after: { before: stream(before) }, run: yields }) as never)
  }
  expect(problemsOf(() => Pipeline.from('long', stages as never).build())).toEqual([])
})
