import type { Clock } from '../base/clock.ts'
import type { Feedback, Repeat } from '../children/pipeline-stage.ts'
import type { Join, StageContext, StageInputs, StageOptions } from '../contract/context.ts'
import type { EventSink } from '../contract/events.ts'
import type { Interceptor } from '../contract/interceptor.ts'
import type { OkOutput, SkipOutput, StageKind } from '../contract/output.ts'
import type { RunInput } from '../contract/snapshot-fields.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import type {
  AnswerFrom,
  AnswerSchema,
  AnyStage,
  DataOf,
  Final,
  LegalReturn,
  OnFailure,
  PortsIn,
  Read,
  RequiredBy,
  SharedOptions,
} from '../contract/stage.ts'

export interface StageWiring<
  Stages,
  Dependencies extends readonly (keyof Stages & string)[],
  When extends boolean,
  Failure extends OnFailure,
  J extends Join,
  Schema = AnswerSchema,
> extends SharedOptions<
  J,
  When,
  Failure,
  { readonly [Name in Dependencies[number]]: Read<Stages[Name & keyof Stages], J> },
  Schema
> {
  /** Names of stages that are in the pipeline already. */
  readonly dependencies?: Dependencies
}

export type Provides<Name extends string, Slot> = { readonly [Key in Name]: Slot }

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
  Dependencies extends readonly (keyof Stages & string)[],
  Child,
  When extends boolean,
  Failure extends OnFailure,
  J extends Join,
> extends StageWiring<Stages, Dependencies, When, Failure, J> {
  /** Default: TRANSFORM. */
  readonly kind?: StageKind
  /** The fields of the child's input that differ from this run's. Default: none. */
  readonly input?: (
    inputs: StageInputs<{ readonly [Name in Dependencies[number]]: Read<Stages[Name & keyof Stages], J> }>,
    snapshot: ContextSnapshot,
    feedback: Feedback | undefined,
  ) => RunInput
  readonly repeat?: Repeat<keyof Child & string>
  /** `call`: a durable run carries out the whole child as one call. Default: each stage of the child is a call. */
  readonly placement?: 'call'
}

export interface MapOptions<
  Stages,
  Ports,
  Dependencies extends readonly (keyof Stages & string)[],
  Item,
  Return,
  When extends boolean,
  Failure extends OnFailure,
  J extends Join,
  Schema extends AnswerSchema = AnswerSchema,
> extends StageWiring<Stages, Dependencies, When, Failure, J, Schema> {
  /** Default: TRANSFORM. */
  readonly kind?: StageKind
  /** Maximum number of items at once. Default: no limit. */
  readonly concurrency?: number
  /** `call`: a durable run carries out all items as one call. `service`: each item on another machine. Default: one call each. */
  readonly placement?: 'call' | 'service'
  readonly over: (
    inputs: StageInputs<{ readonly [Name in Dependencies[number]]: Read<Stages[Name & keyof Stages], J> }>,
    snapshot: ContextSnapshot,
  ) => Iterable<Item> | AsyncIterable<Item>
  readonly each: ((
    item: Item,
    context: StageContext<
      { readonly [Name in Dependencies[number]]: Read<Stages[Name & keyof Stages], J> },
      Ports,
      AnswerFrom<Schema>
    >,
  ) => Return) &
    LegalReturn<Return>
}

/** The data of a map: one entry per item, in the order of the items; undefined if the item was skipped. */
export interface MapData<Return> {
  readonly items: readonly (
    | DataOf<Final<Return>>
    | ([Extract<Final<Return>, SkipOutput>] extends [never] ? never : undefined)
  )[]
}

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
