import type { Join, StageContext, StageOptions } from './context.ts'
import type { StageInputs } from './inputs.ts'
import type { OkOutput, PlainObject, SkipOutput, StageKind, StageOutput } from './output.ts'
import type { ContextSnapshot } from './snapshot.ts'

// ---------- what a stage is

type Settled = PlainObject | void | undefined
/** What a stage may return; which plain objects are legal is checked when it runs. */
// oxlint-disable-next-line no-explicit-any -- matches every generator, whatever it yields or takes
export type StageReturn = Settled | PromiseLike<Settled> | AsyncGenerator<any, Settled, any>

declare const LEGAL: unique symbol
interface Demand {
  readonly [LEGAL]: unknown
  readonly [illegal: string]: 'return a plain object: { text }, a StageOutput, or nothing'
}
/**
 * Part of the type of a stage. For a legal return type it is unknown; for another one it is an instruction, which no stage fits.
 * The key `any` reads the instruction. If `Return` is a type parameter of the caller, the compiler ignores an `any` branch, so
 * that generic code compiles. What is unknown is checked when it runs.
 */
export type LegalReturn<Return> = Demand[[Final<Return>] extends [Settled]
  ? typeof LEGAL
  : unknown extends Final<Return>
    ? typeof LEGAL
    : // oxlint-disable-next-line no-explicit-any -- see above
      any]

export type StageFunction<Context, Return> = (context: Context) => Return
export interface StageObject<Context, Return> {
  readonly name?: string
  readonly kind?: StageKind
  /** A property, not a method: methods are checked too loosely to notice a stage that demands more than it is given. */
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

// ---------- what its return type means

// oxlint-disable-next-line no-explicit-any -- matches every generator, whatever it yields or takes
export type Final<Return> = Return extends AsyncGenerator<any, infer Last, any> ? Awaited<Last> : Awaited<Return>
// oxlint-disable-next-line no-explicit-any -- as above
export type ChunkOf<Return> = Return extends AsyncGenerator<infer Chunk, any, any> ? Chunk : never
export type DataOf<Output> =
  Output extends OkOutput<infer Data> ? Data : Output extends StageOutput ? never : Output extends void ? {} : Output
type CanSkip<Output> = [Extract<Output, SkipOutput>] extends [never] ? false : true
type IsNever<T> = [T] extends [never] ? true : false

/** What the pipeline's type knows of one stage. */
export interface StageSlot<out Data = unknown, out Skippable extends boolean = boolean, out Chunk = unknown> {
  readonly data: Data
  readonly skippable: Skippable
  readonly chunk: Chunk
}
// oxlint-disable-next-line no-explicit-any -- matches a slot of every chunk type
type AnySlot<Data, Skippable extends boolean> = StageSlot<Data, Skippable, any>
// oxlint-disable-next-line no-explicit-any -- as above
export type InputOf<Slot> =
  Slot extends AnySlot<infer Data, infer Skippable extends boolean>
    ? Skippable extends false
      ? Data
      : Data | undefined
    : never
// oxlint-disable-next-line no-explicit-any -- as above
export type DataIn<Slot> = Slot extends StageSlot<infer Data, any, any> ? Data : never

/** What a dependent reads, by its join: `every` never sees undefined, `all` sees it where the stage may be skipped, the others always may. */
export type Read<Slot, J> = J extends 'every'
  ? DataIn<Slot>
  : J extends 'all'
    ? InputOf<Slot>
    : DataIn<Slot> | undefined

// oxlint-disable-next-line no-explicit-any -- as above
type SlotSkippable<Slot> = Slot extends StageSlot<any, infer Skippable, any> ? Skippable : never
type SkippableOf<Stages, Names> = Names extends keyof Stages ? SlotSkippable<Stages[Names]> : never
type SkippedBy<Skippables, J> = J extends 'all' | 'any'
  ? false extends Skippables
    ? false
    : true
  : J extends 'settled'
    ? false
    : true extends Skippables
      ? true
      : false
/** Whether a stage may be skipped because of what it waits for. */
export type Inherits<Stages, Names, J> = [Names] extends [never] ? false : SkippedBy<SkippableOf<Stages, Names>, J>
export type InheritsFrom<Slots, J> = [Slots] extends [never] ? false : SkippedBy<SlotSkippable<Slots>, J>
export type Skippable<Return, When, Failure, Inherited> = Inherited extends true
  ? true
  : IsNever<When> extends false
    ? true
    : [Extract<Failure, 'skip'>] extends [never]
      ? CanSkip<Final<Return>>
      : true
export type Fallback<Failure> = Failure extends { readonly fallback: infer Data } ? Data : never

// ---------- how it is wired

/** What to do when a stage fails: `skip` it, or give its dependents `fallback` instead. */
export type OnFailure = 'skip' | { readonly fallback: object }

/** Any Standard Schema (https://standardschema.dev), such as one of zod. */
export interface OutputSchema {
  readonly '~standard': { readonly version: 1; readonly vendor: string; readonly validate: (value: unknown) => unknown }
}

/** The options that both ways of describing a stage share. */
export interface SharedOptions<J, When, Failure, Needs> extends StageOptions {
  /** When it starts, of several dependencies. Default: `all` have settled, and one was ok. */
  readonly join?: J
  /** False: the stage is skipped, and so is what needs it. Synchronous; a throw, a promise or another value is `core/when`. */
  readonly when?: (inputs: StageInputs<Needs>, snapshot: ContextSnapshot) => When
  /** The only way to tolerate a failure. Default: none. */
  readonly onFailure?: Failure
  /** `abort`: once no dependent can read it any more it is aborted and ends as skipped. Default: `finish`. */
  readonly late?: 'finish' | 'abort'
  /** Checks, and may change, the data that the stage returns; `core/output-schema`. */
  readonly outputSchema?: OutputSchema
  /** Where a durable engine may run it; kept in the graph's info. */
  readonly placement?: string
}

// ---------- stages as values

declare const SLOT: unique symbol
declare const REQUIRES: unique symbol
declare const PORTS: unique symbol

/** A described stage: made by `defineStage`, or read from `pipeline.stages`. The keys without a value are for the compiler only. */
export interface Stage<out Name extends string, out Slot extends StageSlot, out Requires extends string, out Ports> {
  readonly name: Name
  readonly [SLOT]: Slot
  readonly [REQUIRES]: Requires
  readonly [PORTS]: Ports
}
export type AnyStage = Stage<string, StageSlot, string, unknown>
export type SlotIn<S extends AnyStage> = S[typeof SLOT]
export type RequiredBy<S extends AnyStage> = S[typeof REQUIRES]
export type PortsIn<S extends AnyStage> = S[typeof PORTS]

export interface StageDefinition<Name extends string, After, Return, When, Failure, Ports, J> extends SharedOptions<
  J,
  When,
  Failure,
  { readonly [Alias in keyof After]: After[Alias] extends { readonly [SLOT]: infer Slot } ? Read<Slot, J> : never }
> {
  readonly name: Name
  readonly kind?: StageKind
  /** The stages whose data it reads, by the name that it reads them under. */
  readonly after?: After
  readonly run: ((
    context: StageContext<
      { readonly [Alias in keyof After]: After[Alias] extends { readonly [SLOT]: infer Slot } ? Read<Slot, J> : never },
      Ports
    >,
  ) => Return) &
    LegalReturn<Return>
}

type SlotsOf<After> = After[keyof After] extends infer One ? (One extends AnyStage ? SlotIn<One> : never) : never
type NamesOf<After> = After[keyof After] extends infer One ? (One extends AnyStage ? One['name'] : never) : never
/** What a stage says it comes after; nothing where only the index signature of a bare `StageContext` says so. */
type Declared<After> = string extends keyof After ? {} : After

export interface DefineStage<Ports> {
  <
    const Name extends string,
    Return,
    After extends Readonly<Record<string, AnyStage>> = {},
    When extends boolean = never,
    Failure extends OnFailure = never,
    const J extends Join = 'all',
  >(
    definition: StageDefinition<Name, After, Return, When, Failure, Ports, J>,
  ): Stage<
    Name,
    StageSlot<
      DataOf<Final<Return>> | Fallback<Failure>,
      Skippable<Return, When, Failure, InheritsFrom<SlotsOf<Declared<After>>, J>>,
      ChunkOf<Return>
    >,
    NamesOf<Declared<After>>,
    Ports
  >
}
