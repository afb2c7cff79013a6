import type { ErrorRecord, LegReport, PipelineReport, RunContext, RunOutcome, StageRecord } from '@stageflow/core'
import { openRequests } from '@stageflow/core/durable'

import type { KeptData } from './kept-data.ts'
import { keepFacts } from './kept-facts.ts'
import { keepQuestion } from './kept-question.ts'
import type { KeptQuestion } from './kept-question.ts'
import type { GraphView, RunOrigin, RunStatus, RunSummary } from './protocol.ts'
import type { Redactors } from './redactors.ts'
import { shownPath, shownPlace } from './question-path.ts'
import { shownLeg, withoutSecrets } from './shown.ts'
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

/** Why a run ended as it did. */
interface Ending {
  readonly reason: string | undefined
  readonly errors: readonly ErrorRecord[]
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
  /** What of `bytes` is not of its stages. */
  #ownBytes = BYTES_PER_RUN
  /** About how many bytes its notes and legs take, and its error and reason. */
  #reportBytes = 0
  #endingBytes = 0
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
  end(status: RunStatus, endedAt: number, { reason, errors }: Ending, { facts }: Redactors): void {
    const why = keepFacts({ reason, error: errors[0] }, (one) => ({
      reason: one.reason === undefined ? undefined : facts.text(one.reason),
      error: one.error && withoutSecrets(one.error, facts),
    }))
    this.#endingBytes = why.bytes
    this.status = status
    this.endedAt = endedAt
    this.reason = why.facts.reason
    this.error = why.facts.error
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

  /** Counts what it takes without its stages. */
  countOwn(): void {
    const asked = this.questions.reduce((sum, { bytes }) => sum + bytes, 0)
    const own = BYTES_PER_RUN + (this.input?.bytes ?? 0) + asked + this.#reportBytes + this.#endingBytes
    this.bytes += own - this.#ownBytes
    this.#ownBytes = own
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
  takeReport(
    { stages, notes, usage, legs = [], droppedEvents }: PipelineReport,
    { facts }: Redactors,
    settle: (stage: StageState, record: StageRecord) => void,
  ): void {
    const own = keepFacts({ notes, usage }, (one) => ({
      notes: withoutSecrets(one.notes, facts),
      usage: one.usage && withoutSecrets(one.usage, facts),
    }))
    const earlier = legs.slice(-MOST_LEGS).map((leg) => keepFacts(withoutChildren(leg), (one) => shownLeg(one, facts)))
    this.#reportBytes = earlier.reduce((sum, { bytes }) => sum + bytes, own.bytes)
    this.notes = own.facts.notes
    this.usage = own.facts.usage
    this.legs = earlier.length === 0 ? undefined : earlier.map((leg) => leg.facts)
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
    this.questions = asked.map((question) => keepQuestion(question, shown))
  }

  summary({ facts }: Redactors): RunSummary {
    const { id, origin, pipeline, status, startedAt, endedAt, parent, leg, failedStage } = this
    const asking = this.questions.map(({ path }) => shownPath(path, facts).join('/'))
    return {
      id,
      origin,
      pipeline,
      status,
      startedAt,
      endedAt,
      stages: this.graph?.stages.length ?? this.stageCount,
      done: this.#done,
      parent: parent && { ...parent, path: shownPlace(parent.path, facts) },
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
