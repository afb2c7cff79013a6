import type { Dependency, ErrorRecord, Join, PipelineReport, RunNotes, StageKind, StageRecord } from '@stageflow/core'

// What the server sends and the page reads: states, never events. Everything here is plain JSON, bounded and without secrets. A field that
// is undefined is missing in the JSON. Server and page are one version of one package.

/** `blocked`: a leg of a durable run was refused. `stopped`: the process that carried a durable run has died. */
export type RunStatus = PipelineReport['status'] | 'running' | 'blocked' | 'stopped'

/** Where a run is read from: this process, a journal of durable runs, or a report or a log that was given. */
export type RunOrigin = 'live' | 'journal' | 'file'

/** What a reader can do to a run. */
export type InspectorAct = 'answer' | 'cancel' | 'retry'

/** A run in the list. */
export interface RunSummary {
  readonly id: string
  readonly origin: RunOrigin
  readonly pipeline: string
  readonly status: RunStatus
  readonly startedAt: number
  /** Undefined while it runs. */
  readonly endedAt?: number | undefined
  /** How many stages it has; undefined if its graph isn't known. */
  readonly stages?: number | undefined
  /**
   * How many of them have settled. One that was cancelled before it started isn't counted. Undefined in the list for a run of a journal, which is
   * not read as a whole for it.
   */
  readonly done?: number | undefined
  /** The run and the stage that started it, if it is a child run, and its path, such as `answer#2/write`. */
  readonly parent?: { readonly id: string; readonly stage: string; readonly path: string } | undefined
  /** Why it was cancelled. */
  readonly reason?: string | undefined
  /** The error that ended or blocked it. */
  readonly error?: ErrorRecord | undefined
  /** The stage that failed first. */
  readonly failedStage?: string | undefined
  /** The stages that wait for an answer. */
  readonly asking?: readonly string[] | undefined
  /** The number of its leg, from 2. */
  readonly leg?: number | undefined
}

/** A graph, in the form of `graph.info.toJSON()`: its stages in declared order. */
export interface GraphView {
  readonly name: string
  readonly stages: readonly StageShape[]
  readonly interceptors: readonly string[]
}

export interface StageShape {
  readonly name: string
  readonly kind: StageKind
  readonly dependencies: readonly Dependency[]
  readonly join: Join
  readonly conditional: boolean
  readonly tolerated: boolean
  readonly streams: boolean
  readonly map: boolean
  /** The pipeline that it runs as its child. */
  readonly child?: GraphView | undefined
  readonly placement?: string | undefined
  /** Its options, without secrets. */
  readonly options: Readonly<Record<string, unknown>>
}

/**
 * One stage of a run: a record of core's report, also while the run is in progress. A stage without a `status` has not settled: it runs
 * if it has a `startedAt`, and waits otherwise. It is being retried if its last attempt has ended. `children` are left out:
 * `RunView.children` has them.
 */
export interface StageRow extends Omit<StageRecord, 'children'> {
  /** When its chunks came, in whole ms. At most 24: of more chunks every second, fourth, … of all. */
  readonly chunkTimes?: readonly number[] | undefined
}

/** The report of a run, also while it is in progress: then `status` is `running` and `endedAt` is undefined. */
export interface RunReport {
  readonly status: RunStatus
  readonly pipeline: string
  readonly pipelineRunId: string
  readonly startedAt: number
  readonly endedAt?: number | undefined
  /** By name. Without a graph only the stages of which something is known. */
  readonly stages: Readonly<Record<string, StageRow>>
  readonly droppedEvents: number
  readonly notes: Readonly<RunNotes>
  readonly usage?: PipelineReport['usage']
  readonly legs?: PipelineReport['legs']
}

/** A question that a stage asks. */
export interface Question {
  /** The names of the stage, from the outermost. */
  readonly path: readonly string[]
  /** Names this question, so that no other one gets the answer. */
  readonly question?: string | undefined
  /** Undefined without `data`. */
  readonly request?: unknown
  /** Until when it can be answered, in ms since 1970. */
  readonly until?: number | undefined
  /** The JSON Schema of its answer (draft 2020-12). */
  readonly answerSchema?: object | undefined
}

/** Everything of a run but the data of its stages. */
export interface RunView {
  /** The time of the server, in ms since 1970. */
  readonly now: number
  readonly summary: RunSummary
  /** Undefined if only events of the run are known: then no critical path can be claimed. */
  readonly graph?: GraphView | undefined
  readonly report: RunReport
  /** The runs that its stages started, the newest 200. `parent.stage` of each says which. */
  readonly children: readonly RunSummary[]
  /** Whether data is shown: inputs, outputs, chunks and requests. */
  readonly data: boolean
  /** The input of the run; undefined without `data`. */
  readonly input?: unknown
  /** What it waits for. */
  readonly questions: readonly Question[]
  /** What this reader can do to it now. */
  readonly acts: readonly InspectorAct[]
}

/** One dependency of a stage, and what came from it. */
export interface StageInput {
  readonly stage: string
  /** How it had settled; undefined if it hasn't. */
  readonly status?: StageRecord['status']
  /** Undefined without `data`. */
  readonly data?: unknown
}

/** One stage, with its data. */
export interface StageView {
  readonly run: string
  readonly row: StageRow
  /** Whether data is shown. */
  readonly data: boolean
  /** What it read. */
  readonly inputs: readonly StageInput[]
  /** The last characters of its chunks; undefined without `data`, or if it yielded none. */
  readonly chunkText?: string | undefined
  /** How many characters of its chunks came before `chunkText`. */
  readonly chunkTextCut?: number | undefined
  /** The data that it returned; undefined without `data`. */
  readonly output?: unknown
  /** What its code and its child runs ask. */
  readonly questions: readonly Question[]
}

/** The answer of `api/runs`. Child runs aren't in the list. */
export interface RunList {
  readonly now: number
  /** The newest first. */
  readonly runs: readonly RunSummary[]
  /** How many older ones are left out. */
  readonly older: number
  /** The reader, as `authorize` named it; undefined under `listen()`. */
  readonly by?: string | undefined
  /** Whether data is shown. */
  readonly data: boolean
}

/** One line of `api/feed`. A quiet feed has one each 5 s, and every feed ends after 5 minutes: open a new one then. The first line has `list`, and `run` and `stage` if they were asked for. */
export interface FeedMessage {
  readonly now: number
  /** The whole list: at first, and for a reader that fell behind. */
  readonly list?: RunList | undefined
  /** The runs of the list that have changed or are new, at most 200, and the changed children of the run that was asked for. */
  readonly runs?: readonly RunSummary[] | undefined
  /** The ids of runs that are no longer kept. */
  readonly gone?: readonly string[] | undefined
  /** The whole run that was asked for: at first, when its status or its questions change, and for a reader that fell behind. */
  readonly run?: RunView | undefined
  /** The rows of that run that have changed. */
  readonly rows?: readonly StageRow[] | undefined
  /** The stage that was asked for, if it has changed. */
  readonly stage?: StageView | undefined
  /** The run that was asked for isn't kept, or isn't this reader's to see. */
  readonly unknownRun?: true | undefined
  /** Why the journal can't be read; null once it can be again. */
  readonly problem?: Refusal['error'] | null | undefined
}

/** What the single HTML file of a run has in `<script type="application/json" id="file">`. */
export interface FileData {
  readonly run: RunView
  /** By name. */
  readonly stages: Readonly<Record<string, StageView>>
}

/** Times in ms. */
export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** The answer of `api/pipelines/:name`: the runs of a pipeline that are kept and have ended. */
export interface PipelineView {
  readonly pipeline: string
  readonly runs: number
  /** Undefined without a run. */
  readonly durationMs?: Percentiles | undefined
  readonly stages: readonly StagePercentiles[]
}

export interface StagePercentiles {
  readonly stage: string
  /** How often it ran. */
  readonly runs: number
  readonly failed: number
  readonly durationMs?: Percentiles | undefined
  /** Its part of the time on the critical path over all these runs, from 0 to 1. */
  readonly pathShare: number
}

/** The answer of `api/compare`. */
export interface ComparisonView {
  readonly a: RunSummary
  readonly b: RunSummary
  /** In declared order; stages that only one of them has included. */
  readonly stages: readonly StageComparison[]
}

export interface StageComparison {
  readonly stage: string
  /** Undefined if the run doesn't have it. */
  readonly a?: ComparedStage | undefined
  readonly b?: ComparedStage | undefined
}

export interface ComparedStage {
  readonly status?: StageRecord['status']
  /** Undefined if it didn't run. */
  readonly durationMs?: number | undefined
  readonly attempts: number
  readonly onPath: boolean
}

/** The body of `POST api/runs/:id/answer`. */
export interface AnswerRequest {
  readonly path: readonly string[]
  readonly answer: unknown
  readonly question?: string | undefined
}

/** The body of `POST api/runs/:id/cancel`. */
export interface CancelRequest {
  readonly reason?: string | undefined
}

/** The answer to an act. `done` is false if the run had ended before. */
export interface ActDone {
  readonly done: boolean
}

/** The body of every answer with a status from 400. */
export interface Refusal {
  readonly error: { readonly code: string; readonly message: string }
}
