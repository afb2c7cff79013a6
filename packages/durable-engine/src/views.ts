import { StageflowError } from '@stageflow/core'
import type { ErrorRecord, RunAuthor } from '@stageflow/core'
import { answerPath, openRequests, pathText } from '@stageflow/core/durable'
import type { CallFacts, GraphFingerprint, OpenRequest } from '@stageflow/core/durable'
import { type OptionRule, type OptionRules, TEXT, checkOptions, oneOf, whole } from '@stageflow/core/kit'

import { openKeys, questionName } from './answers.ts'
import { checkIndexed } from './arguments.ts'
import { findSameRun, unknownRun } from './claim.ts'
import { ask } from './journal.ts'
import type { Act, Journal } from './journal.ts'
import { waitingAnswers } from './kept-answers.ts'
import type { WaitingAnswer } from './kept-answers.ts'
import type { FactKind, FactRow, InboxRow, ListedRun, RunRow, RunStatus } from './rows.ts'
import { allFacts } from './run-log.ts'
import { resultOf } from './run-result.ts'
import type { Settled } from './run-result.ts'
import { errorIn, graphOf, hasEnded, inputOf, readFact, stopIn } from './run-row.ts'
import type { GivenAnswer, GivenInterrupt, GivenRetry } from './run-row.ts'
import { canBeInProgress } from './in-progress.ts'
import type { CallInProgress } from './in-progress.ts'

export interface RunSummary {
  readonly runId: string
  readonly pipeline: string
  readonly status: RunStatus
  /** When it began, and when its status last changed, in ms since 1970. */
  readonly startedAt: number
  readonly updatedAt: number
  /** The number of its last leg. Each start, recovery and answer of a suspended run begins one. */
  readonly leg: number
  /**
   * Who carries a run that is `running`: this handle, another one that renews its lease, or none that lives, so that `recover` takes it
   * over. Undefined for all other runs.
   */
  readonly owner: RunOwner | undefined
  readonly userId: string | undefined
  readonly orgId: string | undefined
  /** Why it failed or is blocked. */
  readonly error: ErrorRecord | undefined
}

export type RunOwner = 'here' | 'elsewhere' | 'gone'

/** Something that happened to a run, in order. */
export interface TimelineEntry {
  /** `stop`: the run was cancelled. `retry`: the failed run was tried again. */
  readonly kind: Exclude<FactKind, 'ask'>
  /** The stage, such as `price`, `kid/check` for one of a child run, or `letters#3` for an item of a map. */
  readonly key: string
  /** When it was recorded, in ms since 1970. */
  readonly at: number
  /** For calls: how the call ended, when it began and when it ended. */
  readonly status?: CallFacts['status']
  readonly startedAt?: number
  readonly endedAt?: number
  /** For answers, stops, interrupts and retries: who asked for it, if that was verified. */
  readonly by?: RunAuthor
  /** For retries: the stages that run again although they had settled, those that depend on the ones that were named included. */
  readonly again?: readonly string[]
  /** `false` for an answer that was kept and that no leg has taken yet, so its stage doesn't have it. `at` is then when it was kept. */
  readonly taken?: false
  /**
   * `true` for an answer that its question did not get. The `answerSchema` refused what was given without the graph, or the answer named its
   * question, whose time passed. Or the stage demands something else of who answers than it did when the answer was admitted. The last 20 of
   * a run are kept.
   */
  readonly refused?: true
}

/** Something that the journal keeps of a run, with all that it keeps. */
export interface RunFact extends Pick<TimelineEntry, 'kind' | 'key' | 'at' | 'taken' | 'refused'> {
  /** For calls: a `CallFacts` of `@stageflow/core/durable`, with the data of the stage. Otherwise an answer with its author, a reason, an interrupt with its data, or who tried the run again. */
  readonly value: unknown
}

/** A request that waits for an answer. */
export interface AskedRequest extends OpenRequest {
  /** Names this question. Pass it as `question` of `answer` or `resume`, so that no other question gets the answer. */
  readonly question: string
}

export interface RunDetails extends RunSummary {
  readonly input: unknown
  /** The shape of the graph of its last leg: kind, dependencies, join and child pipeline of each stage, by name. */
  readonly graph: GraphFingerprint
  /**
   * The calls that are in progress. Exact in a run of this handle. In one of another process these are the stages that can be in progress:
   * the file says what has settled, and not what has begun.
   */
  readonly inProgress: readonly CallInProgress[]
  /** What it waits for, each with the names of its answer. */
  readonly requests: readonly AskedRequest[]
  readonly timeline: readonly TimelineEntry[]
  /** Undefined while it runs. */
  readonly result: Settled | undefined
  /** Undefined unless they were asked for. */
  readonly facts: readonly RunFact[] | undefined
}

export interface GetOptions {
  /** `true` adds the facts, with their data. Default: false. */
  readonly facts?: boolean | undefined
}

export interface ListOptions {
  readonly status?: RunStatus
  readonly pipeline?: string
  /** Only runs whose input has this user or this organization. */
  readonly userId?: string
  readonly orgId?: string
  /** Only runs that started at this time or later, in ms since 1970. */
  readonly from?: number
  /** Only runs that started before this time, in ms since 1970. */
  readonly to?: number
  /** Maximum number of runs. Default: 100. */
  readonly limit?: number
  /** The id of the last run of the page before. */
  readonly after?: string
}

const STATUSES = ['running', 'suspended', 'blocked', 'completed', 'cancelled', 'failed']
const TIME: OptionRule = [
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  'a time in ms since 1970, such as Date.now() - 86_400_000',
]
const RULES: OptionRules<ListOptions> = {
  status: oneOf(...STATUSES),
  pipeline: TEXT,
  userId: TEXT,
  orgId: TEXT,
  from: TIME,
  to: TIME,
  limit: whole(1, 10_000),
  after: TEXT,
}

/** Refuses a filter that has no value: a caller without a tenant must not see the runs of all. */
function checkGiven(options: ListOptions): void {
  const missing = (['userId', 'orgId'] as const).find((name) => name in options && options[name] === undefined)
  if (missing === undefined) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `list(): ${missing} is undefined, so it would list the runs of all users. Pass the id, or leave ${missing} out to see all runs.`,
  )
}

/** Throws `durable-engine/illegal-option`. */
function checkListOptions(options: ListOptions): void {
  checkOptions('list()', 'durable-engine/illegal-option', options, RULES)
  checkGiven(options)
  for (const name of ['pipeline', 'userId', 'orgId', 'after'] as const)
    checkIndexed(`list(): ${name}`, options[name] ?? null)
  const { from = 0, to = Infinity } = options
  if (from < to) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `list(): from (${from}) must be before to (${to}); both are in ms since 1970.`,
  )
}

/** Who looks at a journal. */
export interface Viewer {
  readonly journal: Pick<Journal, 'name'>
  /** The handle that carries runs; undefined for a reader. */
  readonly owner: string | undefined
  /** The calls of a run that this handle carries, by the number of the run. */
  inProgress(run: number): readonly CallInProgress[]
}

/** The runs of a journal, the newest first. */
export function* listRuns({ journal, owner }: Viewer, options: ListOptions): Act<readonly RunSummary[]> {
  checkListOptions(options)
  const {
    status = null,
    pipeline = null,
    userId = null,
    orgId = null,
    from = null,
    to = null,
    limit = 100,
    after,
  } = options
  const last = after === undefined ? undefined : yield* ask('findRun', after)
  if (after !== undefined && last === undefined) throw unknownRun(after, journal)
  const before = last === undefined ? null : { startedAt: last.started_at, n: last.n }
  const rows = yield* ask('listRuns', { status, pipeline, userId, orgId, from, to, before, limit })
  return rows.map((row) => summaryOf(row, owner))
}

export function* runDetails(
  runId: string,
  viewer: Viewer,
  { facts: withFacts }: GetOptions,
  admitted?: number,
): Act<RunDetails | undefined> {
  for (;;) {
    const row = yield* findSameRun(runId, admitted)
    if (row === undefined) return undefined
    // Before the facts: an answer moves from the inbox to them.
    const inbox = yield* ask('inbox', row.n)
    const facts = yield* allFacts(row.n)
    const summary = summaryOf(row, viewer.owner)
    const hasResult = row.status !== 'running'
    const result = hasResult ? yield* settledNow(row) : undefined
    // Another process has gone on with it meanwhile.
    if (result === GONE_ON) continue
    const waiting = waitingAnswers(row, inbox, facts)
    return {
      ...summary,
      input: inputOf(row),
      graph: graphOf(row),
      inProgress: inProgressOf(row, summary.owner, facts, viewer),
      requests: hasEnded(row) ? [] : requestsOf(row, facts, inbox, result),
      timeline: [
        ...facts.map((fact) => entryOf(fact, row.id)),
        ...waiting.map(waitingEntry),
        ...stopWithoutCode(row, facts, result),
      ],
      result,
      facts:
        withFacts === true ? [...facts.map((fact) => factOf(fact, row.id)), ...waiting.map(waitingFact)] : undefined,
    }
  }
}

const GONE_ON = Symbol('gone on')

/** The result of a run, if it is still the one that this row tells of: a result refers to facts, which a retry renumbers. */
function* settledNow(row: RunRow): Act<Settled | typeof GONE_ON | undefined> {
  let result: Settled | undefined
  let problem: unknown
  try {
    result = yield* resultOf(row)
  } catch (error) {
    problem = error
  }
  const now = yield* ask('findRun', row.id)
  if (now?.n !== row.n || now.fence !== row.fence) return GONE_ON
  if (problem !== undefined) throw problem as Error
  return result
}

function inProgressOf(
  row: RunRow,
  owner: RunOwner | undefined,
  facts: readonly FactRow[],
  viewer: Viewer,
): readonly CallInProgress[] {
  if (owner === 'here') return viewer.inProgress(row.n)
  return owner === 'elsewhere' ? canBeInProgress(graphOf(row), facts, row.id) : []
}

const summaryOf = (row: ListedRun, viewer: string | undefined): RunSummary => ({
  runId: row.id,
  pipeline: row.pipeline,
  status: row.status,
  startedAt: row.started_at,
  updatedAt: row.updated_at,
  leg: row.leg,
  owner: ownerOf(row, viewer),
  userId: row.user_id ?? undefined,
  orgId: row.org_id ?? undefined,
  error: errorIn(row),
})

function ownerOf({ status, owner, owned }: ListedRun, viewer: string | undefined): RunOwner | undefined {
  if (status !== 'running') return undefined
  if (owner !== null && owner === viewer) return 'here'
  return owned === 1 ? 'elsewhere' : 'gone'
}

/** Without the questions whose answers are still in the inbox, and those that a suspended run no longer asks: their items are gone. */
function requestsOf(
  row: RunRow,
  facts: readonly FactRow[],
  inbox: readonly InboxRow[],
  result: Settled | undefined,
): readonly AskedRequest[] {
  const graph = graphOf(row)
  const open = openKeys([...facts, ...inbox], graph)
  const asks =
    result?.status === 'suspended' ? new Set(openRequests(result).map(({ path }) => pathText(path))) : undefined
  return facts.flatMap(({ kind, key, value }) => {
    if (kind !== 'ask' || !open.has(key)) return []
    const path = answerPath(key, graph)
    if (asks?.has(pathText(path)) === false) return []
    const { request, until, answerSchema } = readFact({ kind, key, value }, row.id) as CallFacts
    const asked = { path, question: questionName(row, key), request }
    return [{ ...asked, ...(until !== undefined && { until }), ...(answerSchema && { answerSchema }) }]
  })
}

function entryOf({ kind, key, at, value }: FactRow, runId: string): TimelineEntry {
  if (kind === 'answer') {
    const { by } = readFact({ kind, key, value }, runId) as GivenAnswer
    return { kind, key, at, ...(by !== undefined && { by }) }
  }
  if (kind === 'stop') {
    const { by } = stopIn(readFact({ kind, key, value }, runId))
    return { kind, key, at, ...(by !== undefined && { by }) }
  }
  if (kind === 'interrupt') {
    const { by } = readFact({ kind, key, value }, runId) as GivenInterrupt
    return { kind, key, at, ...(by !== undefined && { by }) }
  }
  if (kind === 'retry') {
    const { by, again } = readFact({ kind, key, value }, runId) as GivenRetry
    return { kind, key, at, ...(by !== undefined && { by }), ...(again !== undefined && { again }) }
  }
  if (kind === 'timer') return { kind, key, at }
  const { status, startedAt, endedAt } = readFact({ kind, key, value }, runId) as CallFacts
  return { kind: 'call', key, at, status, startedAt, endedAt }
}

/** The stop of a run that no process carried. It has no fact, because no leg was given it. */
function stopWithoutCode(
  { updated_at: at }: RunRow,
  facts: readonly FactRow[],
  result: Settled | undefined,
): readonly TimelineEntry[] {
  const stop = result?.report.notes['durable-engine/stop']
  const { kind = 'stop', ...author } = stop ?? {}
  if (stop === undefined || facts.some((fact) => fact.kind === kind)) return []
  return [{ kind, key: '', at, ...author }]
}

const waitingEntry = ({ key, at, given: { by }, refused }: WaitingAnswer): TimelineEntry => ({
  kind: 'answer',
  key,
  at,
  taken: false,
  ...(refused && { refused }),
  ...(by !== undefined && { by }),
})
const waitingFact = ({ key, at, given, refused }: WaitingAnswer): RunFact => ({
  kind: 'answer',
  key,
  at,
  taken: false,
  ...(refused && { refused }),
  value: given,
})

function factOf(fact: FactRow, runId: string): RunFact {
  const { kind, key, at } = fact
  return { kind: kind === 'ask' ? 'call' : kind, key, at, value: readFact(fact, runId) }
}
