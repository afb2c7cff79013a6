import type { Clock } from './clock.ts'
import type { Join, StageContext, StageOptions } from './context.ts'
import type { ErrorRecord } from './errors.ts'
import type { EventSink } from './events.ts'
import type { StageInputs } from './inputs.ts'
import type { Interceptor } from './interceptor.ts'
import type { OkOutput, SkipOutput, StageKind } from './output.ts'
import type { RunInput } from './snapshot-types.ts'
import type { ContextSnapshot } from './snapshot.ts'
import type {
  AnyStage,
  DataOf,
  Final,
  LegalReturn,
  OnFailure,
  PortsIn,
  Read,
  RequiredBy,
  SharedOptions,
} from './stage-types.ts'

export interface StageWiring<
  Stages,
  Dependencies extends readonly (keyof Stages & string)[],
  When extends boolean,
  Failure extends OnFailure,
  J extends Join,
> extends SharedOptions<
  J,
  When,
  Failure,
  { readonly [Name in Dependencies[number]]: Read<Stages[Name & keyof Stages], J> }
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
 * The compiler types a call of `withStage` that has an error by the first signature, even if the caller meant the second one.
 * So the first one also infers the name from a string, which it never accepts. Otherwise later stages would have errors too.
 */
export type NameOnly<Name extends string> = Name & LiteralName
/** What such a call returns: data that later stages may read in any way. */
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

/** The verdict of a guard that refused: handed to the next attempt's `input`. */
export interface Feedback {
  /** The attempt that was refused, from 1. */
  readonly attempt: number
  readonly error: ErrorRecord
  readonly data: unknown
}

/** Runs a child pipeline again while its guard fails. */
export interface Repeat<Guard extends string> {
  /** A stage of the child of kind GUARD: while it returns `fail`, the child runs again. */
  readonly until: Guard
  /** Default: 3. */
  readonly maxAttempts?: number
  /** Gives up after this many verdicts in a row that are the same. Default: no limit of its own. */
  readonly stagnationLimit?: number
  /** Default: the JSON of their data is equal, or their code and message where they have none. */
  readonly sameVerdict?: (a: Feedback, b: Feedback) => boolean
}

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
> extends StageWiring<Stages, Dependencies, When, Failure, J> {
  /** Default: TRANSFORM. */
  readonly kind?: StageKind
  /** How many items at once. Default: all. */
  readonly concurrency?: number
  readonly over: (
    inputs: StageInputs<{ readonly [Name in Dependencies[number]]: Read<Stages[Name & keyof Stages], J> }>,
    snapshot: ContextSnapshot,
  ) => Iterable<Item> | AsyncIterable<Item>
  readonly each: ((
    item: Item,
    context: StageContext<{ readonly [Name in Dependencies[number]]: Read<Stages[Name & keyof Stages], J> }, Ports>,
  ) => Return) &
    LegalReturn<Return>
}

/** What a map produces: one entry an item, in the items' order; undefined where the item was skipped. */
export interface MapData<Return> {
  readonly items: readonly (
    | DataOf<Final<Return>>
    | ([Extract<Final<Return>, SkipOutput>] extends [never] ? never : undefined)
  )[]
}

export interface BuildOptions<Ports> {
  /** Collaborators for the stages; what is missing here, `run` asks for. */
  readonly ports?: Ports
  /** Outermost first. Default: none. */
  readonly interceptors?: readonly Interceptor[]
  readonly eventSink?: EventSink
  readonly clock?: Clock
  /** How far the data that stages return is frozen. Default: `deep`. */
  readonly freeze?: 'deep' | 'shallow'
  /** Stage options that need no interceptor to claim them; true: all. */
  readonly ignoreOptions?: true | readonly (keyof StageOptions)[]
}
