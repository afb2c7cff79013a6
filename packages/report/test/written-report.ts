import type { PipelineReport, StageRecord } from '@stageflow/core'

/** A record with defaults for all fields that don't matter. */
export function written(stage: string, facts: Partial<StageRecord> = {}): StageRecord {
  const { startedAt, endedAt, status = 'ok' } = facts
  const attempts =
    startedAt === undefined || endedAt === undefined || status === undefined
      ? []
      : [{ attempt: 1, startedAt, endedAt, status }]
  return {
    stage,
    status,
    readyAt: startedAt,
    startedAt: undefined,
    endedAt: undefined,
    releasedBy: undefined,
    attempts,
    chunks: 0,
    notes: {},
    ...facts,
  }
}

export function reportOf(
  endedAt: number,
  records: readonly StageRecord[],
  facts: Partial<PipelineReport> = {},
): PipelineReport {
  return {
    pipeline: 'chat',
    pipelineRunId: 'run-1',
    status: 'completed',
    startedAt: 0,
    endedAt,
    stages: Object.fromEntries(records.map((record) => [record.stage, record])),
    droppedEvents: 0,
    notes: {},
    ...facts,
  }
}

/** A chat run of 1 s with every kind of ending and wait. */
export const chatReport: PipelineReport = reportOf(1_000, [
  written('input_guard', { startedAt: 0, endedAt: 50 }),
  written('profile', { startedAt: 0, endedAt: 100 }),
  written('memory', { readyAt: 0, startedAt: 100, endedAt: 200 }),
  written('llm', {
    startedAt: 200,
    endedAt: 900,
    releasedBy: 'memory',
    attempts: [
      {
        attempt: 1,
        startedAt: 200,
        endedAt: 400,
        status: 'fail',
        error: { code: 'core/stage-failed', message: '503' },
      },
      { attempt: 2, startedAt: 600, endedAt: 900, status: 'ok' },
    ],
  }),
  written('output_guard', { startedAt: 900, endedAt: 1_000, releasedBy: 'llm' }),
  written('persist', {
    status: 'skip',
    readyAt: 900,
    endedAt: 900,
    releasedBy: 'llm',
    reason: 'its condition was false',
  }),
])
