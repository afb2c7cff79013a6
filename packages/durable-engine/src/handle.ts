import type {
  AnswersOf,
  ContextSnapshot,
  PipelineResult,
  RunAuthor,
  RunInput,
  RunOptions,
  StageGraph,
} from '@stageflow/core'
import type { LegOptions, NamedGraph } from '@stageflow/core/durable'
import type { MethodRules, WaitOptions } from '@stageflow/core/kit'

import type { JournalCloseReport } from './legs.ts'
import type { RecoveredRun } from './recover.ts'
import type { DurableRunOptions } from './runs.ts'
import type { RunSchedule, ScheduleOptions } from './schedule.ts'
import type { GetOptions, ListOptions, RunDetails, RunSummary } from './views.ts'

/** The arguments after the graph and the id: options are needed only if the graph has ports. */
type ResumeArguments<Ports> = {} extends Ports
  ? [options?: LegOptions<Ports> & AnsweredQuestion]
  : [options: LegOptions<Ports> & AnsweredQuestion]
type LegArguments<Ports> = {} extends Ports ? [options?: LegOptions<Ports>] : [options: LegOptions<Ports>]

/** Which question is answered. */
export interface AnsweredQuestion {
  /**
   * The `question` of one of the `requests` of `get`: the one that a person was shown. If its stage asks another one by then, the answer is
   * refused with `durable-engine/not-waiting`. Default: an answer is that to whatever its stage asks, also to its next question.
   */
  readonly question?: string | undefined
}
/** The options of `answer`. */
export type AnswerOptions = RunOptions &
  AnsweredQuestion & {
    /**
     * Who answers, as your app has it. If interceptors verify another person, such as by a token, or none, the answer is
     * refused with `durable-engine/other-author`. Default: they alone say who it is.
     */
    readonly expectedBy?: Pick<RunAuthor, 'userId' | 'orgId'>
  }

/** The options of `retryFailed`. */
export type RetryFailedOptions<Stages, Ports> = LegOptions<Ports> & {
  /**
   * Stages that run again although they had settled, such as one that had reported the failure. All stages that depend on them run again
   * too, and ask again: an approval was given to what has changed. Default: none.
   */
  readonly again?: readonly (keyof Stages & string)[]
}
type RetryArguments<Stages, Ports> = {} extends Ports
  ? [options?: RetryFailedOptions<Stages, Ports>]
  : [options: RetryFailedOptions<Stages, Ports>]

/**
 * Runs that outlive their process. All methods can be called from any process that opens the same journal. A method that takes the graph
 * has its interceptors admit the caller before anything counts. `recover`, `schedule`, `as(name)` and methods without the graph
 * check nothing, and refuse an option of such an interceptor, such as a token.
 */
export interface DurableRuns extends AsyncDisposable {
  /**
   * Starts a run, or attaches to the run with this id, in whatever process: it never starts twice. To attach, pass the identical input:
   * another one rejects with `durable-engine/other-input`, because an id that is used twice is a mistake. Settles like `graph.run`. A run
   * that has ended gives its result; one whose process has died is taken over when its lease ends. The signal of the caller who starts the
   * run cancels it; that of any other ends only the wait.
   */
  run<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    input: RunInput | ContextSnapshot,
    options: DurableRunOptions<Ports> & { readonly runId: string },
  ): Promise<PipelineResult<Stages>>
  /**
   * Answers suspended stages of a run, and carries it on. Settles like `run`. Rejects with `durable-engine/not-waiting` if one of
   * the answers isn't waited for: a stage takes one answer. A blocked run is tried again, also with no answers: `{}`.
   */
  resume<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    runId: string,
    answers: AnswersOf<Stages>,
    ...options: ResumeArguments<Ports>
  ): Promise<PipelineResult<Stages>>
  /** Like `resume`, but only keeps the answers: the run goes on where `recover` is watching. For a webhook. */
  answer<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    runId: string,
    answers: AnswersOf<Stages>,
    options?: AnswerOptions,
  ): Promise<void>
  /**
   * Takes over the runs of a graph whose process has died: those of today, and until `close()` those of other processes. Resolves
   * when all runs that were in progress at the call have ended, suspended or are blocked. A later call for a pipeline of this name
   * takes the place of an earlier one. Each run goes on for the user who began it.
   */
  recover<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    ...options: LegArguments<Ports>
  ): Promise<readonly RecoveredRun[]>
  /**
   * Goes on with a failed run from its failure, and settles like `run`. What ended ok or skipped is not called again, and answers stay;
   * what settled with the failure as its input stays settled, unless it is in `again`. The run's time limit begins again. Rejects with
   * `durable-engine/not-failed`.
   */
  retryFailed<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    runId: string,
    ...options: RetryArguments<Stages, Ports>
  ): Promise<PipelineResult<Stages>>
  /**
   * Cancels a run in whatever process. Resolves once that is recorded, with false if the run has ended already. Rejects with
   * `durable-engine/too-large` if the reason is longer than `maxFactLength`.
   */
  cancel(graph: NamedGraph, runId: string, reason: string, options?: RunOptions): Promise<boolean>
  cancel(runId: string, reason: string): Promise<boolean>
  /**
   * Interrupts a run in whatever process, as `run.interrupt(reason, data)` does: data that an aborted stage still returns counts, and stages with
   * `uninterruptible` go on. A run that no process carries is ended like a cancelled one. If its graph has stages with `uninterruptible`, it goes on
   * where `recover` is watching instead. Resolves and rejects like `cancel`, and rejects with `durable-engine/not-json` for data that JSON can't hold.
   */
  interrupt(graph: NamedGraph, runId: string, reason: string, data?: unknown, options?: RunOptions): Promise<boolean>
  interrupt(runId: string, reason: string, data?: unknown): Promise<boolean>
  /** The runs, newest first, at most 100 by default. It checks no rights: pass `userId` or `orgId` to see those of one user or tenant. */
  list(options?: ListOptions): Promise<readonly RunSummary[]>
  /** Everything about one run; undefined if the journal has no such run. */
  get(graph: NamedGraph, runId: string, options?: RunOptions & GetOptions): Promise<RunDetails | undefined>
  get(runId: string, options?: GetOptions): Promise<RunDetails | undefined>
  /**
   * Acts in the name of a part of the app, such as `'month end'`. It checks no caller, and what it does is recorded under that name. A name
   * has at most 512 characters, isn't blank and has no line breaks: otherwise it throws `durable-engine/illegal-option`.
   */
  as(name: string): SystemRuns
  /**
   * Starts a run of a graph at each time of a cron expression. The id of the run is `name/time`, with the time as ISO 8601, so of all
   * processes that have the schedule one starts it. Of the times that passed while no process had it, only the newest is run. A later call
   * for this name takes the place of an earlier one, in other processes too. Refuses a graph whose interceptors check callers: see `as`.
   */
  schedule<Stages, Ports>(name: string, options: ScheduleOptions<Stages, Ports>): Promise<RunSchedule>
  stats(): DurableStats
  /**
   * Ends the legs of this process: their code is aborted and waited for, at most `timeoutMs` (default: 5,000) or until `signal`
   * aborts. The runs go on in another process, or when the journal is opened again; the report says which can at once. Callers who
   * wait for them get `durable-engine/closed`; a promise that your code doesn't await causes no unhandled rejection. Rejects only with
   * `durable-engine/illegal-option`. A second call gives the report of the first.
   */
  close(options?: WaitOptions): Promise<JournalCloseReport>
}

/** What a part of the app can do by its name: everything but start a run. */
export interface SystemRuns {
  /** Keeps answers, also without the graph. */
  answer(runId: string, answers: object): Promise<void>
  resume<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    runId: string,
    answers: AnswersOf<Stages>,
    ...options: LegArguments<Ports>
  ): Promise<PipelineResult<Stages>>
  /** Waits for the result of a run that exists, or carries it on like `run`. Rejects with `durable-engine/unknown-run`. */
  attach<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    runId: string,
    ...options: LegArguments<Ports>
  ): Promise<PipelineResult<Stages>>
  retryFailed<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    runId: string,
    ...options: RetryArguments<Stages, Ports>
  ): Promise<PipelineResult<Stages>>
  cancel(runId: string, reason: string): Promise<boolean>
  interrupt(runId: string, reason: string, data?: unknown): Promise<boolean>
  get(runId: string, options?: GetOptions): Promise<RunDetails | undefined>
  /** The same as `schedule` of the runs, also for a graph whose interceptors check callers. */
  schedule<Stages, Ports>(name: string, options: SystemScheduleOptions<Stages, Ports>): Promise<RunSchedule>
}

export type SystemScheduleOptions<Stages, Ports> = ScheduleOptions<Stages, Ports> & {
  /** The user and the organization that the runs are for. */
  readonly who: Pick<RunAuthor, 'userId' | 'orgId'>
}

export interface DurableStats {
  /** How many requests the interceptors have refused, through this handle. */
  readonly refused: number
}

const GRAPH_RUN = ['graph', 'runId'] as const
const ILLEGAL = 'durable-engine/illegal-option'
/** How the methods of the runs are called. */
export const CALLS: MethodRules<keyof DurableRuns & string> = {
  code: ILLEGAL,
  calls: {
    run: [['graph', 'input', 'options']],
    resume: [[...GRAPH_RUN, 'answers', 'options']],
    answer: [[...GRAPH_RUN, 'answers', 'options']],
    recover: [['graph', 'options']],
    retryFailed: [[...GRAPH_RUN, 'options']],
    cancel: [
      [...GRAPH_RUN, 'reason', 'options'],
      ['runId', 'reason'],
    ],
    interrupt: [
      [...GRAPH_RUN, 'reason', 'data', 'options'],
      ['runId', 'reason', 'data'],
    ],
    list: [['options']],
    get: [
      [...GRAPH_RUN, 'options'],
      ['runId', 'options'],
    ],
    as: [['name']],
    schedule: [['name', 'options']],
    stats: [[]],
    close: [['options']],
  },
  synchronous: ['as', 'stats'],
}
/** How those of a part of the app are called. */
export const SYSTEM_CALLS: MethodRules<keyof SystemRuns> = {
  code: ILLEGAL,
  prefix: 'as().',
  calls: {
    answer: [['runId', 'answers']],
    resume: [[...GRAPH_RUN, 'answers', 'options']],
    attach: [[...GRAPH_RUN, 'options']],
    retryFailed: [[...GRAPH_RUN, 'options']],
    cancel: [['runId', 'reason']],
    interrupt: [['runId', 'reason', 'data']],
    get: [['runId', 'options']],
    schedule: [['name', 'options']],
  },
}
