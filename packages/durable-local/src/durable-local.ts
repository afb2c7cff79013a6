import { randomUUID } from 'node:crypto'

import { ContextSnapshot, systemClock } from '@stageflow/core'
import type { PipelineResult, RunInput, StageGraph } from '@stageflow/core'
import { checkLeg } from '@stageflow/core/durable'
import type { LegOptions } from '@stageflow/core/durable'
import type { WaitOptions } from '@stageflow/core/kit'

import { checkCloseOptions, checkReason, checkRunId } from './arguments.ts'
import type { NewRun } from './claim.ts'
import { orThrow } from './failed-run.ts'
import { Journal, closedJournal } from './journal.ts'
import { jsonText } from './json.ts'
import { checkDurableLocalOptions } from './options.ts'
import type { DurableLocalOptions } from './options.ts'
import { Recovery } from './recover.ts'
import type { RecoveredRun } from './recover.ts'
import { deleteOutdated } from './retention.ts'
import type { PinnedOptions } from './run-row.ts'
import { Runs } from './runs.ts'
import type { DurableRunOptions, JournalCloseReport } from './runs.ts'
import { listRuns, runDetails } from './views.ts'
import type { ListOptions, RunDetails, RunSummary } from './views.ts'
import { plainOptions } from '@stageflow/core/kit'

/** The arguments after the graph and the id: options are needed only if the graph has ports. */
type LegArguments<Ports> = {} extends Ports ? [options?: LegOptions<Ports>] : [options: LegOptions<Ports>]

/** Runs that outlive their process. All methods can be called from any process that opens the same file. */
export interface DurableLocal extends AsyncDisposable {
  /**
   * Starts a run, or attaches to the run with this id, in whatever process: it never starts twice. Settles like `graph.run`. A run
   * that has ended gives its result; one whose process has died is taken over when its lease ends.
   */
  run<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    input: RunInput | ContextSnapshot,
    options: DurableRunOptions<Ports> & { readonly runId: string },
  ): Promise<PipelineResult<Stages>>
  /**
   * Answers suspended stages of a run, and carries it on. Settles like `run`. Rejects with `durable-local/not-waiting` if one of
   * the answers isn't waited for: a stage takes one answer.
   */
  resume<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    runId: string,
    answers: { readonly [Name in keyof Stages]?: unknown },
    ...options: LegArguments<Ports>
  ): Promise<PipelineResult<Stages>>
  /**
   * Takes over the runs of a graph whose process has died: those of today, and until `close()` those of other processes. Resolves
   * when all runs that were in progress at the call have ended, suspended or are blocked. A later call for a pipeline of this name
   * takes the place of an earlier one.
   */
  recover<Stages, Ports>(
    graph: StageGraph<Stages, Ports>,
    ...options: LegArguments<Ports>
  ): Promise<readonly RecoveredRun[]>
  /** Cancels a run in whatever process. Resolves once that is recorded, with false if the run has ended already. */
  cancel(runId: string, reason: string): Promise<boolean>
  /** The runs, newest first, at most 100 by default. It checks no rights: pass `userId` or `orgId` to see those of one user or tenant. */
  list(options?: ListOptions): Promise<readonly RunSummary[]>
  /** Everything about one run; undefined if there is none. It checks no rights: compare `userId` or `orgId` yourself. */
  get(runId: string): Promise<RunDetails | undefined>
  /**
   * Ends the legs of this process: their code is aborted and waited for, at most `timeoutMs` (default: 5,000) or until `signal`
   * aborts. The runs go on in another process, or when the journal is opened again; the report says which can at once. Rejects only
   * with `durable-local/illegal-option`. A second call gives the report of the first.
   */
  close(options?: WaitOptions): Promise<JournalCloseReport>
}

/**
 * Opens a journal. Throws `durable-local/illegal-option`, `durable-local/unavailable` if the file can't be opened, and
 * `durable-local/other-file` if it is something else, or a journal of a newer version.
 */
export function durableLocal(options: DurableLocalOptions): DurableLocal {
  checkDurableLocalOptions(options)
  const { path, synchronous = 'full', busyTimeoutMs = 5_000, maxBytes = 4 * 1024 ** 3 } = options
  const { leaseMs = 5_000, maxRecoveries = 5, maxFactLength = 4 * 1024 ** 2, clock = systemClock } = options
  const { retentionMs = 30 * 86_400_000 } = options
  const journal = new Journal({ path, synchronous, busyTimeoutMs, maxBytes })
  const owner = randomUUID()
  let ended = 0
  let closed: Promise<JournalCloseReport> | undefined
  const cleanUp = (): void => void deleteOutdated(journal, retentionMs)
  const onEnd = (): void => {
    ended++
    if (ended % ENDS_PER_CLEANUP === 0) cleanUp()
  }
  const runs = new Runs({ journal, owner, leaseMs, maxRecoveries, maxFactLength, clock, onEnd })
  cleanUp()
  /** The last one of each pipeline, by its name. */
  const recoveries = new Map<string, Recovery>()
  const checkOpen = (): void => {
    if (runs.pulse.isOver) throw closedJournal(path)
  }

  function newRun(runId: string, given: RunInput | ContextSnapshot | undefined, pinned: object): NewRun {
    const snapshot = given instanceof ContextSnapshot ? given : new ContextSnapshot(given)
    // What isn't a snapshot yet is kept as it was given, without the defaults of one.
    const input = given === snapshot ? (snapshot.toJSON() as RunInput) : (given ?? {})
    const startedAt = clock.now()
    const created = { ...input, createdAt: input.createdAt ?? startedAt }
    const text = jsonText(created, `The input of run "${runId}"`, maxFactLength)
    return { input, text, pinned, startedAt }
  }

  const durable: DurableLocal = {
    async run(graph, input, given) {
      checkOpen()
      const { runId, ...options } = plainOptions(given)
      checkRunId('run()', runId)
      checkLeg('run()', graph, options, ['runId'])
      const { pinned, leg } = splitOptions(options)
      const created = newRun(runId, input, pinned)
      return orThrow(graph.name, (await runs.carry(graph as never, runId, leg, created)) as never)
    },
    async resume(graph, runId, answers, ...[options]) {
      checkOpen()
      checkRunId('resume()', runId)
      checkLeg('resume()', graph, options)
      await runs.answer(graph as never, runId, answers)
      return orThrow(graph.name, (await runs.carry(graph as never, runId, splitOptions(options).leg)) as never)
    },
    async recover(graph, ...[options]) {
      checkOpen()
      checkLeg('recover()', graph, options)
      const recovery = new Recovery(journal, runs, graph as never, splitOptions(options).leg)
      recoveries.get(graph.name)?.replace()
      recoveries.set(graph.name, recovery)
      return recovery.start()
    },
    async cancel(runId, reason) {
      checkOpen()
      checkRunId('cancel()', runId)
      checkReason(reason)
      return runs.cancel(runId, reason)
    },
    list: async (given = {}) => listRuns(journal, given),
    async get(runId) {
      checkRunId('get()', runId)
      return runDetails(journal, runId)
    },
    async close(options = {}) {
      checkCloseOptions(options)
      return (closed ??= runs.close(options))
    },
    async [Symbol.asyncDispose]() {
      await durable.close()
    },
  }
  return durable
}

/** Ended runs are looked for after so many more have ended. */
const ENDS_PER_CLEANUP = 64

/** The options that all legs have from the first one, and those of one leg. */
function splitOptions(options: object = {}): { readonly pinned: object; readonly leg: LegOptions<{}> } {
  const { timeoutMs, maxConcurrency, onStageFailure, ...leg } = plainOptions<PinnedOptions>(options)
  return { pinned: { timeoutMs, maxConcurrency, onStageFailure }, leg }
}
