import type { ErrorRecord, LegReport, PipelineReport, RunContext, RunOutcome, StageRecord } from '@stageflow/core'
import { openRequests } from '@stageflow/core/durable'
import type { OpenRequest } from '@stageflow/core/durable'

import { keepData } from './kept-data.ts'
import type { KeptData } from './kept-data.ts'
import type { GraphView, RunOrigin, RunStatus, RunSummary } from './protocol.ts'
import type { Redactors } from './redactors.ts'
import { withoutSecrets } from './shown.ts'
import type { Shown } from './shown.ts'
import { StageState } from './stage-state.ts'

/** About how many bytes a run takes without its stages. */
const BYTES_PER_RUN = 1_500
/** How many children of a run, and how many of its earlier legs, are kept. */
const MOST_CHILDREN = 200
const MOST_LEGS = 20

/** Where a run comes from, and the organization that it belongs to. */
export interface Whose {
  readonly origin: RunOrigin
  readonly orgId: string | undefined
}

/** A question of a suspended run. The request is kept only if readers may see data. */
export interface KeptQuestion extends Omit<OpenRequest, 'request'> {
  readonly request: KeptData | undefined
  /** In a journal: names this question. */
  readonly question?: string
}

type Asked = OpenRequest & { readonly question?: string }

export function keepQuestions(asked: readonly Asked[], { data, redactors }: Shown): readonly KeptQuestion[] {
  return asked.map(({ request, ...question }) => ({
    ...question,
    request: data ? keepData(request, redactors.data) : undefined,
  }))
}

/** What is known of one run. */
export class RunState {
  readonly id: string
  readonly origin: RunOrigin
  readonly orgId: string | undefined
  /** Its place in the order in which runs began. */
  readonly place: number
  /** The revision of its last change, and of the last one that isn't a change of a stage alone. */
  revision = 0
  wholeRevision = 0
  /** False once it was dropped: hooks may still have it. */
  isKept = true
  pipeline = ''
  /** Undefined as long as only events of it came. */
  graph: GraphView | undefined
  parent: RunSummary['parent']
  status: RunStatus = 'running'
  startedAt = 0
  endedAt: number | undefined
  reason: string | undefined
  error: ErrorRecord | undefined
  failedStage: string | undefined
  leg: number | undefined
  input: KeptData | undefined
  questions: readonly KeptQuestion[] = []
  notes: PipelineReport['notes'] = {}
  usage: PipelineReport['usage']
  legs: readonly LegReport[] | undefined
  droppedEvents = 0
  /** How many stages it has, as its first event says. */
  stageCount: number | undefined
  /** What can stop it while it runs in this process. */
  context: RunContext | undefined
  /** Whether the journal was asked for what earlier legs did in another process. */
  hasEarlierLegs = false
  readonly stages: Map<string, StageState> = new Map()
  /** The ids of its children, the newest last. */
  readonly children: Set<string> = new Set()
  bytes: number = BYTES_PER_RUN
  #done = 0

  constructor(id: string, { origin, orgId }: Whose, place: number) {
    this.id = id
    this.origin = origin
    this.orgId = orgId
    this.place = place
  }

  stage(name: string): StageState {
    const known = this.stages.get(name)
    if (known !== undefined) return known
    const stage = new StageState(name)
    this.stages.set(name, stage)
    return stage
  }

  /** A leg of it begins. */
  begin(pipeline: string, startedAt: number, leg: number | undefined): void {
    this.pipeline = pipeline
    if (this.startedAt === 0) this.startedAt = startedAt
    this.leg = leg
    this.status = 'running'
    this.endedAt = undefined
    this.reason = undefined
    this.error = undefined
    this.questions = []
  }

  /** It ended, or waits for answers. What was kept to stop it is released. */
  end(status: RunStatus, endedAt: number, reason: string | undefined, errors: readonly ErrorRecord[]): void {
    this.status = status
    this.endedAt = endedAt
    this.reason = reason
    this.error = errors[0]
    this.failedStage ??= errors[0]?.stage
    this.context = undefined
  }

  /** Its status in a journal, which knows more than a report: that its process has died, or that a leg was refused. */
  takeStatus(status: RunStatus, endedAt: number | undefined, reason?: string, error?: ErrorRecord): void {
    this.status = status
    this.endedAt = endedAt
    this.reason = reason
    this.error = error
  }

  addChild(id: string): void {
    this.children.add(id)
    if (this.children.size > MOST_CHILDREN) this.children.delete(this.children.values().next().value as string)
  }

  /** How many stages have settled, without those that were cancelled before they started. */
  get done(): number {
    return this.#done
  }

  /** Counts what a stage takes, and whether it has settled, after a change of it. */
  count(stage: StageState): void {
    const { bytes, isDone } = stage
    this.bytes += bytes - stage.countedBytes
    stage.countedBytes = bytes
    if (isDone === stage.countedDone) return
    this.#done += isDone ? 1 : -1
    stage.countedDone = isDone
  }

  /** The records of its report that no hook has told: those of stages that never started. */
  takeReport(report: PipelineReport, settle: (stage: StageState, record: StageRecord) => void): void {
    const { stages, notes, usage, legs, droppedEvents } = report
    this.notes = notes
    this.usage = usage
    this.legs = legs?.slice(-MOST_LEGS).map(withoutChildren)
    this.droppedEvents = droppedEvents
    for (const record of Object.values(stages)) {
      const stage = this.stage(record.stage)
      if (stage.record === undefined) settle(stage, record)
    }
  }

  /** What a suspended run asks. */
  takeQuestions(outcome: RunOutcome, shown: Shown): void {
    const { graph } = this
    if (outcome.requests === undefined || graph === undefined) return
    const outputs = Object.fromEntries(graph.stages.map(({ name }) => [name, outcome.output(name)]))
    const { requests, children, report } = outcome
    const asked = openRequests({ status: 'suspended', requests, outputs, children, report, snapshot: {} })
    this.questions = keepQuestions(asked, shown)
  }

  summary({ facts }: Redactors): RunSummary {
    const { id, origin, pipeline, status, startedAt, endedAt, parent, leg, failedStage } = this
    const asking = this.questions.map(({ path }) => path.join('/'))
    return {
      id,
      origin,
      pipeline,
      status,
      startedAt,
      endedAt,
      stages: this.graph?.stages.length ?? this.stageCount,
      done: this.#done,
      parent,
      reason: this.reason === undefined ? undefined : facts.text(this.reason),
      error: this.error && withoutSecrets(this.error, facts),
      failedStage,
      asking: asking.length === 0 ? undefined : asking,
      leg,
    }
  }
}

/** A leg without the reports of child runs, which are runs of their own here. */
function withoutChildren(leg: LegReport): LegReport {
  const stages = Object.entries(leg.stages).map(([name, { children: _children, ...record }]) => [name, record] as const)
  return { ...leg, stages: Object.fromEntries(stages) }
}
