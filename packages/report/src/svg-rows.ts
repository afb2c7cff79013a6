import type { PipelineInfo, PipelineReport, StageKind } from '@stageflow/core'
import type { RedactionOptions } from '@stageflow/core/redaction'
import { criticalPath } from './critical-path.ts'
import { readReport, type CheckedReport } from './read-report.ts'
import { mostTelling, rowsOf, type Row } from './timeline-rows.ts'

/** A row of the picture: a stage, or a child run above its stages. */
export type SvgRow = StageRow | RunRow

export interface StageRow {
  readonly row: Row
  readonly kind: StageKind | undefined
  /** 0 for the stages of the run, 2 for those of its child runs: the row of the child run is between. */
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

/** The stages of a run, those of its child runs below them, `maxRows` at most: first those of the run itself. */
export function svgRowsOf(run: CheckedReport, { maxRows, pipeline, redaction }: RowOptions): SvgRows {
  const kinds = new Map(pipeline?.stages.map(({ name, kind }) => [name, kind]))
  const own = rowsOf(run.records, pathOf(run.report), pipeline)
  const kept = new Set(mostTelling(own, maxRows))
  const shown: SvgRow[] = []
  const hidden: Row[] = []
  /** How many rows are left for child runs. */
  let free = maxRows - kept.size

  function takeFreeRow(): boolean {
    if (free <= 0) return false
    free--
    return true
  }
  function addStage(row: Row, depth: number, kind?: StageKind): void {
    shown.push({ row, depth, isCritical: row.isCritical, kind })
    for (const child of row.record.children ?? []) addChildRun(child, depth + 1, row.isCritical)
  }
  function addChildRun(child: PipelineReport, depth: number, isCritical: boolean): void {
    const { report, records } = readReport(child, redaction)
    const critical: ReadonlySet<string | undefined> = isCritical ? pathOf(report) : new Set()
    if (takeFreeRow()) shown.push({ run: report, depth })
    for (const row of rowsOf(records, critical, undefined)) {
      if (takeFreeRow()) addStage(row, depth + 1)
      else hidden.push(row)
    }
  }
  for (const row of own) {
    if (kept.has(row)) addStage(row, 0, kinds.get(row.record.stage))
    else hidden.push(row)
  }
  return { shown, hidden, own }
}

function pathOf(report: PipelineReport): ReadonlySet<string | undefined> {
  return new Set(criticalPath(report).segments.map(({ stage }) => stage))
}
