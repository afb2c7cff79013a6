import type {
  CallNews,
  InterceptorContext,
  PipelineInfo,
  RunContext,
  RunOptions,
  StageInfo,
  StageOptions,
} from './context.ts'
import type { StageOutput } from './output.ts'
import type { RunOutcome, StageRecord } from './report-types.ts'

/** One stage, seen from outside. It never throws: a stage's exception is a `fail` output already. */
export type RunStage = (context: InterceptorContext) => StageOutput | Promise<StageOutput>
export type RunPipeline = (run: RunContext) => RunOutcome | Promise<RunOutcome>

/** Called as each call of a stage begins: what part it takes in it, none, or an output in the place of the call. */
export type OnCall = (context: InterceptorContext) => StageOutput | CallPart | undefined

/** A part in one call of a stage, or in many, where it keeps nothing of one. Its functions are called on it. */
export interface CallPart extends CallNews {
  /** Calls `next`, at once, within what it sets for it, such as an async context. The call is made once whatever this does. */
  enter?(next: () => void, context: InterceptorContext): void
  /** Told once how the call was answered, before whoever is outside; of a `cancel` where the stage ends without an answer. */
  ended?(output: StageOutput, context: InterceptorContext): void
}

/** A part in one run, or in many. Its functions are called on it. */
export interface RunPart {
  /** Calls `next`, at once, within what it sets for the whole run. The run begins once whatever this does. */
  enter?(next: () => void, run: RunContext): void
  /** As the interceptor's own `settled`. */
  settled?(record: StageRecord, run: RunContext): void
  /** Told once how the run ended, whoever ended it, before the last event. */
  ended?(outcome: RunOutcome, run: RunContext): void
}

/** Something that acts around stages or runs, or watches them. State lives in the closure per stage, or in a slot per run. */
export interface Interceptor {
  readonly name: string
  /** Once per stage, when the graph is built. Return `next` itself to leave a stage alone: that costs nothing at run time. Calling `next` again is a retry. */
  readonly wrap?: (next: RunStage, stage: StageInfo) => RunStage
  /** Once per stage, when the graph is built: how it takes part in the calls of the stage, without a function around them, which costs the least; undefined leaves the stage alone. It stands inside its own `wrap`. */
  readonly onCall?: (stage: StageInfo) => OnCall | undefined
  /** Once per graph: around whole runs. Answers without `next` only through `run.fail` or `run.cancel`. */
  readonly wrapRun?: (next: RunPipeline, pipeline: PipelineInfo) => RunPipeline
  /** Told once of every stage that settled, skipped ones too, with its final record, whatever the interceptors around it did. */
  readonly settled?: (record: StageRecord, run: RunContext) => void
  /** Told once of every run that starts, before anything surrounds it, those too that an interceptor is about to refuse: what part it takes in it, or none. */
  readonly onRun?: (run: RunContext) => RunPart | undefined
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
