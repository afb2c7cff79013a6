import type { Clock } from './clock.ts'
import type { EmitEvent, EventSink, TryEmitEvent } from './events.ts'
import type { StageGraph } from './graph.ts'
import type { StageInputs } from './inputs.ts'
import type { CallPart } from './interceptor.ts'
import type { StageKind, StageOutput } from './output.ts'
import type { Pipeline } from './pipeline.ts'
import type { RunNotes, RunOutcome, StageNotes, StageRecord } from './report-types.ts'
import type { FailedResult, PipelineResult } from './result.ts'
import type { Slot } from './slot.ts'
import type { ContextSnapshot } from './snapshot.ts'
import type { RunIdentity, RunInput } from './snapshot-types.ts'

/** What a caller passes beside the input and that never enters the snapshot, such as tokens; interceptors add to it by declaration merging. */
export interface RunOptions {
  /** Cancels the run when it aborts. */
  readonly signal?: AbortSignal
  /** The run fails with `core/run-timeout` after this many milliseconds. Default: no limit. */
  readonly timeoutMs?: number
  /** How long stages that ignore an abort are waited for. Default: 5,000. */
  readonly graceMs?: number
  /** How long all cleanups together, and the sink's last event, are waited for. Default: 5,000. */
  readonly cleanupMs?: number
  /** How many stages of this run may run at once. Default: any number. */
  readonly maxConcurrency?: number
  /** `stop` (default): the first failure ends the run. `continue`: the stages that need it are skipped, and the rest go on. */
  readonly onStageFailure?: 'stop' | 'continue'
  /** Where the run's events go, instead of the graph's sink. */
  readonly eventSink?: EventSink
  /** Whether chunks go to the sink too. Default: false. */
  readonly chunkEvents?: boolean
}

/** Options of a stage that interceptors act on, added by declaration merging. */
export interface StageOptions {}

export interface Dependency {
  readonly stage: string
  readonly edge: 'value'
}

/** When a stage with several dependencies may start. */
export type Join = 'all' | 'every' | 'any' | 'settled' | { readonly quorum: number }

/** A stage as the graph knows it. */
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
  readonly options: Readonly<StageOptions>
  /** Whether it is an async generator. */
  readonly streams: boolean
  readonly pipeline: PipelineInfo
}

export interface PipelineInfo {
  readonly name: string
  readonly stages: readonly StageInfo[]
  /** The names of the interceptors, outermost first. */
  readonly interceptors: readonly string[]
}

/** Where a child run belongs. `path`: the stages above, with item or attempt, such as `answer#2/write`; `loop~2` for the second that a stage starts by itself. */
export interface RunParent {
  readonly pipelineRunId: string
  readonly stage: string
  readonly rootRunId: string
  /** The name of the pipeline of the run at the top. */
  readonly rootPipeline: string
  /** 1 for a child of a run that has no parent. */
  readonly depth: number
  readonly path: string
}

/** What a bare `StageContext` may read: anything, as any. */
export interface AnyInputs {
  // oxlint-disable-next-line no-explicit-any -- code ported from the guide reads inputs without declaring their types
  readonly [stage: string]: any
}

/** The only context that a stage sees. `Needs` is what it reads of other stages, `Ports` what the app injects. */
export interface StageContext<out Needs = AnyInputs, out Ports = {}> extends RunIdentity {
  readonly stage: StageInfo
  /** From 1. */
  readonly attempt: number
  readonly snapshot: ContextSnapshot
  readonly inputs: StageInputs<Needs>
  readonly ports: Ports
  /** Aborts when the run stops or this attempt is given up; made when it is asked for. */
  readonly signal: AbortSignal
  /** When the run, or what surrounds this attempt, gives up, on `clock`. */
  readonly deadline: number | undefined
  readonly clock: Clock
  /** When this attempt started, on `clock`; until its code is called, when the one before did, or the stage. */
  readonly startedAt: number
  /** A value of this run, or of the run that this one is a child of. */
  get<T>(slot: Slot<T>): T | undefined
  /** Never waits, never throws for a sink; false when the event was refused. Bound: can be handed over as an `eventEmitter`. */
  readonly tryEmitEvent: TryEmitEvent
  /** Waits while the sink pushes back. */
  readonly emitEvent: EmitEvent
  /** Tells whoever limits idle time that there is progress. */
  heartbeat(): void
  /** Runs when the run ends, last in first out, on every ending. */
  onCleanup(callback: () => void | Promise<void>): void
  /** Throws the signal's reason when it has aborted. */
  raiseIfCancelled(): void
  /** Leaves a fact in this stage's record in the report. */
  note<Key extends keyof StageNotes>(key: Key, value: StageNotes[Key]): void
  /** Another pipeline inside this stage: a pipeline is built once per parent graph, with the parent's build options. Rejects only where the child cannot start. */
  runChild<S>(
    // oxlint-disable-next-line no-explicit-any -- a pipeline's ports are checked where it is built
    child: StageGraph<S, {}> | Pipeline<S, any>,
    input?: RunInput,
    options?: RunOptions,
  ): Promise<PipelineResult<S> | FailedResult<S>>
}

/** What an interceptor's `wrap` sees. */
export interface InterceptorContext extends StageContext<
  Readonly<Record<string, unknown>>,
  Readonly<Record<string, unknown>>
> {
  readonly run: RunContext
  /** What is known of the stage so far. */
  readonly record: StageRecord
  /** The time on `clock`; cheaper than to ask it while the stage starts, for its start has been read already. */
  readonly now: number
  /** Why its signal has aborted; undefined while it has not. Nothing is made to answer it, as `signal` is. */
  readonly aborted: { readonly reason: unknown } | undefined
  /** Answers a call that goes on in its place, at once: `part` is what `onCall` gave for it. Aborts what is inside with the output's error; code that goes on is owed the grace time. */
  endCall(this: InterceptorContext, part: CallPart, output: StageOutput): void
  /** A narrower context for `next`. */
  fork(this: InterceptorContext, changes?: ForkChanges): Fork
}

/** What those that surround a call of a stage say to it, and are told of it. */
export interface CallNews {
  /** Told to what is inside, children too. Whoever sets it also ends the call when it has passed. */
  readonly deadline?: number
  /** Told of each sign of life from inside: `context.heartbeat()`, a chunk, a stage of a child run that settled. */
  onHeartbeat?(): void
  /** Told, with true, when the engine itself blocks what is inside, because a reader is far behind or an earlier call still runs, and with false when that is over. */
  onParked?(parked: boolean): void
}

export interface ForkChanges extends CallNews {
  readonly attempt?: number
}

export interface Fork {
  /** Its signal aborts with the outer one, or by `abort`; made only when somebody asks for it. */
  readonly context: InterceptorContext
  /** Ends only what is inside this fork. */
  abort(reason: unknown): void
}

/** What an interceptor sees of a whole run. */
export interface RunContext extends RunIdentity {
  readonly pipeline: PipelineInfo
  readonly parent: RunParent | undefined
  readonly snapshot: ContextSnapshot
  readonly options: Readonly<RunOptions>
  readonly signal: AbortSignal
  readonly deadline: number | undefined
  readonly clock: Clock
  /** When it started, on `clock`. */
  readonly startedAt: number
  /** A value of this run, or of the run that this one is a child of. */
  get<T>(slot: Slot<T>): T | undefined
  set<T>(slot: Slot<T>, value: T): void
  readonly tryEmitEvent: TryEmitEvent
  readonly emitEvent: EmitEvent
  /** Names of the stages that have started and not settled; made when it is read. */
  readonly running: readonly string[]
  /** How a stage of this run ended; undefined while it has not, and for a name that it does not have. */
  output(stage: string): StageOutput | undefined
  note<Key extends keyof RunNotes>(key: Key, value: RunNotes[Key]): void
  /** Something broke beside the run, such as an exporter: it is kept under the run note `core/problems`, and changes nothing. */
  problem(error: unknown): void
  /** A narrower run for `next`. */
  with(changes: RunChanges): RunContext
  /** The run fails; with `cancel` the only way to answer without `next`. */
  fail(error: unknown): RunOutcome
  cancel(reason: string): RunOutcome
}

export interface RunChanges {
  readonly signal?: AbortSignal
  readonly deadline?: number
  readonly snapshot?: ContextSnapshot
}
