import type { PipelineInfo, PipelineReport, StageInfo, StageRecord } from '@stageflow/core'
import { checkSamePipeline, readPipeline, readReport } from './read-report.ts'

/**
 * Tells how much later each settled stage could have ended without a longer run, in ms. It looks at stages that wait for results, not
 * at slots: with `maxConcurrency` a later end also keeps a slot from other stages.
 */
export function slack(report: PipelineReport, pipeline: PipelineInfo): Readonly<Record<string, number>> {
  const { records } = readReport(report)
  const { stages } = readPipeline(pipeline)
  checkSamePipeline(records, pipeline)

  const settled = new Map<string, SettledRecord>()
  for (const [name, record] of records) if (hasSettled(record)) settled.set(name, record)
  let lastEndedAt = report.startedAt
  for (const { endedAt } of settled.values()) lastEndedAt = Math.max(lastEndedAt, endedAt)

  const slackOf = new Map<string, number>()
  // When a stage's turn comes, each stage that waited for it has limited its slack.
  for (const { name, dependencies } of dependentsFirst(stages)) {
    const record = settled.get(name)
    if (record === undefined) continue
    const own = slackOf.get(name) ?? lastEndedAt - record.endedAt
    slackOf.set(name, own)
    const readyAt = record.readyAt ?? record.endedAt
    for (const { stage: sourceName, edge } of dependencies) {
      const source = settled.get(sourceName)
      if (source === undefined || !waitsForResult(edge) || readyAt < source.endedAt) continue
      const allowed = readyAt - source.endedAt + own
      slackOf.set(sourceName, Math.min(slackOf.get(sourceName) ?? Infinity, allowed))
    }
  }
  // In the order of the report.
  const found = [...settled.keys()].filter((name) => slackOf.has(name))
  return Object.fromEntries(found.map((name) => [name, slackOf.get(name) as number]))
}

type SettledRecord = StageRecord & { readonly endedAt: number }

/** Whether the stage ran or was skipped. A stage that never started because the run ended has no slack. */
function hasSettled(record: StageRecord): record is SettledRecord {
  return record.endedAt !== undefined && (record.startedAt !== undefined || record.status === 'skip')
}

/** Whether the dependent is held back until the other has settled. */
function waitsForResult(edge: string): boolean {
  return edge === 'value' || edge === 'soft'
}

/** Every stage after all its dependents. Not recursive, because a chain may have 100,000 stages. */
function dependentsFirst(stages: readonly StageInfo[]): StageInfo[] {
  const byName = new Map(stages.map((stage) => [stage.name, stage]))
  const dependents = new Map(stages.map(({ name }) => [name, 0]))
  for (const { stage } of stages.flatMap(({ dependencies }) => dependencies)) {
    dependents.set(stage, (dependents.get(stage) ?? 0) + 1)
  }
  const order = stages.filter(({ name }) => dependents.get(name) === 0)
  for (let at = 0; at < order.length; at++) {
    for (const { stage } of (order[at] as StageInfo).dependencies) {
      const left = (dependents.get(stage) ?? 0) - 1
      dependents.set(stage, left)
      const source = byName.get(stage)
      if (left === 0 && source !== undefined) order.push(source)
    }
  }
  return order
}
