import { StageflowError } from '@stageflow/core'
import type { ErrorRecord, FailedResult, PipelineResult } from '@stageflow/core'
import type { CallFacts, OpenRequest } from '@stageflow/core/durable'
import { type OptionRules, TEXT, checkOptions, oneOf, whole } from '@stageflow/core/kit'

import { answerPath, questionsIn } from './answers.ts'
import { unknownRun } from './claim.ts'
import { ask } from './journal.ts'
import type { Act, Journal } from './journal.ts'
import type { FactKind, FactRow, InboxRow, RunRow, RunStatus } from './rows.ts'
import { allFacts } from './run-log.ts'
import { errorIn, graphOf, hasEnded, inputOf, readFact, resultOf } from './run-row.ts'

export interface RunSummary {
  readonly runId: string
  readonly pipeline: string
  readonly status: RunStatus
  /** When it began, and when its status last changed, in ms since 1970. */
  readonly startedAt: number
  readonly updatedAt: number
  /** The number of its last leg. Each start, recovery and answer of a suspended run begins one. */
  readonly leg: number
  readonly userId: string | undefined
  readonly orgId: string | undefined
  /** Why it failed or is blocked. */
  readonly error: ErrorRecord | undefined
}

/** Something that happened to a run, in order. */
export interface TimelineEntry {
  readonly kind: Fact
  /** The stage, such as `price`, `kid/check` for one of a child run, or `letters#3` for an item of a map. */
  readonly key: string
  /** When it was recorded, in ms since 1970. */
  readonly at: number
  /** For calls: how the call ended, when it began and when it ended. */
  readonly status?: CallFacts['status']
  readonly startedAt?: number
  readonly endedAt?: number
}
type Fact = Exclude<FactKind, 'ask'>

export interface RunDetails extends RunSummary {
  readonly input: unknown
  /** What it waits for, each with the names of its answer. */
  readonly requests: readonly OpenRequest[]
  readonly timeline: readonly TimelineEntry[]
  /** Undefined while it runs. */
  readonly result: PipelineResult<unknown> | FailedResult<unknown> | undefined
}

export interface ListOptions {
  readonly status?: RunStatus
  readonly pipeline?: string
  /** Only runs whose input has this user or this organization. */
  readonly userId?: string
  readonly orgId?: string
  /** Maximum number of runs. Default: 100. */
  readonly limit?: number
  /** The id of the last run of the page before. */
  readonly after?: string
}

const STATUSES = ['running', 'suspended', 'blocked', 'completed', 'cancelled', 'failed']
const RULES: OptionRules<ListOptions> = {
  status: oneOf(...STATUSES),
  pipeline: TEXT,
  userId: TEXT,
  orgId: TEXT,
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

/** The runs of a journal, the newest first. */
export function* listRuns(journal: Pick<Journal, 'name'>, options: ListOptions): Act<readonly RunSummary[]> {
  checkOptions('list()', 'durable-engine/illegal-option', options, RULES)
  checkGiven(options)
  const { status = null, pipeline = null, userId = null, orgId = null, limit = 100, after } = options
  const last = after === undefined ? undefined : yield* ask('findRun', after)
  if (after !== undefined && last === undefined) throw unknownRun(after, journal)
  const rows = yield* ask('listRuns', { status, pipeline, userId, orgId, limit, before: last?.n ?? null })
  return rows.map(summaryOf)
}

export function* runDetails(runId: string): Act<RunDetails | undefined> {
  const row = yield* ask('findRun', runId)
  if (row === undefined) return undefined
  // Before the facts: an answer moves from the inbox to them.
  const inbox = yield* ask('inbox', row.n)
  const facts = yield* allFacts(row.n)
  return {
    ...summaryOf(row),
    input: inputOf(row),
    requests: hasEnded(row) ? [] : requestsOf(row, facts, inbox),
    timeline: facts.map((fact) => entryOf(fact, row.id)),
    result: row.status === 'running' ? undefined : (resultOf(row) as RunDetails['result']),
  }
}

const summaryOf = (row: RunRow): RunSummary => ({
  runId: row.id,
  pipeline: row.pipeline,
  status: row.status,
  startedAt: row.started_at,
  updatedAt: row.updated_at,
  leg: row.leg,
  userId: row.user_id ?? undefined,
  orgId: row.org_id ?? undefined,
  error: errorIn(row),
})

/** Without the questions whose answers are still in the inbox. */
function requestsOf(row: RunRow, facts: readonly FactRow[], inbox: readonly InboxRow[]): readonly OpenRequest[] {
  const graph = graphOf(row)
  const questions = questionsIn([...facts, ...inbox])
  return facts.flatMap(({ kind, key, value }) => {
    if (kind !== 'ask' || questions.get(key) !== 'open') return []
    const { request, until } = readFact({ kind, key, value }, row.id) as CallFacts
    return [{ path: answerPath(key, graph), request, ...(until !== undefined && { until }) }]
  })
}

function entryOf({ kind, key, at, value }: FactRow, runId: string): TimelineEntry {
  if (kind !== 'call' && kind !== 'ask') return { kind, key, at }
  const { status, startedAt, endedAt } = readFact({ kind, key, value }, runId) as CallFacts
  return { kind: 'call', key, at, status, startedAt, endedAt }
}
