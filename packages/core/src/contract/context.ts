import { OTHER_COPY, branded, fromOtherCopy, isName } from '../base/check.ts'
import type { OneCopy } from '../base/check.ts'
import type { Clock } from '../base/clock.ts'
import { StageflowError } from '../base/errors.ts'
import { show } from '../base/show.ts'
import type { EdgeKind, StreamItems, OneStream } from './edges.ts'
import type { EmitEvent, EventSink, TryEmitEvent } from './events.ts'
import type { StageKind } from './output.ts'
import type { FailedResult, PipelineResult, Resumed, RunData, StageNotes } from './results.ts'
import type { RunIdentity, RunInput } from './snapshot-fields.ts'
import type { ContextSnapshot } from './snapshot.ts'

/**
 * Options of one run. They never enter the snapshot, so tokens can be passed here. Interceptors add options by declaration
 * merging.
 */
export interface RunOptions {
  /** Cancels the run when it aborts. */
  readonly signal?: AbortSignal
  /** The run fails with `core/timed-out` after this many milliseconds. Default: no limit. */
  readonly timeoutMs?: number
  /** How long the run waits for stages that ignore an abort, in ms. Default: 5,000. */
  readonly graceMs?: number
  /** How long the run waits for all cleanups together, and for the sink to accept the last event, in ms. Default: 5,000. */
  readonly cleanupMs?: number
  /** Maximum number of stages of this run at once. Default: no limit. */
  readonly maxConcurrency?: number
  /** `stop` (default): the first failure ends the run. `continue`: the stages that need it are skipped, and the rest go on. */
  readonly onStageFailure?: 'stop' | 'continue'
  /** Where the run's events go, instead of the graph's sink. */
  readonly eventSink?: EventSink
  /** Whether the sink receives chunks too. Default: false. */
  readonly chunkEvents?: boolean
}

/** Stage options that interceptors act on, added by declaration merging. */
export interface StageOptions {}

export interface Dependency {
  readonly stage: string
  readonly edge: EdgeKind
}

/** When a stage with several dependencies may start. */
export type Join = 'all' | 'every' | 'any' | 'settled' | { readonly quorum: number }

/** The description of a stage in a built graph. */
export interface StageInfo {
  readonly name: string
  readonly kind: StageKind
  /** Its place in declared order, from 0. */
  readonly index: number
  readonly dependencies: readonly Dependency[]
  readonly dependents: readonly string[]
  readonly join: Join
  /** Whether it has a `when`. */
  readonly conditional: boolean
  /** Whether its failure is tolerated, by `onFailure`. That of an item of a map also by the `onItemFailure` of its map. */
  readonly tolerated: boolean
  /** The options that interceptors act on. */
  readonly options: Readonly<StageOptions>
  /** Whether it yields chunks: it is an async generator, a map with `stream: true`, or a child pipeline with `chunks`. */
  readonly streams: boolean
  /** Whether it is a map. */
  readonly map: boolean
  /** The map whose items it runs: they have its name and its options. Undefined for a stage of the graph. */
  readonly itemOf: StageInfo | undefined
  /** The child pipeline that it runs; undefined if it runs none that the build knows. */
  readonly child: PipelineInfo | undefined
  /** Where a durable run carries it out; undefined if its option was not given. */
  readonly placement: string | undefined
  /**
   * The source text of its function, of a map the text of `each`. Undefined for a stage without such a text: for a child pipeline, whose stages have
   * theirs, and for bound and native functions.
   */
  readonly source: string | undefined
  readonly pipeline: PipelineInfo
  /** Its place in the graph, without `pipeline`, and those of its options that are JSON. */
  toJSON(): object
}

/** An item of a map. */
export interface MapItem {
  /** Its place in the source, from 0. */
  readonly index: number
  /** What the `key` of the map returned for it. Default: the index as a string. */
  readonly key: string
}

export interface PipelineInfo {
  readonly name: string
  readonly stages: readonly StageInfo[]
  /** The names of the interceptors, outermost first. */
  readonly interceptors: readonly string[]
  /** The graph as JSON, with its child pipelines. */
  toJSON(): object
}

/**
 * The run and stage that started a child run. `path` lists the stages above it with their item or attempt, such as
 * `answer#2/write`; `loop~2` is the second child that stage `loop` started with `runChild`.
 */
export interface RunParent {
  readonly pipelineRunId: string
  readonly stage: string
  readonly rootRunId: string
  /** The name of the pipeline of the run at the top. */
  readonly rootPipeline: string
  /** 1 for a child of a run that has no parent. */
  readonly depth: number
  readonly path: string
  /** Whether the run was started behind a closed gate: what it does is perhaps never shown. */
  readonly held: boolean
}

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

declare const VALUE: unique symbol

/** A typed key for one value per run, such as verified claims. The object itself is the key; its name is only for people. */
export interface Slot<T> {
  readonly [Symbol.species]: OneCopy
  readonly name: string
  readonly [VALUE]?: T
}

/** Makes a slot. Export it to the modules that may read its value. Throws `core/slot` for an empty name. */
export function createSlot<T>(name: string): Slot<T> {
  if (!isName(name))
    throw new StageflowError(
      'core/slot',
      `The name of a slot must be a string such as 'auth/claims', not ${show(name)}.`,
    )
  return Object.freeze(branded({ name }))
}

/**
 * The values of one run's slots. Two copies of a package have two slots of one name, and can't read each other's values. If
 * two copies of core made them, that is an error.
 */
export class SlotValues extends Map<Slot<unknown>, unknown> {
  override has(slot: Slot<unknown>): boolean {
    if (super.has(slot)) return true
    for (const one of this.keys()) {
      if (one.name === slot?.name && fromOtherCopy(one) !== fromOtherCopy(slot))
        throw new StageflowError('core/slot', `The run has a value for another slot named "${one.name}". ${OTHER_COPY}`)
    }
    return false
  }

  override set(slot: Slot<unknown>, value: unknown): this {
    if (!isName(slot?.name))
      throw new StageflowError('core/slot', `A slot must be made by createSlot(name), not ${show(slot)}.`)
    this.has(slot)
    return super.set(slot, value)
  }
}
