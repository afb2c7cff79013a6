import {
  NoOpEventSink,
  Pipeline,
  PipelineBuildError,
  PipelineFailedError,
  StageKind,
  StageOutput,
  StageflowError,
} from '@stageflow/core'
import type {
  AnyInputs,
  BuildOptions,
  Clock,
  ContextSnapshot,
  FailedResult,
  Interceptor,
  ItemResult,
  LegalReturn,
  MapItem,
  OkOutput,
  PipelineReport,
  PipelineResult,
  Resumed,
  Run,
  RunAuthor,
  RunContext,
  RunData,
  RunInput,
  RunOptions,
  RunStage,
  Stage,
  StageContext,
  StageflowEvent,
  StageGraph,
  StageLike,
  StageNotes,
  StageOptions,
  StageRecord,
  StageSlot,
} from '@stageflow/core'
import { startResumed } from '@stageflow/core/durable'
import { stream } from '@stageflow/core/edges'
import {
  ANY,
  CLOCK,
  FLAG,
  RUN_OPTIONS,
  TEXT,
  checkOptions,
  oneOf,
  optionProblems,
  plainOptions,
  read,
  refuseOptions,
  required,
  show,
} from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { mustHaveStreams, playedBy, STREAMS, streamProblems } from './played-streams.ts'
import type { PlayedStream, PlayedStreams } from './played-streams.ts'
import { mustBePipeline, stageNamed } from './pipeline-stages.ts'
import type { ChunkIn, DataIn } from './pipeline-stages.ts'
import { withHooks } from './with-hooks.ts'

/** Options of `runStage`, beside all run options (`signal`, `eventSink`, `timeoutMs`, those of interceptors). */
export interface RunStageOptions<Needs = AnyInputs, Ports = {}, Streams = AnyInputs> extends RunOptions {
  /** The data of each stage that this one depends on, by name. Undefined: that stage was skipped. */
  readonly inputs?: Needs
  /**
   * The chunks of each stage whose stream this one reads, by name: `{ llm: ['Hi', '!'] }`. An async generator that throws plays a stream that
   * fails, and `StageOutput.skip('no')` one that is skipped. What such a stage returns at its end is in `inputs`.
   */
  readonly streams?: PlayedStreams<Streams>
  /** The input of the run, or a snapshot. Default: an empty input. */
  readonly snapshot?: RunInput | ContextSnapshot
  readonly ports?: Ports
  /** Interceptors around this stage only, outermost first. Default: none. */
  readonly interceptors?: readonly Interceptor[]
  /** Default: the clock of the machine. */
  readonly clock?: Clock
  /** Runs the stage as it runs again after a `suspend`: this is its `context.resumed`. Default: it runs for the first time. */
  readonly resumed?: StageAnswer
  /** Default: the stage's own name, otherwise `stage`. */
  readonly name?: string
  /** Default: the stage's own kind, otherwise TRANSFORM. */
  readonly kind?: StageKind
  /** Stage options for interceptors. A stage of `defineStage` has its own. */
  readonly stageOptions?: StageOptions
}

/** What a stage that has suspended gets when it runs again. What you leave out is undefined. */
export type StageAnswer = GivenStageAnswer | ExpiredStageQuestion
export interface GivenStageAnswer extends Partial<Pick<Resumed, 'request' | 'state'>> {
  readonly answer: unknown
  /** Who has answered. Default: whom the interceptors have verified. */
  readonly by?: RunAuthor
  readonly expired?: false
}
/** The time of the question has passed. */
export interface ExpiredStageQuestion extends Partial<Pick<Resumed, 'request' | 'state'>> {
  readonly expired: true
  /** Its `otherwise`. */
  readonly answer?: unknown
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const DATA: OptionRule = [isObject, 'an object with the data of each stage, such as { profile: { name: "Ada" } }']
const OBJECT: OptionRule = [isObject, 'an object']
const INTERCEPTORS: OptionRule = [Array.isArray, 'an array of interceptors, such as [retry()]']
/** The rules of the options of a stage, beside those of a run, which the engine checks. */
const RULES: OptionRules<Omit<RunStageOptions, keyof RunOptions>> = {
  inputs: DATA,
  streams: STREAMS,
  snapshot: ANY, // the engine checks it
  ports: OBJECT,
  interceptors: INTERCEPTORS,
  clock: CLOCK,
  resumed: OBJECT,
  name: TEXT,
  kind: oneOf(...Object.values(StageKind)),
  stageOptions: OBJECT,
}
/** Those of a stage of a pipeline, too. */
const NAMED_RULES: OptionRules<Pick<RunNamedStageOptions<{}, {}>, 'item'>> = {
  item: [(value) => isIndex(value) || isKey(value), 'the index of an item, from 0, or its key'],
}
const isIndex = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const isKey = (value: unknown): boolean => typeof value === 'string' && value !== ''
const AUTHOR_IDS: OptionRules<RunAuthor> = { userId: TEXT, orgId: TEXT, system: TEXT }
const RESUMED: OptionRules<GivenStageAnswer> = {
  answer: ANY,
  request: ANY,
  state: ANY,
  by: OBJECT,
  expired: FLAG,
}
const NO_ANSWER =
  'resumed.answer must be the answer that the stage waits for, such as true, not undefined; or pass expired: true'
const NEVER_ANSWERED = 'leave out resumed: a stage that reads a stream cannot suspend'
const WHERE = 'runStage()'
const CODE = 'testing/illegal-option'
const NAMED_CALL = 'runStage(pipeline, name, options)'
const CALL = `runStage(stage, options) or ${NAMED_CALL}`
const ARGUMENTS: OptionRules = {
  stage: required([isStage, 'a function, a class or object with execute(context), or a stage of a pipeline']),
}

/** Options of `runStage` for a stage of a pipeline: it has a name, a kind and stage options already. */
export interface RunNamedStageOptions<Stages, Ports> extends Omit<
  RunStageOptions<NamedStageInputs<Stages>, Partial<Ports>>,
  'name' | 'kind' | 'stageOptions' | 'streams'
> {
  /** The chunks of each stage whose stream this one reads, by name. */
  readonly streams?: { readonly [Name in keyof Stages]?: PlayedStream<ChunkIn<Stages[Name]>> }
  /** Runs one item of a map: the one with this index, from 0, or this key. Default: all items. */
  readonly item?: number | string
}

/** What one item of a map returns. */
export type MapItemData<Data> = Data extends { readonly items: readonly (infer Item)[] } ? DataOfItem<Item> : never
type DataOfItem<Item> = [Item] extends [ItemResult<infer Data>] ? Data : Exclude<Item, undefined>

/** The data of each stage of a pipeline, by name; undefined: that stage was skipped. */
export type NamedStageInputs<Stages> = { readonly [Name in keyof Stages]?: RunData<Stages>[Name] | undefined }

/** The options that a stage requires by its types. */
export type NeededByStage<Needs, Ports, Streams = {}> = ({} extends Needs ? {} : { readonly inputs: Needs }) &
  ({} extends Ports ? {} : { readonly ports: Ports }) &
  ({} extends Streams ? {} : { readonly streams: PlayedStreams<Streams> })

/** The result of one stage. */
export interface StageRun<out Data = unknown, out Chunk = unknown> {
  /** The output, after the interceptors. If the run ended before the stage began: a fail or a cancel with the reason. */
  readonly output: StageOutput<Data>
  readonly record: StageRecord
  /** The events of the stage, its child runs and its interceptors, without those of the run around it. */
  readonly events: readonly StageflowEvent[]
  readonly notes: Readonly<StageNotes>
  /** The yielded chunks, in order. */
  readonly chunks: readonly Chunk[]
  /** The report of the run around it. It has a stage for each input too. */
  readonly report: PipelineReport
}

// oxlint-disable-next-line no-explicit-any -- matches every generator, whatever it takes
type Final<Return> = Return extends AsyncGenerator<any, infer Last, any> ? Awaited<Last> : Awaited<Return>
// oxlint-disable-next-line no-explicit-any -- as above
type ChunkOf<Return> = Return extends AsyncGenerator<infer Chunk, any, any> ? Chunk : never
type DataOf<Output> =
  Output extends OkOutput<infer Data> ? Data : Output extends StageOutput ? never : Output extends void ? {} : Output
type NamedInputs<Names extends string> = { readonly [Name in Names]: object | undefined }

/** An untyped pipeline: its stages have names that the compiler doesn't know. */
interface Draft {
  readonly stages: readonly { readonly name: unknown }[]
  withStage(name: unknown, stage?: unknown, ...kindAndOptions: unknown[]): Draft
  withStages(stages: readonly unknown[]): Draft
  build(options: BuildOptions<object>): StageGraph<Readonly<Record<string, StageSlot>>, {}>
}

/** Runs one stage through the real engine, without your pipeline. Doesn't reject if the stage fails: `output` has the failure. */
export function runStage<Data, Chunk>(
  stage: Stage<string, StageSlot<Data, boolean, Chunk>, never, {}>,
): Promise<StageRun<Data, Chunk>>
export function runStage<Data, Chunk, Requires extends string, Ports, Played extends string = never>(
  stage: Stage<string, StageSlot<Data, boolean, Chunk>, Requires, Ports>,
  options: Omit<RunStageOptions<NamedInputs<Exclude<Requires, Played>>, Ports>, 'streams'> & {
    readonly streams?: { readonly [Name in Played]: PlayedStream<unknown> }
  } & NeededByStage<NamedInputs<Exclude<Requires, Played>>, NoInfer<Ports>>,
): Promise<StageRun<Data, Chunk>>
export function runStage<Return>(
  stage: StageLike<StageContext, Return> & LegalReturn<Return>,
): Promise<StageRun<DataOf<Final<Return>>, ChunkOf<Return>>>
export function runStage<Return, Needs = AnyInputs, Ports = {}, Streams = AnyInputs>(
  stage: StageLike<StageContext<Needs, Ports, Streams>, Return> & LegalReturn<Return>,
  options: RunStageOptions<Needs, Ports, NoInfer<Streams>> &
    NeededByStage<NoInfer<Needs>, NoInfer<Ports>, NoInfer<Streams>>,
): Promise<StageRun<DataOf<Final<Return>>, ChunkOf<Return>>>
/** Runs one item of a map by its index or its key. The others don't start. Throws `testing/unknown-item`. */
export function runStage<Stages, Ports, const Name extends keyof Stages & string>(
  pipeline: Pipeline<Stages, Ports>,
  name: Name,
  options: RunNamedStageOptions<Stages, Ports> & { readonly item: number | string },
): Promise<StageRun<MapItemData<DataIn<Stages[Name]>>>>
/** Runs one stage of a pipeline by its name, with its own kind and options. Its interceptors are those that you pass. */
export function runStage<Stages, Ports, const Name extends keyof Stages & string>(
  pipeline: Pipeline<Stages, Ports>,
  name: Name,
  options?: RunNamedStageOptions<Stages, Ports>,
): Promise<StageRun<DataIn<Stages[Name]>, ChunkIn<Stages[Name]>>>
export async function runStage(first: unknown, second: unknown = {}, ...more: readonly unknown[]): Promise<StageRun> {
  if (typeof second === 'string') {
    mustBePipeline(NAMED_CALL, first)
    const [options = {}] = more
    return runAlone(first.name, stageNamed(NAMED_CALL, first, second), options as GivenOptions, NAMED_RULES)
  }
  const wrong = `options come third only if the second argument is the name of a stage, not ${show(second)}`
  refuseOptions(CALL, CODE, more.length > 0 ? [wrong] : [])
  return runAlone('runStage', first, second as GivenOptions)
}

type GivenOptions = RunStageOptions<object, object> & Pick<RunNamedStageOptions<{}, {}>, 'item'>

/** Runs a stage in a pipeline of this name that has only this stage, and one for each of its inputs. */
async function runAlone(
  around: string,
  stage: unknown,
  options: GivenOptions,
  moreRules: OptionRules = {},
): Promise<StageRun> {
  checkArguments(stage, options, moreRules)
  const {
    inputs = {},
    streams = {},
    snapshot,
    ports,
    interceptors = [],
    clock,
    name: givenName,
    kind,
    stageOptions,
    resumed,
    item: picked,
    ...run
  } = plainOptions(options)
  const name = nameOf(stage, givenName)
  const by = resumed?.expired === true ? undefined : resumed?.by
  const item = picked === undefined ? undefined : new PickedItem(picked)
  if (isDescribed(stage)) mustHaveStreams(stage, name, streams)
  const given = { ...inputs, ...streams }
  const setup = { name, inputs, streams, given, ports, interceptors, clock, kind, stageOptions, by, item }
  const graph = graphAround(around, stage, setup)
  if (picked !== undefined) mustBeMap(graph, name)
  // A source that fails must not end the run: its readers get the error of their stream.
  const going = Object.keys(streams).length === 0 ? run : ({ ...run, onStageFailure: 'continue' } as const)
  const handle =
    resumed === undefined ? graph.start(snapshot, going) : await startAnswered(graph, setup, resumed, snapshot, going)
  const events: StageflowEvent[] = []
  const chunks: unknown[] = []
  for await (const event of handle) {
    const isOfChildRun = event.pipelineRunId !== handle.pipelineRunId
    if (isOfChildRun) events.push(event)
    else if (item?.isOfAnother(event) === true) continue
    else if (event.type === `stage.${name}.chunk`) chunks.push((event.data as { chunk: unknown }).chunk)
    else if (!isOfTheTest(event, given)) events.push(event)
  }
  const settled = await handle.settled
  const ofStage = settled.outputs[name] ?? (await neverBegan(handle.result, settled))
  if (item?.output === undefined && ofStage.status === 'ok') item?.mustBeOneOf(settled.report.stages[name])
  const output = item?.output ?? ofStage
  const record = (item?.record ?? settled.report.stages[name]) as StageRecord
  return { output, record, events, notes: record.notes, chunks, report: settled.report }
}

/** The item of a map that a test runs. The others don't start. */
class PickedItem {
  /** How it ended, after the interceptors. */
  output: StageOutput | undefined
  record: StageRecord | undefined
  readonly #picked: number | string

  constructor(picked: number | string) {
    this.#picked = picked
  }

  is({ index, key }: MapItem): boolean {
    return (typeof this.#picked === 'number' ? index : key) === this.#picked
  }

  /** Answers for the other items, outside all interceptors. */
  get outermost(): Interceptor {
    return {
      name: 'runStage/item',
      onCall: ({ itemOf }) => {
        if (itemOf === undefined) return undefined
        return ({ item }) => {
          if (item === undefined || !this.is(item)) return StageOutput.skip('the test runs another item')
          return { ended: (output) => void (this.output = output) }
        }
      },
      settled: (record, { item, parent }) => {
        if (item !== undefined && parent === undefined && this.is(item)) this.record = record
      },
    }
  }

  /** Whether an event is of the map itself, or of another item. */
  isOfAnother({ type, data }: StageflowEvent): boolean {
    if (!type.startsWith('stage.')) return false
    const { index, key } = data as Partial<MapItem>
    return index === undefined || key === undefined || !this.is({ index, key })
  }

  /** Throws `testing/unknown-item`. */
  mustBeOneOf(map: StageRecord | undefined): never {
    const { total = 0, records = [] } = map?.items ?? {}
    const keys = records.slice(0, 10).map(({ key }) => `"${key}"`)
    throw new StageflowError(
      'testing/unknown-item',
      `${WHERE}: map "${map?.stage}" has no item ${show(this.#picked)}. over() gave ${total} items${total === 0 ? '' : `, with the keys ${keys.join(', ')}${total > keys.length ? ', …' : ''}`}. Pass the index of one, from 0, or its key, and the inputs from which over() takes it.`,
    )
  }
}

function mustBeMap({ info }: Graph, name: string): void {
  if (info.stages.find((one) => one.name === name)?.map === true) return
  throw new StageflowError(CODE, `${WHERE}: item picks an item of a map, but "${name}" isn't a map. Leave it out.`)
}

type Graph = ReturnType<Draft['build']>

/** Starts the second leg of a run whose first leg had another stage of this name, which suspended. */
async function startAnswered(
  graph: Graph,
  { name, inputs, clock, interceptors, by }: Setup,
  { request, state, answer, expired = false }: StageAnswer,
  snapshot: GivenOptions['snapshot'],
  run: RunOptions,
): Promise<Run<Readonly<Record<string, StageSlot>>>> {
  mustAskItself(graph, name)
  const guards = interceptors.flatMap(guardOf)
  const claimed = new Set<string>(guards.flatMap(({ runOptions = [] }) => runOptions))
  const ofCaller = Object.fromEntries(Object.entries(run).filter(([option]) => claimed.has(option)))
  const time = expired ? { until: Number.MIN_SAFE_INTEGER, otherwise: answer } : {}
  const asked = await draftOfInputs(graph.name, inputs, {})
    .withStage(name, () => StageOutput.suspend(request, { state, ...time }), {
      dependencies: Object.keys(inputs),
      join: 'settled',
    })
    .build({ interceptors: [...guards, ...answeredBy(by)], ...(clock && { clock }) })
    .runSettled(snapshot, { ...ofCaller, eventSink: NoOpEventSink })
  // An input that isn't data has ended it as failed, or an interceptor has refused it. It does so again.
  if (asked.status !== 'suspended') return graph.start(snapshot, run)
  return startResumed(graph, asked, expired ? {} : { [name]: answer }, run)
}

/** Of an interceptor that admits callers, what keeps who began the run. */
function guardOf(one: Interceptor): readonly Interceptor[] {
  if (one.admit === undefined) return []
  const { name, runOptions = [], admit, wrapRun } = one
  return [{ name, runOptions, admit: admit.bind(one), ...(wrapRun && { wrapRun: wrapRun.bind(one) }) }]
}

/** An interceptor that names who answers, after those that verify it. */
const answeredBy = (by: RunAuthor | undefined): readonly Interceptor[] =>
  by === undefined ? [] : [{ name: 'runStage', admit: () => ({ who: by }) }]

/** Refuses a stage whose answer is for something inside it, which continues from what had settled there. */
function mustAskItself({ info }: Graph, name: string): void {
  const stage = info.stages.find((one) => one.name === name)
  if (stage?.child === undefined && stage?.map !== true) return
  const whole = 'the whole pipeline, and continue it with resumeRun(graph, result, answers) of @stageflow/core/durable'
  const [what, fix] =
    stage.child === undefined
      ? ['is a map', `Run ${whole}`]
      : [
          `runs the child pipeline "${stage.child.name}"`,
          `Run the stage inside that waits, runStage(child, name, { resumed }), or ${whole}`,
        ]
  throw new StageflowError(
    CODE,
    `${WHERE}: resumed answers a stage that suspends in its own code, but "${name}" ${what}. ${fix}.`,
  )
}

function checkArguments(stage: unknown, options: GivenOptions, moreRules: OptionRules): void {
  checkOptions(CALL, CODE, { stage }, ARGUMENTS)
  const rules = { ...RULES, ...moreRules }
  const known = new Set([...Object.keys(rules), ...RUN_OPTIONS, ...claimedBy(options)])
  checkOptions(WHERE, CODE, options, rules, [...known])
  const { resumed, interceptors = [] } = options
  const wrong = Array.from<unknown, string>(interceptors, (one, index) =>
    isObject(one) ? '' : `interceptors[${index}] must be an interceptor, such as retry(), not ${show(one)}`,
  )
  refuseOptions(WHERE, CODE, [
    ...wrong.filter((problem) => problem !== ''),
    ...streamProblems(options.streams),
    ...(options.streams !== undefined && resumed !== undefined ? [NEVER_ANSWERED] : []),
    ...ignoredProblems(stage, options),
  ])
  if (resumed === undefined) return
  refuseOptions(WHERE, CODE, [
    ...optionProblems(resumed, RESUMED, 'resumed.'),
    ...(read(resumed, 'by') === undefined ? [] : optionProblems(read(resumed, 'by'), AUTHOR_IDS, 'resumed.by.')),
    ...(resumed.answer === undefined && resumed.expired !== true ? [NO_ANSWER] : []),
  ])
}

/** Options that would change nothing, because the stage has its own. */
function ignoredProblems(stage: unknown, options: GivenOptions): readonly string[] {
  if (!isDescribed(stage)) return []
  const ignored = (['name', 'kind', 'stageOptions'] as const).filter((name) => options[name] !== undefined)
  return ignored.map((name) => `leave out ${name}: the stage has its own`)
}

/** The names of the run options that interceptors read. Nothing is known of the options yet. */
function claimedBy(options: unknown): readonly string[] {
  const interceptors = read(options, 'interceptors')
  if (!Array.isArray(interceptors)) return []
  return interceptors.flatMap((one: unknown) => {
    const names = read(one, 'runOptions')
    return Array.isArray(names) ? names.map(String) : []
  })
}

/** Whether `runStage` causes an event, and not the stage: one of the run around it, or of a stage that gives an input. */
const isOfTheTest = ({ type, stage }: StageflowEvent, given: object): boolean =>
  stage === undefined ? type.startsWith('pipeline.') : Object.hasOwn(given, stage)

/** Whether a value may be a stage. The engine checks it further. */
function isStage(value: unknown): boolean {
  return typeof value === 'function' || (isObject(value) && ('execute' in value || 'edges' in value))
}

/** A stage of a pipeline, or of `defineStage`: it knows its name, its dependencies and its options. */
const isDescribed = (stage: unknown): stage is object => isObject(stage) && !('execute' in stage)

const draft = (around: string): Draft => new Pipeline(around)

function nameOf(stage: unknown, given: string | undefined): string {
  if (given !== undefined && !isDescribed(stage)) return given
  const own = draft('own').withStage(stage).stages[0]?.name
  return typeof own === 'string' ? own : 'stage'
}

/** What the graph around a stage is made with. */
interface Setup {
  readonly name: string
  readonly inputs: object
  readonly streams: Readonly<Record<string, unknown>>
  /** The inputs and the streams, by the names of their stages. */
  readonly given: object
  readonly ports: object | undefined
  readonly interceptors: readonly Interceptor[]
  readonly clock: Clock | undefined
  readonly kind: StageKind | undefined
  readonly stageOptions: StageOptions | undefined
  /** Who answers, if the test says so. */
  readonly by: RunAuthor | undefined
  /** The item of the map to run; undefined: the whole stage. */
  readonly item: PickedItem | undefined
}

/** Builds the pipeline of a stage alone: a stage for each input and stream, and the stage that depends on them. */
function graphAround(around: string, stage: unknown, setup: Setup): Graph {
  const { name, inputs, streams, given, ports, interceptors, clock, item } = setup
  const options: BuildOptions<object> = {
    interceptors: [
      ...(item === undefined ? [] : [item.outermost]),
      ...interceptors.map((one) => aroundNoInput(one, around, given, item)),
      ...answeredBy(setup.by),
    ],
    ...(ports === undefined ? undefined : { ports }),
    ...(clock === undefined ? undefined : { clock }),
  }
  const giving = draftOfInputs(around, inputs, streams)
  if (!isDescribed(stage)) return withBareStage(giving, stage, setup).build(options)
  try {
    // It may have options of interceptors that the test doesn't need.
    return giving.withStages([stage]).build({ ...options, ignoreOptions: true })
  } catch (error) {
    throw missingInputs(error, stage, name, given) ?? error
  }
}

/** A pipeline with a stage for each input, which gives its data, and one for each stream, which yields its chunks. */
function draftOfInputs(around: string, inputs: object, streams: Setup['streams']): Draft {
  let pipeline = draft(around)
  for (const [input, data] of Object.entries(inputs))
    if (!Object.hasOwn(streams, input))
      pipeline = pipeline.withStage(input, () => data ?? StageOutput.skip('the test gave no data for it'))
  for (const [source, played] of Object.entries(streams))
    pipeline = pipeline.withStage(source, playedBy(played, read(inputs, source)))
  return pipeline
}

/** Adds a stage that has no description of its own. It may run if an input is missing, because undefined stands for a skipped stage. */
function withBareStage(pipeline: Draft, stage: unknown, { name, inputs, streams, kind, stageOptions }: Setup): Draft {
  const plain = Object.keys(inputs).filter((input) => !Object.hasOwn(streams, input))
  const options = {
    ...(stageOptions && plainOptions(stageOptions)),
    dependencies: [...plain, ...Object.keys(streams).map((source) => stream(source))],
    ...(Object.values(inputs).includes(undefined) ? { join: 'settled' } : undefined),
  }
  return kind === undefined ? pipeline.withStage(name, stage, options) : pipeline.withStage(name, stage, kind, options)
}

/** To core, an input that the test left out is a stage that the pipeline lacks: to the test, it is something to pass. */
function missingInputs(error: unknown, stage: object, name: string, given: object): StageflowError | undefined {
  const isUnknown = ({ code }: StageflowError): boolean => code === 'core/unknown-dependency'
  if (!(error instanceof PipelineBuildError) || !error.problems.some(isUnknown)) return undefined
  const { edges } = stage as { readonly edges: readonly { readonly stage: unknown }[] }
  const needed = edges.map((edge) => edge.stage).filter((one) => typeof one === 'string')
  const missing = needed.filter((one) => one !== name && !Object.hasOwn(given, one))
  if (missing.length === 0) return undefined
  const others = Object.keys(given).filter((one) => !needed.includes(one))
  const them = missing.length > 1 ? 'them' : 'it'
  const example = missing.map((one) => `${asKey(one)}: { … }`).join(', ')
  const surplus = others.length > 0 ? ` It does not depend on ${quoted(others)}.` : ''
  return new StageflowError(
    'testing/missing-input',
    `runStage(): stage "${name}" depends on ${quoted(missing)}. Pass ${them}: { inputs: { ${example} } }; undefined stands for a skipped stage.${surplus}`,
    { cause: error },
  )
}

/** A name as the key of an object literal. */
const asKey = (name: string): string => (/^[\p{L}_$][\p{L}\d_$]*$/u.test(name) ? name : JSON.stringify(name))
const quoted = (names: readonly string[]): string => names.map((one) => `"${one}"`).join(' and ')

/** Hides the stages that give the inputs from an interceptor, because they aren't stages of the app, and items that don't start. */
function aroundNoInput(
  interceptor: Interceptor,
  around: string,
  given: object,
  picked: PickedItem | undefined,
): Interceptor {
  const { wrap, onCall, onRun, settled } = interceptor
  const isInput = (pipeline: string, stage: string): boolean => pipeline === around && Object.hasOwn(given, stage)
  const isHidden = ({ pipeline, item, parent }: RunContext, stage: string): boolean =>
    isInput(pipeline.name, stage) ||
    (item !== undefined && parent === undefined && picked !== undefined && !picked.is(item))
  return withHooks(interceptor, {
    wrap: (next, stage) =>
      isInput(stage.pipeline.name, stage.name) ? next : (wrap?.call(interceptor, next, stage) as RunStage),
    onCall: (stage) => (isInput(stage.pipeline.name, stage.name) ? undefined : onCall?.call(interceptor, stage)),
    onRun(context) {
      const part = onRun?.call(interceptor, context)
      if (part?.settled === undefined) return part
      return {
        enter: (next, run) => (part.enter === undefined ? next() : part.enter(next, run)),
        settled: (record, run) => (isHidden(run, record.stage) ? undefined : part.settled?.(record, run)),
        ended: (outcome, run) => part.ended?.(outcome, run),
      }
    },
    settled: (record, run) => (isHidden(run, record.stage) ? undefined : settled?.call(interceptor, record, run)),
  })
}

/** The output of a stage that never began: how the run ended. */
async function neverBegan(
  result: Promise<unknown>,
  settled: PipelineResult<unknown> | FailedResult<unknown>,
): Promise<StageOutput> {
  if (settled.status === 'cancelled') return StageOutput.cancel(settled.reason)
  const error: unknown = await result.catch((thrown: unknown) => thrown)
  return StageOutput.fail(error instanceof PipelineFailedError ? (error.cause ?? error) : error)
}
