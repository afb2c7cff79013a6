import type { AttemptRecord, PipelineReport, StageRecord } from '@stageflow/core'

/**
 * The report of a resumed run as one run, from the start of its first leg. A stage that was answered gets the attempts that asked, and
 * is ready since the first of them was.
 */
export function joinLegs(report: PipelineReport): PipelineReport {
  const { legs = [], ...last } = report
  const first = legs[0]
  if (first === undefined) return report
  const stages = Object.entries(last.stages).map(([name, record]): [string, StageRecord] => {
    const earlier = legs.flatMap(({ stages: asked }) => asked[name] ?? [])
    const [asked] = earlier
    // A stage that still waits has the record of the leg in which it asked.
    if (asked === undefined || record.startedAt === undefined || asked.startedAt === record.startedAt)
      return [name, record]
    return [name, { ...record, readyAt: asked.readyAt, attempts: distinct([...earlier, record]) }]
  })
  return { ...last, startedAt: first.startedAt, stages: Object.fromEntries(stages) }
}

/** The attempts of records. A stage that stayed suspended over a leg has the same ones in both. */
function distinct(records: readonly StageRecord[]): readonly AttemptRecord[] {
  const byStart = new Map(records.flatMap(({ attempts }) => attempts).map((attempt) => [attempt.startedAt, attempt]))
  return [...byStart.values()]
}
