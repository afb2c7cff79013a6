import type { OneCopy } from '../base/check.ts'
import type { ErrorRecord } from '../base/errors.ts'
import type { Edge, GateEdge, SoftEdge, StreamEdge } from './edges.ts'
import type { Join, StageOptions } from './graph-info.ts'
import type { StageContext, StageInputs } from './context.ts'
import type { OkOutput, PlainObject, SkipOutput, StageKind, StageOutput } from './output.ts'
import type { AnswersOf, ChunkIn, DataIn, InputOf, StageSlot } from './results.ts'
import type { ContextSnapshot } from './snapshot.ts'

// ---------- stages

type Settled = PlainObject | void | undefined

declare const LEGAL: unique symbol
interface Demand {
  readonly [LEGAL]: unknown
  readonly [illegal: string]: 'return a plain object: { text }, a StageOutput, or nothing'
}
/**
 * Checks the return type of a stage. For a legal type it is unknown; otherwise it is an instruction that no stage is assignable
 * to.
 *
 * The key `any` selects the instruction. If `Return` is a type parameter of the caller, the compiler ignores an `any` branch, so
 * generic code compiles. The engine checks an unknown type at run time.
 */
export type LegalReturn<Return> = Demand[unknown extends Final<Return>
  ? typeof LEGAL
  : [Final<Return>] extends [Settled]
    ? [Mistaken<Final<Return>>] extends [never]
      ? typeof LEGAL
      : // oxlint-disable-next-line no-explicit-any -- see above
        any
    : // oxlint-disable-next-line no-explicit-any -- see above
      any]

/** What looks like a plain object to the compiler, but fails at run time: an error, and data that looks like a `StageOutput`. */
type Mistaken<Output> = Output extends StageOutput
  ? never
  : Output extends Error
    ? // Data such as { name, message } has no stack, and an error that was written as JSON has always one.
      'stack' extends keyof Output
      ? {} extends Pick<Output, 'stack'>
        ? Output
        : never
      : never
    : Output extends { readonly status: StageOutput['status'] }
      ? Output
      : never

export type StageFunction<Context, Return> = (context: Context) => Return
export interface StageObject<Context, Return> {
  readonly name?: string
  readonly kind?: StageKind
  /** A property, not a method: TypeScript checks methods too loosely to reject a stage that needs more than it gets. */
  readonly execute: (context: Context) => Return
}
export type StageClass<Context, Return> = new () => StageObject<Context, Return>
export type StageLike<Context, Return> =
  | StageFunction<Context, Return>
  | StageObject<Context, Return>
  | StageClass<Context, Return>

export interface NamedStageObject<Name extends string, Context, Return> extends StageObject<Context, Return> {
  readonly name: Name
}
export type NamedStage<Name extends string, Context, Return> =
  | NamedStageObject<Name, Context, Return>
  | (new () => NamedStageObject<Name, Context, Return>)

// ---------- types of returned data

/** The type of what a stage returns, awaited. If the stage is a generator, its return value. */
// oxlint-disable-next-line no-explicit-any -- matches every generator, whatever it yields or takes
export type Final<Return> = Return extends AsyncGenerator<any, infer Last, any> ? Awaited<Last> : Awaited<Return>
/** The type of the chunks that a stage yields; never if it isn't a generator. */
// oxlint-disable-next-line no-explicit-any -- matches every generator, whatever it yields or takes
export type ChunkOf<Return> = Return extends AsyncGenerator<infer Chunk, any, any> ? Chunk : never
/** The type of the data in what a stage returns: a `StageOutput`, a plain object, or nothing. */
export type DataOf<Output> =
  Output extends OkOutput<infer Data> ? Data : Output extends StageOutput ? never : Output extends void ? {} : Output
type CanSkip<Output> = [Extract<Output, SkipOutput>] extends [never] ? false : true
type IsNever<T> = [T] extends [never] ? true : false

/**
 * The data that a dependent reads, by its join. `every`: never undefined. `all`: undefined if the stage can be skipped. Other
 * joins: possibly undefined.
 */
export type Read<Slot, J> = J extends 'every'
  ? DataIn<Slot>
  : J extends 'all'
    ? InputOf<Slot>
    : DataIn<Slot> | undefined

/** The name that a dependency is read under; never for a gate, which isn't read. Names come first, because most dependencies are names. */
export type NameOf<Dependency> = Dependency extends string
  ? Dependency
  : Dependency extends SoftEdge<infer Name extends string> | StreamEdge<infer Name extends string>
    ? Name
    : never
/** The data that a stage reads of a dependency. */
export type NeedOf<Dependency, Stages, J> = Dependency extends keyof Stages
  ? Read<Stages[Dependency], J>
  : DataIn<Stages[NameOf<Dependency> & keyof Stages]> | undefined
/**
 * The data that a stage reads of its dependencies, by name. It is a member of an interface, because a message would show the name of an alias
 * instead of the data. One type for all places saves the compiler 30,000 instantiations for 100 stages. `J` comes before `Stages`, because
 * the compiler forgets what it has made of `Stages` when it infers `J`: that saves 10,000.
 */
export interface NeedsOf<Dependency, J, Stages> {
  readonly needs: { readonly [Each in Dependency as NameOf<Each>]: NeedOf<Each, Stages, J> }
}
type StreamName<Dependency> = Dependency extends StreamEdge<infer Name extends string> ? Name : never
/** The chunks that a stage reads of its dependencies, by stage. */
export type StreamsOf<Dependency, Stages> = [Dependency] extends [string]
  ? {}
  : { readonly [Each in Dependency as StreamName<Each>]: ChunkIn<Stages[StreamName<Each> & keyof Stages]> }
type Silent<Name, Stages> = Name extends keyof Stages ? ([ChunkIn<Stages[Name]>] extends [never] ? Name : never) : never
/** Checks that the sources of streams yield chunks. If one doesn't, the type is the compiler's message. */
export type Streamable<Dependency, Stages> = [Dependency] extends [string]
  ? unknown
  : [Silent<StreamName<Dependency>, Stages>] extends [never]
    ? unknown
    : `Stage '${Silent<StreamName<Dependency>, Stages> & string}' yields no chunks: make it an async generator, a map with stream: true, or a child with chunks`
/** The stages that yield chunks. If there are none, the type is the compiler's message. */
export type Yielding<Stages> = [Exclude<keyof Stages, Silent<keyof Stages, Stages>>] extends [never]
  ? 'no stage of the child yields chunks: make one an async generator'
  : Exclude<keyof Stages, Silent<keyof Stages, Stages>> & string

// oxlint-disable-next-line no-explicit-any -- matches a slot of every type
type SlotSkippable<Slot> = Slot extends StageSlot<any, infer Skippable, any> ? Skippable : never
type SkippableOf<Stages, Dependency> = Dependency extends keyof Stages
  ? SlotSkippable<Stages[Dependency]>
  : Dependency extends StreamEdge<infer Name>
    ? SlotSkippable<Stages[Name & keyof Stages]>
    : never
type SkippedBy<Skippables, J> = J extends 'all' | 'any'
  ? false extends Skippables
    ? false
    : true
  : J extends 'settled'
    ? false
    : true extends Skippables
      ? true
      : false
/** Whether a stage may be skipped because of its dependencies. Names come first, because most dependencies are names. */
export type Inherits<Stages, Dependency, J> = [Dependency] extends [never]
  ? false
  : [Dependency] extends [string]
    ? SkippedBy<SkippableOf<Stages, Dependency>, J>
    : InheritsByEdges<Stages, Dependency, J>
/** A gate may refuse the stage, and a soft edge changes nothing. */
type InheritsByEdges<Stages, Dependency, J> =
  // oxlint-disable-next-line no-explicit-any -- matches every gate
  [Extract<Dependency, GateEdge<any>>] extends [never]
    ? [SkippableOf<Stages, Dependency>] extends [never]
      ? false
      : SkippedBy<SkippableOf<Stages, Dependency>, J>
    : true
/** Whether a stage may be skipped because of the stages in its `after`. A gate may refuse it. */
export type InheritsFrom<After, J> = [keyof After] extends [never]
  ? false
  : // oxlint-disable-next-line no-explicit-any -- matches every gate
    [Extract<After[keyof After], GateEdge<any>>] extends [never]
    ? [JoinedSlots<After>] extends [never]
      ? false
      : SkippedBy<SlotSkippable<JoinedSlots<After>>, J>
    : true
/** Whether a stage can end as skipped: by its own return value, `when`, a tolerated failure, or its dependencies. */
export type Skippable<Return, When, Failure, Inherited> = Inherited extends true
  ? true
  : IsNever<When> extends false
    ? true
    : [Extract<Failure, 'skip'>] extends [never]
      ? CanSkip<Final<Return>>
      : true
export type Fallback<Failure> = Failure extends { readonly fallback: infer Data } ? Data : never

// ---------- options

/** What to do when a stage fails: `skip` it, or give its dependents `fallback` instead. */
export type OnFailure = 'skip' | { readonly fallback: object }

/** Any Standard Schema (https://standardschema.dev), such as a zod schema. */
export interface OutputSchema {
  readonly '~standard': { readonly version: 1; readonly vendor: string; readonly validate: (value: unknown) => unknown }
}

/** A Standard Schema of answers. Its types are those of `resume` and of `context.resumed`. */
export interface AnswerSchema<out In = unknown, out Out = unknown> {
  readonly '~standard': OutputSchema['~standard'] & {
    readonly types?: { readonly input: In; readonly output: Out } | undefined
  }
}
type TypesOf<Schema extends AnswerSchema> = NonNullable<Schema['~standard']['types']>
/** What a stage with this schema takes as an answer. */
export type AnswerTo<Schema extends AnswerSchema> = [Schema] extends [never] ? unknown : TypesOf<Schema>['input']
/** What such a stage reads from `context.resumed`. */
export type AnswerFrom<Schema extends AnswerSchema> = [Schema] extends [never] ? unknown : TypesOf<Schema>['output']
/** What a map takes: an answer for each item that asks, by its key. `Child`: the stages of the pipeline that it runs for each item. */
export type AnswersToItems<Schema extends AnswerSchema, Child = never> = [Child] extends [never]
  ? [Schema] extends [never]
    ? unknown
    : { readonly [key: string]: TypesOf<Schema>['input'] }
  : { readonly [key: string]: AnswersOf<Child> }

/** What `toChunks` is of a stage whose code returns this. Nothing is inferred from it: the code says what data and chunks are. */
export type ToChunks<Return> = (data: NoInfer<DataOf<Final<Return>>>) => Iterable<NoInfer<ChunkOf<Return>>>
/** One of any stage. */
export type AnyToChunks = (data: never) => Iterable<unknown>

/** The options of a stage, shared by `withStage` and `defineStage`. */
export interface SharedOptions<
  J,
  When,
  Failure,
  Needs,
  Schema = AnswerSchema,
  MakesChunks = AnyToChunks,
> extends StageOptions {
  /** When a stage with several dependencies starts. Default: `all`, when all have settled, at least one is ok and none failed. */
  readonly join?: J
  /**
   * Return false to skip the stage and the stages that need it. Must return a boolean synchronously; otherwise the stage fails
   * with `core/when`.
   */
  readonly when?: (inputs: StageInputs<Needs>, snapshot: ContextSnapshot) => When
  /** Tolerates a failure: skips the stage, or gives its dependents a fallback. Default: the failure counts. */
  readonly onFailure?: Failure
  /** `abort`: aborts the stage once no dependent can read it anymore; it ends as skipped. Default: `finish`. */
  readonly late?: 'finish' | 'abort'
  /** Whether `run.interrupt()` spares the stage: it goes on, and starts by its join as usual. For what must be saved. Default: false. */
  readonly uninterruptible?: boolean
  /** Of a stage that reads streams: how many chunks may wait for it. Then `overflow` decides. Default: 16. */
  readonly maxWaiting?: number
  /**
   * Of a stage that reads streams: what happens while its inbox is full. `block`: the stages that it reads wait. `drop-oldest` and
   * `drop-newest`: a chunk is dropped and counted. Default: `block`.
   */
  readonly overflow?: 'block' | 'drop-oldest' | 'drop-newest'
  /**
   * Of a stage behind a gate: how many chunks and events are kept until its gates have opened. Then the stage waits, and further events
   * are refused and counted. Default: 1,000.
   */
  readonly maxHeld?: number
  /**
   * Of a stage that yields chunks: makes chunks of its output, for the stages that read them, when an interceptor such as a cache has
   * answered in its place. Without it they get `core/no-chunks`.
   */
  readonly toChunks?: MakesChunks
  /**
   * Validates the data that the stage returns, and may transform it. If it refuses, the stage fails with `core/output-schema`.
   */
  readonly outputSchema?: OutputSchema
  /**
   * Validates an answer to the stage before it counts, and may transform it. If it refuses, the caller gets `core/answer`, and the
   * question stays open. For a map it validates the answer to each item.
   */
  readonly answerSchema?: Schema
  /**
   * Where a durable run carries out the stage. `local`: in place in every leg, without a fact. `call`: a child pipeline or a map as
   * one call. `service`: on another machine, with `durable-restate`. Default: one call in place. An engine with other places adds
   * an option of its own to `StageOptions`.
   */
  readonly placement?: 'local' | 'call' | 'service'
}

// ---------- items of maps

/** What a map does when an item has failed: see the option `onItemFailure`. */
export type OnItemFailure = 'fail' | 'skip' | 'collect'

/** How an item of a map ended: an entry of `items` with `onItemFailure: 'collect'`, and a chunk with `stream: true`. */
export type ItemResult<Data> =
  | { readonly status: 'ok'; readonly index: number; readonly key: string; readonly data: Data }
  | { readonly status: 'skip'; readonly index: number; readonly key: string; readonly reason: string }
  | { readonly status: 'fail'; readonly index: number; readonly key: string; readonly error: ErrorRecord }

// ---------- stages as values

/** A stage as a value, made by `defineStage` or read from `pipeline.stages`. The symbol key exists only in types. */
export interface Stage<out Name extends string, out Slot extends StageSlot, out Requires extends string, out Ports> {
  readonly name: Name
  readonly [Symbol.species]: StageTypes<Slot, Requires, Ports>
}
interface StageTypes<out Slot, out Requires, out Ports> extends OneCopy {
  readonly slot: Slot
  readonly requires: Requires
  readonly ports: Ports
}
export type AnyStage = Stage<string, StageSlot, string, unknown>
/** The slot of a stage: the types of its data and chunks. */
export type SlotIn<S extends AnyStage> = S[typeof Symbol.species]['slot']
export type RequiredBy<S extends AnyStage> = S[typeof Symbol.species]['requires']
export type PortsIn<S extends AnyStage> = S[typeof Symbol.species]['ports']

export interface StageDefinition<
  Name extends string,
  After,
  Return,
  When,
  Failure,
  Ports,
  J,
  Schema extends AnswerSchema = AnswerSchema,
> extends SharedOptions<
  J,
  When,
  Failure,
  { readonly [Alias in keyof After as ReadAlias<After, Alias>]: ReadFrom<After[Alias], J> },
  Schema,
  ToChunks<Return>
> {
  readonly name: Name
  readonly kind?: StageKind
  /** The stages that it depends on, by the name that `inputs` uses: stages as values, and edges of `@stageflow/core/edges` from them. */
  readonly after?: After
  readonly run: ((
    context: StageContext<
      { readonly [Alias in keyof After as ReadAlias<After, Alias>]: ReadFrom<After[Alias], J> },
      Ports,
      StreamsFrom<After>,
      AnswerFrom<Schema>
    >,
  ) => Return) &
    LegalReturn<Return>
}

/** What a stage as a value may come after: another one, or an edge from one. */
export type AnyDependency = AnyStage | Edge<AnyStage>
/** The stage that a dependency is, or that it is an edge from. */
export type SourceOf<Dependency> = Dependency extends AnyStage
  ? Dependency
  : Dependency extends { readonly stage: infer One extends AnyStage }
    ? One
    : never
/** The name of a dependency that is read: a gate isn't. */
// oxlint-disable-next-line no-explicit-any -- matches every gate
export type ReadAlias<After, Alias extends keyof After> = After[Alias] extends GateEdge<any> ? never : Alias
/** The data that a stage reads of a dependency: as its join says if the stage itself is a dependency. */
export type ReadFrom<Dependency, J> = Dependency extends AnyStage
  ? Read<SlotIn<Dependency>, J>
  : DataIn<SlotIn<SourceOf<Dependency>>> | undefined
/** The chunks that a stage reads of its dependencies, by the name that `inputs` uses. */
export type StreamsFrom<After> = {
  // oxlint-disable-next-line no-explicit-any -- matches every stream
  readonly [Alias in keyof After as After[Alias] extends StreamEdge<any> ? Alias : never]: ChunkIn<
    SlotIn<SourceOf<After[Alias]>>
  >
}
/** The slots of the dependencies that count for the join. */
type JoinedSlots<After> = After[keyof After] extends infer One
  ? One extends AnyStage | StreamEdge<AnyStage>
    ? SlotIn<SourceOf<One>>
    : never
  : never
export type NamesOf<After> = SourceOf<After[keyof After]>['name']
/** The declared `after`; empty if it was only inferred from the index signature of a bare `StageContext`. */
export type Declared<After> = string extends keyof After ? {} : After

export interface DefineStage<Ports> {
  <
    const Name extends string,
    Return,
    After extends Readonly<Record<string, AnyDependency>> = {},
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
    Schema extends AnswerSchema = never,
  >(
    definition: StageDefinition<Name, After, Return, When, Failure, Ports, J, Schema>,
  ): Stage<
    Name,
    StageSlot<
      DataOf<Final<Return>> | Fallback<Failure>,
      Skippable<Return, When, Failure, InheritsFrom<Declared<After>, J>>,
      ChunkOf<Return>,
      AnswerTo<Schema>
    >,
    NamesOf<Declared<After>>,
    Ports
  >
}
