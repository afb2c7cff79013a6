import type { PipelineInfo, PipelineReport } from '@stageflow/core'
import { criticalPath } from './critical-path.ts'
import { formatDuration } from './duration.ts'
import { checkSamePipeline, readPipeline, readReport } from './read-report.ts'
import { painter, type Paint, type Style } from './terminal-style.ts'
import { displayWidth, fit, padded, safeText } from './terminal-text.ts'
import { drawBar, SHADES } from './timeline-bar.ts'
import { countsOf, mostTelling, rowsOf, runStyle, type Row } from './timeline-rows.ts'

export interface TimelineOptions {
  /** How many columns it may take; 80 unless given, at least 30. */
  readonly width?: number
  /** Whether to colour it for a terminal; false unless given. */
  readonly color?: boolean
  /** How many stages to show at most; 40 unless given. What went wrong comes first, then the critical path, then the longest. */
  readonly maxRows?: number
  /** `graph.info`: stages that began at the same instant then stand in their declared order, whatever JSON made of the report's. */
  readonly pipeline?: PipelineInfo
}

/** Draws a run for a terminal: one row a stage, its time as a bar, the critical path marked. */
export function timeline(report: PipelineReport, options: TimelineOptions = {}): string {
  const { records } = readReport(report)
  const { pipeline } = options
  if (pipeline !== undefined) checkSamePipeline(records, readPipeline(pipeline))
  const paint = painter(options.color === true)
  const critical = new Set(criticalPath(report).segments.map(({ stage }) => stage))
  const all = rowsOf(records, critical, pipeline)
  const rows = mostTelling(all, atLeast(0, options.maxRows ?? 40))
  const layout = layOut(rows, usableWidth(options.width))
  const bars = rows.map((row) => (row.ran ? drawBar(row.record, report, layout.bar, paint, row.style) : undefined))

  const lines = [header(report, all, layout, paint)]
  for (const [index, row] of rows.entries()) lines.push(...draw(row, bars[index], layout, paint))
  if (rows.length < all.length) {
    const shown = new Set(rows)
    const hidden = all.filter((row) => !shown.has(row))
    lines.push(paint(fit(`  … ${hidden.length} more: ${countsOf(hidden)}`, layout.width), 'dim'))
  }
  const legend = legendOf(rows, bars.join(''))
  if (legend !== '') lines.push(paint(fit(`  ${legend}`, layout.width), 'dim'))
  return lines.join('\n')
}

function legendOf(rows: readonly Row[], bars: string): string {
  const shades = Object.values(SHADES).filter(({ glyph }) => bars.includes(glyph))
  const marks = rows.some(({ isCritical }) => isCritical) ? [{ glyph: '●', means: 'critical path' }] : []
  return [...marks, ...shades].map(({ glyph, means }) => `${glyph} ${means}`).join('   ')
}

/** Columns of each part of a row; one or two blanks stand between them. */
interface Layout {
  readonly width: number
  readonly name: number
  readonly bar: number
  readonly duration: number
  readonly status: number
  /** 0 where the facts have to go to a line of their own. */
  readonly facts: number
}

function layOut(rows: readonly Row[], width: number): Layout {
  const widest = (of: (row: Row) => string): number =>
    rows.reduce((most, row) => Math.max(most, displayWidth(of(row))), 0)
  const duration = widest((row) => row.duration)
  const status = widest((row) => row.status)
  const taken = 2 + 2 + duration + 2 + status
  const mostName = Math.max(6, Math.floor(width * 0.3))
  const name = Math.min(
    mostName,
    widest((row) => row.name),
  )
  const facts = widest((row) => row.facts)
  const beside = width - taken - name - (facts > 0 ? 2 + facts : 0)
  const isRoomy = beside >= 16
  const bar = Math.max(4, isRoomy ? beside : width - taken - name)
  return {
    width,
    name: Math.max(1, Math.min(name, width - taken - bar)),
    bar,
    duration,
    status,
    facts: isRoomy ? facts : 0,
  }
}

function header(report: PipelineReport, rows: readonly Row[], { width }: Layout, paint: Paint): string {
  const rest = [
    formatDuration(report.endedAt - report.startedAt),
    countsOf(rows),
    report.droppedEvents > 0 ? `${report.droppedEvents} events dropped` : '',
  ]
  const after = ` · ${report.status} · ${rest.filter((part) => part !== '').join(' · ')}`
  const name = fit(safeText(report.pipeline), Math.max(8, width - displayWidth(after)))
  const tail = fit(after, width - displayWidth(name))
  return paint(name, 'bold') + tail.replace(report.status, (status) => paint(status, runStyle(report.status)))
}

function draw(row: Row, bar: string | undefined, layout: Layout, paint: Paint): string[] {
  const { name, style, facts, why } = row
  const mark = row.isCritical ? paint('●', 'bold', 'cyan') : ' '
  const label = paint(padded(name, layout.name), ...labelStyles(row))
  // A stage that never ran has neither bar nor duration: why not stands in their place, if there is room.
  const room = layout.bar + 1 + layout.duration
  const isInPlace = bar === undefined && displayWidth(why) <= room
  const middle =
    bar === undefined
      ? paint(padded(isInPlace ? why : '', room), 'dim')
      : `${bar} ${paint(row.duration.padStart(layout.duration), 'dim')}`
  const isBeside = layout.facts > 0
  const beside = isBeside && facts !== '' ? `${' '.repeat(layout.status - row.status.length + 2)}${facts}` : ''
  const line = `${mark} ${label} ${middle}  ${paint(row.status, style)}${beside}`
  const below = [isBeside ? '' : facts, isInPlace ? '' : why].filter((text) => text !== '').join(' · ')
  return below === '' ? [line] : [line, note(below, layout, paint, style)]
}

function labelStyles({ isCritical, ran }: Row): readonly Style[] {
  if (isCritical) return ['bold']
  return ran ? [] : ['dim']
}

/** Under the bar if it fits there, else as far left as it can be. */
function note(text: string, { name, width }: Layout, paint: Paint, style: Style): string {
  const indent = displayWidth(text) + 2 <= width - name - 3 ? name + 3 : 4
  return ' '.repeat(indent) + paint(`↳ ${fit(text, width - indent - 2)}`, style)
}

function usableWidth(width: number | undefined): number {
  // A pipe has no columns: undefined or 0 there.
  return width === undefined || !(width > 0) ? 80 : Math.floor(Math.min(Math.max(width, 30), 400))
}

function atLeast(least: number, value: number): number {
  return value >= least ? value : least
}
