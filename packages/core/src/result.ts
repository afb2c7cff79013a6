import { StageflowError } from './errors.ts'
import type { ErrorRecord } from './errors.ts'
import type { StageflowEvent } from './events.ts'
import type { OkOutput, SkipOutput, StageOutput } from './output.ts'
import type { PipelineReport } from './report-types.ts'
import type { DataIn, InputOf, StageSlot } from './stage-types.ts'

/** The data of every stage of a completed run; undefined where a stage could be skipped. */
export type RunData<Stages> = { readonly [Name in keyof Stages]: InputOf<Stages[Name]> }
export type RunOutputs<Stages> = {
  // oxlint-disable-next-line no-explicit-any -- matches a slot of every chunk type
  readonly [Name in keyof Stages]: Stages[Name] extends StageSlot<infer Data, infer Skippable, any>
    ? OkOutput<Data> | (Skippable extends false ? never : SkipOutput)
    : never
}
export type PartialOutputs<Stages> = { readonly [Name in keyof Stages]?: StageOutput<DataIn<Stages[Name]>> }

/** Any name, if the stages are not known. */
type StageNames<Stages> = [keyof Stages] extends [never] ? string : keyof Stages & string

export interface CompletedResult<Stages> {
  readonly status: 'completed'
  readonly data: RunData<Stages>
  readonly outputs: RunOutputs<Stages>
  readonly report: PipelineReport<StageNames<Stages>>
}
export interface CancelledResult<Stages> {
  readonly status: 'cancelled'
  readonly reason: string
  /** What completed before the run was cancelled. */
  readonly data: Partial<RunData<Stages>>
  readonly outputs: PartialOutputs<Stages>
  readonly report: PipelineReport<StageNames<Stages>>
}
export interface FailedResult<Stages> {
  readonly status: 'failed'
  /** Every failure, the one that ended the run first. */
  readonly errors: readonly ErrorRecord[]
  /** What completed all the same. */
  readonly data: Partial<RunData<Stages>>
  readonly outputs: PartialOutputs<Stages>
  readonly report: PipelineReport<StageNames<Stages>>
}
export type PipelineResult<Stages> = CompletedResult<Stages> | CancelledResult<Stages>

/** What `run()` rejects with. `cause` is the first failure; `result` has everything that completed. */
// oxlint-disable-next-line no-explicit-any -- a caught error has lost the type of its pipeline
export class PipelineFailedError<Stages = any> extends StageflowError {
  declare readonly result: FailedResult<Stages>

  constructor(message: string, cause: unknown, result: FailedResult<Stages>) {
    super('core/pipeline-failed', message, { cause })
    // Not enumerable: a printed error shows its message and cause; the result is there to be read.
    Object.defineProperty(this, 'result', { value: result })
  }
}

/** The type of `Symbol.asyncDispose`; never, if the `lib` of a program does not have it. */
type AsyncDispose = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol } ? Key : never
/** `await using run = graph.start()`: at the end of its block, the run is cancelled if it goes on, and has settled. */
export type AsyncDisposal = { readonly [Key in AsyncDispose]: () => Promise<void> }

/** A run that was started: its events and chunks as they come, a way to cancel it, and its result. */
export interface Run<out Stages> extends AsyncIterable<StageflowEvent>, AsyncDisposal {
  readonly pipelineRunId: string
  /** As `run()`: rejects when the run fails. */
  readonly result: Promise<PipelineResult<Stages>>
  /** As `runSettled()`: never rejects. */
  readonly settled: Promise<PipelineResult<Stages> | FailedResult<Stages>>
  cancel(reason: string): void
}
