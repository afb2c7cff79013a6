import type { Clock } from '../base/clock.ts'
import type { EmitEvent, StageflowEvent, TryEmitEvent, WaitOptions } from './events.ts'
import type { MapItem, PipelineInfo, RunParent } from './graph-info.ts'
import type { StageOutput } from './output.ts'
import type { RunNotes, RunOutcome, StageRecord } from './results.ts'
import type { Slot } from './slot.ts'
import type { Kept, RunIdentity } from './snapshot-fields.ts'
import type { ContextSnapshot } from './snapshot.ts'

// A run, and those that follow it: their types lead to each other.

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
  /** Whether the sink receives chunks too. Default: its own `chunks`. */
  readonly chunkEvents?: boolean
}

/** A whole run, as interceptors and sinks see it. */
export interface RunContext extends RunIdentity {
  readonly pipeline: PipelineInfo
  readonly parent: RunParent | undefined
  /**
   * In hooks that are called for an item of a map: which one. Everything else is of the run of the map, but `signal`, `deadline`, and the
   * slots that are set.
   */
  readonly item: MapItem | undefined
  readonly snapshot: ContextSnapshot
  /**
   * What the caller of the run at the top passed, before any interceptor changed it. In a child run too, whose own snapshot has what
   * its stage made of it. The same object for all runs of a tree.
   */
  readonly given: ContextSnapshot
  readonly options: Readonly<RunOptions>
  readonly signal: AbortSignal
  readonly deadline: number | undefined
  readonly clock: Clock
  /** When the run started, on `clock`. */
  readonly startedAt: number
  /**
   * What interceptors kept at the start of the run, by their names; undefined in the first leg of a run in process, and in child runs.
   */
  readonly kept: Kept | undefined
  /** Keeps plain JSON with a run in process under the name of an interceptor. If the run suspends, later legs have it as `kept`. */
  keep(name: string, value: unknown): void
  /** Reads a value that was set for this run, or for the run that this one is a child of. */
  get<T>(slot: Slot<T>): T | undefined
  set<T>(slot: Slot<T>, value: T): void
  readonly tryEmitEvent: TryEmitEvent
  readonly emitEvent: EmitEvent
  /** Names of the stages that have started and not settled. Computed when it is read. */
  readonly running: readonly string[]
  /**
   * The output of a stage; undefined if it hasn't settled, or if the run has no stage of that name. In hooks that are called for an item of a
   * map, the name of the map gives the output of the item.
   */
  output(stage: string): StageOutput | undefined
  note<Key extends keyof RunNotes>(key: Key, value: RunNotes[Key]): void
  /**
   * Reports a failure beside the run, such as one of an exporter. The run note `core/problems` keeps it; the result isn't
   * affected.
   */
  problem(error: unknown): void
  /** Makes a run for `next` with another signal, deadline or snapshot. */
  with(changes: RunChanges): RunContext
  /** Stops the run, as the signal of its caller would: it ends as `cancelled`, with everything that completed. */
  stop(reason: string): void
  /**
   * Makes a failed outcome. Return it from `wrapRun`, or that of `cancel`, to end the run without `next`. In other hooks both throw
   * `core/interceptor-answer`: nothing there returns an outcome.
   */
  fail(error: unknown): RunOutcome
  cancel(reason: string): RunOutcome
}

export interface RunChanges {
  readonly signal?: AbortSignal
  readonly deadline?: number
  readonly snapshot?: ContextSnapshot
}

/** Follows one run, or many if it has no state. Its functions are called with it as `this`. */
export interface RunPart {
  /**
   * Sets up an async context around the run: calls `next` before it returns. If it throws first, or returns without having
   * called `next`, the run fails with `core/interceptor-enter`.
   */
  enter?(next: () => void, run: RunContext): void
  /** Called once for every stage that settled, with its final record, like `Interceptor.settled`. */
  settled?(record: StageRecord, run: RunContext): void
  /**
   * Called once with the outcome of the run, however it ended, before the last event. In a process that has lost a durable run, the
   * outcome is `cancelled`.
   */
  ended?(outcome: RunOutcome, run: RunContext): void
}

/**
 * Receives events as they happen, in the order of `seq`. It must accept each event synchronously; a returned promise only
 * signals backpressure.
 */
export interface EventSink {
  /**
   * The versions of core that it works with, as in its `peerDependencies`: any range that npm reads, such as `'^1.2.0 || ^2.0.0'`.
   * `build()`, `run()` and `setEventSink()` refuse it in another version (`core/plugin-version`). Default: any version.
   */
  readonly core?: string
  /**
   * Called once for every run that starts with this sink, child runs too, before its stages start. Return a part to follow the run with its
   * outputs, as an interceptor's `onRun` does. It comes after the interceptors. A sink can't fail a run, so a part has no `enter`.
   */
  onRun?(run: RunContext): Omit<RunPart, 'enter'> | undefined
  /** Whether it receives chunk events. The run option `chunkEvents` wins. Default: false. */
  readonly chunks?: boolean
  emit(event: StageflowEvent): Promise<void> | void
  /** Return false to refuse the event. The report counts it as dropped. */
  tryEmit(event: StageflowEvent): boolean | void
  /** Resolves once everything that it has accepted is delivered. Rejects when the limit has passed. */
  flush?(options?: WaitOptions): Promise<void>
  /** Delivers what waits, within the limit, and ends the sink. Resolves with a report of what was delivered and what was lost. */
  close?(options?: WaitOptions): Promise<unknown>
}
