import { expectTypeOf } from 'vitest'
import { resumeRun } from '../src/durable.ts'
import type { SuspendedRun } from '../src/durable.ts'
import { Pipeline, StageKind, StageOutput, definePorts, defineStage, mapStage } from '../src/index.ts'
import type {
  AnswerSchema,
  ChunkOf,
  ErrorRecord,
  Interceptor,
  ItemRecord,
  ItemResult,
  MapData,
  MapItem,
  MapRecord,
  OnItemFailure,
  PipelineReport,
  RunContext,
  StageContext,
  StageInfo,
  StageRecord,
  StageSlot,
  StageStatus,
  Usage,
} from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'

interface Doc {
  readonly id: string
  readonly text: string
}
interface Page {
  readonly words: number
}
declare const docs: readonly Doc[]
declare const read: (doc: Doc) => Promise<Page>
const base = new Pipeline('demo')
  .withStage('list', () => ({ docs }))
  .withStage('flag', () => ({ isOn: true as boolean }))
const kid = new Pipeline('kid').withStage('draft', () => ({ text: 'x' as string }))
type Draft = { readonly draft: { text: string } }

/** The chunks of a stage of a pipeline. */
// oxlint-disable-next-line no-explicit-any -- matches every pipeline
type ChunkIn<Built, Name> =
  Built extends Pipeline<infer Stages, any>
    ? Name extends keyof Stages
      ? Stages[Name] extends StageSlot<unknown, boolean, infer Chunk>
        ? Chunk
        : never
      : never
    : never

// ---------- what `each` gets

base.withMap('pages', {
  dependencies: ['list'],
  over: (inputs, snapshot) => {
    expectTypeOf(inputs.from('list').docs).toEqualTypeOf<readonly Doc[]>()
    expectTypeOf(snapshot.inputText).toEqualTypeOf<string | undefined>()
    // @ts-expect-error '"flag"' is not assignable to '"list"': it was not declared
    inputs.from('flag')
    return inputs.from('list').docs
  },
  each: (doc, context) => {
    expectTypeOf(doc).toEqualTypeOf<Doc>()
    expectTypeOf(context.item).toEqualTypeOf<MapItem>()
    expectTypeOf(context.item.key).toEqualTypeOf<string>()
    expectTypeOf(context.inputs.from('list').docs).toEqualTypeOf<readonly Doc[]>()
    // @ts-expect-error '"flag"' is not assignable to '"list"': it was not declared
    context.inputs.from('flag')
    // @ts-expect-error 'number' is not assignable to 'string'
    void (context.item.index satisfies string)
    return read(doc)
  },
  key: (doc, index) => {
    expectTypeOf(doc).toEqualTypeOf<Doc>()
    expectTypeOf(index).toEqualTypeOf<number>()
    return doc.id
  },
  concurrency: 4,
})
// @ts-expect-error Type '"lst"' is not assignable to type '"list" | "flag"'
base.withMap('pages', { dependencies: ['lst'], over: () => docs, each: read })
// @ts-expect-error '"list"' is not assignable to '"declare it: { dependencies: […] }"'
base.withMap('pages', { over: (inputs) => [inputs.from('list')], each: () => ({}) })
// @ts-expect-error A stage named 'list' is already in this pipeline
base.withMap('list', { over: () => docs, each: read })
// @ts-expect-error Type 'number' is not assignable to type 'Iterable<unknown> | AsyncIterable<unknown>'
base.withMap('pages', { over: () => 5, each: () => ({}) })
// @ts-expect-error Type 'Promise<…>' is not assignable: yield the items of an async generator
base.withMap('pages', { over: async () => docs, each: () => ({}) })
// @ts-expect-error Property 'each' is missing
base.withMap('pages', { over: () => docs })
// @ts-expect-error 'number' is not assignable to 'string': a key is a string
base.withMap('pages', { over: () => docs, each: read, key: (_doc, index) => index })
// @ts-expect-error 'concurency' does not exist
base.withMap('pages', { over: () => docs, each: read, concurency: 4 })
// @ts-expect-error Type '"stop"' is not assignable to type 'OnItemFailure'
base.withMap('pages', { over: () => docs, each: read, onItemFailure: 'stop' })
// @ts-expect-error Type 'string' is not assignable to type 'boolean'
base.withMap('pages', { over: () => docs, each: read, stream: 'yes' })
// @ts-expect-error 'execute' does not exist: `each` is a function or a pipeline
base.withMap('pages', { over: () => docs, each: { execute: read } })
// @ts-expect-error Type 'string' is not assignable: the name of a pipeline isn't the pipeline
base.withMap('pages', { over: () => docs, each: 'kid' })

/** A function with a context of its own, as code of another file has it. */
const apart = async (doc: Doc, context: StageContext<{ list: { docs: readonly Doc[] } }>): Promise<Page> => {
  expectTypeOf(context.item).toEqualTypeOf<MapItem | undefined>()
  return { words: doc.text.length / context.inputs.from('list').docs.length }
}
base.withMap('pages', { dependencies: ['list'], over: () => docs, each: apart })
// @ts-expect-error Property 'list' is missing: the function reads what the map does not depend on
base.withMap('pages', { over: () => docs, each: apart })
// @ts-expect-error Type 'number' is not assignable to type 'Doc': the items are of another type
base.withMap('pages', { dependencies: ['list'], over: () => [1], each: apart })
const bare = (doc: Doc, context: StageContext): Page => ({ words: doc.text.length + context.attempt })
base.withMap('pages', { over: () => docs, each: bare })

base.withStage('plain', (context) => {
  expectTypeOf(context.item).toEqualTypeOf<MapItem | undefined>()
  // @ts-expect-error 'context.item' is possibly 'undefined'
  void context.item.key
  return {}
})

// ---------- `maxFailures` is only for maps that go on after a failure

base.withMap('pages', { over: () => docs, each: read, onItemFailure: 'skip', maxFailures: 3 })
base.withMap('pages', { over: () => docs, each: read, onItemFailure: 'collect', maxFailures: 3 })
// @ts-expect-error Type 'number' is not assignable to type '"add onItemFailure: 'skip' or 'collect'"'
base.withMap('pages', { over: () => docs, each: read, maxFailures: 3 })
// @ts-expect-error Type 'number' is not assignable to type '"add onItemFailure: 'skip' or 'collect'"'
base.withMap('pages', { over: () => docs, each: read, onItemFailure: 'fail', maxFailures: 3 })

// ---------- the data of a map

declare const chosen: OnItemFailure
declare const mayStream: boolean
const each = base
  .withMap('sure', { over: () => docs, each: read })
  .withMap('nothing', { over: () => docs, each: () => {} })
  .withMap('async', {
    over: async function* () {
      yield 1
    },
    each: (item) => ({ item }),
  })
  .withMap('skips', { over: () => docs, each: (doc) => (doc.text === '' ? StageOutput.skip('empty') : read(doc)) })
  .withMap('skipped', { over: () => docs, each: read, onItemFailure: 'skip' })
  .withMap('collected', { over: () => docs, each: read, onItemFailure: 'collect' })
  .withMap('chosen', { over: () => docs, each: read, onItemFailure: chosen, maxFailures: 5 })
  .withMap('child', { over: () => docs, each: kid, input: (doc) => ({ inputText: doc.text }) })
  .withMap('collected-child', { over: () => docs, each: kid.build(), onItemFailure: 'collect' })
  .withMap('streams', {
    over: () => docs,
    each: async function* (doc, { item }) {
      yield { part: doc.text, of: item.key }
      return read(doc)
    },
  })
  .withMap('fallback', { over: () => docs, each: read, onFailure: { fallback: { items: [] } } })
  .withMap('tolerated', { over: () => docs, each: read, onFailure: 'skip' })
each.withStage(
  'all',
  ({ inputs }) => {
    expectTypeOf(inputs.from('sure')).toEqualTypeOf<MapData<Page>>()
    expectTypeOf(inputs.from('sure').items).toEqualTypeOf<readonly Page[]>()
    expectTypeOf(inputs.from('nothing').items).toEqualTypeOf<readonly {}[]>()
    expectTypeOf(inputs.from('async').items).toEqualTypeOf<readonly { item: number }[]>()
    expectTypeOf(inputs.from('skips').items).toEqualTypeOf<readonly (Page | undefined)[]>()
    expectTypeOf(inputs.from('skipped').items).toEqualTypeOf<readonly (Page | undefined)[]>()
    expectTypeOf(inputs.from('collected').items).toEqualTypeOf<readonly ItemResult<Page>[]>()
    expectTypeOf(inputs.from('chosen').items).toEqualTypeOf<readonly (Page | ItemResult<Page> | undefined)[]>()
    expectTypeOf(inputs.from('child').items).toEqualTypeOf<readonly (Draft | undefined)[]>()
    expectTypeOf(inputs.from('collected-child').items).toEqualTypeOf<readonly ItemResult<Draft>[]>()
    expectTypeOf(inputs.from('streams').items).toEqualTypeOf<readonly Page[]>()
    expectTypeOf(inputs.from('fallback').items).toExtend<readonly Page[]>()
    expectTypeOf(inputs.from('tolerated')).toEqualTypeOf<MapData<Page> | undefined>()

    // @ts-expect-error Object is possibly 'undefined': an item that failed has no data
    void inputs.from('skipped').items.map((page) => page.words)
    // @ts-expect-error Object is possibly 'undefined': the child run may have been cancelled
    void inputs.from('child').items.map((data) => data.draft.text)
    for (const result of inputs.from('collected').items) {
      expectTypeOf(result.index).toEqualTypeOf<number>()
      expectTypeOf(result.key).toEqualTypeOf<string>()
      // @ts-expect-error Property 'data' does not exist on a result that skipped or failed
      void result.data
      // @ts-expect-error the statuses 'ok', 'skip' and 'fail' have no overlap with 'cancel'
      if (result.status === 'cancel') continue
      if (result.status === 'ok') expectTypeOf(result.data).toEqualTypeOf<Page>()
      else if (result.status === 'skip') expectTypeOf(result.reason).toEqualTypeOf<string>()
      else {
        expectTypeOf(result.error).toEqualTypeOf<ErrorRecord>()
        // @ts-expect-error Property 'reason' does not exist on a result that failed
        void result.reason
      }
    }
    return {}
  },
  {
    dependencies: [
      'sure',
      'nothing',
      'async',
      'skips',
      'skipped',
      'collected',
      'chosen',
      'child',
      'collected-child',
      'streams',
      'fallback',
      'tolerated',
    ],
  },
)

// ---------- the chunks of a map

const streaming = each
  .withMap('results', { over: () => docs, each: read, stream: true })
  .withMap('results-of-children', { over: () => docs, each: kid, stream: true, onItemFailure: 'collect' })
  .withMap('both', {
    over: () => docs,
    each: async function* (doc) {
      yield 'token' as string
      return read(doc)
    },
    stream: true,
  })
  .withMap('perhaps', { over: () => docs, each: read, stream: mayStream })
  .withMap('not', { over: () => docs, each: read, stream: false })
type Streaming = typeof streaming
expectTypeOf<ChunkIn<Streaming, 'sure'>>().toBeNever()
expectTypeOf<ChunkIn<Streaming, 'not'>>().toBeNever()
// What items yield themselves are events of the items.
expectTypeOf<ChunkIn<Streaming, 'streams'>>().toBeNever()
expectTypeOf<ChunkIn<Streaming, 'results'>>().toEqualTypeOf<ItemResult<Page>>()
expectTypeOf<ChunkIn<Streaming, 'results-of-children'>>().toEqualTypeOf<ItemResult<Draft>>()
expectTypeOf<ChunkIn<Streaming, 'both'>>().toEqualTypeOf<ItemResult<Page>>()
expectTypeOf<ChunkIn<Streaming, 'perhaps'>>().toEqualTypeOf<ItemResult<Page>>()
expectTypeOf<ChunkOf<AsyncGenerator<string, Page, undefined>>>().toEqualTypeOf<string>()

// ---------- a pipeline as `each`

base.withMap('kids', {
  dependencies: ['flag'],
  over: () => docs,
  each: kid,
  input: (doc, inputs, snapshot) => {
    expectTypeOf(doc).toEqualTypeOf<Doc>()
    expectTypeOf(inputs.from('flag').isOn).toEqualTypeOf<boolean>()
    return { inputText: `${doc.text} ${snapshot.inputText}` }
  },
})
// In any order: `input` may come before `each`.
base.withMap('kids', { input: (doc: Doc) => ({ inputText: doc.text }), each: kid, over: () => docs })
// @ts-expect-error Type '…' is not assignable to type '"remove input: each is a function, which gets the item itself"'
base.withMap('kids', { over: () => docs, each: read, input: (doc) => ({ inputText: doc.text }) })
// @ts-expect-error 'inputTxt' does not exist in type 'RunInput'
base.withMap('kids', { over: () => docs, each: kid, input: () => ({ inputTxt: 'x' }) })
base.withMap('kids', {
  over: () => docs,
  each: kid,
  // @ts-expect-error '"list"' is not assignable to '"declare it: { dependencies: […] }"'
  input: (_doc, inputs) => ({ inputText: `${inputs.from('list')}` }),
})
// @ts-expect-error 'repeat' does not exist: only a pipeline that is a stage is repeated
base.withMap('kids', { over: () => docs, each: kid, repeat: repeatUntil('draft') })
const needing = Pipeline.withPorts<{ llm: { ask(): string } }>('needing').withStage('a', ({ ports }) => ({
  text: ports.llm.ask(),
}))
// @ts-expect-error Property 'llm' is missing in the ports of the pipeline
base.withMap('kids', { over: () => docs, each: needing })
// @ts-expect-error Property 'llm' is missing: the graph needs ports
base.withMap('kids', { over: () => docs, each: needing.build() })
base.withMap('kids', { over: () => docs, each: needing.build({ ports: { llm: { ask: () => 'x' } } }) })
Pipeline.withPorts<{ llm: { ask(): string }; other: object }>('has').withMap('kids', {
  over: () => docs,
  each: needing,
})
/** A function that adds a map of children for its caller need not know their stages. */
export const addsKids = <Child>(child: Pipeline<Child>) =>
  base.withMap('kids', { over: () => docs, each: child, input: (doc) => ({ inputText: doc.text }) })

// ---------- answers to items

declare const approval: AnswerSchema<boolean, boolean>
const asking = new Pipeline('asking').withStage(
  'check',
  ({ resumed }) => (resumed === undefined ? StageOutput.suspend('?') : {}),
  { answerSchema: approval },
)
const answered = base
  .withMap('letters', {
    over: () => docs,
    key: (doc) => doc.id,
    each: (_doc, { resumed }) => {
      if (resumed?.expired === false) expectTypeOf(resumed.answer).toEqualTypeOf<boolean>()
      return resumed === undefined ? StageOutput.suspend('?') : {}
    },
    answerSchema: approval,
  })
  .withMap('kids', { over: () => docs, key: (doc) => doc.id, each: asking })
  .withMap('free', { over: () => docs, each: (_doc, { resumed }) => ({ answer: resumed?.answer }) })
  .build()
export async function answers(run: SuspendedRun): Promise<void> {
  await resumeRun(answered, run, { letters: { 'doc-1': true }, kids: { 'doc-2': { check: false } }, free: { 0: 5 } })
  // @ts-expect-error 'string' is not assignable to 'boolean': the answer of an item
  await resumeRun(answered, run, { letters: { 'doc-1': 'yes' } })
  // @ts-expect-error 'boolean' is not assignable: the answer of an item that is a child run is by stage
  await resumeRun(answered, run, { kids: { 'doc-2': false } })
  // @ts-expect-error 'chek' does not exist in the child pipeline
  await resumeRun(answered, run, { kids: { 'doc-2': { chek: false } } })
}

// ---------- the value door

const list = defineStage({ name: 'list', run: () => ({ docs }) })
const own = defineStage({ name: 'own', run: () => (docs.length === 0 ? StageOutput.skip('none') : { isOn: true }) })
const pages = mapStage({
  name: 'pages',
  kind: StageKind.ENRICH,
  after: { all: list },
  over: (inputs) => inputs.from('all').docs,
  each: async (doc, context) => {
    expectTypeOf(doc).toEqualTypeOf<Doc>()
    expectTypeOf(context.item).toEqualTypeOf<MapItem>()
    expectTypeOf(context.inputs.from('all').docs).toEqualTypeOf<readonly Doc[]>()
    // @ts-expect-error '"list"' is not assignable to '"all"': it is read under its alias
    context.inputs.from('list')
    return read(doc)
  },
  key: (doc) => doc.id,
  onItemFailure: 'skip',
  maxFailures: 2,
})
const kids = mapStage({
  name: 'kids',
  after: { own, pages },
  over: (inputs) => {
    expectTypeOf(inputs.from('own')).toEqualTypeOf<{ isOn: boolean } | undefined>()
    return inputs.from('pages').items
  },
  each: kid,
  input: (page, inputs) => ({ inputText: `${page?.words} of ${inputs.from('pages').items.length}` }),
  onItemFailure: 'collect',
  stream: true,
})
const sum = defineStage({
  name: 'sum',
  after: { pages, kids },
  run: ({ inputs }) => {
    expectTypeOf(inputs.from('pages')).toEqualTypeOf<MapData<Page | undefined>>()
    expectTypeOf(inputs.from('kids')).toEqualTypeOf<MapData<ItemResult<Draft>>>()
    return { words: inputs.from('pages').items.reduce((all, page) => all + (page?.words ?? 0), 0) }
  },
})
const values = Pipeline.from('values', [list, own, pages, kids, sum])
expectTypeOf<ChunkIn<typeof values, 'kids'>>().toEqualTypeOf<ItemResult<Draft>>()
export async function result(): Promise<void> {
  const ended = await values.build().run()
  if (ended.status === 'completed') expectTypeOf(ended.data.pages.items).toEqualTypeOf<readonly (Page | undefined)[]>()
}
export async function partly(): Promise<void> {
  const ended = await values.build().runSettled()
  const { pages: output } = ended.outputs
  if (output?.status === 'ok') expectTypeOf(output.data).toEqualTypeOf<MapData<Page | undefined>>()
  // What a map had done is there on every ending, beside what its failure has as data.
  else if (output?.status === 'cancel' || output?.status === 'fail') expectTypeOf(output.data).toBeUnknown()
}
base.withStages([mapStage({ name: 'late', after: { list }, over: (inputs) => inputs.from('list').docs, each: read })])
// @ts-expect-error 'missing stages': "list"
Pipeline.from('values', [pages])
// @ts-expect-error Property 'name' is missing
mapStage({ over: () => docs, each: read })
// @ts-expect-error Property 'over' is missing
mapStage({ name: 'pages', each: read })
// @ts-expect-error 'dependencies' does not exist: a value has `after`
mapStage({ name: 'pages', over: () => docs, each: read, dependencies: ['list'] })
// @ts-expect-error 'run' does not exist: a map has `each`
mapStage({ name: 'pages', over: () => docs, each: read, run: () => ({}) })
// @ts-expect-error Type 'Pipeline' is no stage
mapStage({ name: 'pages', after: { kid }, over: () => docs, each: read })
// @ts-expect-error '"nope"' is not assignable to '"list"'
mapStage({ name: 'pages', after: { list }, over: (inputs) => [inputs.from('nope')], each: () => ({}) })
// @ts-expect-error return a plain object: { text }, a StageOutput, or nothing
mapStage({ name: 'pages', over: () => docs, each: (doc) => doc.text })
// @ts-expect-error Type '…' is not assignable to type '"remove input: each is a function, which gets the item itself"'
mapStage({ name: 'pages', over: () => docs, each: read, input: () => ({}) })
// @ts-expect-error Type 'number' is not assignable to type '"add onItemFailure: 'skip' or 'collect'"'
mapStage({ name: 'pages', over: () => docs, each: read, maxFailures: 2 })

const withLlm = definePorts<{ llm: { ask(prompt: string): Promise<string> } }>()
const ask = withLlm.mapStage({
  name: 'ask',
  after: { list },
  over: (inputs) => inputs.from('list').docs,
  each: async (doc, { ports }) => ({ text: await ports.llm.ask(doc.text) }),
})
withLlm.mapStage({
  name: 'ask',
  over: () => docs,
  // @ts-expect-error Property 'store' does not exist on type '{ llm: … }'
  each: (_doc, { ports }) => ({ text: ports.store }),
})
export async function portsOfMaps(): Promise<void> {
  // @ts-expect-error 'missing ports': "llm"
  await Pipeline.from('values', [list, ask]).build().run()
  await Pipeline.from('values', [list, ask])
    .build({ ports: { llm: { ask: async (prompt) => prompt } } })
    .run()
}

// ---------- what interceptors and reports see

export const spans: Interceptor = { name: 'spans', aroundMaps: true }
// @ts-expect-error Type 'string' is not assignable to type 'boolean'
export const wrong: Interceptor = { name: 'wrong', aroundMaps: 'yes' }
export function seen(stage: StageInfo, run: RunContext, report: PipelineReport, record: StageRecord): void {
  expectTypeOf(stage.itemOf).toEqualTypeOf<StageInfo | undefined>()
  expectTypeOf(stage.tolerated).toEqualTypeOf<boolean>()
  expectTypeOf(run.item).toEqualTypeOf<MapItem | undefined>()
  expectTypeOf(report.usage).toEqualTypeOf<Usage | undefined>()
  expectTypeOf(record.items).toEqualTypeOf<MapRecord | undefined>()
  // @ts-expect-error 'record.items' is possibly 'undefined': only a map has items
  void record.items.total
  const { items } = record
  if (items === undefined) return
  expectTypeOf(items.ok + items.skip + items.fail + items.unfinished - items.total).toEqualTypeOf<number>()
  expectTypeOf(items.usage).toEqualTypeOf<Usage | undefined>()
  expectTypeOf(items.records).toEqualTypeOf<readonly ItemRecord[]>()
  for (const item of items.records) {
    expectTypeOf(item.status).toEqualTypeOf<StageStatus | undefined>()
    expectTypeOf(item.key).toEqualTypeOf<string>()
    // @ts-expect-error 'item.error' is possibly 'undefined': only an item that failed has an error
    void item.error.code
    // @ts-expect-error the statuses of a stage have no overlap with 'failed'
    if (item.status === 'failed') return
  }
}
