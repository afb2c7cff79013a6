import type { Clock } from '../base/clock.ts'
import type { RunAction, TryEmitEvent } from './events.ts'
import type { PipelineInfo, StageInfo } from './graph-info.ts'
import type { RunOptions } from './run-context.ts'
import type { Slot } from './slot.ts'
import type { ContextSnapshot } from './snapshot.ts'
import type { RunAuthor, RunIdentity } from './snapshot-fields.ts'

/**
 * A request to a run that outlives its caller, before anything of it counts. It has the ids that the run was started with. At the start
 * these are those of its input, with the user and the organization that interceptors further out have verified.
 */
export interface RunRequest extends Omit<RunIdentity, 'pipelineRunId'> {
  readonly action: RunAction
  readonly runId: string
  /** The part of the app that starts the run by its name, such as a schedule. No caller can set it. */
  readonly system?: string | undefined
  readonly pipeline: PipelineInfo
  /** The input that the run was started with. Made when it is read. */
  readonly snapshot: ContextSnapshot
  /** The run options of the caller, such as a token. */
  readonly options: Readonly<RunOptions>
  /** The stages that an answer is for. Empty for other actions. */
  readonly asked: readonly StageInfo[]
  /** What this interceptor kept at the start of the run; undefined at the start. */
  readonly kept: unknown
  /** Aborts when the caller gives up, or when the request has taken too long. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Reads a value that an interceptor further out has set for this request. */
  get<T>(slot: Slot<T>): T | undefined
  set<T>(slot: Slot<T>, value: T): void
  /**
   * Tells the sink about the request, once every interceptor was asked. The event belongs to no leg of the run: its `seq` is -1, and it has
   * no id but that of the run. Those of refused requests are bounded, as `run.refused` is.
   */
  readonly tryEmitEvent: TryEmitEvent
}

/** What an interceptor says about a request that it admits. */
export interface Admission {
  /** Plain JSON that is kept with the run, and given to all its legs and later requests: never a token. Only at the start. */
  readonly keep?: unknown
  /** Who asks. At the start they become ids of the run; later they are recorded with the answer. */
  readonly who?: RunAuthor
}
