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

  let lastSettledAt = report.startedAt
  for (const record of records.values()) if (decided(record)) lastSettledAt = Math.max(lastSettledAt, record.endedAt)

  const slackOf = new Map<string, number>()
  for (const stage of dependentsFirst(stages)) {
    const record = records.get(stage.name)
    if (record === undefined || !decided(record)) continue
    const own = slackOf.get(stage.name) ?? lastSettledAt - record.endedAt
    slackOf.set(stage.name, own)
    const readyAt = record.readyAt ?? record.endedAt
    for (const { stage: name, edge } of stage.dependencies) {
      const source = records.get(name)
      if (source === undefined || !decided(source) || !waitsForResult(edge) || readyAt < source.endedAt) continue
      const allowed = readyAt - source.endedAt + own
      slackOf.set(name, Math.min(slackOf.get(name) ?? Infinity, allowed))
    }
  }
  const found = [...records.keys()].filter((name) => slackOf.has(name))
  return Object.fromEntries(found.map((name) => [name, slackOf.get(name) as number]))
}

/** Whether the stage ran or was skipped. A stage that never started because the run ended has no slack. */
function decided(record: StageRecord): record is StageRecord & { readonly endedAt: number } {
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
