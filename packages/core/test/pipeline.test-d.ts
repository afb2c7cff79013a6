import { expectTypeOf } from 'vitest'
import { resumeRun, resumeSettled, startResumed } from '../src/durable.ts'
import { Pipeline, StageKind, StageOutput, asStage } from '../src/index.ts'
import type {
  BuildOptions,
  CancelledResult,
  CompletedResult,
  FailedResult,
  OkOutput,
  PipelineReport,
  SkipOutput,
  StageContext,
  StageOutput as Output,
  StageRecord,
  StageStatus,
  SuspendedResult,
} from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import type { Repeat } from '../src/repeat.ts'

// ---------- what the builder refuses

const base = new Pipeline('demo')
  .withStage('profile', () => ({ name: 'Ada' as string }))
  .withStage('score', async () => ({ score: 1 as number }))

// @ts-expect-error Type '"prfile"' is not assignable to type '"profile" | "score"'.
base.withStage('llm', () => ({}), { dependencies: ['prfile'] })
// @ts-expect-error A stage named 'profile' is already in this pipeline
base.withStage('profile', () => ({}))
// @ts-expect-error Write the name as a literal: name = 'greet' as const
base.withStage('dynamic' as string, () => ({}))
// @ts-expect-error Both pipelines have a stage named 'profile'
base.compose(new Pipeline('other').withStage('profile', () => ({})))
// @ts-expect-error Type '"most"' is not assignable to type 'Join'
base.withStage('llm', () => ({}), { dependencies: ['profile'], join: 'most' })
// @ts-expect-error Type 'string' is not assignable to type 'boolean'
base.withStage('llm', () => ({}), { when: () => 'yes' })
// @ts-expect-error Type 'Promise<boolean>' is not assignable to type 'boolean'
base.withStage('llm', () => ({}), { when: async () => true })
// @ts-expect-error Type '"ignore"' is not assignable to type 'OnFailure'
base.withStage('llm', () => ({}), { onFailure: 'ignore' })
// @ts-expect-error 'colour' does not exist in type 'StageWiring<…>'
base.withStage('llm', () => ({}), { colour: 'red' })
// @ts-expect-error Type '"garden"' is not assignable to type 'StageKind'
base.withStage('llm', () => ({}), 'garden')

class Named {
  name = 'named' as const
  async execute() {
    return { named: true }
  }
}
expectTypeOf(
  new Pipeline('demo')
    .withStage(Named)
    .withStage('after', (context) => context.inputs.from('named'), { dependencies: ['named'] })
    .build().run,
).toBeFunction()
// @ts-expect-error A stage named 'named' is already in this pipeline
new Pipeline('demo').withStage(Named).withStage(Named)
class Wide {
  name = 'wide'
  execute() {}
}
// @ts-expect-error Write the name as a literal: name = 'greet' as const
new Pipeline('demo').withStage(Wide)

// ---------- what a stage may read

base.withStage(
  'llm',
  (context) => {
    expectTypeOf(context.inputs.from('profile')).toEqualTypeOf<{ name: string }>()
    expectTypeOf(context.inputs.get('name')).toEqualTypeOf<string | undefined>()
    expectTypeOf(context.inputs.get('name', 5)).toEqualTypeOf<string | 5>()
    expectTypeOf(context.inputs.getFrom('profile', 'name')).toEqualTypeOf<string>()
    expectTypeOf(context.inputs.requireFrom('profile', 'name')).toEqualTypeOf<string>()
    // @ts-expect-error Argument of type '"score"' is not assignable to parameter of type '"profile"': it was not declared.
    context.inputs.from('score')
    // @ts-expect-error Argument of type '"nme"' is not assignable to parameter of type '"name"'
    context.inputs.requireFrom('profile', 'nme')
    // @ts-expect-error Argument of type '"score"' is not assignable to parameter of type '"profile"'
    context.inputs.status('score')
    return {}
  },
  { dependencies: ['profile'] },
)
// @ts-expect-error Argument of type '"profile"' is not assignable to parameter of type '"declare it: { dependencies: […] }"'
base.withStage('llm', (context) => ({ name: context.inputs.from('profile').name }))

class Needs {
  async execute(context: StageContext<{ profile: { name: string } }>) {
    return { length: context.inputs.from('profile').name.length }
  }
}
base.withStage('needs', Needs, StageKind.TRANSFORM, { dependencies: ['profile'] })
// @ts-expect-error Property 'profile' is missing in type '{}': the stage needs what it does not depend on.
base.withStage('needs', Needs, StageKind.TRANSFORM)
// @ts-expect-error Property 'profile' is missing
base.withStage('needs', Needs, StageKind.TRANSFORM, { dependencies: ['score'] })
const maybe = new Pipeline('demo').withStage('profile', (context) =>
  context.userId === undefined ? StageOutput.skip('nobody') : { name: 'Ada' as string },
)
// @ts-expect-error Type 'undefined' is not assignable to type '{ name: string }': the profile may be skipped.
maybe.withStage('needs', Needs, StageKind.TRANSFORM, { dependencies: ['profile'] })
maybe.withStage('needs', Needs, StageKind.TRANSFORM, { dependencies: ['profile'], join: 'every' })

/** A bare context reads anything, as any: code ported from the guide compiles. */
class Bare {
  async execute(context: StageContext) {
    const route = context.inputs.getFrom('router', 'route', 'general')
    expectTypeOf(context.inputs.from('stt')).toBeAny()
    return StageOutput.ok({ route })
  }
}
base.withStage('bare', Bare).withStage('bare-too', Bare, { dependencies: ['profile'] })

// ---------- inputs may be undefined exactly where they can be: by why they may be skipped, and by the join

interface Data {
  readonly n: number
}
const data = (): Data => ({ n: 1 })
type Sure = Data
type Maybe = Data | undefined
const sources = new Pipeline('demo')
  .withStage('sure', data)
  .withStage('own', (): Data | SkipOutput => StageOutput.skip('x'))
  .withStage('when', data, { when: () => true })
  .withStage('tolerated', data, { onFailure: 'skip' })
  .withStage('fallback', data, { onFailure: { fallback: { n: 0 } } })
  .withStage('inherits', data, { dependencies: ['own'] })
  .withStage('inherits-every', data, { dependencies: ['own', 'sure'], join: 'every' })
  .withStage('saved', data, { dependencies: ['own', 'sure'] })
  .withStage('saved-any', data, { dependencies: ['own', 'sure'], join: 'any' })
  .withStage('settled', data, { dependencies: ['own'], join: 'settled' })
  .withPipeline('child', new Pipeline('child').withStage('inner', data))
  .withMap('map', { over: () => [1], each: data })
const ALL = [
  'sure',
  'own',
  'when',
  'tolerated',
  'fallback',
  'inherits',
  'inherits-every',
  'saved',
  'saved-any',
  'settled',
  'child',
  'map',
] as const

sources.withStage(
  'all',
  ({ inputs }) => {
    expectTypeOf(inputs.from('sure')).toEqualTypeOf<Sure>()
    expectTypeOf(inputs.from('own')).toEqualTypeOf<Maybe>()
    expectTypeOf(inputs.from('when')).toEqualTypeOf<Maybe>()
    expectTypeOf(inputs.from('tolerated')).toEqualTypeOf<Maybe>()
    expectTypeOf(inputs.from('fallback')).toExtend<Sure>()
    expectTypeOf(inputs.from('inherits')).toEqualTypeOf<Maybe>()
    expectTypeOf(inputs.from('inherits-every')).toEqualTypeOf<Maybe>()
    expectTypeOf(inputs.from('saved')).toEqualTypeOf<Sure>()
    expectTypeOf(inputs.from('saved-any')).toEqualTypeOf<Sure>()
    expectTypeOf(inputs.from('settled')).toEqualTypeOf<Sure>()
    expectTypeOf(inputs.from('child')).toEqualTypeOf<{ readonly inner: Data } | undefined>()
    expectTypeOf(inputs.from('map')).toEqualTypeOf<{ readonly items: readonly Data[] }>()
    expectTypeOf(inputs.getFrom('own', 'n')).toEqualTypeOf<number | undefined>()
    expectTypeOf(inputs.requireFrom('own', 'n')).toEqualTypeOf<number>()
  },
  { dependencies: ALL },
)
sources.withStage(
  'every',
  ({ inputs }) => {
    expectTypeOf(inputs.from('sure')).toEqualTypeOf<Sure>()
    expectTypeOf(inputs.from('own')).toEqualTypeOf<Sure>()
    expectTypeOf(inputs.from('when')).toEqualTypeOf<Sure>()
    expectTypeOf(inputs.from('tolerated')).toEqualTypeOf<Sure>()
    expectTypeOf(inputs.from('inherits')).toEqualTypeOf<Sure>()
    expectTypeOf(inputs.from('child')).toEqualTypeOf<{ readonly inner: Data }>()
  },
  { dependencies: ALL, join: 'every' },
)
sources.withStage(
  'any',
  ({ inputs }) => {
    expectTypeOf(inputs.from('sure')).toEqualTypeOf<Maybe>()
    expectTypeOf(inputs.from('own')).toEqualTypeOf<Maybe>()
  },
  { dependencies: ALL, join: 'any' },
)
sources.withStage('quorum', ({ inputs }) => void expectTypeOf(inputs.from('sure')).toEqualTypeOf<Maybe>(), {
  dependencies: ALL,
  join: { quorum: 2 },
})
sources.withStage(
  'after-settled',
  ({ inputs }) => {
    expectTypeOf(inputs.from('sure')).toEqualTypeOf<Maybe>()
    expectTypeOf(inputs.from('own')).toEqualTypeOf<Maybe>()
  },
  { dependencies: ALL, join: 'settled' },
)
sources.withStage('when-reads', data, {
  dependencies: ['sure', 'own'],
  when: (inputs) => {
    expectTypeOf(inputs.from('sure')).toEqualTypeOf<Sure>()
    expectTypeOf(inputs.from('own')).toEqualTypeOf<Maybe>()
    return true
  },
})

// ---------- routes

const routed = new Pipeline('demo').withStage('router', () => ({ route: 'a' as 'a' | 'b' }), StageKind.ROUTE)
routed.withStage('a', data, { dependencies: ['router'], when: (inputs) => inputs.from('router').route === 'a' })
// @ts-expect-error This comparison appears to be unintentional because the types '"a" | "b"' and '"c"' have no overlap.
routed.withStage('c', data, { dependencies: ['router'], when: (inputs) => inputs.from('router').route === 'c' })

// ---------- what a run gives

const graph = sources.build()
export async function results(): Promise<void> {
  const result = await graph.run({ inputText: 'hi' })
  if (result.status === 'completed') {
    expectTypeOf(result.data.sure).toEqualTypeOf<Sure>()
    expectTypeOf(result.data.own).toEqualTypeOf<Maybe>()
    expectTypeOf(result.outputs.sure).toEqualTypeOf<OkOutput<Data>>()
    expectTypeOf(result.outputs.own).toEqualTypeOf<OkOutput<Data> | SkipOutput>()
    // @ts-expect-error a completed run has no reason
    void result.reason
  } else if (result.status === 'suspended') {
    expectTypeOf(result.requests.sure).toEqualTypeOf<unknown>()
    // @ts-expect-error Property 'nope' does not exist
    void result.requests.nope
    expectTypeOf(result.data.sure).toEqualTypeOf<Maybe>()
    expectTypeOf(resumeRun(graph, result, { sure: true })).toEqualTypeOf<ReturnType<typeof graph.run>>()
    // @ts-expect-error 'nope' does not exist: the pipeline has no such stage
    await resumeRun(graph, result, { nope: true })
    expectTypeOf(resumeSettled(graph, result, { sure: true })).toEqualTypeOf<ReturnType<typeof graph.runSettled>>()
    expectTypeOf(startResumed(graph, result, { sure: true })).toEqualTypeOf<Promise<ReturnType<typeof graph.start>>>()
    // @ts-expect-error 'nope' does not exist: the pipeline has no such stage
    await startResumed(graph, result, { nope: true })
  } else {
    expectTypeOf(result.status).toEqualTypeOf<'cancelled'>()
    expectTypeOf(result.reason).toEqualTypeOf<string>()
    expectTypeOf(result.data.sure).toEqualTypeOf<Maybe>()
    expectTypeOf(result.outputs.sure).toEqualTypeOf<Output<Data> | undefined>()
  }
  expectTypeOf(result.data.sure).toEqualTypeOf<Maybe>()
  // @ts-expect-error Property 'nope' does not exist
  void result.data.nope
  expectTypeOf(result.report.stages.sure).toEqualTypeOf<StageRecord>()
  expectTypeOf(result.report.stages['saved-any'].status).toEqualTypeOf<StageStatus | undefined>()
  // @ts-expect-error Property 'nope' does not exist
  void result.report.stages.nope
  const report: PipelineReport = result.report
  expectTypeOf(report.stages['nope']).toEqualTypeOf<StageRecord | undefined>()
  for (const record of Object.values(result.report.stages)) expectTypeOf(record).toEqualTypeOf<StageRecord>()
  const settled = await graph.runSettled()
  if (settled.status === 'failed') expectTypeOf(settled.report.stages.own).toEqualTypeOf<StageRecord>()
  if (settled.status === 'failed') expectTypeOf(settled.errors[0]?.code).toEqualTypeOf<string | undefined>()
  // @ts-expect-error errors are those of a failed run alone
  else void settled.errors
  expectTypeOf(settled.status).toEqualTypeOf<'completed' | 'cancelled' | 'failed' | 'suspended'>()
  type Slots = typeof graph extends {
    readonly run: (
      ...given: never[]
    ) => Promise<CompletedResult<infer S> | CancelledResult<infer S> | SuspendedResult<infer S>>
  }
    ? S
    : never
  expectTypeOf(settled).toEqualTypeOf<
    CompletedResult<Slots> | CancelledResult<Slots> | SuspendedResult<Slots> | FailedResult<Slots>
  >()
  // @ts-expect-error Object literal may only specify known properties: 'inputTxt'
  await graph.run({ inputTxt: 'hi' })
  // @ts-expect-error Type 'string' is not assignable to type 'number'
  await graph.run({}, { timeoutMs: '5' })
}

// ---------- what stages return

const returns = new Pipeline('demo')
  .withStage('nothing', () => {})
  .withStage('output', () => StageOutput.ok({ a: 1 as number }))
  .withStage('either', async () => (graph.name === '' ? StageOutput.ok({ a: 1 as number }) : { b: 'x' as string }))
  .withStage('ends', () => StageOutput.fail('x'))
  .withStage('stream', async function* () {
    yield 'token'
    return { text: 'x' as string }
  })
returns.withStage(
  'reader',
  ({ inputs }) => {
    expectTypeOf(inputs.from('nothing')).toEqualTypeOf<{}>()
    expectTypeOf(inputs.from('output')).toEqualTypeOf<{ a: number }>()
    expectTypeOf(inputs.from('either')).toEqualTypeOf<{ a: number } | { b: string }>()
    expectTypeOf(inputs.from('ends')).toBeNever()
    expectTypeOf(inputs.from('stream')).toEqualTypeOf<{ text: string }>()
  },
  { dependencies: ['nothing', 'output', 'either', 'ends', 'stream'] },
)

// ---------- what stages must not return: it could only fail at run time

// @ts-expect-error return a plain object: { text }, a StageOutput, or nothing
base.withStage('a', () => 'text')
// @ts-expect-error return a plain object: a number
base.withStage('a', () => 5)
// @ts-expect-error return a plain object: a boolean
base.withStage('a', () => true)
// @ts-expect-error return a plain object: null
base.withStage('a', () => null)
// @ts-expect-error return a plain object: an array
base.withStage('a', () => [1, 2])
// @ts-expect-error return a plain object: a function
base.withStage('a', () => () => ({}))
// @ts-expect-error return a plain object: a class
base.withStage('a', () => Named)
// @ts-expect-error return a plain object: a Map
base.withStage('a', () => new Map([['a', 1]]))
// @ts-expect-error return a plain object: a Date
base.withStage('a', () => new Date(0))
// @ts-expect-error a stage that yields is an async generator
base.withStage('a', function* () {
  yield 'token'
  return { text: 'x' }
})
// @ts-expect-error return a plain object: an error
base.withStage('a', () => new Error('x'))
// @ts-expect-error return a plain object: an error of a subclass
base.withStage('a', async () => new TypeError('x'))
// @ts-expect-error return a plain object: an error on one path
base.withStage('a', ({ attempt }) => (attempt === 1 ? { text: 'x' } : new Error('x')))
// @ts-expect-error return a plain object: a status that is a word of core
base.withStage('a', () => ({ status: 'ok' as const }))
// @ts-expect-error return a plain object: a status that is a word of core, with data
base.withStage('a', async () => ({ status: 'fail' as const, data: { text: 'x' } }))
// @ts-expect-error return a plain object: the item of a map that looks like an output
base.withMap('a', { over: () => [1], each: () => ({ status: 'skip' as const }) })
base.withStage('a', () => ({ status: 'shipped' as const }))
base.withStage('a', () => ({ status: 'ok' as string }))
base.withStage('a', () => ({ name: 'Ada', message: 'Hello!' }))
base.withStage('a', () => ({ name: 'TypeError', message: 'x', stack: 'at a.ts' }))
base.withStage('a', () => ({ error: new Error('x') }))
base.withStage('a', ({ attempt }) => (attempt === 1 ? StageOutput.fail('x') : { text: 'x' }))
// @ts-expect-error return a plain object: a string
base.withStage('a', async () => 'text')
// @ts-expect-error return a plain object: a number
base.withStage('a', async () => 5)
// @ts-expect-error return a plain object: a boolean
base.withStage('a', async () => true)
// @ts-expect-error return a plain object: null
base.withStage('a', async () => null)
// @ts-expect-error return a plain object: an array
base.withStage('a', async () => [1, 2])
// @ts-expect-error return a plain object: a function
base.withStage('a', async () => () => ({}))
// @ts-expect-error return a plain object: a Set
base.withStage('a', async () => new Set([1]))
// @ts-expect-error return a plain object: bytes
base.withStage('a', async () => new ArrayBuffer(8))
// @ts-expect-error return a plain object: what was read of the response, not the response
base.withStage('a', async () => fetch('https://example.com'))
// @ts-expect-error return a plain object: a stream is not iterated
base.withStage('a', async () => new ReadableStream<string>())
// @ts-expect-error return a plain object: a string on one path
base.withStage('a', async (context) => (context.attempt === 1 ? StageOutput.skip('x') : 'text'))
// @ts-expect-error return a plain object: a string at the end
base.withStage('a', async function* () {
  yield 'token'
  return 'text'
})
// @ts-expect-error return a plain object: a string that may be missing
base.withStage('a', (): string | undefined => undefined)
// @ts-expect-error return a plain object: an object with execute
base.withStage('a', { execute: async () => 'text' })
// @ts-expect-error return a plain object: a named object
base.withStage({ name: 'a', execute: async () => 'text' })
class Text {
  name = 'text' as const
  async execute() {
    return 'text'
  }
}
// @ts-expect-error return a plain object: a class
base.withStage(Text)
// @ts-expect-error return a plain object: a class under another name
base.withStage('a', Text)
// @ts-expect-error return a plain object: the data of an item
base.withMap('a', { over: () => [1], each: (item) => item })
// @ts-expect-error return a plain object: the data of an item, awaited
base.withMap('a', { over: () => ['x'], each: async (item) => item })

// @ts-expect-error Argument of type 'number[]' is not assignable to parameter of type 'PlainObject'
StageOutput.ok([1, 2])
// @ts-expect-error a function is no plain object
StageOutput.ok(() => ({}))
/** The data may be of a type that only the caller knows. */
export const oks = <Data extends object>(data: Data) => StageOutput.ok(data)

// ---------- what stages may return

interface Shape {
  readonly text: string
}
class Instance {
  text = 'x'
  show() {
    return this.text
  }
}
declare const unknownly: () => unknown
declare const anyway: () => any
declare const promised: () => PromiseLike<Shape>
declare const loaded: () => Promise<unknown>
declare const keyed: () => Record<string, unknown>
declare const stopped: () => never
declare const yields: () => AsyncGenerator<string, void>
base
  .withStage('void', (): void => {})
  .withStage('undefined', () => undefined)
  .withStage('promise-of-void', async () => {})
  .withStage('interface', (): Shape => ({ text: 'x' }))
  .withStage('maybe', async (): Promise<Shape | undefined> => undefined)
  .withStage('promise-like', promised)
  .withStage('union', async (context): Promise<Shape | Output<Shape>> =>
    context.attempt === 1 ? StageOutput.skip('x') : { text: 'x' },
  )
  .withStage('index-signature', keyed)
  .withStage('nothing-at-the-end', yields)
  .withStage('never', stopped)
  // Keys of plain data, that functions and promises have too.
  .withStage('keys', () => ({ then: 'x', call: { id: 1 }, name: 'x', json: 'x', body: 'x', status: 200 }))
  // What the compiler cannot tell from plain objects, or knows nothing of.
  .withStage('instance', () => new Instance())
  .withStage('unknown', unknownly)
  .withStage('any', anyway)
  .withStage('promise-of-unknown', loaded)
  .withStage('promise-of-any', async () => anyway())
  .withMap('items', { over: () => [1], each: async (item): Promise<Shape | void> => ({ text: String(item) }) })

/** A function that adds a stage for its caller need not know what that returns. */
export const adds = <Data extends object, Any>(run: () => Data, load: () => Promise<Data>, any: () => Promise<Any>) =>
  new Pipeline('generic')
    .withStage('run', run)
    .withStage('load', load)
    .withStage('again', async () => await load())
    .withStage('any', any)
    .withMap('map', { over: () => [1], each: load })

// ---------- children and maps

const child = new Pipeline('child')
  .withStage('draft', () => ({ text: 'x' as string }))
  .withStage('check', () => ({}), StageKind.GUARD)
base
  .withPipeline('answer', child, {
    dependencies: ['profile'],
    input: (inputs, snapshot, feedback) => {
      expectTypeOf(feedback?.attempt).toEqualTypeOf<number | undefined>()
      return { inputText: `${inputs.from('profile').name} ${snapshot.inputText} ${feedback?.error.message}` }
    },
    repeat: repeatUntil('check', { maxAttempts: 3, sameVerdict: (a, b) => a.error.code === b.error.code }),
  })
  .withStage(
    'after',
    ({ inputs }) =>
      void expectTypeOf(inputs.from('answer')).toEqualTypeOf<
        { readonly draft: { text: string }; readonly check: {} } | undefined
      >(),
    { dependencies: ['answer'] },
  )
base
  .withStage('whole', ({ runChild }) => runChild(child).orFail())
  .withStage('part', async ({ runChild }) => {
    const running = runChild(child)
    expectTypeOf(running.orFail()).toEqualTypeOf<Promise<{ readonly draft: { text: string }; readonly check: {} }>>()
    expectTypeOf((await running).status).toEqualTypeOf<'completed' | 'cancelled' | 'suspended' | 'failed'>()
    expectTypeOf((await running.orFail()).draft.text).toEqualTypeOf<string>()
    // @ts-expect-error the child has no such stage
    void (await running.orFail()).nope
  })
  .withStage(
    'reader',
    ({ inputs }) =>
      void expectTypeOf(inputs.from('whole')).toEqualTypeOf<{
        readonly draft: { text: string }
        readonly check: {}
      }>(),
    { dependencies: ['whole'] },
  )
// @ts-expect-error Type '"nope"' is not assignable to type '"draft" | "check"'
base.withPipeline('answer', child, { repeat: repeatUntil('nope') })
expectTypeOf(repeatUntil('check')).toEqualTypeOf<Repeat<'check', undefined>>()
base.withPipeline('answer', child, {
  input: (_inputs, _snapshot, feedback) => {
    expectTypeOf(feedback?.carried).toEqualTypeOf<number | undefined>()
    return {}
  },
  repeat: repeatUntil('check', { carry: (sum: number = 0, { attempt }) => sum + attempt }),
})
base.withPipeline('answer', child, {
  input: (_inputs, _snapshot, feedback) => {
    expectTypeOf(feedback?.carried).toEqualTypeOf<undefined>()
    return {}
  },
  repeat: repeatUntil('check'),
})
const shared = repeatUntil('check', { sameVerdict: (a, b) => a.attempt === b.attempt })
base.withPipeline('answer', child, { repeat: shared })
declare const either: 'check' | 'nope'
// @ts-expect-error Type '"nope"' is not assignable to type '"draft" | "check"'
base.withPipeline('answer', child, { repeat: repeatUntil(either) })
// @ts-expect-error Repeat: only repeatUntil() makes it
base.withPipeline('answer', child, { repeat: { until: 'check' } })
// @ts-expect-error 'until' does not exist in type 'RepeatOptions'
repeatUntil('check', { until: 'check' })
// @ts-expect-error 'inputTxt' does not exist in type 'RunInput'
base.withPipeline('answer', child, { input: () => ({ inputTxt: 'x' }) })

base
  .withMap('each', {
    dependencies: ['profile'],
    over: (inputs) => [inputs.from('profile').name],
    each: async (item, context) => {
      expectTypeOf(item).toEqualTypeOf<string>()
      expectTypeOf(context.inputs.from('profile')).toEqualTypeOf<{ name: string }>()
      return { length: item.length }
    },
  })
  .withStage(
    'sum',
    ({ inputs }) => {
      expectTypeOf(inputs.from('each').items).toEqualTypeOf<readonly { length: number }[]>()
      // @ts-expect-error a map has items alone
      void inputs.from('each').length
    },
    { dependencies: ['each'] },
  )
base
  .withMap('skipping', { over: () => [1, 2], each: (item) => (item === 1 ? StageOutput.skip('one') : { item }) })
  .withStage(
    'reader',
    ({ inputs }) =>
      void expectTypeOf(inputs.from('skipping').items).toEqualTypeOf<readonly ({ item: number } | undefined)[]>(),
    { dependencies: ['skipping'] },
  )
base.withMap('async', {
  over: async function* () {
    yield { id: 1 }
  },
  each: (item) => ({ id: item.id }),
})
// @ts-expect-error Property 'over' is missing
base.withMap('incomplete', { each: () => ({}) })

const sub = new Pipeline('sub').withStage('q', () => ({ q: 1 as number })).build()
base
  .withStage('sub', asStage(sub), StageKind.AGENT, { dependencies: ['profile'] })
  .withStage(
    'sub-input',
    asStage(sub, {
      input: (context: StageContext<{ profile: { name: string } }>) => ({
        inputText: context.inputs.from('profile').name,
      }),
    }),
    StageKind.AGENT,
    { dependencies: ['profile'] },
  )
  .withStage(
    'reads',
    ({ inputs }) => void expectTypeOf(inputs.from('sub')).toEqualTypeOf<{ readonly q: { q: number } } | undefined>(),
    { dependencies: ['sub'] },
  )
const asking = asStage(sub, {
  input: (context: StageContext<{ profile: { name: string } }>) => ({
    inputText: context.inputs.from('profile').name,
  }),
})
// @ts-expect-error Property 'profile' is missing: the input of the child reads what the stage does not depend on.
base.withStage('sub-input', asking)
base.withStage('by-hand', async (context) => {
  const result = await context.runChild(sub, { inputText: 'x' })
  if (result.status === 'completed') expectTypeOf(result.data.q).toEqualTypeOf<{ q: number }>()
  return { status: result.status }
})

// ---------- build options

const options: BuildOptions<{}> = { interceptors: [], freeze: 'shallow' }
base.build(options)
base.build({ ...options, ignoreOptions: true })
// @ts-expect-error Type '"never"' is not assignable to type '"deep" | "shallow"'
base.build({ freeze: 'never' })

const placed = new Pipeline('placed').withStage('a', () => ({}), { placement: 'service' })
// @ts-expect-error Type '"servce"' is not assignable to type '"local" | "call" | "service"'
void placed.withStage('b', () => ({}), { placement: 'servce' })
void placed.withPipeline('kid', placed, { placement: 'call' })
// @ts-expect-error a child pipeline has no place, its stages have.
void placed.withPipeline('kid', placed, { placement: 'service' })
void placed.withMap('items', { over: () => [1], each: () => ({}), placement: 'service' })
