import { errorRecord } from '../base/errors.ts'
import { EMPTY, bareRecord, define, defined } from '../base/objects.ts'
import { Output, asStageOutput } from '../contract/output.ts'
import type { StartedStage } from '../contract/events.ts'
import type { StageOutput } from '../contract/output.ts'
import type { AttemptRecord, PipelineReport, PipelineStatus, StageRecord } from '../contract/results.ts'
import { nodeAt } from '../graph/graph.ts'
import { CANCELLED, FAILED, INTERRUPTED, OK, SKIPPED, SUSPENDED, WAITING } from '../schedule/plan.ts'
import type { ChildRun } from './child-runs.ts'
import { ENDED } from './phases.ts'
import type { RunFacts } from './run-facts.ts'
import { StageFacts } from './stage-facts.ts'
import type { Attempt } from './stage-facts.ts'
import { sumOfUsage } from './usage.ts'

export type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** The open call of an unwrapped stage, as far as a record shows it. */
export interface ShownCall {
  /** Its answer, while its parts are being told. */
  readonly output: Output | undefined
  /** Whether it has called the stage's code. */
  readonly codeBegan: boolean
}

/** How a stage settled; undefined while it has not. */
export function stageOutput(run: RunFacts, index: number): Output | undefined {
  const state = run.schedule.state(index)
  if (state < OK) return undefined
  const output = run.stages?.[index]?.output
  if (output !== undefined) return output
  if (state === OK) return new Output('ok', run.data[index])
  return state === SKIPPED ? new Output('skip', skipReason(run, index)) : undefined
}

/** The output of a stage by its name, as interceptors and callers see it; undefined until the stage has an output. */
export function outputNamed(run: RunFacts, stage: string): StageOutput | undefined {
  const index = run.graph.indexOf(stage)
  const output = index === undefined ? undefined : stageOutput(run, index)
  return output && asStageOutput(output)
}

/** Why a stage was skipped before it could start. */
function skipReason(run: RunFacts, index: number): string {
  const refusal = run.edges?.refusal(index)
  if (refusal !== undefined) return refusal
  const { names } = run.graph
  const why = run.schedule.why(index)
  if (why === index) return 'late'
  if (why === INTERRUPTED) return 'interrupted'
  const node = nodeAt(run.graph, index)
  const failure = run.schedule.failureBehind(index)
  const skipped = failure < 0 ? 'was skipped' : `was skipped after stage "${names[failure]}" failed`
  const ended = run.schedule.state(why) === FAILED ? 'failed' : skipped
  const isAlone = node.dependencies.length === 1 || (failure >= 0 && node.info.join === 'all')
  return `dependency "${names[why]}" ${ended}${isAlone ? '' : ', so too few dependencies can end ok'}`
}

/** The requests of suspended outputs, by their keys; undefined if no output is suspended. */
export function requestsOf(outputs: object): Readonly<Record<string, unknown>> | undefined {
  let requests: Record<string, unknown> | undefined
  for (const [key, output] of Object.entries(outputs) as [string, Output | undefined][])
    if (output?.status === 'suspend') define((requests ??= {}), key, output.request)
  return requests
}

/** The facts of a stage beyond its data and times, if it has none. */
const NO_FACTS = new StageFacts()

/** The record of one stage as it is now. `call`: the open call of an unwrapped stage, if it has parts. */
export function stageRecord(run: RunFacts, index: number, call?: ShownCall): Writable<StageRecord> {
  const { names } = run.graph
  const state = run.schedule.state(index)
  const stageFacts = run.stages?.[index] ?? NO_FACTS
  if (stageFacts.record !== undefined) return stageFacts.record
  const startedAt = timeOf(run, 2 * index)
  const record: Writable<StageRecord> = {
    stage: names[index] as string,
    status: statusOf(run, state, stageFacts),
    readyAt: readyAt(run, index),
    startedAt,
    // A stage whose call is answered has a time, but it hasn't settled until the answer is published.
    endedAt: state < OK ? undefined : timeOf(run, 2 * index + 1),
    releasedBy: releasedBy(run, index),
    attempts: attemptsOf(run, index, stageFacts, call),
    chunks: stageFacts.chunks,
    notes: stageFacts.notes ?? EMPTY,
  }
  if (state !== OK || stageFacts !== NO_FACTS) addEnding(record, run, index, stageFacts)
  return run.edges?.shown(index, record) ?? record
}

/** When a stage could have started: when the dependency that released it settled or began to yield, or when the run started. */
function readyAt(run: RunFacts, index: number): number | undefined {
  const byEdges = run.edges?.readyAt(index)
  if (byEdges !== undefined) return byEdges
  const why = run.schedule.why(index)
  if (run.schedule.state(index) === WAITING) return undefined
  if (why === INTERRUPTED) return undefined
  if (why < 0) return run.startedAt
  if (why !== index) return timeOf(run, 2 * why + 1)
  // It was skipped because no reader was left: before it could start, or while it was suspended.
  return timeOf(run, 2 * index) === undefined ? undefined : run.startedAt
}

/** The dependency that a stage waited for last. */
function releasedBy(run: RunFacts, index: number): string | undefined {
  const why = run.schedule.why(index)
  return why < 0 || why === index ? undefined : run.graph.names[why]
}

/** The data of the event of a stage that starts. */
export function startOf(run: RunFacts, index: number): StartedStage {
  const { kind } = nodeAt(run.graph, index).info
  return { kind, readyAt: readyAt(run, index), releasedBy: releasedBy(run, index) }
}

function attemptsOf(
  run: RunFacts,
  index: number,
  stageFacts: StageFacts,
  call: ShownCall | undefined,
): readonly AttemptRecord[] {
  if (stageFacts.attempts !== undefined) return attemptsSoFar(stageFacts)
  const startedAt = timeOf(run, 2 * index)
  if (startedAt === undefined || nodeAt(run.graph, index).wrapped !== undefined || call?.codeBegan === false) return []
  // An unwrapped stage keeps no attempts: its one call took as long as the stage.
  const endedAt = stageFacts.runningCode > 0 ? undefined : timeOf(run, 2 * index + 1)
  const output = call?.output
  const status = output === undefined ? statusOf(run, run.schedule.state(index), stageFacts) : output.status
  const attempt: Attempt = { attempt: 1, startedAt, endedAt, status }
  if (output?.error !== undefined) attempt.error = errorRecord(output.error)
  if (stageFacts.soleNotes !== undefined) attempt.notes = stageFacts.soleNotes
  return [attempt]
}

/** If code of an attempt still runs, including items of a map and child runs, the attempt hasn't ended: its record is a copy. */
function attemptsSoFar({ attempts = [], runningCode }: StageFacts): readonly AttemptRecord[] {
  const last = attempts.at(-1)
  if (runningCode === 0 && last?.endedAt !== undefined) return attempts
  return attempts.map((one) => (one === last ? { ...one, endedAt: undefined } : one))
}

function statusOf(run: RunFacts, state: number, { tolerated, answer }: StageFacts): StageRecord['status'] {
  if (tolerated !== undefined || answer?.status === 'fail') return 'fail'
  return STATUSES[state] ?? (mayStillSettle(run) ? undefined : 'cancel')
}

/** The status of a settled stage, by its state. */
const STATUSES: Readonly<Record<number, StageRecord['status']>> = {
  [OK]: 'ok',
  [SKIPPED]: 'skip',
  [FAILED]: 'fail',
  [CANCELLED]: 'cancel',
  [SUSPENDED]: 'suspend',
}

/** Whether stages without an ending can still get one: in this run, or after it was suspended. */
function mayStillSettle({ phase, ending, schedule }: RunFacts): boolean {
  return phase < ENDED || (ending === undefined && schedule.suspended > 0)
}

function addEnding(record: Writable<StageRecord>, run: RunFacts, index: number, stageFacts: StageFacts): void {
  const { attempts, children, items, output, resumed, tolerated } = stageFacts
  // A part that is told before the answer is published must know what its call was given up with.
  const answer = stageFacts.answer ?? output
  const failure = tolerated ?? (answer?.status === 'fail' ? answer : undefined)
  if (tolerated !== undefined) record.tolerated = true
  if (failure !== undefined) {
    record.error = errorRecord(failure.error, record.stage)
    // The error of an attempt doesn't name its stage.
    const error = errorRecord(failure.error)
    if (attempts === undefined) record.attempts = record.attempts.map((attempt) => ({ ...attempt, error }))
  } else if (record.status === 'skip') record.reason = output?.reason ?? skipReason(run, index)
  else if (record.status === 'cancel')
    record.reason = output?.reason ?? run.ending?.reason ?? 'the run ended before it started'
  if (stageFacts.abandoned) record.abandoned = true
  if (stageFacts.committed || record.chunks > 0) record.committed = true
  // What is inside a child pipeline or a map has its own records.
  if (resumed?.by !== undefined && !nodeAt(run.graph, index).made) record.answeredBy = resumed.by
  if (resumed?.expired) record.expired = true
  if (items !== undefined) record.items = items.record()
  if (children === undefined) return
  record.children = [...children].flatMap((child) => childReport(child, run))
  if (children.leftOut > 0) record.childrenLeftOut = children.leftOut
}

/** A child that still runs has no report yet. One that outlived its stage's grace time was cancelled with it. */
function childReport({ isOver, result }: ChildRun, run: RunFacts): readonly PipelineReport[] {
  if (isOver) return [result.report]
  return run.phase >= ENDED ? [{ ...result.report, endedAt: run.endedAt }] : []
}

function timeOf(run: RunFacts, place: number): number | undefined {
  const time = run.times[place] as number
  return Number.isNaN(time) ? undefined : time
}

/** The report of a run as it is now, with the record of each stage. */
export function pipelineReport(run: RunFacts, status: PipelineStatus): PipelineReport {
  const stages = bareRecord<StageRecord>()
  run.graph.names.forEach((stage, index) => {
    stages[stage] = stageRecord(run, index)
  })
  const { startedAt, endedAt, pipelineRunId, graph, resume } = run
  const { notes, problems } = run.notebook
  const usage = sumOfUsage([resume?.legs.at(-1)?.usage, run.used])
  return {
    status,
    pipeline: graph.name,
    pipelineRunId,
    startedAt,
    endedAt,
    stages,
    droppedEvents: run.events?.dropped ?? 0,
    notes: { ...notes, ...defined({ 'core/problems': problems?.map((problem) => errorRecord(problem)) }) },
    ...defined({ usage }),
    legs: resume?.legs,
  }
}
