import type { AttemptRecord, PipelineInfo, PipelineReport, StageRecord } from '@stageflow/core'
import fc from 'fast-check'

/** A stage with a planned duration, so that runs that differ in one duration can be compared. */
export interface PlannedStage {
  readonly name: string
  readonly dependencies: readonly string[]
  readonly join: 'all' | 'every' | 'any'
  readonly durationMs: number
  readonly queuedMs: number
  readonly isOk: boolean
  /** Pauses between attempts, each within the duration. */
  readonly pausesMs: readonly number[]
}

export interface PlannedRun {
  readonly startedAt: number
  readonly endingMs: number
  readonly stages: readonly PlannedStage[]
}

interface Settled {
  readonly record: StageRecord
  readonly index: number
  readonly isOk: boolean
  readonly at: number
}

/** The report that the engine would make, computed the slow and obvious way. Stages follow their dependencies. */
export function simulate({ startedAt, endingMs, stages }: PlannedRun): PipelineReport {
  const settled = new Map<string, Settled>()
  for (const [index, stage] of stages.entries()) {
    const dependencies = stage.dependencies
      .map((name) => settled.get(name)!)
      .sort((a, b) => a.at - b.at || a.index - b.index)
    const decision = decide(stage, dependencies, startedAt)
    const record = settle(stage, decision)
    settled.set(stage.name, { record, index, isOk: record.status === 'ok', at: record.endedAt! })
  }
  const records = stages.map(({ name }) => settled.get(name)!.record)
  const lastAt = Math.max(startedAt, ...records.map((record) => record.endedAt!))
  return {
    pipeline: 'simulated',
    pipelineRunId: 'run-1',
    status: 'completed',
    startedAt,
    endedAt: lastAt + endingMs,
    stages: Object.fromEntries(records.map((record) => [record.stage, record])),
    droppedEvents: 0,
    notes: {},
  }
}

export function recordOf({ stages }: PipelineReport, name: string): StageRecord {
  const record = stages[name]
  if (record === undefined) throw new Error(`The report has no stage "${name}".`)
  return record
}

export function infoOf(
  stages: readonly { readonly name: string; readonly dependencies: readonly string[] }[],
): PipelineInfo {
  const dependents = new Map<string, string[]>(stages.map(({ name }) => [name, []]))
  for (const { name, dependencies } of stages) for (const source of dependencies) dependents.get(source)!.push(name)
  const pipeline = {
    name: 'simulated',
    interceptors: [] as string[],
    stages: [] as PipelineInfo['stages'][number][],
    toJSON: () => ({}),
  } satisfies PipelineInfo
  for (const [index, { name, dependencies }] of stages.entries()) {
    pipeline.stages.push({
      name,
      kind: 'transform',
      index,
      dependencies: dependencies.map((stage) => ({ stage, edge: 'value' })),
      dependents: dependents.get(name)!,
      join: 'all',
      conditional: false,
      tolerated: false,
      options: {},
      streams: false,
      map: false,
      itemOf: undefined,
      child: undefined,
      placement: undefined,
      source: undefined,
      pipeline,
      toJSON: () => ({}),
    })
  }
  return pipeline
}

/** Random graphs of 1 to 14 stages, with `joins` and `skips` only if asked for. */
export function plannedRuns(kinds: { readonly joins: boolean; readonly queues: boolean }): fc.Arbitrary<PlannedRun> {
  const stage = fc.record({
    sources: fc.array(fc.nat(13), { maxLength: 4 }),
    join: kinds.joins ? fc.constantFrom('all' as const, 'every' as const, 'any' as const) : fc.constant('all' as const),
    durationMs: fc.integer({ min: 0, max: 30 }),
    queuedMs: kinds.queues ? fc.integer({ min: 0, max: 5 }) : fc.constant(0),
    isOk: kinds.joins ? fc.integer({ min: 0, max: 4 }).map((dice) => dice > 0) : fc.constant(true),
    pausesMs: kinds.queues ? fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }) : fc.constant([]),
  })
  return fc.record({
    startedAt: fc.constantFrom(0, 1_000, 1_700_000_000_000),
    endingMs: kinds.queues ? fc.integer({ min: 0, max: 5 }) : fc.constant(0),
    stages: fc.array(stage, { minLength: 1, maxLength: 14 }).map((list) =>
      list.map(({ sources, ...rest }, index) => ({
        ...rest,
        name: `s${index}`,
        dependencies: [...new Set(sources)].filter((source) => source < index).map((source) => `s${source}`),
      })),
    ),
  })
}

interface Decision {
  readonly runs: boolean
  readonly at: number
  readonly releasedBy: string | undefined
}

function decide({ join }: PlannedStage, dependencies: readonly Settled[], startedAt: number): Decision {
  const by = (settled: Settled, runs: boolean): Decision => ({ runs, at: settled.at, releasedBy: settled.record.stage })
  const last = dependencies.at(-1)
  if (last === undefined) return { runs: true, at: startedAt, releasedBy: undefined }
  const firstOk = dependencies.find(({ isOk }) => isOk)
  const firstNotOk = dependencies.find(({ isOk }) => !isOk)
  if (join === 'any') return firstOk === undefined ? by(last, false) : by(firstOk, true)
  if (join === 'every') return firstNotOk === undefined ? by(last, true) : by(firstNotOk, false)
  return by(last, firstOk !== undefined)
}

function settle(stage: PlannedStage, { runs, at, releasedBy }: Decision): StageRecord {
  const common = { stage: stage.name, releasedBy, chunks: 0, notes: {} }
  if (!runs)
    return {
      ...common,
      status: 'skip',
      reason: `dependency "${releasedBy}" was skipped`,
      readyAt: undefined,
      startedAt: undefined,
      endedAt: at,
      attempts: [],
    }
  const startedAt = at + stage.queuedMs
  const endedAt = startedAt + stage.durationMs
  const attempts = attemptsOf(stage, startedAt, endedAt)
  if (stage.isOk) return { ...common, status: 'ok', readyAt: at, startedAt, endedAt, attempts }
  return { ...common, status: 'skip', reason: 'nothing to do', readyAt: at, startedAt, endedAt, attempts }
}

function attemptsOf({ pausesMs, isOk }: PlannedStage, startedAt: number, endedAt: number): AttemptRecord[] {
  const attempts: AttemptRecord[] = []
  let at = startedAt
  for (const pauseMs of pausesMs) {
    const end = Math.min(at + 2, endedAt)
    attempts.push({ attempt: attempts.length + 1, startedAt: at, endedAt: end, status: 'fail' })
    at = Math.min(end + pauseMs, endedAt)
  }
  attempts.push({ attempt: attempts.length + 1, startedAt: at, endedAt, status: isOk ? 'ok' : 'skip' })
  return attempts
}
