import type {
  ErrorRecord,
  PipelineReport,
  RunContext,
  RunOutcome,
  RunPart,
  StageRecord,
  StageflowEvent,
} from '@stageflow/core'
import { isLastEvent } from '@stageflow/core/kit'
import { criticalPath } from '@stageflow/report'

import { DescribedGraphs } from './describe-graph.ts'
import type { GraphOf } from './describe-graph.ts'
import { keepData } from './kept-data.ts'
import type { KeptData } from './kept-data.ts'
import type { GraphView, RunOrigin, RunStatus, RunSummary } from './protocol.ts'
import { RunState } from './run-state.ts'
import type { Whose } from './run-state.ts'
import type { Shown } from './shown.ts'
import { applyStageEvent } from './stage-event.ts'
import type { StageState } from './stage-state.ts'

/** How many ids of runs that were dropped are remembered for readers. */
const MOST_GONE = 1_000

export interface RunStatesSetup extends Shown {
  readonly maxBytes: number
}

/** A run that was dropped to make room. */
export interface GoneRun {
  readonly id: string
  readonly orgId: string | undefined
  readonly revision: number
}

/** What is known of a run beside its records. */
export interface KnownRun {
  readonly id: string
  readonly pipeline: string
  readonly startedAt: number
  readonly graph: GraphView
}

/** The runs that are kept, as states, from hooks and events. Their memory is bounded: those that ended first are dropped first. */
export class RunStates {
  /** Rises with each change. */
  revision = 0
  /** How many runs were dropped to make room. */
  dropped = 0
  bytes = 0
  readonly #options: RunStatesSetup
  readonly #running = new Map<string, RunState>()
  /** Those that ended first come first. */
  readonly #ended = new Map<string, RunState>()
  #gone: GoneRun[] = []
  #places = 0
  readonly #graphs: DescribedGraphs

  constructor(options: RunStatesSetup) {
    this.#options = options
    this.#graphs = new DescribedGraphs(options.redactors.facts)
  }

  get size(): number {
    return this.#running.size + this.#ended.size
  }

  get(id: string): RunState | undefined {
    return this.#running.get(id) ?? this.#ended.get(id)
  }

  /** Whether a run is shown in lists: it has no parent, or its parent isn't kept. */
  isTop({ parent }: RunState): boolean {
    return parent === undefined || this.get(parent.id) === undefined
  }

  /** All runs: those that have ended in the order of their ends, then the others. */
  *all(): Iterable<RunState> {
    yield* this.#ended.values()
    yield* this.#running.values()
  }

  /** The runs that were dropped since a revision; undefined if not all of them are remembered. */
  goneSince(revision: number): readonly GoneRun[] | undefined {
    const [oldest] = this.#gone
    if (this.#gone.length >= MOST_GONE && oldest !== undefined && oldest.revision > revision) return undefined
    return this.#gone.filter((one) => one.revision > revision)
  }

  /** Follows a run of this process. One behind a closed gate isn't kept until the gate lets something of it through. */
  onRun(run: RunContext): RunPart {
    if (run.parent?.held !== true) this.#follow(run)
    return {
      settled: (record, context) => this.#stageSettled(record, context),
      ended: (outcome, context) => this.#runEnded(outcome, context),
    }
  }

  /** Adds a run that has ended, with its child runs. Throws `report/not-a-report`. */
  addReport(report: PipelineReport, whose: Whose, graphOf: GraphOf, parent?: RunSummary['parent']): RunState {
    criticalPath(report) // throws if it isn't a report
    const { redactors } = this.#options
    const { pipeline, pipelineRunId, status, startedAt, endedAt, stages } = report
    const run = this.#open(pipelineRunId, whose)
    run.begin(pipeline, startedAt, undefined)
    run.graph = graphOf(pipeline, Object.keys(stages))
    run.parent = parent
    run.takeReport(report, redactors, (stage, record) => {
      for (const child of record.children ?? []) {
        const childGraph = run.graph?.stages.find(({ name }) => name === stage.name)?.child
        this.addReport(child, whose, () => childGraph, { id: run.id, stage: stage.name, path: stage.name })
        run.addChild(child.pipelineRunId)
      }
      this.#settle(run, stage, record)
    })
    const errors = Object.values(stages).flatMap(({ error, tolerated }) => (error && !tolerated ? [error] : []))
    this.#end(run, status, endedAt, undefined, errors)
    return run
  }

  /** Adds a run of which only some records are known. */
  addRecords(about: KnownRun, whose: Whose, records: readonly StageRecord[]): RunState {
    const run = this.#open(about.id, whose)
    run.begin(about.pipeline, about.startedAt, undefined)
    run.graph = about.graph
    for (const record of records) this.#settle(run, run.stage(record.stage), record)
    return run
  }

  /** Adds what is known of a resumed run from elsewhere: the stages that settled in its earlier legs. */
  addEarlierLegs(run: RunState, known: RunState): void {
    run.hasEarlierLegs = true
    for (const [name, stage] of known.stages) {
      const isSettled = stage.status !== undefined && stage.status !== 'suspend'
      if (!isSettled || run.stages.has(name)) continue
      stage.countedBytes = 0
      stage.countedDone = false
      run.stages.set(name, stage)
      this.#touchStage(run, stage)
    }
  }

  /** Says of all runs in progress that their process has died: nothing more comes of them. */
  stopAll(at: number): void {
    for (const run of [...this.#running.values()]) this.#end(run, 'stopped', at, undefined, [])
  }

  take(event: StageflowEvent, origin: RunOrigin): void {
    const { type, stage, pipelineRunId } = event
    if (stage === undefined) return this.#takeRunEvent(event, origin)
    if (type === 'pipeline.child_started') return this.#takeChild(event, stage, origin)
    const run = this.get(pipelineRunId)
    if (run === undefined || run.orgId !== event.orgId) return
    const state = run.stage(stage)
    if (applyStageEvent(state, stage, event, this.#options)) this.#touchStage(run, state)
  }

  #takeRunEvent(event: StageflowEvent, origin: RunOrigin): void {
    const { type, timestamp, pipelineRunId } = event
    if (type === 'pipeline.started' || type === 'pipeline.resumed') {
      const { pipeline, stages } = event.data
      // A new run may have the id of an older one.
      const known = this.get(pipelineRunId)
      if (known !== undefined && type === 'pipeline.started' && known.pipeline !== '') this.#drop(known)
      const run = this.#open(pipelineRunId, { origin, orgId: event.orgId })
      run.begin(pipeline, timestamp, event.leg)
      run.stageCount = stages
      return this.#touch(run)
    }
    const run = isLastEvent(event) ? this.get(pipelineRunId) : undefined
    // The outcome says more than the last event, and it came before.
    if (run === undefined || run.orgId !== event.orgId || run.endedAt !== undefined) return
    const { reason, errors = [] } = event.data as { readonly reason?: string; readonly errors?: readonly ErrorRecord[] }
    this.#end(run, type.slice('pipeline.'.length) as RunStatus, timestamp, reason, errors)
  }

  #takeChild(event: StageflowEvent, stage: string, origin: RunOrigin): void {
    const { childRunId, path } = event.data as { readonly childRunId: string; readonly path: string }
    const parent = this.get(event.pipelineRunId)
    if (parent === undefined || parent.orgId !== event.orgId) return
    const child = this.#open(childRunId, { origin, orgId: event.orgId })
    child.parent = { id: parent.id, stage, path }
    parent.addChild(child.id)
    this.#touch(child)
  }

  /** Keeps a run of this process, with its graph. */
  #follow(run: RunContext): RunState {
    const { pipelineRunId, pipeline, parent, startedAt, snapshot, orgId } = run
    const { data, redactors } = this.#options
    const state = this.#open(pipelineRunId, { origin: 'live', orgId })
    state.begin(pipeline.name, startedAt, state.leg)
    state.graph = this.#graphs.of(pipeline)
    state.context = run
    if (data) state.input = keepData(snapshot, redactors.data)
    if (parent !== undefined) {
      state.parent = { id: parent.pipelineRunId, stage: parent.stage, path: parent.path }
      this.get(parent.pipelineRunId)?.addChild(state.id)
    }
    this.#touch(state)
    return state
  }

  #stageSettled(record: StageRecord, context: RunContext): void {
    // Items of a map are known from their events.
    if (context.item !== undefined) return
    const run = this.#runOf(context)
    if (run === undefined) return
    const stage = run.stage(record.stage)
    if (this.#options.data) stage.output = this.#outputOf(context, record.stage)
    this.#settle(run, stage, record)
  }

  #outputOf(context: RunContext, stage: string): KeptData | undefined {
    const output = context.output(stage)
    const data = output !== undefined && 'data' in output ? output.data : undefined
    return data === undefined ? undefined : keepData(data, this.#options.redactors.data)
  }

  /**
   * The run of a hook, with its graph: that of one behind a gate comes with its first event. Undefined if it was dropped, or if its id is now that of a
   * run of another organization.
   */
  #runOf(context: RunContext): RunState | undefined {
    const run = this.get(context.pipelineRunId)
    if (run === undefined || run.orgId !== context.orgId) return undefined
    return run.graph === undefined ? this.#follow(context) : run
  }

  #settle(run: RunState, stage: StageState, record: StageRecord): void {
    stage.settle(record.children === undefined ? record : withoutChildren(record), this.#options.redactors)
    if (record.status === 'fail' && record.tolerated !== true) run.failedStage ??= stage.name
    this.#touchStage(run, stage)
  }

  #runEnded(outcome: RunOutcome, context: RunContext): void {
    const run = this.#runOf(context)
    if (run === undefined) return
    run.takeReport(outcome.report, this.#options.redactors, (stage, record) => this.#settle(run, stage, record))
    run.takeQuestions(outcome, this.#options)
    this.#end(run, outcome.status, outcome.endedAt, outcome.reason, outcome.errors)
  }

  #end(run: RunState, status: RunStatus, at: number, reason: string | undefined, errors: readonly ErrorRecord[]): void {
    // It may have been dropped by its own last stage.
    if (!run.isKept) return
    run.end(status, at, { reason, errors }, this.#options.redactors)
    this.#running.delete(run.id)
    this.#ended.set(run.id, run)
    this.#touch(run)
  }

  /** The run of this id, which is running. One of another organization with this id gives way: its data must not become that of this one. */
  #open(id: string, whose: Whose): RunState {
    const known = this.get(id)
    if (known !== undefined && known.orgId === whose.orgId) {
      this.#ended.delete(id)
      this.#running.set(id, known)
      return known
    }
    if (known !== undefined) this.#drop(known)
    const run = new RunState(id, whose, ++this.#places)
    this.#running.set(id, run)
    this.bytes += run.bytes
    return run
  }

  /** Something of a run has changed that isn't a change of a stage alone. */
  #touch(run: RunState): void {
    run.revision = run.wholeRevision = ++this.revision
    const before = run.bytes
    run.countOwn()
    this.bytes += run.bytes - before
    this.#makeRoom()
  }

  #touchStage(run: RunState, stage: StageState): void {
    if (!run.isKept) return
    stage.revision = run.revision = ++this.revision
    const before = run.bytes
    run.count(stage)
    this.bytes += run.bytes - before
    this.#makeRoom()
  }

  /** Drops runs until the rest is within the bound. If none has ended, the one that began first goes. */
  #makeRoom(): void {
    while (this.bytes > this.#options.maxBytes && this.size > 1) {
      const [oldest] = this.#ended.size > 0 ? this.#ended.values() : this.#running.values()
      if (oldest === undefined) return
      this.#drop(oldest)
      this.dropped++
    }
  }

  #drop(run: RunState): void {
    run.isKept = false
    this.#ended.delete(run.id)
    this.#running.delete(run.id)
    this.bytes -= run.bytes
    this.#gone.push({ id: run.id, orgId: run.orgId, revision: ++this.revision })
    if (this.#gone.length > 2 * MOST_GONE) this.#gone = this.#gone.slice(-MOST_GONE)
  }
}

/** Child runs are runs of their own here, so their reports aren't kept twice. */
function withoutChildren({ children: _children, ...record }: StageRecord): StageRecord {
  return record
}
