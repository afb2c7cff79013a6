import type { Clock } from '../base/clock.ts'
import type { Feedback, Repeat } from '../children/pipeline-stage.ts'
import type { ItemContext, StageInputs } from '../contract/context.ts'
import type { Join, StageOptions } from '../contract/graph-info.ts'
import type { Edge } from '../contract/edges.ts'
import type { EventSink } from '../contract/run-context.ts'
import type { Interceptor } from '../contract/interceptor.ts'
import type { OkOutput, SkipOutput, StageKind } from '../contract/output.ts'
import type { RunData, StageSlot } from '../contract/results.ts'
import type { RunInput } from '../contract/snapshot-fields.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import type {
  AnswerFrom,
  AnswerSchema,
  AnyStage,
  AnyToChunks,
  DataOf,
  Final,
  ItemResult,
  LegalReturn,
  NeedsOf,
  OnFailure,
  OnItemFailure,
  PortsIn,
  RequiredBy,
  SharedOptions,
  Streamable,
  StreamsOf,
  Yielding,
} from '../contract/stage.ts'

// In `StageWiring` and `MapOptions`, `in` and `out` save the compiler from deriving variances: 3,700 instantiations for a program that compares
// pipelines. `Dependencies` has none. With `out` the compiler would compare only parameters, and no pipeline with stages would fit `Pipeline`.

export interface StageWiring<
  in out Stages,
  Dependencies extends readonly ((keyof Stages & string) | Edge<keyof Stages & string>)[],
  out When extends boolean,
  out Failure extends OnFailure,
  out J extends Join,
  out Schema = AnswerSchema,
  out MakesChunks = AnyToChunks,
> extends SharedOptions<J, When, Failure, NeedsOf<Dependencies[number], J, Stages>['needs'], Schema, MakesChunks> {
  /** The stages that it depends on: names of stages that are in the pipeline already, and edges of `@stageflow/core/edges` from them. */
  readonly dependencies?: Dependencies & Streamable<Dependencies[number], Stages>
}

export type Provides<Name extends string, Slot> = { readonly [Key in Name]: Slot }
/**
 * What a stage or a map adds to the type of its pipeline: `Provides`, with the parts of the slot as parameters. For each call on a pipeline
 * the compiler instantiates the types of all its stages several times. One level less saves 60,000 instantiations for 100 stages.
 */
export interface AddedStage<Name extends string, Data, Skippable extends boolean, Chunk, Answer> {
  readonly stages: { readonly [Key in Name]: StageSlot<Data, Skippable, Chunk, Answer> }
}

type LiteralName = "Write the name as a literal: name = 'greet' as const"
export type NewName<Name extends string, Stages> = string extends Name
  ? LiteralName
  : Name extends keyof Stages
    ? `A stage named '${Name}' is already in this pipeline`
    : Name
export type NotTaken<Name extends string, Stages> = string extends Name
  ? LiteralName
  : Name extends keyof Stages
    ? `A stage named '${NoInfer<Name>}' is already in this pipeline`
    : unknown
/**
 * If a call of `withStage` has an error, the compiler types it by the first signature, even if the caller meant the second. So
 * the first signature also infers the name from a string, although it never accepts one. Otherwise later stages would have
 * errors too.
 */
export type NameOnly<Name extends string> = Name & LiteralName
/** The data type of such a call: later stages may read any key. */
// oxlint-disable-next-line no-explicit-any -- see above
export type Unread = OkOutput<any>
export type NoOverlap<Stages, Others> = [keyof Stages & keyof Others] extends [never]
  ? unknown
  : `Both pipelines have a stage named '${keyof Stages & keyof Others & string}'`
export type Missing<List extends readonly AnyStage[], Present extends string = never> = [
  Exclude<RequiredBy<List[number]>, List[number]['name'] | Present>,
] extends [never]
  ? unknown
  : { readonly 'missing stages': Exclude<RequiredBy<List[number]>, List[number]['name'] | Present> }
export type PortsOf<List extends readonly AnyStage[]> = (
  List[number] extends infer One ? (One extends AnyStage ? (ports: PortsIn<One>) => void : never) : never
) extends (ports: infer All) => void
  ? All
  : never

export interface ChildOptions<
  Stages,
  Dependencies extends readonly ((keyof Stages & string) | Edge<keyof Stages & string>)[],
  Child,
  When extends boolean,
  Failure extends OnFailure,
  J extends Join,
  Chunks extends Yielding<Child> = Yielding<Child>,
  Carried = unknown,
> extends StageWiring<Stages, Dependencies, When, Failure, J> {
  /** Default: TRANSFORM. */
  readonly kind?: StageKind
  /** The fields of the child's input that differ from this run's. Default: none. */
  readonly input?: (
    inputs: StageInputs<NeedsOf<Dependencies[number], J, Stages>['needs']>,
    snapshot: ContextSnapshot,
    feedback: Feedback<Carried> | undefined,
  ) => RunInput
  /** Runs the child again while its guard fails: `repeatUntil` of `@stageflow/core/repeat`. Default: the child runs once. */
  readonly repeat?: Repeat<keyof Child & string, Carried>
  /**
   * The stage of the child whose chunks are those of this stage, in every round of a `repeat`. Then other stages can read them, and so
   * can `run.chunks()`. A reader that is behind holds back the stage in the child.
   */
  readonly chunks?: Chunks
  /** `call`: a durable run carries out the whole child as one call. Default: each stage of the child is a call. */
  readonly placement?: 'call'
}

declare const FITTING: unique symbol
interface OnlyWithPipeline {
  readonly [FITTING]: unknown
  readonly [illegal: string]: 'remove input: each is a function, which gets the item itself'
}
/**
 * Checks that a map with `input` runs a pipeline for each item. For such a map it is unknown; otherwise it is an instruction that
 * no function is assignable to. The key `any` selects the instruction, so that code whose `Child` is a type parameter compiles.
 */
type InputFits<Child> = OnlyWithPipeline[[Child] extends [never]
  ? // oxlint-disable-next-line no-explicit-any -- see above
    any
  : typeof FITTING]

/**
 * The options of a map. `Needs` is the data that it reads from other stages, `Pipelines` what may run for each item instead of a function.
 * `Inputs` is what `over` gets. It is one type, so that the compiler instantiates the stages once for data and chunks.
 */
export interface MapMembers<
  Needs,
  Inputs,
  Ports,
  Item,
  Return,
  Child,
  Pipelines,
  OnItem extends OnItemFailure,
  Stream extends boolean,
  When,
  Failure,
  J,
  Schema extends AnswerSchema,
> extends SharedOptions<J, When, Failure, Needs, Schema> {
  /** Default: TRANSFORM. */
  readonly kind?: StageKind
  /** Returns the items: an array or any other iterable, sync or async. */
  readonly over: (inputs: Inputs, snapshot: ContextSnapshot) => Iterable<Item> | AsyncIterable<Item>
  /** What runs for each item: a function, an async generator, or a pipeline, which runs as a child. */
  readonly each:
    | (((item: Item, context: ItemContext<Needs, Ports, AnswerFrom<Schema>>) => Return) & LegalReturn<Return>)
    | Pipelines
  /** Only if `each` is a pipeline: the fields of the child's input that differ from this run's. Default: none. */
  readonly input?: ((item: Item, inputs: StageInputs<Needs>, snapshot: ContextSnapshot) => RunInput) & InputFits<Child>
  /**
   * Names an item: a string of 1 to 200 characters that no other item of the map has. Paths, call keys, idempotency, journals and
   * answers use it. Default: the index of the item.
   */
  readonly key?: (item: Item, index: number) => string
  /** Maximum number of items in progress at once. An item that waits to be retried counts. Default: 16. */
  readonly concurrency?: number
  /**
   * `fail`: the first item that fails ends the map and aborts the others. `skip`: a failed item is undefined in `items`. `collect`:
   * `items` has a result for each item, with its status and its error. Default: `fail`.
   */
  readonly onItemFailure?: OnItem
  /** Only with `skip` and `collect`: how many items may fail. The next failure ends the map as `fail` does. Default: no limit. */
  readonly maxFailures?: [OnItem] extends ['fail'] ? "add onItemFailure: 'skip' or 'collect'" : number
  /**
   * Whether the map yields the result of each item as a chunk, in the order in which the items end. A slow reader holds back new
   * items. Default: false.
   */
  readonly stream?: Stream
  /** `call`: a durable run carries out all items as one call. `service`: each item on another machine. Default: one call each. */
  readonly placement?: 'call' | 'service'
}

export interface MapOptions<
  in out Stages,
  in Ports,
  Dependencies extends readonly ((keyof Stages & string) | Edge<keyof Stages & string>)[],
  in out Item,
  out Return,
  out When extends boolean,
  out Failure extends OnFailure,
  out J extends Join,
  in out Schema extends AnswerSchema = AnswerSchema,
  Child = never,
  out Pipelines = never,
  out OnItem extends OnItemFailure = OnItemFailure,
  out Stream extends boolean = boolean,
> extends MapMembers<
  NeedsOf<Dependencies[number], J, Stages>['needs'],
  StageInputs<NeedsOf<Dependencies[number], J, Stages>['needs'], StreamsOf<Dependencies[number], Stages>>,
  Ports,
  Item,
  Return,
  Child,
  Pipelines,
  OnItem,
  Stream,
  When,
  Failure,
  J,
  Schema
> {
  /** The stages that it depends on: names of stages that are in the pipeline already, and edges of `@stageflow/core/edges` from them. */
  readonly dependencies?: Dependencies & Streamable<Dependencies[number], Stages>
}

/** The data of an item. `Child`: the stages of the pipeline that runs for each item. */
export type ItemData<Return, Child> = [Child] extends [never] ? DataOf<Final<Return>> : RunData<Child>
/** Undefined if an item can skip. One whose child run is cancelled does. */
type SkippedData<Return, Child> = [Child] extends [never]
  ? [Extract<Final<Return>, SkipOutput>] extends [never]
    ? never
    : undefined
  : undefined
/** An entry of the `items` of a map. */
export type ItemEntry<Return, Child, OnItem> = OnItem extends 'collect'
  ? ItemResult<ItemData<Return, Child>>
  : ItemData<Return, Child> | SkippedData<Return, Child> | (OnItem extends 'skip' ? undefined : never)

/**
 * The data of a map: one entry per item, in the order of the source. Without `onItemFailure: 'collect'` it is the data of the item,
 * or undefined if the item skipped, or failed with `onItemFailure: 'skip'`. With `collect` it is an `ItemResult`.
 */
export interface MapData<out Entry> {
  readonly items: readonly Entry[]
}

/** The chunks of a map with `stream: true`: the result of each item. What items yield themselves are events of the items. */
export type MapChunk<Return, Child, Stream> = Stream extends true ? ItemResult<ItemData<Return, Child>> : never

export interface BuildOptions<Ports> {
  /** Objects that stages read from `context.ports`. Pass missing ones to `run`. */
  readonly ports?: Ports
  /** Outermost first. Default: none. */
  readonly interceptors?: readonly Interceptor[]
  readonly eventSink?: EventSink
  readonly clock?: Clock
  /** How far the data that stages return is frozen: `deep` (default), or `shallow` for the top level only. */
  readonly freeze?: 'deep' | 'shallow'
  /** Stage options that no interceptor has to claim; true for all. */
  readonly ignoreOptions?: true | readonly (keyof StageOptions)[]
}
