import type { PipelineInfo, StageKind } from '@stageflow/core'
import { ANY, checkOptions, formatDuration, plainLine } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { pathToNow, type PathSegment } from './critical-path.ts'
import { checkSamePipeline, readPipeline } from './check-report.ts'
import { readWholeRun } from './read-report.ts'
import { nameOfItem } from './map-items.ts'
import { DRAWING_RULES, type DrawingOptions } from './redact-report.ts'
import type { ReportToNow, RunReport } from './run-in-progress.ts'
import { heightOf } from './svg-bar.ts'
import { describe, titleOf } from './svg-description.ts'
import { element, escaped, text, type Markup } from './svg-element.ts'
import { drawLegend } from './svg-legend.ts'
import { drawRow, layOutRow, nameX, statusOf, type Columns, type Layout, type PlacedRow } from './svg-row.ts'
import { isStageRow, svgRowsOf, type SvgRow, type SvgRows } from './svg-rows.ts'
import { drawAxis, scaleOf, type Scale } from './svg-scale.ts'
import { COLUMN, patterns, signOf, styleSheet, toneOfRun } from './svg-style.ts'
import { cutTo, widthOf } from './text-columns.ts'
import { countsOf } from './timeline-rows.ts'

export interface TimelineSvgOptions extends DrawingOptions {
  /** Width in px, from 480 to 4,000. The height follows from the number of rows. Default: 860. */
  readonly width?: number
  /** Maximum number of rows. Failures come first, then the critical path, then the longest stages, then items and child runs. Default: 40. */
  readonly maxRows?: number
  /**
   * `graph.info`. Gives bars the color and the shape of their stage's kind. Shows what a gate held, and follows streams, soft edges and gates on
   * the critical path. Keeps the declared order of stages that began at the same instant. Default: none.
   */
  readonly pipeline?: PipelineInfo
}

const NUMBER = [(value: unknown): boolean => typeof value === 'number', 'a number'] as const
const RULES: OptionRules<TimelineSvgOptions> = { ...DRAWING_RULES, width: NUMBER, maxRows: NUMBER, pipeline: ANY }

const EDGE = 20
const AXIS_TOP = 88

/**
 * Draws a run as a picture, the text of an SVG file: one row per stage with its time as a bar, the critical path marked. Child runs and
 * a few items of maps are indented. It contains errors, reasons and keys of items of the report. The same report gives the same text.
 */
export function timelineSvg(given: RunReport, options: TimelineSvgOptions = {}): string {
  checkOptions('timelineSvg()', 'report/illegal-option', options, RULES)
  const { redaction, pipeline, maxRows = 40 } = options
  const checked = readWholeRun(given, redaction)
  if (pipeline !== undefined) checkSamePipeline(checked.report, readPipeline(pipeline))
  const rows = svgRowsOf(checked, { maxRows: maxRows >= 0 ? maxRows : 0, pipeline, redaction })
  return draw(checked.report, rows, usableWidth(options.width), pipeline)
}

/** The parts of the picture from top to bottom: header, axis, rows, the line about hidden rows, legend. */
function draw(report: ReportToNow, rows: SvgRows, width: number, pipeline: PipelineInfo | undefined): Markup {
  const { segments, durationMs } = pathToNow(report, pipeline)
  const columns = columnsOf(rows.shown, width)
  const scale = scaleOf(report, columns.bars, columns.duration - 12)
  const layout: Layout = { columns, scale, runEndedAt: report.endedAt }
  const placed = placeRows(rows.shown, AXIS_TOP + 6, layout)
  const drawnRows = placed.map((row) => drawRow(row, layout))
  const bottom = placed.reduce((y, { height }) => y + height, AXIS_TOP + 6) + 4

  const more = rows.hidden.length > 0 ? `… ${rows.hidden.length} more: ${countsOf(rows.hidden)}` : ''
  const moreY = more === '' ? bottom : bottom + 20
  const legend = drawLegend(kindsOf(rows.shown), drawnRows.join(''), { from: EDGE, to: width - EDGE, top: moreY + 20 })
  const legendBottom = legend.height > 0 ? moreY + 10 + legend.height : moreY
  const height = legendBottom + 10

  return [
    openingTag(width, height),
    element('title', {}, escaped(titleOf(report))),
    element('desc', {}, escaped(describe(report, rows))),
    styleSheet(),
    patterns(),
    element('rect', { class: 'card', x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 }),
    header(report, rows, segments, width),
    drawAxis(report.startedAt, durationMs, scale, AXIS_TOP, bottom),
    ...stepsOf(segments, placed, scale),
    ...drawnRows,
    ...(more === '' ? [] : [text(cutColumns(more, width - 2 * EDGE), { class: 'muted', x: EDGE, y: moreY })]),
    ...(legend.markup === '' ? [] : [legend.markup]),
    '</svg>\n',
  ].join('\n')
}

function placeRows(rows: readonly SvgRow[], top: number, layout: Layout): readonly PlacedRow[] {
  const placed: PlacedRow[] = []
  let y = top
  for (const row of rows) {
    const next = layOutRow(row, y, layout)
    placed.push(next)
    y += next.height
  }
  return placed
}

function openingTag(width: number, height: number): Markup {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" class="stageflow" role="img" ${size}>`
}

const kindsOf = (rows: readonly SvgRow[]): StageKind[] =>
  rows.flatMap((row) => (isStageRow(row) && row.kind !== undefined ? [row.kind] : []))

function header(report: ReportToNow, { own }: SvgRows, path: readonly PathSegment[], width: number): Markup {
  const duration = formatDuration(report.endedAt - report.startedAt)
  const taken = widthOf(report.status) * COLUMN.normal + widthOf(duration) * COLUMN.large + 60
  const nameRoom = Math.floor((width - 2 * EDGE - taken) / COLUMN.large)
  const name = cutTo(plainLine(report.pipeline), nameRoom)
  const statusX = name === '' ? EDGE : EDGE + widthOf(name) * COLUMN.large + 14
  const stages = path.flatMap(stepName)
  const facts = [
    countsOf(own),
    report.droppedEvents > 0 ? `${report.droppedEvents} events dropped` : '',
    stages.length > 0 ? `critical path ${stages.join(' → ')}` : '',
  ]
  const below = cutColumns(facts.filter((fact) => fact !== '').join(' · '), width - 2 * EDGE)
  return [
    text(name, { class: 'title ink', x: EDGE, y: 34 }),
    signOf(toneOfRun(report.status), statusX + 7, 29),
    text(plainLine(report.status), { class: 'ink', x: statusX + 20, y: 33 }),
    text(duration, { class: 'title ink', x: width - EDGE, y: 34, 'text-anchor': 'end' }),
    text(below, { class: 'muted', x: EDGE, y: 55 }),
  ].join('\n')
}

/** A map is named with the item that decided when it ended. */
function stepName({ stage, item }: PathSegment): string[] {
  if (stage === undefined) return []
  return [item?.certain === true ? nameOfItem(stage, item) : plainLine(stage)]
}

/** Lines from the end of each stage of the critical path down to the start of the next. */
function stepsOf(path: readonly PathSegment[], placed: readonly PlacedRow[], scale: Scale): Markup[] {
  const centres = new Map<string, number>()
  for (const { row, centre } of placed) {
    if (isStageRow(row) && row.depth === 0) centres.set(row.row.record.stage, centre)
  }
  return path.flatMap(({ stage, from }, index) => {
    const start = centres.get(path[index - 1]?.stage ?? '')
    const end = centres.get(stage ?? '')
    if (start === undefined || end === undefined) return []
    const x = scale.x(from)
    // From the edge of one bar to the edge of the other.
    const halfBar = (end > start ? 1 : -1) * (heightOf(0) / 2)
    const y1 = start + halfBar
    const y2 = end - halfBar
    return [element('line', { class: 'step', x1: x, y1, x2: x, y2 })]
  })
}

function columnsOf(rows: readonly SvgRow[], width: number): Columns {
  const widest = (of: (row: SvgRow) => number): number => rows.reduce((most, row) => Math.max(most, of(row)), 0)
  // From the left: mark, shape, name.
  const name = kindsOf(rows).length > 0 ? EDGE + 38 : EDGE + 18
  const widestName = widest((row) => nameX(row.depth, { name: 0 }) + widthOf(nameOf(row)) * COLUMN.normal)
  // From the right: status, sign, duration. The bars have what is left.
  const edge = width - EDGE
  const widestStatus = widest((row) => widthOf(statusOf(row)))
  const status = edge - Math.min(widestStatus, 12) * COLUMN.normal
  const signs = status - 14
  const widestDuration = widest((row) => (isStageRow(row) ? widthOf(row.row.duration) : 8))
  return {
    mark: EDGE + 4,
    shape: EDGE + 24,
    name,
    bars: name + Math.min(widestName, width * 0.3) + 16,
    duration: signs - 16 - widestDuration * COLUMN.normal,
    signs,
    status,
    edge,
  }
}

const nameOf = (row: SvgRow): string => (isStageRow(row) ? row.row.name : plainLine(row.run.pipeline))
const cutColumns = (content: string, px: number): string => cutTo(content, Math.floor(px / COLUMN.normal))

function usableWidth(width: number | undefined): number {
  // As in timeline(): a pipe has 0 or undefined columns.
  return width === undefined || !(width > 0) ? 860 : Math.floor(Math.min(Math.max(width, 480), 4_000))
}
