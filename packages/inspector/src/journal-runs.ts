import { StageflowError } from '@stageflow/core'
import type { StageRecord } from '@stageflow/core'
import type { CallFacts } from '@stageflow/core/durable'
import { textOf } from '@stageflow/core/kit'

import type { GraphOf } from './describe-graph.ts'
import type { InspectedJournal, JournalEntry, JournalRun, JournalRunDetails } from './journal.ts'
import { graphOfFingerprint } from './journal-graph.ts'
import { keepData } from './kept-data.ts'
import type { GraphView, RunStatus, RunSummary } from './protocol.ts'
import { Refused } from './refusal.ts'
import { keepQuestion } from './kept-question.ts'
import type { RunState } from './run-state.ts'
import { RunStates } from './run-states.ts'
import type { Shown } from './shown.ts'
import { withoutSecrets } from './shown.ts'

/** How many children of runs of a journal can be found by their own ids. */
const MOST_CHILDREN = 1_000

/** A run of a journal as it is now, or one of its child runs. */
export interface FoundInJournal {
  readonly run: RunState
  readonly states: RunStates
  /** What the journal says of the run at the top. */
  readonly details: JournalRunDetails
}

export interface JournalRuns {
  list(orgId: string | undefined, limit: number, pipeline?: string): Promise<readonly RunSummary[]>
  /** Undefined if the journal has no such run, or if it is another organization's. */
  find(id: string, orgId: string | undefined): Promise<FoundInJournal | undefined>
}

/** The runs of a journal as states. `graphOf`: the graph that the app gave for a pipeline. */
export function journalRuns(journal: InspectedJournal, shown: Shown, graphOf: GraphOf): JournalRuns {
  /** By the id of a child, the id of the run at the top. */
  const tops = new Map<string, string>()

  async function find(id: string, orgId: string | undefined): Promise<FoundInJournal | undefined> {
    const details = (await get(id)) ?? (await get(tops.get(id)))
    if (details === undefined || (orgId !== undefined && details.orgId !== orgId)) return undefined
    const states = statesOf(details, shown, graphOf(details.pipeline, Object.keys(details.graph.stages)))
    for (const { id: child } of states.all()) remember(child, details.runId)
    const run = states.get(id)
    return run && { run, states, details }
  }

  async function get(id: string | undefined): Promise<JournalRunDetails | undefined> {
    return id === undefined ? undefined : readable(() => journal.get(id, { facts: shown.data }))
  }

  /** What was read, or a `Refused` that says why it can't be. */
  async function readable<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      const code = StageflowError.is(error) ? error.code : 'inspector/journal-failed'
      throw new Refused(503, code, shown.redactors.facts.text(textOf(error)))
    }
  }

  function remember(child: string, top: string): void {
    if (child === top) return
    tops.set(child, top)
    if (tops.size > MOST_CHILDREN) tops.delete(tops.keys().next().value as string)
  }

  return {
    async list(orgId, limit, pipeline) {
      const which = { ...(orgId !== undefined && { orgId }), ...(pipeline !== undefined && { pipeline }) }
      const runs = await readable(() => journal.list({ limit, ...which }))
      return runs.map((run) => summaryOf(run, shown))
    },
    find,
  }
}

function statusOf({ status, owner }: JournalRun): RunStatus {
  return status === 'running' && owner === 'gone' ? 'stopped' : status
}

function summaryOf(run: JournalRun, { redactors }: Shown): RunSummary {
  const { runId, pipeline, status, startedAt, updatedAt, leg, error } = run
  return {
    id: runId,
    origin: 'journal',
    pipeline,
    status: statusOf(run),
    startedAt,
    endedAt: status === 'running' ? undefined : updatedAt,
    done: undefined,
    error: error && withoutSecrets(error, redactors.facts),
    leg: leg > 1 ? leg : undefined,
  }
}

function statesOf(details: JournalRunDetails, shown: Shown, known: GraphView | undefined): RunStates {
  const { data, redactors } = shown
  const { runId, pipeline, result, startedAt, updatedAt, leg, error, orgId, requests } = details
  const states = new RunStates({ data, redactors, maxBytes: Infinity })
  const graph = known ?? graphOfFingerprint(details.graph)
  const status = statusOf(details)
  const whose = { origin: 'journal', orgId } as const
  const run =
    result === undefined
      ? states.addRecords({ id: runId, pipeline, startedAt, graph }, whose, recordsOf(details, graph))
      : states.addReport(result.report, whose, () => graph)
  const endedAt = details.status === 'running' ? undefined : (result?.report.endedAt ?? updatedAt)
  run.takeStatus(status, endedAt, result?.reason, error ?? result?.errors?.[0])
  run.leg = leg > 1 ? leg : undefined
  run.questions = requests.map((question) => keepQuestion(question, shown))
  if (data) keepAllData(run, details, shown)
  return states
}

function keepAllData(run: RunState, { input, result, facts = [] }: JournalRunDetails, { redactors }: Shown): void {
  run.input = keepData(input, redactors.data)
  const outputs = new Map<string, unknown>()
  for (const { kind, key, value } of facts) {
    const stage = stageOfKey(key)
    if (kind === 'call' && stage !== undefined) outputs.set(stage, (value as CallFacts).data)
  }
  for (const [stage, output] of Object.entries(result?.outputs ?? {}))
    if (output !== undefined && 'data' in output) outputs.set(stage, output.data)
  for (const [name, output] of outputs)
    if (output !== undefined) run.stage(name).output = keepData(output, redactors.data)
}

/** The stage of a key, if it is one of the run itself: those of child runs have a `/`, and items of maps a `#`. */
function stageOfKey(key: string): string | undefined {
  return /[/#]/.test(key) ? undefined : key.split('@', 1)[0]
}

/** The records of a run without a report: of what has settled, and of what is in progress. */
function recordsOf(details: JournalRunDetails, graph: GraphView): readonly StageRecord[] {
  const calls = details.timeline.filter(({ kind }) => kind === 'call')
  const records = new Map<string, StageRecord>()
  for (const entry of calls) {
    const stage = stageOfKey(entry.key)
    if (stage !== undefined) records.set(stage, recordOf(stage, entry))
  }
  for (const [stage, inside] of callsInside(calls)) records.set(stage, outerRecord(stage, inside, details))
  const inProgress = new Set(details.inProgress.map(({ key }) => outermost(key)))
  for (const { key, startedAt } of details.inProgress) {
    const stage = outermost(key)
    const isKnown = records.get(stage)?.status !== 'suspend' && records.has(stage)
    if (isKnown || (startedAt === undefined && waitsFor(inProgress, stage, graph))) continue
    records.set(stage, recordOf(stage, { startedAt: startedAt ?? earliestStart(stage, records, graph, details) }))
  }
  return [...records.values()]
}

/** Of another process only the stages are known that can be in progress, and one that needs another of them isn't. */
function waitsFor(inProgress: ReadonlySet<string>, name: string, graph: GraphView): boolean {
  const stage = graph.stages.find((one) => one.name === name)
  if (stage === undefined || stage.join === 'any' || typeof stage.join === 'object') return false
  return stage.dependencies.some((one) => one.edge === 'value' && inProgress.has(one.stage))
}

/** The calls inside stages with a child pipeline or items, by stage. */
function callsInside(calls: readonly JournalEntry[]): ReadonlyMap<string, readonly JournalEntry[]> {
  const inside = new Map<string, JournalEntry[]>()
  for (const call of calls) {
    if (stageOfKey(call.key) !== undefined) continue
    const stage = outermost(call.key)
    inside.set(stage, [...(inside.get(stage) ?? []), call])
  }
  return inside
}

/**
 * A child pipeline has no fact of its own. It runs or asks while something inside it does. Otherwise it has ended well: after a failure
 * the run has a report.
 */
function outerRecord(
  stage: string,
  inside: readonly JournalEntry[],
  { inProgress, requests, startedAt }: JournalRunDetails,
): StageRecord {
  const begun = Math.min(...inside.map((entry) => entry.startedAt ?? startedAt))
  if (inProgress.some(({ key }) => outermost(key) === stage)) return recordOf(stage, { startedAt: begun })
  const endedAt = Math.max(...inside.map((entry) => entry.endedAt ?? startedAt))
  const asks = requests.some(({ path }) => path[0] === stage)
  return recordOf(stage, { status: asks ? 'suspend' : 'ok', startedAt: begun, endedAt })
}

/** The stage of the run that a key is of, or inside of. */
const outermost = (key: string): string => key.split(/[/#@]/, 1)[0] as string

function recordOf(stage: string, entry: Pick<JournalEntry, 'status' | 'startedAt' | 'endedAt'>): StageRecord {
  const { status, startedAt, endedAt } = entry
  return {
    stage,
    status: status === 'retry' ? undefined : status,
    readyAt: undefined,
    startedAt,
    endedAt,
    releasedBy: undefined,
    attempts: [],
    chunks: 0,
    notes: {},
  }
}

/** A journal doesn't say when another process began a call: at the earliest when the last of its dependencies had ended. */
function earliestStart(
  stage: string,
  records: ReadonlyMap<string, StageRecord>,
  graph: GraphView,
  { startedAt }: JournalRunDetails,
): number {
  const dependencies = graph.stages.find(({ name }) => name === stage)?.dependencies ?? []
  return Math.max(startedAt, ...dependencies.map((one) => records.get(one.stage)?.endedAt ?? startedAt))
}
