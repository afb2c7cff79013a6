import { errorRecord } from './errors.ts'
import type { StageNode } from './node.ts'
import { Output } from './output.ts'
import type { AttemptRecord, PipelineReport, PipelineStatus, StageRecord } from './report-types.ts'
import type { RunState } from './run-state.ts'
import type { Run } from './run.ts'
import { FAILED, OK, SKIPPED, WAITING } from './schedule-codes.ts'
import type { Attempt, StageFacts } from './stage-facts.ts'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** How a stage ended; undefined while it has not. */
export function stageOutput(run: RunState, stage: number): Output | undefined {
  const state = run.schedule.state(stage)
  if (state < OK) return undefined
  const output = run.factsIfAny(stage)?.output
  if (output !== undefined) return output
  if (state === OK) return new Output('ok', run.data[stage])
  return state === SKIPPED ? new Output('skip', skipReason(run, stage)) : undefined
}

/** Why a stage was skipped without being asked. */
function skipReason(run: RunState, stage: number): string {
  const { names, nodes } = run.graph
  const why = run.schedule.why(stage)
  if (why === stage) return 'late'
  const node = nodes[stage] as StageNode
  const failure = run.schedule.failureBehind(stage)
  const skipped = failure < 0 ? 'was skipped' : `was skipped after stage "${names[failure]}" failed`
  const ended = run.schedule.state(why) === FAILED ? 'failed' : skipped
  const isAlone = node.dependencies.length === 1 || (failure >= 0 && node.info.join === 'all')
  return `dependency "${names[why]}" ${ended}${isAlone ? '' : ', so too few dependencies can end ok'}`
}

/** The facts of one stage, as they are now. */
export function stageRecord(run: RunState, stage: number): StageRecord {
  const { names } = run.graph
  const state = run.schedule.state(stage)
  const why = run.schedule.why(stage)
  const facts = run.factsIfAny(stage)
  const startedAt = timeOf(run, 2 * stage)
  const endedAt = run.answering === stage ? undefined : timeOf(run, 2 * stage + 1)
  const status = statusOf(run, state, facts)
  const record: Writable<StageRecord> = {
    stage: names[stage] as string,
    status,
    readyAt:
      state === WAITING || (why === stage && startedAt === undefined)
        ? undefined
        : why < 0 || why === stage
          ? run.startedAt
          : timeOf(run, 2 * why + 1),
    startedAt,
    endedAt,
    releasedBy: why < 0 || why === stage ? undefined : names[why],
    attempts:
      facts?.attempts !== undefined
        ? attemptsOf(facts)
        : // A stage that nothing wraps keeps no attempts: its one call is as long as it was.
          startedAt === undefined || run.graph.nodes[stage]?.wrapped !== undefined || run.starting === stage
          ? []
          : run.answering === stage
            ? [soleAttempt(run, stage, run.answer)]
            : [{ attempt: 1, startedAt, endedAt: facts !== undefined && facts.code > 0 ? undefined : endedAt, status }],
    chunks: facts?.chunks ?? 0,
    notes: facts?.notes ?? NO_NOTES,
  }
  if (state !== OK || facts !== undefined) addEnding(record, run, stage, state, facts)
  return record
}

/** The one call of a stage that nobody wraps, where its record says more of it than how the stage ended. */
export function soleAttempt(run: RunState, stage: number, output?: Output): Attempt {
  const startedAt = run.times[2 * stage] as number
  const endedAt = output === undefined ? undefined : run.times[2 * stage + 1]
  const attempt = { attempt: 1, startedAt, endedAt, status: output?.status }
  return output?.error === undefined ? attempt : { ...attempt, error: errorRecord(output.error) }
}

/** Of an attempt whose code runs, items of a map and child runs too, the end is still to come: it is copied. */
function attemptsOf({ attempts = [], code }: StageFacts): readonly AttemptRecord[] {
  const last = attempts.at(-1)
  if (code === 0 && last?.endedAt !== undefined) return attempts
  return attempts.map((one) => (one === last ? { ...one, endedAt: undefined } : one))
}

const NO_NOTES = Object.freeze({})

function statusOf(run: RunState, state: number, facts: StageFacts | undefined): StageRecord['status'] {
  if (facts?.tolerated !== undefined) return 'fail'
  if (state === OK) return 'ok'
  if (state === SKIPPED) return 'skip'
  if (state === FAILED) return 'fail'
  return state > FAILED || run.over ? 'cancel' : undefined
}

function addEnding(
  record: Writable<StageRecord>,
  run: RunState,
  stage: number,
  state: number,
  facts: StageFacts | undefined,
): void {
  const failure = facts?.tolerated ?? (state === FAILED ? facts?.output : undefined)
  if (facts?.tolerated !== undefined) record.tolerated = true
  if (failure !== undefined) {
    record.error = errorRecord(failure.error, record.stage)
    // As those of stages that are wrapped: the error of an attempt does not name its stage.
    const error = errorRecord(failure.error)
    if (facts?.attempts === undefined) record.attempts = record.attempts.map((attempt) => ({ ...attempt, error }))
  } else if (state === SKIPPED) record.reason = facts?.output?.reason ?? skipReason(run, stage)
  else if (record.status === 'cancel')
    record.reason = facts?.output?.reason ?? run.stopText ?? 'the run ended before it started'
  if (facts?.abandoned === true) record.abandoned = true
  if (facts?.children !== undefined) record.children = facts.children.flatMap((child) => childReport(child, run))
}

/** A child that still runs has no report yet; one that outlived its stage's grace time was cancelled with it. */
function childReport(child: Run, run: RunState): readonly PipelineReport[] {
  if (child.over) return [child.report]
  return run.over ? [{ ...child.report, endedAt: run.endedAt }] : []
}

function timeOf(run: RunState, place: number): number | undefined {
  const time = run.times[place] as number
  return Number.isNaN(time) ? undefined : time
}

/** The facts of a whole run. */
export function pipelineReport(run: RunState, status: PipelineStatus): PipelineReport {
  const stages: Record<string, StageRecord> = Object.create(null) as Record<string, StageRecord>
  run.graph.names.forEach((name, stage) => {
    stages[name] = stageRecord(run, stage)
  })
  const notes =
    run.problems === undefined
      ? { ...run.notes }
      : { ...run.notes, 'core/problems': run.problems.map((problem) => errorRecord(problem)) }
  const { startedAt, endedAt, pipelineRunId, graph } = run
  return {
    status,
    pipeline: graph.name,
    pipelineRunId,
    startedAt,
    endedAt,
    stages,
    droppedEvents: run.events?.dropped ?? 0,
    notes,
  }
}
