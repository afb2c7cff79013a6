import type { ErrorRecord } from './errors.ts'
import type { StageOutput, StageStatus } from './output.ts'

export interface Usage {
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** Of the input tokens, those that were read from the provider's cache. */
  readonly cachedTokens?: number
  /** Of the input tokens, those that were written to it. */
  readonly cacheWriteTokens?: number
  /** Of the output tokens, those that the model thought with. */
  readonly reasoningTokens?: number
  readonly costUsd?: number
}

/** Facts that stages and interceptors leave in a stage's record, added by declaration merging; JSON values only. */
export interface StageNotes {
  readonly usage?: Usage
  /** OpenTelemetry attributes for the stage's span. */
  readonly attributes?: Readonly<
    Record<string, string | number | boolean | readonly string[] | readonly number[] | readonly boolean[]>
  >
}

/** Facts about a whole run, added by declaration merging; JSON values only. */
export interface RunNotes {
  /** What broke beside the run and changed nothing: sinks, observers, cleanups. */
  readonly 'core/problems'?: readonly ErrorRecord[]
}

/** One call of a stage's code. Times are those of the clock, in milliseconds. */
export interface AttemptRecord {
  /** From 1. */
  readonly attempt: number
  readonly startedAt: number
  /** Undefined while its code runs. */
  readonly endedAt: number | undefined
  readonly status: StageStatus | 'retry' | undefined
  readonly error?: ErrorRecord
}

/** What happened to one stage in one run. */
export interface StageRecord {
  readonly stage: string
  /** Undefined while it has not settled; `cancel` without a start time: the run ended before it started. */
  readonly status: StageStatus | undefined
  /** Its code ignored the signal past the grace time, and may still run. */
  readonly abandoned?: true
  readonly reason?: string
  readonly error?: ErrorRecord
  /** Its failure was tolerated (`onFailure`). */
  readonly tolerated?: true
  /** When its dependencies let it start; undefined where it never got so far. */
  readonly readyAt: number | undefined
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  /** The dependency whose end released it or skipped it. */
  readonly releasedBy: string | undefined
  readonly attempts: readonly AttemptRecord[]
  /** How many chunks it yielded. */
  readonly chunks: number
  readonly notes: Readonly<StageNotes>
  /** The reports of the child runs it started. */
  readonly children?: readonly PipelineReport[]
}

export type PipelineStatus = 'completed' | 'cancelled' | 'failed'

/** The facts of a run, the same on every ending; plain JSON. `Names`: those of its stages. */
export interface PipelineReport<Names extends string = string> {
  readonly status: PipelineStatus
  readonly pipeline: string
  readonly pipelineRunId: string
  readonly startedAt: number
  readonly endedAt: number
  readonly stages: Readonly<Record<Names, StageRecord>>
  /** Events that the sink refused. */
  readonly droppedEvents: number
  readonly notes: Readonly<RunNotes>
}

declare const OUTCOME: unique symbol

/** How a run ended, as `wrapRun` sees it; only the engine makes one. */
export interface RunOutcome {
  readonly [OUTCOME]: true
  readonly status: PipelineStatus
  readonly reason?: string | undefined
  readonly errors: readonly ErrorRecord[]
  /** When the run started, on its clock. */
  readonly startedAt: number
  /** When its last stage had ended; in `ended` of a part and in results, what surrounds it too. */
  readonly endedAt: number
  /** Events that the sink refused so far. */
  readonly droppedEvents: number
  /** Made when it is read: it lists every stage. */
  readonly report: PipelineReport
  output(stage: string): StageOutput | undefined
}
