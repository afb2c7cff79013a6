import type { OneCopy } from '../base/check.ts'
import type { Clock } from '../base/clock.ts'
import type { StreamItems, OneStream } from './edges.ts'
import type { EmitEvent, TryEmitEvent } from './events.ts'
import type { MapItem, StageInfo } from './graph-info.ts'
import type { FailedResult, PipelineResult, Resumed, RunData, StageNotes } from './results.ts'
import type { RunOptions } from './run-context.ts'
import type { Slot } from './slot.ts'
import type { RunIdentity, RunInput } from './snapshot-fields.ts'
import type { ContextSnapshot } from './snapshot.ts'

/** Exists only for the text of a compiler error. */
export type Undeclared<Needs> = [keyof Needs] extends [never] ? 'declare it: { dependencies: […] }' : never
type KeysOf<Union> = Union extends object ? keyof Union & string : never
type ValueOf<Union, Key> = Union extends object ? (Key extends keyof Union ? Union[Key] : never) : never

/** How a dependency had settled when the stage started; `late`: not yet; `running`: it is the source of a stream, and gives chunks. */
export type InputStatus = 'ok' | 'skip' | 'fail' | 'late' | 'running'

// The messages for names that aren't declared are part of the constraints of `Key`. As part of the parameters they would cost the compiler
// 20,000 instantiations for 100 stages.
/** The data of a stage's dependencies, fixed when the stage starts. Reading another stage throws `core/undeclared-input`. */
export interface StageInputs<out Needs = {}, out Streams = {}> {
  /** The data of a dependency; undefined if it was skipped, failed or is late. Of a stream: once its loop has ended. */
  from<Key extends (keyof Needs & string) | Undeclared<Needs>>(stage: Key): Needs[Key & keyof Needs]
  /**
   * The chunks of the stage that this one reads by `stream(stage)`, as they come. The loop ends when that stage has ended ok; otherwise it
   * throws `core/stream-cut`, or `core/stream-skipped`, which skips this stage too. Leaving the loop means to read no more.
   */
  stream<Key extends keyof Streams & string>(stage: OneStream<NoInfer<Key>>): AsyncIterableIterator<Streams[Key]>
  /** The same for a stage that reads several streams: the chunks of all of them as they come, each with its stage. */
  stream<Key extends keyof Streams & string>(): StreamItems<Streams, Key>
  /** The value of a key, from the one dependency that has it. Throws `core/ambiguous-input` if two dependencies have it. */
  get<Key extends KeysOf<Needs[keyof Needs]>>(key: Key): ValueOf<Needs[keyof Needs], Key> | undefined
  get<Key extends KeysOf<Needs[keyof Needs]>, const Fallback>(
    key: Key,
    fallback: Fallback,
  ): ValueOf<Needs[keyof Needs], Key> | Fallback
  /** The value of one key of one dependency; `fallback` or undefined if it is missing. */
  getFrom<Stage extends keyof Needs & string, Key extends keyof NonNullable<Needs[Stage]>>(
    stage: Stage,
    key: Key,
  ): undefined extends Needs[Stage] ? NonNullable<Needs[Stage]>[Key] | undefined : NonNullable<Needs[Stage]>[Key]
  getFrom<Stage extends keyof Needs & string, Key extends keyof NonNullable<Needs[Stage]>, const Fallback>(
    stage: Stage,
    key: Key,
    fallback: Fallback,
  ): NonNullable<Needs[Stage]>[Key] | Fallback
  /** The value of one key of one dependency. Throws `core/missing-input` if it is missing. */
  requireFrom<Stage extends keyof Needs & string, Key extends keyof NonNullable<Needs[Stage]>>(
    stage: Stage,
    key: Key,
  ): NonNullable<Needs[Stage]>[Key]
  status(stage: keyof Needs & string): InputStatus
  /** The data of every dependency, by its name. */
  toJSON(): Readonly<Record<string, unknown>>
}

/** A pipeline or built graph that a stage can run as its child. */
export type Runnable<Stages> = Branded &
  (
    | Runs<Stages>
    | { readonly build: (options?: never) => { readonly run: (...given: never) => Promise<PipelineResult<Stages>> } }
  )
interface Branded {
  readonly [Symbol.species]: OneCopy
}
interface Runs<Stages> {
  readonly run: (input?: RunInput) => Promise<PipelineResult<Stages>>
}

/** A callback of `onCleanup`. */
export type Cleanup = () => void | Promise<void>

/** Lets a `StageContext` without type arguments read any input, typed as any. */
export interface AnyInputs {
  // oxlint-disable-next-line no-explicit-any -- code ported from the guide reads inputs without declaring their types
  readonly [stage: string]: any
}

/**
 * The context that a stage receives. `Needs` types the data that it reads from other stages, and `Streams` the chunks. `Ports` types the
 * objects that the app injects, and `Answer` what its `answerSchema` makes of an answer.
 */
export interface StageContext<
  out Needs = AnyInputs,
  out Ports = {},
  out Streams = AnyInputs,
  out Answer = unknown,
> extends ContextMembers<Needs, Ports, Streams, Answer> {
  readonly [Symbol.species]: OneCopy
}

interface ContextMembers<out Needs, out Ports, out Streams, out Answer> extends RunIdentity {
  readonly stage: StageInfo
  /** The number of this attempt, from 1. */
  readonly attempt: number
  readonly snapshot: ContextSnapshot
  readonly inputs: StageInputs<Needs, Streams>
  readonly ports: Ports
  /** Aborts when the run stops or this attempt is abandoned. Created on first use. */
  readonly signal: AbortSignal
  /** When the run or a limit around this attempt expires, as a time on `clock`, in ms; undefined without a limit. */
  readonly deadline: number | undefined
  readonly clock: Clock
  /** Why this stage runs again: what it suspended with, and the answer. Undefined unless it was resumed. */
  readonly resumed: Resumed<Answer> | undefined
  /**
   * In a durable run: a name of this call that is the same in every leg, such as `order-7/charge`. Give it to services as an
   * idempotency key. Otherwise undefined.
   */
  readonly callKey: string | undefined
  /** Which item of a map this is; undefined for a stage of the graph. */
  readonly item: MapItem | undefined
  /** When this attempt started, on `clock`. Before its code is called: when the previous attempt or the stage started. */
  readonly startedAt: number
  /** Reads a value that an interceptor set for this run, or for the run that this one is a child of. */
  get<T>(slot: Slot<T>): T | undefined
  /**
   * Emits an event without waiting. Returns false if the sink refused it; never throws because of the sink. Bound, so you can
   * pass it on as an `eventEmitter`.
   */
  readonly tryEmitEvent: TryEmitEvent
  /** Emits an event, and waits while the sink applies backpressure. */
  readonly emitEvent: EmitEvent
  /** Reports progress: restarts the idle limits (`idleTimeoutMs`) around this call. */
  heartbeat(): void
  /** Registers a callback that runs when the run ends, however it ends. The last one registered runs first. */
  onCleanup(callback: Cleanup): void
  /** Throws the signal's reason if the signal has aborted. */
  raiseIfCancelled(): void
  /** Adds a note to this stage's record in the report. */
  note<Key extends keyof StageNotes>(key: Key, value: StageNotes[Key]): void
  /**
   * Runs another pipeline inside this stage. A `Pipeline` is built once per parent graph, with the parent's build options.
   * Rejects only if the child can't start. To end the stage as the child ends, call `runChild(…).orFail()`.
   */
  runChild<S>(child: Runnable<S>, input?: RunInput, options?: RunOptions): RunningChild<S>
}

/** A child run in progress. Resolves with its result, however it ends. */
export interface RunningChild<S> extends Promise<PipelineResult<S> | FailedResult<S>> {
  /**
   * Resolves with the data of a completed child. Otherwise it rejects, and if the stage lets that pass, it ends as its child ended. If the
   * child failed, the stage fails with the child's own error, its `retryable` and its data. If the child was cancelled, the stage is
   * skipped. If the child is suspended, the stage suspends.
   */
  orFail(): Promise<RunData<S>>
}

/** The context that `each` of a map receives. */
export interface ItemContext<out Needs = AnyInputs, out Ports = {}, out Answer = unknown> extends StageContext<
  Needs,
  Ports,
  {},
  Answer
> {
  readonly item: MapItem
}
