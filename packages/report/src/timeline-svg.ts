import type { PipelineInfo, PipelineReport, StageKind } from '@stageflow/core'
import { ANY, checkOptions, formatDuration, plainLine } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { criticalPath, type PathSegment } from './critical-path.ts'
import { checkSamePipeline, readPipeline, readWholeRun } from './read-report.ts'
import { DRAWING_RULES, type DrawingOptions } from './redact-report.ts'
import { drawAxis } from './svg-axis.ts'
import { heightOf, scaleOf, type Scale } from './svg-bar.ts'
import { describe, titleOf } from './svg-description.ts'
import { element, escaped, text, type Markup } from './svg-element.ts'
import { drawLegend } from './svg-legend.ts'
import { drawRow, layOutRow, nameX, statusOf, type Columns, type PlacedRow } from './svg-row.ts'
import { isStageRow, svgRowsOf, type SvgRow, type SvgRows } from './svg-rows.ts'
import { COLUMN, patterns, signOf, styleSheet, toneOfRun } from './svg-style.ts'
import { cutTo, widthOf } from './text-columns.ts'
import { countsOf } from './timeline-rows.ts'

export interface TimelineSvgOptions extends DrawingOptions {
  /** Width in px, from 480 to 4,000. The height follows from the number of rows. Default: 860. */
  readonly width?: number
  /** Maximum number of rows. Failures come first, then the critical path, then the longest stages, then child runs. Default: 40. */
  readonly maxRows?: number
  /** `graph.info`. Bars then have the color and the shape of their stage's kind, and stages that began at the same instant their declared order. Default: none. */
  readonly pipeline?: PipelineInfo
}

const NUMBER = [(value: unknown): boolean => typeof value === 'number', 'a number'] as const
const RULES: OptionRules<TimelineSvgOptions> = { ...DRAWING_RULES, width: NUMBER, maxRows: NUMBER, pipeline: ANY }

const EDGE = 20
const AXIS_TOP = 88

/**
 * Draws a run as a picture, the text of an SVG file: one row per stage with its time as a bar, child runs indented, the critical path
 * marked. It contains errors and reasons of the report. The same report gives the same text.
 */
export function timelineSvg(given: PipelineReport, options: TimelineSvgOptions = {}): string {
  checkOptions('timelineSvg()', 'report/illegal-option', options, RULES)
  const { redaction, pipeline, maxRows = 40 } = options
  const checked = readWholeRun(given, redaction)
  const { report } = checked
  if (pipeline !== undefined) checkSamePipeline(checked.records, readPipeline(pipeline))
  const width = usableWidth(options.width)
  const rows = svgRowsOf(checked, { maxRows: maxRows >= 0 ? maxRows : 0, pipeline, redaction })
  const columns = columnsOf(rows.shown, width)
  const scale = scaleOf(report, columns.bars, columns.duration - 12)

  const placed: PlacedRow[] = []
  let y = AXIS_TOP + 6
  for (const row of rows.shown) {
    const next = layOutRow(row, y, scale, columns)
    placed.push(next)
    y += next.height
  }
  const { segments, durationMs } = criticalPath(report)
  const drawn = placed.map((row) => drawRow(row, scale, columns, report.endedAt))
  const steps = stepsOf(segments, placed, scale)
  const bottom = y + 4
  const more = rows.hidden.length > 0 ? `… ${rows.hidden.length} more: ${countsOf(rows.hidden)}` : ''
  const moreY = bottom + (more === '' ? 0 : 20)
  const kinds = rows.shown.flatMap((row): StageKind[] => (isStageRow(row) && row.kind !== undefined ? [row.kind] : []))
  const legend = drawLegend(kinds, drawn.join(''), { from: EDGE, to: width - EDGE, top: moreY + 20 })
  const height = moreY + (legend.height > 0 ? 10 + legend.height : 0) + 10

  return [
    `<svg ${[
      'xmlns="http://www.w3.org/2000/svg"',
      'class="stageflow"',
      'role="img"',
      `width="${width}"`,
      `height="${height}"`,
      `viewBox="0 0 ${width} ${height}"`,
    ].join(' ')}>`,
    element('title', {}, escaped(titleOf(report))),
    element('desc', {}, escaped(describe(report, rows))),
    styleSheet(),
    patterns(),
    element('rect', { class: 'card', x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 }),
    header(report, rows, segments, width),
    drawAxis(report.startedAt, durationMs, scale, AXIS_TOP, bottom),
    ...steps,
    ...drawn,
    ...(more === '' ? [] : [text(cutColumns(more, width - 2 * EDGE), { class: 'muted', x: EDGE, y: moreY })]),
    ...(legend.markup === '' ? [] : [legend.markup]),
    '</svg>\n',
  ].join('\n')
}

function header(report: PipelineReport, { own }: SvgRows, path: readonly PathSegment[], width: number): Markup {
  const duration = formatDuration(report.endedAt - report.startedAt)
  const rest = widthOf(report.status) * COLUMN.normal + widthOf(duration) * COLUMN.large + 60
  const name = cutTo(plainLine(report.pipeline), Math.floor((width - 2 * EDGE - rest) / COLUMN.large))
  const statusX = EDGE + widthOf(name) * COLUMN.large + (name === '' ? 0 : 14)
  const stages = path.flatMap(({ stage }) => (stage === undefined ? [] : [plainLine(stage)]))
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

/** Lines from the end of each stage of the critical path down to the start of the next. */
function stepsOf(path: readonly PathSegment[], placed: readonly PlacedRow[], scale: Scale): Markup[] {
  const centres = new Map(
    placed.flatMap(({ row, centre }) =>
      isStageRow(row) && row.depth === 0 ? [[row.row.record.stage, centre] as const] : [],
    ),
  )
  return path.flatMap(({ stage, from }, index) => {
    const start = centres.get(path[index - 1]?.stage ?? '')
    const end = centres.get(stage ?? '')
    if (start === undefined || end === undefined) return []
    const x = scale.x(from)
    const direction = end > start ? 1 : -1
    const [y1, y2] = [start + (direction * heightOf(0)) / 2, end - (direction * heightOf(0)) / 2]
    return [element('line', { class: 'step', x1: x, y1, x2: x, y2 })]
  })
}

function columnsOf(rows: readonly SvgRow[], width: number): Columns {
  const widest = (of: (row: SvgRow) => number): number => rows.reduce((most, row) => Math.max(most, of(row)), 0)
  const hasKinds = rows.some((row) => isStageRow(row) && row.kind !== undefined)
  const indent = 18 + (hasKinds ? 20 : 0)
  const status = widest((row) => widthOf(statusOf(row)))
  const duration = widest((row) => (isStageRow(row) ? widthOf(row.row.duration) : 8))
  const name = widest((row) => nameX(row.depth, { name: 0 }) + widthOf(nameOf(row)) * COLUMN.normal)
  const statusFrom = width - EDGE - Math.min(status, 12) * COLUMN.normal
  const signs = statusFrom - 14
  return {
    mark: EDGE + 4,
    shape: EDGE + 24,
    name: EDGE + indent,
    bars: EDGE + indent + Math.min(name, width * 0.3) + 16,
    duration: signs - 16 - duration * COLUMN.normal,
    signs,
    status: statusFrom,
    edge: width - EDGE,
  }
}

const nameOf = (row: SvgRow): string => (isStageRow(row) ? row.row.name : plainLine(row.run.pipeline))
const cutColumns = (content: string, px: number): string => cutTo(content, Math.floor(px / COLUMN.normal))

function usableWidth(width: number | undefined): number {
  // As in timeline(): a pipe has 0 or undefined columns.
  return width === undefined || !(width > 0) ? 860 : Math.floor(Math.min(Math.max(width, 480), 4_000))
}
