import { randomUUID } from 'node:crypto'

import { StageflowError, systemClock } from '@stageflow/core'
import type { PipelineResult, RunAuthor, StageGraph } from '@stageflow/core'
import { checkLeg, checkLegWithoutCaller, checkedAnswers, pathsOfAnswers } from '@stageflow/core/durable'
import type { NamedGraph } from '@stageflow/core/durable'
import { checkArgumentCount, checkedMethods, plainOptions, show } from '@stageflow/core/kit'

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
  checkUncheckedGet,
  interruptData,
} from './arguments.ts'
import { unknownRun } from './claim.ts'
import { orThrow } from './failed-run.ts'
import { CALLS, SYSTEM_CALLS } from './handle.ts'
import type { AnswerOptions, AnsweredQuestion, DurableRuns, SystemRuns } from './handle.ts'
import type { GivenAnswers } from './inbox.ts'
import { ask, closedJournal } from './journal.ts'
import type { Journal } from './journal.ts'
import { unreadable } from './json.ts'
import type { JournalCloseReport } from './legs.ts'
import { LEASE_MS } from './options.ts'
import type { EngineOptions } from './options.ts'
import { Recovery } from './recover.ts'
import { quietAtClose } from './quiet-at-close.ts'
import { reopen } from './retry-failed.ts'
import type { RunRow } from './rows.ts'
import { graphOf } from './run-row.ts'
import { Runs, splitOptions } from './runs.ts'
import { Schedules } from './schedules.ts'
import { Starts } from './starts.ts'
import { listRuns, runDetails } from './views.ts'
import type { GetOptions, RunDetails, Viewer } from './views.ts'

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
  const starts = new Starts({ journal, owner, clock, maxFactLength }, runs, admissions)
  const schedules = new Schedules({ journal, clock }, starts)
  const viewer: Viewer = { journal, owner, inProgress: (run) => runs.legs.inProgress(run) }

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
    return { graph, answers: checked, n: row.n, paths, by: admitted?.by, carriesOn: true }
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
      return orThrow(graph.name, (await starts.startOrAttach(graph as never, runId, { input, options })) as never)
    },
    async resume(graph, runId, answers, ...[all = {}]) {
      checkOpen()
      checkRunId('resume()', runId)
      checkLeg('resume()', graph, all, ['question'])
      const { question, ...options } = plainOptions<AnsweredQuestion>(all)
      checkQuestion('resume()', question)
      const given = await admittedAnswers(graph, runId, answers, options)
      const n = await runs.answer(runId, { ...given, question })
      return carryOn(graph as never, runId, options, n)
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
      await journal.write(() => reopen(graph, row, { again, now: clock.now(), by: admitted?.by }, journal))
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
      checkReason('cancel', runId, reason, maxFactLength)
      if (graph === undefined) return runs.stop(runId, { reason })
      checkLeg('cancel()', graph, options)
      const row = await existing(runId)
      const admitted = await admissions.later(graph as NamedGraph, 'cancel', row, options)
      return runs.stop(runId, { reason, by: admitted?.by, n: row.n })
    },
    async interrupt(...given: readonly unknown[]) {
      checkOpen()
      const [graph, runId, reason, data, options] = graphFirst(given)
      checkRunId('interrupt()', runId)
      checkReason('interrupt', runId, reason, maxFactLength)
      const interrupt = { data: interruptData(runId, data, maxFactLength) }
      if (graph === undefined) return runs.stop(runId, { reason, interrupt })
      checkLeg('interrupt()', graph, options)
      const row = await existing(runId)
      const admitted = await admissions.later(graph as NamedGraph, 'interrupt', row, options)
      return runs.stop(runId, { reason, interrupt, by: admitted?.by, n: row.n })
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
      const trusted = { n: undefined, paths: undefined }
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
          const n = await runs.answer(runId, { ...trusted, graph, answers: checked, by, carriesOn: true })
          return carryOn(graph as never, runId, options, n)
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
          await journal.write(() => reopen(graph, row, { again, now: clock.now(), by }, journal))
          return carryOn(graph as never, runId, options, row.n)
        },
        async cancel(runId, reason) {
          checkOpen()
          checkRunId('cancel()', runId)
          checkReason('cancel', runId, reason, maxFactLength)
          return runs.stop(runId, { reason, by })
        },
        async interrupt(runId, reason, data) {
          checkOpen()
          checkRunId('interrupt()', runId)
          checkReason('interrupt', runId, reason, maxFactLength)
          return runs.stop(runId, { reason, interrupt: { data: interruptData(runId, data, maxFactLength) }, by })
        },
        get: detailsOf,
        async schedule(of, options) {
          checkOpen()
          return schedules.add(of, options as never, name)
        },
      }
      const quiet = quietAtClose(system, ['resume', 'attach', 'retryFailed'])
      return Object.freeze(checkedMethods(quiet, SYSTEM_CALLS))
    },
    async schedule(name, options) {
      checkOpen()
      return schedules.add(name, options as never)
    },
    stats: () => Object.freeze({ refused: admissions.refused }),
    async close(options = {}) {
      checkCloseOptions(options)
      schedules.stop()
      return (closed ??= runs.legs.close(options))
    },
    async [Symbol.asyncDispose]() {
      await durable.close()
    },
  }
  return checkedMethods(quietAtClose(durable, ['run', 'resume', 'retryFailed', 'recover']), CALLS)
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

type Graph = StageGraph<unknown, unknown>
const signalOf = (options: unknown): AbortSignal | undefined =>
  (options as { readonly signal?: AbortSignal } | undefined)?.signal

/** Arguments with the graph first, which is undefined if the caller has passed none. */
const graphFirst = (given: readonly unknown[]): readonly unknown[] =>
  isGraph(given[0]) ? given : [undefined, ...given]
const isGraph = (given: unknown): boolean => typeof given === 'object' && given !== null && 'info' in given

/** Outdated runs are looked for at the end of the first run, and after so many more have ended. */
const ENDS_PER_CLEANUP = 64
