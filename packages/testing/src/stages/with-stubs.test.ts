import { Pipeline, PipelineBuildError, StageKind, StageOutput, definePorts, defineStage } from '@stageflow/core'
import type { Interceptor, OutputSchema, StageContext } from '@stageflow/core'
import { gate, soft, stream } from '@stageflow/core/edges'
import { repeatUntil } from '@stageflow/core/repeat'
import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import { crashAfterEveryFact } from '../durable-runs/crash-after-every-fact.ts'
import { recordingSink } from '../events/recording-sink.ts'
import { runStage } from './run-stage.ts'
import { withStubs } from './with-stubs.ts'

declare module '@stageflow/core' {
  interface StageOptions {
    readonly withStubsLimit?: number
  }
}

const called: string[] = []
const mustNotRun = (name: string): never => {
  throw new Error(`the code of "${name}" ran`)
}

interface Ports {
  readonly ask: (prompt: string) => Promise<string>
  readonly limit: number
}
const chat = Pipeline.withPorts<Ports>('chat')
  .withStage('memory', () => mustNotRun('memory') as { facts: number }, StageKind.ENRICH)
  .withStage(
    'llm',
    async ({ ports, inputs }) => ({ text: await ports.ask(`${inputs.from('memory').facts} facts`) }),
    StageKind.AGENT,
    { dependencies: ['memory'], withStubsLimit: 7 },
  )
  .withStage('guard', ({ inputs, ports }) => ({ isShort: inputs.from('llm').text.length < ports.limit }), {
    dependencies: ['llm'],
  })

test('data stands in for stages, and the others run with it', async () => {
  const { status, data } = await withStubs(chat, { memory: { facts: 3 }, llm: { text: 'Hello' } })
    .build({ ports: { limit: 9 }, ignoreOptions: true })
    .run({})
  expect(status).toBe('completed')
  expect(data).toEqual({ memory: { facts: 3 }, llm: { text: 'Hello' }, guard: { isShort: true } })
})

test('an output stands in for a stage, however it ends', async () => {
  const outputs = { llm: StageOutput.ok({ text: 'Hello' }) }
  const end = async (llm: StageOutput<{ text: string }>) => {
    const graph = withStubs(chat, { memory: { facts: 3 }, llm }).build({ ports: { limit: 9 }, ignoreOptions: true })
    const { status, report } = await graph.runSettled({})
    return `${status}: llm ${report.stages.llm.status}, guard ${report.stages.guard.status}`
  }
  expect(await end(outputs.llm)).toBe('completed: llm ok, guard ok')
  expect(await end(StageOutput.skip('no'))).toBe('completed: llm skip, guard skip')
  expect(await end(StageOutput.fail('down'))).toBe('failed: llm fail, guard cancel')
  expect(await end(StageOutput.cancel('enough'))).toBe('cancelled: llm cancel, guard cancel')
  expect(await end(StageOutput.suspend('Which?'))).toBe('suspended: llm suspend, guard undefined')
  expect(await end(outputs.llm)).toBe('completed: llm ok, guard ok')
})

test('a function stands in for a stage with its context: inputs, ports, clock, events and notes', async () => {
  const [clock, sink] = [manualClock(), recordingSink()]
  const stubbed = withStubs(chat, {
    memory: { facts: 3 },
    llm: async (context) => {
      await context.clock.sleep(500, context.signal)
      context.tryEmitEvent('app.asked', {})
      context.note('usage', { inputTokens: 7 })
      return { text: `${context.stage.name} ${context.inputs.from('memory').facts} ${context.ports.limit}` }
    },
  })
  const run = stubbed.build({ ports: { limit: 9 }, clock, eventSink: sink, ignoreOptions: true }).run({})
  await clock.advance(500)
  const { data, report } = await run
  expect(data).toMatchObject({ llm: { text: 'llm 3 9' }, guard: { isShort: true } })
  expect(report.stages.llm.notes.usage).toEqual({ inputTokens: 7 })
  expect(sink.types()).toContain('app.asked')
  const thrown = withStubs(chat, { memory: () => mustNotRun('the stub') }).build({
    ports: { limit: 9 },
    ignoreOptions: true,
  })
  const failed = await thrown.runSettled({})
  expect(failed.status === 'failed' && failed.errors[0]?.message).toBe('the code of "the stub" ran')
})

test('an async generator stands in for a stage that streams', async () => {
  const streaming = new Pipeline('chat').withStage('llm', async function* () {
    yield mustNotRun('llm') as string
    return { text: 'real' }
  })
  const stubbed = withStubs(streaming, {
    llm: async function* () {
      yield* ['He', 'llo']
      return { text: 'Hello' }
    },
  })
  const { output, chunks } = await runStage(stubbed, 'llm')
  expect(output).toMatchObject({ status: 'ok', data: { text: 'Hello' } })
  expect(chunks).toEqual(['He', 'llo'])
  expect((await runStage(withStubs(streaming, { llm: { text: 'Hello' } }), 'llm')).chunks).toEqual([])
})

class Llm {
  readonly name = 'llm' as const
  readonly kind = StageKind.GUARD
  execute(context: StageContext<{ memory: { facts: number } }>): { text: string } {
    return mustNotRun(context.stage.name)
  }
}
const memory = defineStage({
  name: 'memory',
  kind: StageKind.ENRICH,
  run: () => mustNotRun('memory') as { facts: number },
})

test.each<readonly [form: string, pipeline: Pipeline<any, any>, alias: string, kind: string]>([
  ['a function with a kind', chat, 'memory', 'agent'],
  [
    'a class with its own kind',
    new Pipeline('chat')
      .withStage('memory', () => ({ facts: 1 }))
      .withStage(Llm, { dependencies: ['memory'], withStubsLimit: 7 }),
    'memory',
    'guard',
  ],
  [
    'an object with its own kind',
    new Pipeline('chat')
      .withStage('memory', () => ({ facts: 1 }))
      .withStage(new Llm(), { dependencies: ['memory'], withStubsLimit: 7 }),
    'memory',
    'guard',
  ],
  [
    'a value of defineStage, which reads its input by another name',
    Pipeline.from('chat', [
      memory,
      definePorts<{ ask: string }>().defineStage({
        name: 'llm',
        kind: StageKind.WORK,
        after: { known: memory },
        withStubsLimit: 7,
        run: ({ inputs }) => mustNotRun(`llm ${inputs.from('known').facts}`) as { text: string },
      }),
    ]),
    'known',
    'work',
  ],
])('the kind, dependencies, options and name of a stage stay: %s', async (_, pipeline, alias, kind) => {
  const limiting: Interceptor = {
    name: 'limiting',
    stageOptions: ['withStubsLimit'],
    onCall:
      ({ name, kind: of, options }) =>
      () =>
        void called.push(`${name} ${of} ${String(options.withStubsLimit)}`),
  }
  called.length = 0
  const graph = withStubs(pipeline, {
    memory: { facts: 3 },
    llm: ({ inputs }: StageContext) => ({ text: `${inputs.from(alias).facts} facts` }),
  }).build({ interceptors: [limiting], ports: { limit: 9 } })
  const { data } = await graph.run({})
  expect(data).toMatchObject({ llm: { text: '3 facts' } })
  expect(called).toContain(`llm ${kind} 7`)
  expect(graph.name).toBe('chat')
  const stage = graph.info.stages.find(({ name }) => name === 'llm')
  expect(stage?.dependencies).toEqual([{ stage: 'memory', edge: 'value' }])
  expect(() => withStubs(pipeline, { llm: { text: '' } }).build()).toThrow('"withStubsLimit"')
})

test('conditions, joins, tolerated failures and schemas of a stage stay', async () => {
  const upper: OutputSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const { text } = value as { text: unknown }
        return typeof text === 'string' ? { value: { text: text.toUpperCase() } } : { issues: [{ message: 'no text' }] }
      },
    },
  }
  const pipeline = new Pipeline('chat')
    .withStage('checked', () => ({ text: 'real' }), { outputSchema: upper })
    .withStage('never', () => ({ text: 'real' }), { when: () => false })
    .withStage('tolerated', () => ({ text: 'real' }), { onFailure: { fallback: { text: 'fallback' } } })
    .withStage('any', () => ({ from: 'real' }), { dependencies: ['never', 'checked'], join: 'settled' })
  const { data } = await withStubs(pipeline, {
    checked: { text: 'stub' },
    never: { text: 'stub' },
    tolerated: StageOutput.fail('down'),
    any: ({ inputs }) => ({ from: `${inputs.status('never')} ${inputs.from('checked').text}` }),
  })
    .build()
    .run({})
  expect(data).toEqual({ checked: { text: 'STUB' }, tolerated: { text: 'fallback' }, any: { from: 'skip STUB' } })
  const refused = await withStubs(pipeline, { checked: {} as never })
    .build()
    .runSettled({})
  expect(refused.status === 'failed' && refused.errors[0]).toMatchObject({ code: 'core/output-schema' })
})

test('a child pipeline and a map are stubbed whole, and nothing inside them runs', async () => {
  const child = new Pipeline('child')
    .withStage('write', () => mustNotRun('write') as { text: string })
    .withStage('check', () => mustNotRun('check') as { ok: boolean }, StageKind.GUARD)
  const pipeline = new Pipeline('parent')
    .withPipeline('answer', child, { repeat: repeatUntil('check'), input: () => mustNotRun('input') })
    .withMap('all', {
      over: () => mustNotRun('over') as number[],
      each: (item) => ({ item }),
      concurrency: 2,
      kind: 'work',
    })
  const graph = withStubs(pipeline, {
    answer: { write: { text: 'Hello' }, check: { ok: true } },
    all: { items: [{ item: 7 }] },
  }).build()
  const { data, children } = await graph.run({})
  expect(data).toEqual({ answer: { write: { text: 'Hello' }, check: { ok: true } }, all: { items: [{ item: 7 }] } })
  expect(children).toEqual({})
  expect(graph.info.stages.map(({ kind, child: inside, map }) => [kind, inside, map])).toEqual([
    ['transform', undefined, false],
    ['work', undefined, false],
  ])
})

test('a pipeline with stubs has stages like any other: it is extended, stubbed again, composed, and run durably', async () => {
  const first = withStubs(chat, { memory: { facts: 1 }, llm: { text: 'one' } })
  const second = withStubs(first, { llm: { text: 'second' } })
    .withStage('last', ({ inputs }) => ({ text: `${inputs.from('llm').text} last` }), { dependencies: ['llm'] })
    .compose(new Pipeline('other').withStage('other', () => ({})))
  const graph = second.build({ ports: { limit: 9 }, ignoreOptions: true })
  expect((await graph.run({})).data).toMatchObject({ llm: { text: 'second' }, last: { text: 'second last' } })
  expect(await crashAfterEveryFact(graph)).toMatchObject({ status: 'completed', ranTwice: [], differences: [] })
  const unchanged = chat.build({ ports: { limit: 9, ask: async () => '' }, ignoreOptions: true })
  expect((await unchanged.runSettled({})).status).toBe('failed')
})

test('a stub in a durable run may be of a stage with a placement', async () => {
  const child = new Pipeline('child').withStage('write', () => ({ text: 'real' }))
  const pipeline = new Pipeline('parent').withPipeline('answer', child, { placement: 'call' })
  const graph = withStubs(pipeline, { answer: { write: { text: 'stub' } } }).build()
  expect(await crashAfterEveryFact(graph)).toMatchObject({ status: 'completed', differences: [] })
})

test.each<readonly [stubs: unknown, code: string, message: string]>([
  [
    { lm: { text: '' } },
    'testing/unknown-stage',
    'withStubs(pipeline, stubs): pipeline "chat" has no stage "lm" (did you mean "llm"?). Its stages are: memory, llm, guard.',
  ],
  [{ toString: {} }, 'testing/unknown-stage', 'has no stage "toString". Its stages are: memory, llm, guard.'],
  [
    { llm: undefined },
    'testing/illegal-option',
    "withStubs(pipeline, stubs): llm must be the data of the stage, a StageOutput such as StageOutput.skip('no'), or a function of the stage's context, not undefined.",
  ],
  [{ llm: 'Hello' }, 'testing/illegal-option', 'llm must be the data of the stage'],
  [{ llm: ['Hello'] }, 'testing/illegal-option', 'llm must be the data of the stage'],
  [{ llm: null, memory: 7 }, 'testing/illegal-option', "function of the stage's context, not null; memory must be"],
  [{ llm: Promise.resolve({ text: '' }) }, 'testing/illegal-option', 'llm must be the data of the stage'],
  [{ llm: new Llm() }, 'testing/illegal-option', 'llm must be the data of the stage'],
  [undefined, 'testing/illegal-option', 'stubs must be an object with the stub of each stage'],
])('a wrong stub is refused: %j', (stubs, code, message) => {
  expect(() => withStubs(chat, stubs as never)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  )
})

test('data that the stage could not return fails it, as its own code would', async () => {
  const graph = withStubs(chat, { memory: { status: 'ok' } as never, llm: { text: '' } }).build({
    ports: { limit: 1 },
    ignoreOptions: true,
  })
  const { report } = await graph.runSettled({})
  expect(report.stages.memory.error).toMatchObject({ code: 'core/ambiguous-output' })
})

test('a built graph has no stages to replace', () => {
  const graph = chat.build({ ports: { limit: 1, ask: async () => '' }, ignoreOptions: true })
  expect(() => withStubs(graph as never, {})).toThrow(
    expect.objectContaining({
      code: 'testing/not-a-pipeline',
      message: expect.stringContaining('Pass the pipeline itself, and not what build() returned.'),
    }),
  )
})

test('the problems of a pipeline stay, and a class that cannot be constructed has no kind to keep', () => {
  const broken = new Pipeline('broken')
    .withStage('a', () => ({}), { dependencies: ['b'] as never })
    .withStage('c', () => ({}))
  expect(() => withStubs(broken, { c: {} }).build()).toThrow(PipelineBuildError)
  class NeedsKey {
    constructor() {
      throw new Error('KEY is missing')
    }
    execute = () => ({ text: 'real' })
  }
  const named = new Pipeline('chat').withStage('llm', NeedsKey)
  expect(() => withStubs(named, { llm: { text: '' } })).toThrow(
    expect.objectContaining({ code: 'core/not-a-stage', message: expect.stringContaining('KEY is missing') }),
  )
  const nameless = new Pipeline('chat').withStage(NeedsKey as never)
  expect(() => withStubs(nameless, { llm: {} } as never)).toThrow('has no stage "llm". Its stages are: none.')
})

test('stubs keep the edges of a pipeline, and a stub with chunks serves the readers of its stage', async () => {
  const clock = manualClock()
  const voice = new Pipeline('voice')
    .withStage('moderation', () => clock.sleep(30), 'guard')
    .withStage('profile', () => clock.sleep(1_000))
    .withStage(
      'llm',
      async function* () {
        yield 'from a model'
        return { text: 'from a model' }
      },
      { dependencies: [gate('moderation'), soft('profile', { waitMs: 10 })], toChunks: ({ text }) => [text] },
    )
    .withStage(
      'speak',
      async ({ inputs }) => {
        const said: string[] = []
        for await (const word of inputs.stream('llm')) said.push(word)
        return { said, at: clock.now() }
      },
      { dependencies: [stream('llm')], maxWaiting: 1 },
    )
  const of = async (stubbed: typeof voice) => {
    const from = clock.now()
    const graph = stubbed.build({ clock })
    const edgesOf = ({ info }: typeof graph) => info.stages.map(({ dependencies }) => dependencies)
    expect(edgesOf(graph)).toEqual(edgesOf(voice.build({ clock })))
    const run = graph.runSettled()
    await clock.runAll()
    const { data, report } = await run
    return data.speak === undefined ? report.stages.speak.status : [...data.speak.said, data.speak.at - from]
  }
  const chunks = async function* () {
    yield 'Hi'
    yield '!'
    return { text: 'Hi!' }
  }
  expect(await of(withStubs(voice, { llm: chunks }))).toEqual(['Hi', '!', 30])
  // Data alone has no chunks: the stage makes them of it.
  expect(await of(withStubs(voice, { llm: { text: 'Hi!' } }))).toEqual(['Hi!', 30])
  expect(await of(withStubs(voice, { llm: chunks, moderation: StageOutput.skip('not allowed') }))).toEqual('skip')
})

test('a stub without chunks in the place of a stream fails its readers by name', async () => {
  const voice = new Pipeline('voice')
    .withStage('llm', async function* () {
      yield 'Hi'
      return { text: 'Hi' }
    })
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const _word of inputs.stream('llm'));
      },
      { dependencies: [stream('llm')] },
    )
  const result = await withStubs(voice, { llm: { text: 'Hello' } })
    .build()
    .runSettled()
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'core/no-chunks', stage: 'speak' })
})
