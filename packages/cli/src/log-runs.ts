import type { AttemptRecord, ErrorRecord, PipelineStatus, StageRecord, StageStatus } from '@stageflow/core'
import type { RunReport } from '@stageflow/report'

/** A run, as the events of a log tell it. */
export interface LogRun {
  readonly runId: string
  readonly pipeline: string
  /** Undefined if the log has no end of it. */
  status: PipelineStatus | undefined
  readonly startedAt: number
  /** When its last event was emitted. */
  endedAt: number
  error: ErrorRecord | undefined
  readonly stages: Map<string, LogStage>
}

interface LogStage {
  readyAt: number | undefined
  releasedBy: string | undefined
  status: StageStatus | undefined
  startedAt: number | undefined
  endedAt: number | undefined
  reason: string | undefined
  error: ErrorRecord | undefined
  isTolerated: boolean
  isAbandoned: boolean
  attempts: AttemptRecord[]
  chunks: number
}

/** An event of a log, as far as it was checked. */
export interface LoggedEvent {
  readonly type: string
  readonly timestamp: number
  readonly pipelineRunId: string
  readonly stage?: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The event on a line of a log; undefined if the line has none, such as the half line of a process that was killed. */
export function eventOn(line: string): LoggedEvent | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isObject(value)) return undefined
  const { type, timestamp, pipelineRunId, stage, data } = value
  if (typeof type !== 'string' || typeof pipelineRunId !== 'string') return undefined
  if (typeof timestamp !== 'number' || !Number.isFinite(timestamp)) return undefined
  const fields = { type, timestamp, pipelineRunId, data: isObject(data) ? data : {} }
  return typeof stage === 'string' ? { ...fields, stage } : fields
}

/** How many runs are kept, the newest. */
export const MOST_RUNS = 1_000

/** Collects the runs of a log, event by event, the oldest first. A log that begins in the middle of a run tells nothing of it. */
export class LogRuns {
  readonly runs: Map<string, LogRun> = new Map()
  /** How many older runs were dropped. */
  dropped: number = 0
  readonly #only: string | undefined

  /** `only`: the id of the one run that is wanted. */
  constructor(only?: string) {
    this.#only = only
  }

  add(event: LoggedEvent): void {
    const { pipelineRunId, type, stage } = event
    if (this.#only !== undefined && pipelineRunId !== this.#only) return
    if (type === 'pipeline.started') this.#start(event)
    const run = this.runs.get(pipelineRunId)
    if (run === undefined) return
    run.endedAt = Math.max(run.endedAt, event.timestamp)
    if (stage === undefined) tellRun(run, event)
    else if (type.startsWith(`stage.${stage}.`)) tellStage(run, stage, type.slice(`stage.${stage}.`.length), event)
  }

  #start({ pipelineRunId, timestamp, data }: LoggedEvent): void {
    if (this.runs.size >= MOST_RUNS) {
      const [oldest = ''] = this.runs.keys()
      this.runs.delete(oldest)
      this.dropped++
    }
    this.runs.set(pipelineRunId, {
      runId: pipelineRunId,
      pipeline: textIn(data, 'pipeline') ?? '?',
      status: undefined,
      startedAt: timestamp,
      endedAt: timestamp,
      error: undefined,
      stages: new Map(),
    })
  }
}

const RUN_ENDS: Readonly<Record<string, PipelineStatus>> = {
  'pipeline.completed': 'completed',
  'pipeline.failed': 'failed',
  'pipeline.cancelled': 'cancelled',
  'pipeline.suspended': 'suspended',
}

function tellRun(run: LogRun, { type, data }: LoggedEvent): void {
  if (type === 'pipeline.resumed') run.status = undefined
  if (!Object.hasOwn(RUN_ENDS, type)) return
  run.status = RUN_ENDS[type]
  const [first] = Array.isArray(data['errors']) ? data['errors'] : []
  run.error = errorIn(first)
}

const STAGE_ENDS: Readonly<Record<string, StageStatus>> = {
  completed: 'ok',
  failed: 'fail',
  skipped: 'skip',
  cancelled: 'cancel',
  // Its code ignored the signal. No other event says that it has ended.
  abandoned: 'cancel',
  suspended: 'suspend',
}

function tellStage(run: LogRun, name: string, what: string, { timestamp, data }: LoggedEvent): void {
  const stage = run.stages.get(name) ?? newStage()
  run.stages.set(name, stage)
  if (what === 'chunk') stage.chunks++
  if (what === 'started') {
    stage.status = undefined
    stage.endedAt = undefined
    stage.startedAt = timestamp
    // Without these, a drawing can't follow the critical path to earlier stages.
    stage.readyAt = typeof data['readyAt'] === 'number' ? data['readyAt'] : undefined
    stage.releasedBy = textIn(data, 'releasedBy')
    beginAttempt(stage, timestamp)
  }
  if (what === 'retrying') {
    endAttempt(stage, timestamp, 'retry', errorIn(data['error']))
    beginAttempt(stage, timestamp)
  }
  if (!Object.hasOwn(STAGE_ENDS, what)) return
  stage.status = STAGE_ENDS[what]
  stage.reason = textIn(data, 'reason')
  stage.error = errorIn(data['error'])
  stage.isTolerated = data['tolerated'] === true
  stage.isAbandoned = what === 'abandoned'
  // A stage that was skipped before it began has no times.
  if (stage.startedAt === undefined) return
  stage.endedAt = timestamp
  endAttempt(stage, timestamp, stage.status, stage.error)
}

const newStage = (): LogStage => ({
  readyAt: undefined,
  releasedBy: undefined,
  status: undefined,
  startedAt: undefined,
  endedAt: undefined,
  reason: undefined,
  error: undefined,
  isTolerated: false,
  isAbandoned: false,
  attempts: [],
  chunks: 0,
})

function beginAttempt({ attempts }: LogStage, startedAt: number): void {
  attempts.push({ attempt: attempts.length + 1, startedAt, endedAt: undefined, status: undefined })
}

function endAttempt(
  stage: LogStage,
  endedAt: number,
  status: AttemptRecord['status'],
  error: ErrorRecord | undefined,
): void {
  const last = stage.attempts.pop()
  if (last !== undefined) stage.attempts.push({ ...last, endedAt, status, ...(error !== undefined && { error }) })
}

/**
 * The report of a run, as far as its events tell: it has no stages that no event names. A run whose end the log lacks is in progress, up to its
 * last event.
 */
export function reportOf({ runId, pipeline, status, startedAt, endedAt, stages }: LogRun): RunReport {
  const facts = {
    pipeline,
    pipelineRunId: runId,
    startedAt,
    stages: Object.fromEntries([...stages].map(([name, stage]) => [name, recordOf(name, stage, stages)])),
    droppedEvents: 0,
    notes: {},
  }
  return status === undefined ? { ...facts, status: 'running', now: endedAt } : { ...facts, status, endedAt }
}

function recordOf(
  name: string,
  { reason, error, isTolerated, isAbandoned, releasedBy = '', ...stage }: LogStage,
  stages: ReadonlyMap<string, LogStage>,
): StageRecord {
  return {
    stage: name,
    notes: {},
    ...stage,
    // A log may have lost the events of a stage.
    releasedBy: stages.has(releasedBy) ? releasedBy : undefined,
    ...(reason !== undefined && { reason }),
    ...(error !== undefined && { error }),
    ...(isTolerated && { tolerated: true as const }),
    ...(isAbandoned && { abandoned: true as const }),
  }
}

function errorIn(value: unknown): ErrorRecord | undefined {
  if (!isObject(value)) return undefined
  const [code, message] = [textIn(value, 'code'), textIn(value, 'message')]
  return code === undefined || message === undefined ? undefined : { code, message }
}

function textIn(value: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const text = value[key]
  return typeof text === 'string' ? text : undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
