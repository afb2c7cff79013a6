import type { PipelineInfo, PipelineReport, StageInfo, StageKind, StageRecord } from '@stageflow/core'
import type { RedactionOptions } from '@stageflow/core/redaction'
import { criticalStages } from './critical-path.ts'
import { readReport, type CheckedReport } from './read-report.ts'
import type { ReportToNow } from './run-in-progress.ts'
import { mostTelling, rowsOf, withItems, type Critical, type Row } from './timeline-rows.ts'

/** A row of the picture: a stage, an item below its map, or a child run above its stages. */
export type SvgRow = StageRow | RunRow

export interface StageRow {
  readonly row: Row
  readonly kind: StageKind | undefined
  /** 0 for the stages of the run, 1 for items of its maps, 2 for the stages of its child runs: the row of the child run is between. */
  readonly depth: number
  readonly isCritical: boolean
}

export interface RunRow {
  readonly run: PipelineReport
  readonly depth: number
}

export const isStageRow = (row: SvgRow): row is StageRow => 'row' in row

export interface SvgRows {
  readonly shown: readonly SvgRow[]
  readonly hidden: readonly Row[]
  /** The stages of the run itself. */
  readonly own: readonly Row[]
}

export interface RowOptions {
  readonly maxRows: number
  readonly pipeline: PipelineInfo | undefined
  readonly redaction: RedactionOptions | false | undefined
}

/** The stages of a run, items and child runs below them, `maxRows` at most: first the stages of the run itself. */
export function svgRowsOf(run: CheckedReport<ReportToNow>, { maxRows, pipeline, redaction }: RowOptions): SvgRows {
  const infos = infosOf(pipeline)
  const path = criticalStages(run.report, pipeline)
  const own = rowsOf(run.records, path, pipeline, run.report.status)
  const kept = new Set(mostTelling(own, maxRows))
  const shown: SvgRow[] = []
  const hidden: Row[] = []
  /** How many rows are left for items and child runs. */
  let free = maxRows - kept.size

  function takeFreeRow(): boolean {
    if (free <= 0) return false
    free--
    return true
  }
  function addStage(stage: Row, critical: Critical, depth: number, info: StageInfo | undefined): void {
    const [row, ...items] = withItems(stage, critical, free)
    const kind = depth === 0 ? info?.kind : undefined
    shown.push({ row, depth, isCritical: row.isCritical, kind })
    for (const item of items) {
      if (takeFreeRow()) shown.push({ row: item, depth: depth + 1, isCritical: item.isCritical, kind })
    }
    for (const child of row.record.children ?? []) addChildRun(child, depth + 1, row.isCritical, info?.child)
  }
  function addChildRun(child: PipelineReport, depth: number, isCritical: boolean, ofStage?: PipelineInfo): void {
    const { report, records } = readReport(child, redaction)
    const info = ofStage !== undefined && describes(ofStage, records) ? ofStage : undefined
    const critical: Critical = isCritical ? criticalStages(report, info) : new Map()
    const infosOfChild = infosOf(info)
    if (takeFreeRow()) shown.push({ run: report, depth })
    for (const row of rowsOf(records, critical, info, report.status)) {
      if (takeFreeRow()) addStage(row, critical, depth + 1, infosOfChild.get(row.record.stage))
      else hidden.push(row)
    }
  }
  for (const row of own) {
    if (kept.has(row)) addStage(row, path, 0, infos.get(row.record.stage))
    else hidden.push(row)
  }
  return { shown, hidden, own }
}

const infosOf = (pipeline: PipelineInfo | undefined): ReadonlyMap<string, StageInfo> =>
  new Map(pipeline?.stages.map((info) => [info.name, info]))

/** Whether a child run is one of the child pipeline that its stage names. Its code may have started others. */
const describes = ({ stages }: PipelineInfo, records: ReadonlyMap<string, StageRecord>): boolean =>
  stages.length === records.size && stages.every(({ name }) => records.has(name))
