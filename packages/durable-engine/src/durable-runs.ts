import { randomUUID } from 'node:crypto'

import { ContextSnapshot, StageflowError, systemClock } from '@stageflow/core'
import type { AnswersOf, PipelineResult, RunAuthor, RunInput, RunOptions, StageGraph } from '@stageflow/core'
import { checkLeg, checkLegWithoutCaller, checkedAnswers, isGuarded, pathsOfAnswers } from '@stageflow/core/durable'
import type { LegOptions, NamedGraph } from '@stageflow/core/durable'
import { checkArgumentCount, checkedMethods, codeOf, plainOptions, show } from '@stageflow/core/kit'
import type { MethodRules, WaitOptions } from '@stageflow/core/kit'

import { RunAdmissions } from './admission.ts'
import {
  checkAgain,
  checkCloseOptions,
  checkExpectedBy,
  checkGetOptions,
  checkName,
  checkQuestion,
  checkReason,
  checkRunId,
  checkScheduleName,
  checkUncheckedGet,
  checkWho,
} from './arguments.ts'
import { checkFit, checkInput, unknownRun } from './claim.ts'
import type { NewRun } from './claim.ts'
import { scheduledRunId } from './cron-times.ts'
import { orThrow } from './failed-run.ts'
import type { GivenAnswers } from './inbox.ts'
import { ask, closedJournal } from './journal.ts'
import type { Journal } from './journal.ts'
import { jsonText, unreadable } from './json.ts'
import type { JournalCloseReport } from './legs.ts'
import { LEASE_MS } from './options.ts'
import type { EngineOptions } from './options.ts'
import { Recovery } from './recover.ts'
import type { RecoveredRun } from './recover.ts'
import { quietAtClose } from './quiet-at-close.ts'
import { reopen } from './retry-failed.ts'
import type { RunRow } from './rows.ts'
import { graphOf } from './run-row.ts'
import type { PinnedOptions } from './run-row.ts'
import { RunExists, Runs } from './runs.ts'
import type { Settled } from './run-result.ts'
import type { DurableRunOptions } from './runs.ts'
import { CronSchedule, checkSchedule, takenId } from './schedule.ts'
import type { RunSchedule, ScheduleOptions } from './schedule.ts'
import { listRuns, runDetails } from './views.ts'
import type { GetOptions, ListOptions, RunDetails, RunSummary, Viewer } from './views.ts'

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
  /** Cancels a run in whatever process. Resolves once that is recorded, with false if the run has ended already. */
  cancel(graph: NamedGraph, runId: string, reason: string, options?: RunOptions): Promise<boolean>
  cancel(runId: string, reason: string): Promise<boolean>
  /** The runs, newest first, at most 100 by default. It checks no rights: pass `userId` or `orgId` to see those of one user or tenant. */
  list(options?: ListOptions): Promise<readonly RunSummary[]>
  /** Everything about one run; undefined if there is none. */
  get(graph: NamedGraph, runId: string, options?: RunOptions & GetOptions): Promise<RunDetails | undefined>
  get(runId: string, options?: GetOptions): Promise<RunDetails | undefined>
  /** Acts in the name of a part of the app, such as `'month end'`. It checks nothing, and what it does is recorded under that name. */
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

/** The runs of an open journal. The package of the journal checks the options, with `ENGINE_OPTIONS`. */
export function durableRuns(journal: Journal, options: EngineOptions): DurableRuns {
  checkArgumentCount(arguments.length, 2, 'durableRuns(journal, options)', 'durable-engine/illegal-option')
  const { leaseMs = LEASE_MS, maxRecoveries = 5, maxFactLength = 4 * 1024 ** 2, clock = systemClock } = options
  const owner = randomUUID()
  let ended = 0
  let closed: Promise<JournalCloseReport> | undefined
  const onEnd = (): void => {
    // Only a process that runs something deletes: one that looks at a journal changes nothing.
    if (ended % ENDS_PER_CLEANUP === 0) void journal.cleanUp()
    ended++
  }
  const runs = new Runs({ journal, owner, leaseMs, maxRecoveries, maxFactLength, clock, onEnd })
  /** The last one of each pipeline, by its name. */
  const recoveries = new Map<string, Recovery>()
  const checkOpen = (): void => {
    if (runs.pulse.isOver) throw closedJournal(journal)
  }

  const admissions = new RunAdmissions()
  const viewer: Viewer = { journal, owner, inProgress: (run) => runs.legs.inProgress(run) }

  /** What a run would be started with. */
  function newRun(
    runId: string,
    given: RunInput | ContextSnapshot | undefined,
    pinned: object,
  ): Omit<NewRun, 'admitted'> {
    const snapshot = given instanceof ContextSnapshot ? given : new ContextSnapshot(given)
    // What isn't a snapshot yet is kept as it was given, without the defaults of one.
    const input = given === snapshot ? (snapshot.toJSON() as RunInput) : (given ?? {})
    // A clock may give fractions. A whole time can be used as `from` and `to` of a list.
    const startedAt = Math.floor(clock.now())
    const created = { ...input, createdAt: input.createdAt ?? startedAt }
    const text = jsonText(created, `The input of run "${runId}"`, maxFactLength)
    return { input, text, pinned, startedAt }
  }

  async function startOrAttach(graph: Graph, runId: string, given: GivenRun): Promise<Settled> {
    const { input, options } = given
    const { pinned, leg } = splitOptions(options)
    const created = newRun(runId, input, pinned)
    // A server that has no such run yet need not be asked: what adds it finds it, if it has.
    let isNew = journal.isRemote && !isGuarded(graph) && !runs.has(runId)
    for (;;) {
      const found = isNew ? undefined : journal.read(ask('findRun', runId))
      isNew = false
      // Without a wait if the journal answers at once: a cancel that comes with the start finds the run.
      const row = found instanceof Promise ? await found : found
      if (row !== undefined) {
        // First of all: what follows tells about the run.
        await admissions.later(graph, 'attach', row, options)
        checkFit(graph, runId, graphOf(row), [])
        checkInput(runId, row.input, created)
        try {
          return await runs.attach(graph, runId, leg, row.n)
        } catch (error) {
          // It was deleted meanwhile: its id is free, or of another run, which this caller was not admitted to.
          if (codeOf(error) !== 'durable-engine/unknown-run') throw error
        }
        continue
      }
      // Another call of this process is starting it: its row comes with the next commit.
      if (runs.has(runId)) {
        await runs.begun(runId)
        await journal.write(() => ask('findRun', runId))
      } else {
        // Without a wait, too, if no interceptor checks.
        const admitted = isGuarded(graph) ? await admissions.start(graph, runId, created.input, options) : undefined
        try {
          return await runs.start(graph, runId, leg, { ...created, admitted })
        } catch (error) {
          if (!(error instanceof RunExists)) throw error
        }
      }
    }
  }

  /** The run of a request that isn't a start. */
  async function existing(runId: string): Promise<RunRow> {
    await runs.begun(runId)
    const row = await journal.read(ask('findRun', runId))
    if (row === undefined) throw unknownRun(runId, journal)
    return row
  }

  /** Has the interceptors admit the caller who answers, and returns who that is. */
  async function admittedAnswers(
    graph: NamedGraph,
    runId: string,
    answers: unknown,
    options: unknown,
  ): Promise<GivenAnswers> {
    signalOf(options)?.throwIfAborted()
    const row = await existing(runId)
    const paths = await readable(runId, () => pathsOfAnswers(answers, graphOf(row)))
    const admitted = await admissions.later(graph, 'answer', row, options, paths)
    const checked = await readable(runId, () => checkedAnswers(graph, answers))
    return { graph, answers: checked, admitted: row.n, paths, by: admitted?.by, carriesOn: true }
  }

  /** The schedules of this handle, by their names. */
  const schedules = new Map<string, CronSchedule>()
  async function schedule(name: string, given: AnySchedule, system?: string): Promise<RunSchedule> {
    checkOpen()
    checkScheduleName(name)
    const { who, ...rest } = plainOptions(given)
    if (system === undefined) checkSchedule(given)
    else {
      checkSchedule(rest)
      checkWho(who)
    }
    const { cron, timezone = 'UTC', graph, input = {}, options = {} } = rest
    checkLegWithoutCaller('schedule()', graph, options)
    if (system === undefined && isGuarded(graph)) throw guardedSchedule(name)
    const author = system === undefined ? undefined : { ...who, system }
    const start = (time: number): Promise<void> => {
      const runId = scheduledRunId(name, time)
      const runInput = typeof input === 'function' ? input(time) : input
      return startOnce(graph, runId, { input: runInput, options, author, scheduled: { name, time } })
    }
    const made = new CronSchedule({ name, cron, timezone, journal, clock, start })
    await made.begin()
    schedules.get(name)?.stop()
    schedules.set(name, made)
    if (runs.pulse.isOver) made.stop()
    return made
  }

  /** Starts a run unless there is one of its id. Resolves once it is in the journal; it is carried on meanwhile. */
  async function startOnce(graph: Graph, runId: string, run: ScheduledRun): Promise<void> {
    const { input, options, author, scheduled } = run
    const { pinned, leg } = splitOptions(options)
    const created = newRun(runId, input, pinned)
    const admitted = isGuarded(graph)
      ? await admissions.start(graph, runId, created.input, options, author)
      : author && { kept: {}, by: author }
    const added = Promise.withResolvers<boolean>()
    const isAdded = (): void => added.resolve(true)
    // After the run was added, how it ends is too late to matter: the journal has that.
    runs
      .start(graph, runId, leg, { ...created, admitted, scheduled, onAdded: isAdded })
      .then(isAdded, (error: unknown) => (error instanceof RunExists ? added.resolve(false) : added.reject(error)))
    if (await added.promise) return
    // A write, because it comes after those of callers who wait for a run of this id.
    const [row, newest] = await journal.write(function* () {
      const found = yield* ask('findRun', runId)
      return [found, (yield* ask('findSchedule', scheduled.name))?.newest ?? 0] as const
    })
    if (row === undefined) return startOnce(graph, runId, run)
    // What adds the run of a schedule notes its time.
    if (newest < scheduled.time) throw takenId(scheduled.name, row)
    // The journal has repeated the write that added it, and found it there.
    const isLeftHere = row.owner === owner && row.status === 'running' && !runs.has(runId)
    if (isLeftHere) void runs.attach(graph, runId, leg, row.n).catch(() => {})
  }

  function checkRetry(
    graph: NamedGraph,
    runId: string,
    given: object = {},
    check = checkLeg,
  ): { readonly again: readonly string[]; readonly options: object } {
    checkRunId('retryFailed()', runId)
    const { again = [], ...options }: { readonly again?: readonly string[] } = plainOptions(given)
    checkAgain(again)
    check('retryFailed()', graph, options, ['again'])
    return { again, options }
  }

  /** Everything about a run, for a caller who isn't checked. */
  async function detailsOf(runId: string, options: GetOptions = {}): Promise<RunDetails | undefined> {
    checkRunId('get()', runId)
    checkUncheckedGet(options)
    return journal.read(runDetails(runId, viewer, options))
  }

  async function carryOn(
    graph: Graph,
    runId: string,
    options: object | undefined,
    n?: number,
  ): Promise<PipelineResult<never>> {
    return orThrow(graph.name, (await runs.attach(graph, runId, splitOptions(options).leg, n)) as never)
  }

  const durable: DurableRuns = {
    async run(graph, input, given) {
      checkOpen()
      const { runId, ...options } = plainOptions(given)
      checkRunId('run()', runId)
      checkLeg('run()', graph, options, ['runId'])
      return orThrow(graph.name, (await startOrAttach(graph as never, runId, { input, options })) as never)
    },
    async resume(graph, runId, answers, ...[all = {}]) {
      checkOpen()
      checkRunId('resume()', runId)
      checkLeg('resume()', graph, all, ['question'])
      const { question, ...options } = plainOptions<AnsweredQuestion>(all)
      checkQuestion('resume()', question)
      const given = await admittedAnswers(graph, runId, answers, options)
      await runs.answer(runId, { ...given, question })
      return carryOn(graph as never, runId, options, given.admitted)
    },
    async answer(graph, runId, answers, all = {}) {
      checkOpen()
      checkRunId('answer()', runId)
      checkLeg('answer()', graph, all, ['expectedBy', 'question'])
      const { expectedBy, question, ...options } = plainOptions<AnswerOptions>(all)
      checkQuestion('answer()', question)
      checkExpectedBy(expectedBy)
      const given = await admittedAnswers(graph, runId, answers, options)
      refuseOther(runId, given.by, expectedBy)
      await runs.answer(runId, { ...given, question, carriesOn: false })
    },
    async retryFailed(graph, runId, ...[given]) {
      checkOpen()
      const { again, options } = checkRetry(graph, runId, given)
      signalOf(options)?.throwIfAborted()
      const row = await existing(runId)
      const admitted = await admissions.later(graph, 'retry', row, options)
      await journal.write(() => reopen(graph, row, { again, now: clock.now(), by: admitted?.by }))
      return carryOn(graph as never, runId, options, row.n)
    },
    async recover(graph, ...[options]) {
      checkOpen()
      checkLegWithoutCaller('recover()', graph, options)
      const earlier = recoveries.get(graph.name)
      const recovery = new Recovery(journal, runs, graph as never, splitOptions(options).leg, earlier)
      recoveries.set(graph.name, recovery)
      void journal.cleanUp()
      return recovery.start()
    },
    async cancel(...given: readonly unknown[]) {
      checkOpen()
      const [graph, runId, reason, options] = graphFirst(given)
      checkRunId('cancel()', runId)
      checkReason(reason)
      if (graph === undefined) return runs.cancel(runId, { reason })
      checkLeg('cancel()', graph, options)
      const row = await existing(runId)
      const admitted = await admissions.later(graph as NamedGraph, 'cancel', row, options)
      return runs.cancel(runId, { reason, by: admitted?.by }, row.n)
    },
    list: async (given = {}) => journal.read(listRuns(viewer, given)),
    async get(...given: readonly unknown[]) {
      const [graph, runId, all = {}] = graphFirst(given)
      if (graph === undefined) return detailsOf(runId as string, all as GetOptions)
      checkRunId('get()', runId)
      const { facts, ...options } = plainOptions<GetOptions>(all as object)
      checkGetOptions({ facts })
      checkLeg('get()', graph, options, ['facts'])
      const row = await journal.read(ask('findRun', runId))
      if (row === undefined) return undefined
      await admissions.later(graph as NamedGraph, 'read', row, options)
      return journal.read(runDetails(runId, viewer, { facts }, row.n))
    },
    as(name) {
      checkName(name)
      const by = Object.freeze({ system: name })
      const trusted = { admitted: undefined, paths: undefined }
      const system: SystemRuns = {
        async answer(runId, answers) {
          checkOpen()
          checkRunId('answer()', runId)
          await runs.answer(runId, { ...trusted, graph: undefined, answers, by, carriesOn: false })
        },
        async resume(graph, runId, answers, ...[options]) {
          checkOpen()
          checkRunId('resume()', runId)
          checkLegWithoutCaller('as().resume()', graph, options)
          signalOf(options)?.throwIfAborted()
          const checked = await readable(runId, () => checkedAnswers(graph, answers))
          await runs.answer(runId, { ...trusted, graph, answers: checked, by, carriesOn: true })
          return carryOn(graph as never, runId, options)
        },
        async attach(graph, runId, ...[options]) {
          checkOpen()
          checkRunId('attach()', runId)
          checkLegWithoutCaller('as().attach()', graph, options)
          return carryOn(graph as never, runId, options)
        },
        async retryFailed(graph, runId, ...[given]) {
          checkOpen()
          const { again, options } = checkRetry(graph, runId, given, checkLegWithoutCaller)
          signalOf(options)?.throwIfAborted()
          const row = await existing(runId)
          await journal.write(() => reopen(graph, row, { again, now: clock.now(), by }))
          return carryOn(graph as never, runId, options)
        },
        async cancel(runId, reason) {
          checkOpen()
          checkRunId('cancel()', runId)
          checkReason(reason)
          return runs.cancel(runId, { reason, by })
        },
        get: detailsOf,
        schedule: (of, options) => schedule(of, options as never, name),
      }
      const quiet = quietAtClose(system, ['resume', 'attach', 'retryFailed'])
      return Object.freeze(checkedMethods(quiet, SYSTEM_CALLS))
    },
    schedule: (name, options) => schedule(name, options as never),
    stats: () => Object.freeze({ refused: admissions.refused }),
    async close(options = {}) {
      checkCloseOptions(options)
      for (const each of schedules.values()) each.stop()
      return (closed ??= runs.legs.close(options))
    },
    async [Symbol.asyncDispose]() {
      await durable.close()
    },
  }
  return checkedMethods(quietAtClose(durable, ['run', 'resume', 'retryFailed', 'recover']), CALLS)
}

const GRAPH_RUN = ['graph', 'runId'] as const
const ILLEGAL = 'durable-engine/illegal-option'
/** How the methods are called. */
const CALLS: MethodRules<keyof DurableRuns & string> = {
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
const SYSTEM_CALLS: MethodRules<keyof SystemRuns> = {
  code: ILLEGAL,
  prefix: 'as().',
  calls: {
    answer: [['runId', 'answers']],
    resume: [[...GRAPH_RUN, 'answers', 'options']],
    attach: [[...GRAPH_RUN, 'options']],
    retryFailed: [[...GRAPH_RUN, 'options']],
    cancel: [['runId', 'reason']],
    get: [['runId', 'options']],
    schedule: [['name', 'options']],
  },
}

/** Throws unless interceptors verified the person whom the app has. */
function refuseOther(runId: string, verified: RunAuthor = {}, expected: AnswerOptions['expectedBy'] = {}): void {
  const other = (['userId', 'orgId'] as const).find((name) => {
    const [one, given] = [verified[name], expected[name]]
    return given !== undefined && one !== given
  })
  if (other === undefined) return
  throw new StageflowError(
    'durable-engine/other-author',
    `No answer for run "${runId}" was kept: the app says that ${other} ${show(expected[other])} answers, and the interceptors verified ${verified[other] === undefined ? 'none' : show(verified[other])}. Pass the token of the person who answers, and leave out of expectedBy what no interceptor verifies.`,
  )
}

/** Reads answers. A getter or a proxy of them may throw. */
async function readable<T>(runId: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw unreadable(error, runId)
  }
}

type AnySchedule = SystemScheduleOptions<unknown, unknown>
interface ScheduledRun {
  readonly input: RunInput
  readonly options: object
  /** The part of the app that starts it, and who it is for; undefined without a name. */
  readonly author: (RunAuthor & { readonly system: string }) | undefined
  readonly scheduled: { readonly name: string; readonly time: number }
}

const guardedSchedule = (name: string): StageflowError =>
  new StageflowError(
    'durable-engine/illegal-option',
    `schedule(): the interceptors of the graph of "${name}" check who starts a run, and a schedule has no caller. Start its runs by the name of a part of the app: runs.as('nightly').schedule('${name}', { …, who: { userId, orgId } }).`,
  )

type Graph = StageGraph<unknown, unknown>
interface GivenRun {
  readonly input: RunInput | ContextSnapshot
  readonly options: object
}

const signalOf = (options: unknown): AbortSignal | undefined =>
  (options as { readonly signal?: AbortSignal } | undefined)?.signal

/** Arguments with the graph first, which is undefined if the caller has passed none. */
const graphFirst = (given: readonly unknown[]): readonly unknown[] =>
  isGraph(given[0]) ? given : [undefined, ...given]
const isGraph = (given: unknown): boolean => typeof given === 'object' && given !== null && 'info' in given

/** Outdated runs are looked for at the end of the first run, and after so many more have ended. */
const ENDS_PER_CLEANUP = 64

/** The options that all legs have from the first one, and those of one leg. */
function splitOptions(options: object = {}): { readonly pinned: object; readonly leg: LegOptions<{}> } {
  const { timeoutMs, maxConcurrency, onStageFailure, ...leg } = plainOptions<PinnedOptions>(options)
  return { pinned: { timeoutMs, maxConcurrency, onStageFailure }, leg }
}
