import type { InterceptorContext, PipelineInfo, RunContext, RunOptions, StageInfo, StageOptions } from './context.ts'
import type { StageOutput } from './output.ts'
import type { RunOutcome, StageRecord } from './report-types.ts'

/** One stage, seen from outside. It never throws: a stage's exception is a `fail` output already. */
export type RunStage = (context: InterceptorContext) => StageOutput | Promise<StageOutput>
export type RunPipeline = (run: RunContext) => RunOutcome | Promise<RunOutcome>

/** Something that acts around stages or runs, or watches them. State lives in the closure per stage, or in a slot per run. */
export interface Interceptor {
  readonly name: string
  /** Once per stage, when the graph is built. Return `next` itself to leave a stage alone: that costs nothing at run time. Calling `next` again is a retry. */
  readonly wrap?: (next: RunStage, stage: StageInfo) => RunStage
  /** Once per graph: around whole runs. Answers without `next` only through `run.fail` or `run.cancel`. */
  readonly wrapRun?: (next: RunPipeline, pipeline: PipelineInfo) => RunPipeline
  /** Told once of every stage that settled, skipped ones too, with its final record, whatever the interceptors around it did. */
  readonly settled?: (record: StageRecord, run: RunContext) => void
  /** Told once of every run that starts, before anything surrounds it: those too that an interceptor is about to refuse. */
  readonly runStarted?: (run: RunContext) => void
  /** Told once of every run that ended, those too that an interceptor around them refused: before the last event, with the final outcome. */
  readonly runSettled?: (outcome: RunOutcome, run: RunContext) => void
  /** The stage options that it answers for. */
  readonly stageOptions?: readonly (keyof StageOptions)[]
  /** The run options that it answers for. */
  readonly runOptions?: readonly (keyof RunOptions)[]
  /** Names of interceptors that must stand before this one in the list, where they are in it. */
  readonly mustBeInside?: readonly string[]
  /** Names of interceptors that must stand after it. */
  readonly mustBeOutside?: readonly string[]
}

/** Uses a value now, or when it comes: keeps a synchronous stage synchronous. */
export function after<T, U>(value: T | Promise<T>, use: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(use) : use(value)
}
