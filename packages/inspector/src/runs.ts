import type { FoundInJournal, JournalRuns } from './journal-runs.ts'
import type { MeasuredRun } from './percentiles.ts'
import type { InspectorAct, RunList, RunStatus, RunSummary, RunView, StageView } from './protocol.ts'
import { sees } from './reader.ts'
import type { Reader } from './reader.ts'
import type { RunState } from './run-state.ts'
import type { RunStates } from './run-states.ts'
import { runReport, runView, stageView } from './run-view.ts'
import type { Shown } from './shown.ts'

/** How many runs a list has, and how many children a view. */
const MOST_LISTED = 500
const MOST_CHILDREN = 200
/** How many runs of a journal are measured for percentiles: each is read as a whole. */
const MOST_MEASURED = 50
/** A suspended run goes on later, and one whose process has died may. */
const ENDED: ReadonlySet<RunStatus> = new Set(['completed', 'failed', 'cancelled'])

/** A run that a reader may see. */
export interface Found {
  readonly run: RunState
  /** Where its children are. */
  readonly states: RunStates
  /** What the journal says of it, if it was read from there. */
  readonly journal?: FoundInJournal['details'] | undefined
  /** The same run in this process, while it runs here. */
  readonly live?: RunState | undefined
}

/** All runs that are shown, for one reader at a time. */
export interface Runs {
  list(reader: Reader): Promise<RunList>
  /** Undefined if there is no such run, or if it isn't this reader's to see. */
  find(reader: Reader, id: string): Promise<Found | undefined>
  /** The run of this process or of a file; undefined for the same reasons. */
  findKept(reader: Reader, id: string): Found | undefined
  /** The list without the journal. */
  keptList(reader: Reader): RunList
  /** The run for an act on it: that of the journal, which records the act, if it has it. */
  findToAct(reader: Reader, id: string): Promise<Found | undefined>
  /** The runs of a pipeline that have ended, child runs too. Of a journal the newest ones. */
  ended(reader: Reader, pipeline: string): Promise<readonly MeasuredRun[]>
  /** Whether a run of this process or of a file that the reader may see is in their list. */
  isListed(reader: Reader, run: RunState): boolean
  summary(reader: Reader, run: RunState): RunSummary
  view(reader: Reader, found: Found): RunView
  stage(found: Found, name: string): StageView | undefined
  now(): number
}

export interface RunsSetup {
  readonly states: RunStates
  readonly journal: JournalRuns | undefined
  readonly shown: Shown
  readonly now: () => number
  /** What a reader can do to a run. */
  readonly actsOn: (reader: Reader, found: Found) => readonly InspectorAct[]
}

export function runsOf({ states, journal, shown, now, actsOn }: RunsSetup): Runs {
  const { redactors, data } = shown

  function findKept(reader: Reader, id: string): Found | undefined {
    const run = states.get(id)
    return run !== undefined && sees(reader, run.orgId) ? { run, states } : undefined
  }

  async function find(reader: Reader, id: string): Promise<Found | undefined> {
    const kept = findKept(reader, id)
    if (journal === undefined) return kept
    // While it runs here, this process knows more. Afterwards the journal does: its run may go on elsewhere.
    if (kept?.run.status === 'running') {
      await addEarlierLegs(kept.run, journal, reader)
      return kept
    }
    const found = await journal.find(id, reader.orgId)
    return found === undefined ? kept : { run: found.run, states: found.states, journal: found.details }
  }

  /** A leg of a resumed run is told nothing of what had settled before it. */
  async function addEarlierLegs(run: RunState, from: JournalRuns, reader: Reader): Promise<void> {
    if (run.leg === undefined || run.hasEarlierLegs) return
    const found = await from.find(run.id, reader.orgId)
    if (found?.details.status === 'running') states.addEarlierLegs(run, found.run)
  }

  async function findToAct(reader: Reader, id: string): Promise<Found | undefined> {
    const kept = findKept(reader, id)
    const found = await journal?.find(id, reader.orgId)
    if (found === undefined) return kept
    const live = kept?.run.status === 'running' ? kept.run : undefined
    // A run that isn't durable may have the id of one that is.
    if (live !== undefined && found.details.status !== 'running') return kept
    return { run: found.run, states: found.states, journal: found.details, live }
  }

  function summariesOf(reader: Reader): readonly RunSummary[] {
    const listed = [...states.all()].filter((run) => sees(reader, run.orgId) && isListed(reader, run))
    return listed.toSorted((one, other) => other.place - one.place).map((run) => summaryFor(reader, run, states))
  }

  /** A child run is in the list if its parent isn't this reader's to see. */
  const isListed = (reader: Reader, run: RunState): boolean => states.isTop(run) || !seesParent(reader, run, states)

  /** Its parent is left out for a reader who may not see it. */
  function summaryFor(reader: Reader, run: RunState, where: RunStates): RunSummary {
    const summary = run.summary(redactors)
    return seesParent(reader, run, where) ? summary : { ...summary, parent: undefined }
  }

  async function list(reader: Reader): Promise<RunList> {
    const inJournal = (await journal?.list(reader.orgId, MOST_LISTED)) ?? []
    return listOf(reader, joined(summariesOf(reader), inJournal))
  }

  function listOf(reader: Reader, runs: readonly RunSummary[]): RunList {
    const older = Math.max(0, runs.length - MOST_LISTED)
    return { now: now(), runs: runs.slice(0, MOST_LISTED), older, by: reader.isLocal ? undefined : reader.by, data }
  }

  function childrenOf({ run, states: where }: Found, reader: Reader): readonly RunSummary[] {
    const children = [...run.children].flatMap((id) => where.get(id) ?? []).filter((one) => sees(reader, one.orgId))
    return children.slice(-MOST_CHILDREN).map((child) => summaryFor(reader, child, where))
  }

  async function ended(reader: Reader, pipeline: string): Promise<readonly MeasuredRun[]> {
    const measured = new Map<string, MeasuredRun>()
    const add = (run: RunState): void => void measured.set(run.id, { report: runReport(run, shown), graph: run.graph })
    for (const run of states.all())
      if (run.pipeline === pipeline && ENDED.has(run.status) && sees(reader, run.orgId)) add(run)
    for (const { id, status } of (await journal?.list(reader.orgId, MOST_MEASURED, pipeline)) ?? []) {
      const found = ENDED.has(status) ? await journal?.find(id, reader.orgId) : undefined
      if (found !== undefined) add(found.run)
    }
    return [...measured.values()]
  }

  return {
    list,
    ended,
    find,
    findKept,
    findToAct,
    keptList: (reader) => listOf(reader, summariesOf(reader)),
    isListed,
    summary: (reader, run) => summaryFor(reader, run, states),
    view: (reader, found) => ({
      now: now(),
      ...runView(found.run, shown),
      summary: summaryFor(reader, found.run, found.states),
      children: childrenOf(found, reader),
      acts: actsOn(reader, found),
    }),
    stage: ({ run }, name) => stageView(run, name, shown),
    now,
  }
}

/** The newest first. A run that is in both is that of the process while it runs there. */
function joined(kept: readonly RunSummary[], inJournal: readonly RunSummary[]): readonly RunSummary[] {
  if (inJournal.length === 0) return kept
  const running = new Set(kept.filter(({ status }) => status === 'running').map(({ id }) => id))
  const written = inJournal.filter(({ id }) => !running.has(id))
  const ids = new Set(written.map(({ id }) => id))
  const others = kept.filter(({ id }) => !ids.has(id))
  return [...others, ...written].toSorted((one, other) => other.startedAt - one.startedAt)
}

function seesParent(reader: Reader, { parent }: RunState, states: RunStates): boolean {
  if (parent === undefined || reader.orgId === undefined) return true
  const run = states.get(parent.id)
  return run !== undefined && sees(reader, run.orgId)
}
