import type { Dependency, PipelineInfo, StageInfo, StageRecord } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import { codeEndedAt } from './stage-edges.ts'
import { upToNow, type RunReport } from './run-in-progress.ts'

/**
 * Tells how much later each settled stage could have ended without a longer run, in ms. It looks at what stages wait for: results, ends of
 * streams, gates. It doesn't look at slots: with `maxConcurrency` a later end also keeps a slot from other stages. Nor does it look at room in
 * inboxes: a reader that takes longer may block its sources. A soft dependency counts as waited for, if it came in time. Of a run in progress it
 * tells how much later they could have ended without a later now.
 */
export function slackOf(report: RunReport, pipeline: PipelineInfo): Readonly<Record<string, number>> {
  checkArgumentCount(arguments.length, 2, 'slackOf(report, pipeline)', 'report/illegal-option')
  const { stages } = pipeline
  const upTo = upToNow(report)
  const records = Object.entries(upTo.stages)
  const settled = new Map<string, SettledRecord>()
  for (const [name, record] of records) if (hasSettled(record)) settled.set(name, record)
  let lastEndedAt = upTo.status === 'running' ? upTo.endedAt : upTo.startedAt
  for (const { endedAt } of settled.values()) lastEndedAt = Math.max(lastEndedAt, endedAt)

  const slacks = new Map<string, number>()
  /** How much later each stage could have yielded its chunks. */
  const chunkSlackOf = new Map<string, number>()
  // When a stage's turn comes, each stage that waited for it has limited its slack.
  for (const { name, dependencies } of dependentsFirst(stages)) {
    const record = settled.get(name)
    if (record === undefined) continue
    const own = Math.min(slacks.get(name) ?? Infinity, lastEndedAt - record.endedAt)
    slacks.set(name, own)
    const freeAt = freeToStartAt(record, dependencies, settled)
    const dependent: Dependent = { record, freeAt, own, ofChunks: chunkSlackOf.get(name) ?? Infinity }
    for (const { stage: sourceName, edge } of dependencies) {
      const source = settled.get(sourceName)
      if (source === undefined) continue
      limit(slacks, sourceName, allowedLater(edge, source, dependent))
      if (edge === 'stream') limit(chunkSlackOf, sourceName, Math.min(own, dependent.ofChunks))
    }
  }
  // In the order of the report, without what still runs.
  const found = [...settled.keys()].filter((name) => slacks.has(name) && report.stages[name]?.endedAt !== undefined)
  return Object.fromEntries(found.map((name) => [name, slacks.get(name) as number]))
}

type SettledRecord = StageRecord & { readonly endedAt: number }

/** Whether the stage ran or was skipped. A stage that never started because the run ended has no slack. */
function hasSettled(record: StageRecord): record is SettledRecord {
  return record.endedAt !== undefined && (record.startedAt !== undefined || record.status === 'skip')
}

interface Dependent {
  readonly record: SettledRecord
  /** Until then the others could have settled without a later start. */
  readonly freeAt: number
  /** How much later it could have ended. */
  readonly own: number
  /** How much later it could have yielded its chunks. Infinity if no stage reads them. */
  readonly ofChunks: number
}

/** How much later `source` could have settled, as far as the dependent waited for it. */
function allowedLater(edge: Dependency['edge'], source: SettledRecord, dependent: Dependent): number {
  const { record, freeAt, own, ofChunks } = dependent
  const { endedAt, readyAt = endedAt, startedAt = endedAt } = record
  const sinceEnd = (time: number): number => Math.max(0, time - source.endedAt)
  if (edge === 'gate') {
    // It holds the chunks of a stage that runs, and the end of one whose code has ended.
    const codeEnd = codeEndedAt(record) ?? endedAt
    return source.endedAt > endedAt ? Infinity : Math.min(sinceEnd(codeEnd) + own, sinceEnd(startedAt) + ofChunks)
  }
  // A stage that ended before its stream has read only a part of it. One that was ready before a result came goes on without it.
  const hasWaited = edge === 'stream' ? endedAt >= source.endedAt : readyAt >= source.endedAt
  return hasWaited ? sinceEnd(edge === 'soft' ? readyAt : freeAt) + Math.min(own, ofChunks) : Infinity
}

/** When a stage was ready; if it waited in vain for a soft dependency, when that wait began, because it is counted from the last of the others. */
function freeToStartAt(
  { readyAt, endedAt }: SettledRecord,
  dependencies: readonly Dependency[],
  settled: ReadonlyMap<string, SettledRecord>,
): number {
  const at = readyAt ?? endedAt
  const isInTime = ({ stage }: Dependency): boolean => (settled.get(stage)?.endedAt ?? Infinity) <= at
  if (dependencies.every((each) => each.edge !== 'soft' || isInTime(each))) return at
  const others = dependencies.filter((each) => each.edge === 'value' && isInTime(each))
  return others.reduce((last, { stage }) => Math.max(last, settled.get(stage)?.endedAt ?? last), -Infinity)
}

function limit(slacks: Map<string, number>, name: string, allowed: number): void {
  slacks.set(name, Math.min(slacks.get(name) ?? Infinity, allowed))
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
