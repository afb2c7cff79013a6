import { StageflowError } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import type { StageflowEvent } from './events.ts'
import type { OkOutput, SkipOutput, StageOutput, StageStatus } from './output.ts'
import type { Kept, RunAuthor, RunInput } from './snapshot-fields.ts'
import type { ContextSnapshot } from './snapshot.ts'

export interface Usage {
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** Input tokens that were read from the provider's cache. */
  readonly cachedTokens?: number
  /** Input tokens that were written to the provider's cache. */
  readonly cacheWriteTokens?: number
  /** Output tokens that the model used for reasoning. */
  readonly reasoningTokens?: number
  readonly costUsd?: number
}

/** Notes of stages and interceptors in a stage's record. Add keys by declaration merging; JSON values only. */
export interface StageNotes {
  readonly usage?: Usage
  /** OpenTelemetry attributes for the stage's span. */
  readonly attributes?: Readonly<
    Record<string, string | number | boolean | readonly string[] | readonly number[] | readonly boolean[]>
  >
}

/** Notes about a whole run. Add keys by declaration merging; JSON values only. */
export interface RunNotes {
  /** Failures of sinks, observers and cleanups. They didn't affect the run. */
  readonly 'core/problems'?: readonly ErrorRecord[]
}

/** One call of a stage's code. Times are those of the clock, in milliseconds. */
export interface AttemptRecord {
  /** The number of the attempt, from 1 in each leg of a resumed run. */
  readonly attempt: number
  readonly startedAt: number
  /** Undefined while its code runs. */
  readonly endedAt: number | undefined
  readonly status: StageStatus | 'retry' | undefined
  readonly error?: ErrorRecord
  /** What was noted while it ran. */
  readonly notes?: Readonly<StageNotes>
}

/** What happened to one item of a map. */
export interface ItemRecord {
  /** Its place in the source, from 0. */
  readonly index: number
  readonly key: string
  /** Undefined if it hasn't settled. */
  readonly status: StageStatus | undefined
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  /** Only if it made more than one attempt, or none because an interceptor answered it. */
  readonly attempts?: readonly AttemptRecord[]
  readonly reason?: string
  readonly error?: ErrorRecord
  readonly notes?: Readonly<StageNotes>
  /** Its code ignored the signal past the grace time, and may still run. */
  readonly abandoned?: true
}

/** The items of a map. */
export interface MapRecord {
  /** How many items the source has given. */
  readonly total: number
  readonly ok: number
  readonly skip: number
  readonly fail: number
  /** How many hadn't settled when the map ended, or were aborted with it. */
  readonly unfinished: number
  /** How many attempts all items made. */
  readonly attempts: number
  /** The sum of what the items and their child runs have noted as `usage`. */
  readonly usage?: Usage
  /** At most 1,000, in the order of the source. Items that failed have one before those that were retried, and these before the others. */
  readonly records: readonly ItemRecord[]
}

/** What a stage has read by its streams. */
export interface InboxRecord {
  /** How many chunks came. */
  readonly chunks: number
  /** The most that waited at once. */
  readonly mostWaiting: number
  /** How many were dropped, because the inbox was full (`overflow`). */
  readonly dropped: number
  /** How long it has held back the stages that it reads, because its inbox was full, in ms. */
  readonly blockedMs: number
}

/** What happened to one stage in one run. */
export interface StageRecord {
  readonly stage: string
  /**
   * Undefined if the stage hasn't settled. `cancel` without a start time: the run ended before the stage started. `suspend`: it
   * waits for an answer.
   */
  readonly status: StageStatus | undefined
  /** Its code ignored the signal past the grace time, and may still run. */
  readonly abandoned?: true
  readonly reason?: string
  readonly error?: ErrorRecord
  /** Its failure was tolerated (`onFailure`). */
  readonly tolerated?: true
  /** Who gave the answer that it went on with, as interceptors verified it. */
  readonly answeredBy?: RunAuthor
  /** It went on without an answer, because the time of its question had passed. */
  readonly expired?: true
  /** When its dependencies allowed it to start; undefined if they never did. */
  readonly readyAt: number | undefined
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  /** The dependency that released or skipped the stage when it settled. */
  readonly releasedBy: string | undefined
  /** In a durable run, with those that ended `suspend` before the last answer. `startedAt` is the start of the last call. */
  readonly attempts: readonly AttemptRecord[]
  /** How many chunks it yielded. */
  readonly chunks: number
  /** It has delivered or read a chunk, so no other attempt can be made. */
  readonly committed?: true
  /** What it has read by its streams; undefined if it has none. */
  readonly inbox?: InboxRecord
  /** Those of its last attempt, and of interceptors around it. `usage` is the sum over its attempts. */
  readonly notes: Readonly<StageNotes>
  /** The items of a map. */
  readonly items?: MapRecord
  /**
   * The reports of the child runs it started. Of those that have ended at most 1,000 are kept, and a failed one takes the place of one
   * that didn't fail.
   */
  readonly children?: readonly PipelineReport[]
  /** How many of its child runs have ended and are not in `children`, nor in the result. Undefined for none. */
  readonly childrenLeftOut?: number
}

export type PipelineStatus = 'completed' | 'cancelled' | 'failed' | 'suspended'

/** The report of a run, in the same form however the run ends; plain JSON. `Names` are the names of its stages. */
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
  /** The sum of what the stages, their items and their child runs have noted as `usage`, in all legs. */
  readonly usage?: Usage
  /**
   * The earlier legs of a resumed run, oldest first, each with the stages that ended suspended. The records of all other stages
   * are in `stages`, with their own times.
   */
  readonly legs?: readonly LegReport[] | undefined
}
export type LegReport = Omit<PipelineReport, 'legs'>

/** The outcome of a run, as `wrapRun` sees it. Only the engine makes one. */
export interface RunOutcome {
  /** For the compiler only: other code can't create an outcome. */
  readonly '~outcome': true
  readonly status: PipelineStatus
  readonly reason?: string | undefined
  readonly errors: readonly ErrorRecord[]
  /** When the run started, on its clock. */
  readonly startedAt: number
  /** When the last stage ended. In `RunPart.ended` and in results: when the interceptors around the run had also returned. */
  readonly endedAt: number
  /** Events that the sink refused so far. */
  readonly droppedEvents: number
  /** Computed when it is read, because it lists every stage. */
  readonly report: PipelineReport
  /** How each child run ended, by its path. */
  readonly children: Readonly<Record<string, ChildResult>>
  /** The request of each suspended stage; undefined unless the run is suspended. */
  readonly requests?: Readonly<Record<string, unknown>> | undefined
  output(stage: string): StageOutput | undefined
}

/** The type of one stage, as part of its pipeline's type. */
export interface StageSlot<
  out Data = unknown,
  out Skippable extends boolean = boolean,
  out Chunk = unknown,
  out Answer = unknown,
> {
  readonly data: Data
  readonly skippable: Skippable
  readonly chunk: Chunk
  /** What answers it when it has suspended. Unknown without an `answerSchema`. */
  readonly answer: Answer
}
export type InputOf<Slot> =
  Slot extends StageSlot<infer Data, infer Skippable> ? (Skippable extends false ? Data : Data | undefined) : never
/** The chunks of a stage; never if it yields none. */
// oxlint-disable-next-line no-explicit-any -- matches a slot of every type
export type ChunkIn<Slot> = Slot extends StageSlot<any, any, infer Chunk> ? Chunk : never
// oxlint-disable-next-line no-explicit-any -- matches a slot of every chunk type
export type DataIn<Slot> = Slot extends StageSlot<infer Data, any, any> ? Data : never

/**
 * Answers to the stages of a run, by their names: as the `answerSchema` of a stage takes them. Those to a child pipeline are nested, and
 * those to a map are by item.
 */
export type AnswersOf<Stages> = { readonly [Name in keyof Stages]?: AnswerIn<Stages[Name]> }
// oxlint-disable-next-line no-explicit-any -- matches a slot of every type
type AnswerIn<Slot> = [Slot] extends [StageSlot<any, any, any, infer Answer>] ? Answer : unknown

/** The data of every stage of a completed run; possibly undefined if the stage can be skipped. */
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

export interface CompletedResult<Stages> extends WithChildren {
  readonly status: 'completed'
  readonly data: RunData<Stages>
  readonly outputs: RunOutputs<Stages>
  readonly report: PipelineReport<StageNames<Stages>>
}
export interface CancelledResult<Stages> extends WithChildren {
  readonly status: 'cancelled'
  readonly reason: string
  /** The data of the stages that completed before the run was cancelled. */
  readonly data: Partial<RunData<Stages>>
  readonly outputs: PartialOutputs<Stages>
  readonly report: PipelineReport<StageNames<Stages>>
}
export interface SuspendedResult<Stages> extends WithChildren {
  readonly status: 'suspended'
  /** The request of each suspended stage. A stage with child runs has an object of their requests, by stage or by item. */
  readonly requests: { readonly [Name in keyof Stages]?: unknown }
  /** The input of the run, with its id. */
  readonly snapshot: ContextSnapshot
  /** What interceptors keep with the run, by their names, such as who began it. */
  readonly kept: Kept | undefined
  /** The data of the stages that completed so far. */
  readonly data: Partial<RunData<Stages>>
  readonly outputs: PartialOutputs<Stages>
  readonly report: PipelineReport<StageNames<Stages>>
}
export interface FailedResult<Stages> extends WithChildren {
  readonly status: 'failed'
  /** Every failure, the one that ended the run first. */
  readonly errors: readonly ErrorRecord[]
  /** The data of the stages that completed. */
  readonly data: Partial<RunData<Stages>>
  readonly outputs: PartialOutputs<Stages>
  readonly report: PipelineReport<StageNames<Stages>>
}
/** The result of a child run. */
export interface ChildResult {
  readonly status: PipelineStatus
  /** Why it was cancelled. */
  readonly reason?: string | undefined
  /** The request of each suspended stage; undefined unless it is suspended. */
  readonly requests?: Readonly<Record<string, unknown>> | undefined
  readonly snapshot?: ContextSnapshot | undefined
  readonly data: Readonly<Record<string, unknown>>
  readonly outputs: Readonly<Record<string, StageOutput>>
  readonly errors: readonly ErrorRecord[]
  readonly report: PipelineReport
  /** The results of its own child runs, by path. */
  readonly children: Readonly<Record<string, ChildResult>>
}

/**
 * The result of each child run by its path, such as `answer#2/write`, however the run ends. A path that ran again after a
 * retry ends with `@2`. At most 1,000 of each stage are kept once they have ended, failed ones before others: the stage's record counts
 * the rest as `childrenLeftOut`.
 */
export interface WithChildren {
  readonly children: Readonly<Record<string, ChildResult>>
}

export type PipelineResult<Stages> = CompletedResult<Stages> | CancelledResult<Stages> | SuspendedResult<Stages>

/**
 * The request and state that a stage suspended with, and the answer. `expired` says whether there is one: only a given answer was
 * checked by the `answerSchema`.
 */
export type Resumed<Answer = unknown> = GivenAnswer<Answer> | ExpiredQuestion
interface ResumedQuestion {
  readonly request: unknown
  readonly state: unknown
  /** Who answered, as interceptors verified it; undefined if none of them checks callers, or if the question expired. */
  readonly by: RunAuthor | undefined
}
export interface GivenAnswer<out Answer> extends ResumedQuestion {
  /** As the `answerSchema` made it. */
  readonly answer: Answer
  readonly expired: false
}
/** The time of a question has passed. */
export interface ExpiredQuestion extends ResumedQuestion {
  /** What the question was asked with as `otherwise`. */
  readonly answer: unknown
  readonly expired: true
}

/** The error that `run()` rejects with. `cause` is the first failure; `result` has all failures and everything that completed. */
// oxlint-disable-next-line no-explicit-any -- a caught error has lost the type of its pipeline
export class PipelineFailedError<Stages = any> extends StageflowError {
  declare readonly result: FailedResult<Stages>

  constructor(message: string, cause: unknown, result: FailedResult<Stages>) {
    super('core/pipeline-failed', message, { cause })
    // Not enumerable, so that a printed error shows only its message and cause.
    Object.defineProperty(this, 'result', { value: result })
  }
}

/** The type of `Symbol.asyncDispose`; never, if the `lib` of a program lacks it. */
type AsyncDispose = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol } ? Key : never
/** Supports `await using run = graph.start()`: leaving the block cancels a run in progress, and waits until it has settled. */
export type AsyncDisposal = { readonly [Key in AsyncDispose]: () => Promise<void> }

/** A run in progress: its events and chunks as they arrive, a way to cancel it, and its result. */
export interface Run<out Stages> extends AsyncIterable<StageflowEvent>, AsyncDisposal {
  readonly pipelineRunId: string
  /** Settles like `run()`: rejects if the run fails. */
  readonly result: Promise<PipelineResult<Stages>>
  /** Settles like `runSettled()`: never rejects. */
  readonly settled: Promise<PipelineResult<Stages> | FailedResult<Stages>>
  /** How many events are gone: until a reader begins, only the last 1,000 are kept. */
  readonly missed: number
  /**
   * The chunks of one stage from now on, for any number of readers. Ends as the run ends: if it fails, the loop throws its error after
   * the last chunk. A reader that is 1,000 events of the run behind holds back its chunks. Throws `core/unknown-stage`.
   */
  chunks<Stage extends keyof Stages & string>(stage: Stage): AsyncIterableIterator<ChunkIn<Stages[Stage]>>
  cancel(reason: string): void
  /**
   * Ends what the run does, for a person who talks over it: what hasn't started is skipped, and what runs is aborted. `signal.reason.data` is
   * `data`, such as how much was heard. Data that an aborted stage still returns counts. Stages with `uninterruptible` go on. The run ends
   * as cancelled, with all data. Child runs are interrupted in the same way.
   */
  interrupt(reason: string, data?: unknown): void
}

// ---------- a resumed run, inside the engine

/** The run option that continues a suspended run. A symbol, because only the engine sets it. */
export const RESUME: unique symbol = Symbol.for('@stageflow/resume')

/** What a resumed run takes from its earlier legs. `resumeRun` makes it, so that apps without it don't load its code. */
export interface Resume {
  readonly snapshot: ContextSnapshot | RunInput
  /** The number of the leg, from 2. */
  readonly leg: number
  /** The reports of the earlier legs. */
  readonly legs: readonly LegReport[]
  /** The results of the child runs of earlier legs, by path. */
  readonly children: object
  /** Settles a stage as it settled in an earlier leg. Returns its state for the schedule, or 0 if the stage must run. */
  restore(facts: RestoredRun, stage: number): number
  /**
   * Restores the items of a map as they ended in an earlier leg, unless it has items of this leg. Returns what an item goes on with, by its
   * key: undefined for one that has no answer.
   */
  restoreItems(map: RestoredStage, stage: string, hasKeys: boolean): (key: string) => Resumed | undefined
  /** Continues the child run at `path`, if it was suspended and its stage is resumed. */
  child(path: string, resumed: Resumed | undefined): Resume | undefined
}

/** The facts of a run that `restore` writes. */
export interface RestoredRun {
  readonly graph: { readonly names: readonly string[]; readonly freeze: (data: object) => object }
  readonly data: (object | undefined)[]
  readonly times: number[]
  readonly startedAt: number
  stage(stage: number): RestoredStage
}
export interface RestoredStage {
  output: unknown
  record: StageRecord | undefined
  resumed: Resumed | undefined
  items: object | undefined
}
