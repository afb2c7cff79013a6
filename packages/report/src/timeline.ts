import type { PipelineInfo } from '@stageflow/core'
import { ANY, FLAG, checkOptions, formatDuration, plainLine } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { criticalStages } from './critical-path.ts'
import { checkSamePipeline, readPipeline } from './check-report.ts'
import { readWholeRun } from './read-report.ts'
import { DRAWING_RULES, type DrawingOptions } from './redact-report.ts'
import type { ReportToNow, RunReport } from './run-in-progress.ts'
import { painter, type Paint, type Style } from './terminal-style.ts'
import { cutTo, padTo, widthOf } from './text-columns.ts'
import { drawBar, SHADES } from './timeline-bar.ts'
import { countsOf, mostTelling, rowsOf, runStyle, withItems, type Critical, type Row } from './timeline-rows.ts'

export interface TimelineOptions extends DrawingOptions {
  /** Maximum width, in columns, from 30. Default: 80. */
  readonly width?: number
  /** Whether to color it for a terminal. Default: false. */
  readonly color?: boolean
  /** Maximum number of rows. Failures come first, then the critical path, then the longest stages, then items of maps. Default: 40. */
  readonly maxRows?: number
  /**
   * `graph.info`. Shows what a gate held, follows streams, soft edges and gates on the critical path, and keeps the declared order of stages
   * that began at the same instant. Default: none.
   */
  readonly pipeline?: PipelineInfo
}

const NUMBER = [(value: unknown): boolean => typeof value === 'number', 'a number'] as const
const RULES: OptionRules<TimelineOptions> = {
  ...DRAWING_RULES,
  width: NUMBER,
  color: FLAG,
  maxRows: NUMBER,
  pipeline: ANY,
}

/**
 * Draws a run for a terminal: one row per stage, its time as a bar, the critical path marked. A map is one row, with a few of its items
 * below. It contains errors, reasons and keys of items of the report.
 */
export function timeline(given: RunReport, options: TimelineOptions = {}): string {
  checkOptions('timeline()', 'report/illegal-option', options, RULES)
  const { report, records } = readWholeRun(given, options.redaction)
  const { pipeline } = options
  if (pipeline !== undefined) checkSamePipeline(report, readPipeline(pipeline))
  const paint = painter(options.color === true)
  const critical = criticalStages(report, pipeline)
  const all = rowsOf(records, critical, pipeline, report.status)
  const maxRows = atLeast(0, options.maxRows ?? 40)
  const stages = mostTelling(all, maxRows)
  const rows = addItems(stages, critical, maxRows - stages.length)
  const layout = layOut(rows, usableWidth(options.width))
  const bars = rows.map((row) => (row.ran ? drawBar(row, report, layout.bar, paint) : undefined))

  const shown = new Set(stages)
  const hidden = all.filter((row) => !shown.has(row))
  const more = hidden.length > 0 ? `… ${hidden.length} more: ${countsOf(hidden)}` : ''
  const below = [more, legendOf(rows, bars.join(''))].filter((line) => line !== '')
  return [
    header(report, all, layout, paint),
    ...rows.flatMap((row, index) => drawRow(row, bars[index], layout, paint)),
    ...below.map((line) => paint(cutTo(`  ${line}`, layout.width), 'dim')),
  ].join('\n')
}

/** The rows of items follow that of their map, as long as there is room. */
function addItems(stages: readonly Row[], critical: Critical, room: number): readonly Row[] {
  const rows: Row[] = []
  for (const [index, stage] of stages.entries()) {
    const itemsBefore = rows.length - index
    rows.push(...withItems(stage, critical, room - itemsBefore))
  }
  return rows
}

function legendOf(rows: readonly Row[], bars: string): string {
  const shades = Object.values(SHADES).filter(({ glyph }) => bars.includes(glyph))
  const marks = rows.some(({ isCritical }) => isCritical) ? [{ glyph: '●', means: 'critical path' }] : []
  return [...marks, ...shades].map(({ glyph, means }) => `${glyph} ${means}`).join('   ')
}

/** Columns of each part of a row. One or two blanks separate them. */
interface Layout {
  readonly width: number
  readonly name: number
  readonly bar: number
  readonly duration: number
  readonly status: number
  /** 0 if the facts need a line of their own. */
  readonly facts: number
}

function layOut(rows: readonly Row[], width: number): Layout {
  const widest = (of: (row: Row) => string): number => rows.reduce((most, row) => Math.max(most, widthOf(of(row))), 0)
  const duration = widest((row) => row.duration)
  const status = widest((row) => row.status)
  const widestName = widest(labelOf)
  const widestFacts = widest((row) => row.facts)
  // Of the mark, the blanks, the duration and the status.
  const taken = 2 + 2 + duration + 2 + status
  const wantedName = Math.min(widestName, Math.max(6, Math.floor(width * 0.3)))
  const barAlone = width - taken - wantedName
  const barBesideFacts = widestFacts > 0 ? barAlone - 2 - widestFacts : barAlone
  // A shorter bar would say too little, so the facts have a line of their own.
  const areFactsBeside = barBesideFacts >= 16
  const bar = Math.max(4, areFactsBeside ? barBesideFacts : barAlone)
  // If even the shortest bar doesn't fit, names are cut.
  const name = Math.max(1, Math.min(wantedName, width - taken - bar))
  return { width, name, bar, duration, status, facts: areFactsBeside ? widestFacts : 0 }
}

function header(report: ReportToNow, rows: readonly Row[], { width }: Layout, paint: Paint): string {
  const rest = [
    formatDuration(report.endedAt - report.startedAt),
    countsOf(rows),
    report.droppedEvents > 0 ? `${report.droppedEvents} events dropped` : '',
  ]
  const after = ` · ${report.status} · ${rest.filter((part) => part !== '').join(' · ')}`
  const name = cutTo(plainLine(report.pipeline), Math.max(8, width - widthOf(after)))
  const tail = cutTo(after, width - widthOf(name))
  return paint(name, 'bold') + tail.replace(report.status, (status) => paint(status, runStyle(report.status)))
}

/** The line of a stage, one below it for the items of a map, and one for what finds no room beside the bar. */
function drawRow(row: Row, bar: string | undefined, layout: Layout, paint: Paint): string[] {
  const { style, facts, items, why } = row
  const mark = row.isCritical ? paint('●', 'bold', 'cyan') : ' '
  const label = paint(padTo(labelOf(row), layout.name), ...labelStyles(row))
  // A stage that never ran has neither bar nor duration. If there is room, the reason takes their place.
  const room = layout.bar + 1 + layout.duration
  const isReasonInPlace = bar === undefined && widthOf(why) <= room
  let middle = paint(padTo(isReasonInPlace ? why : '', room), 'dim')
  if (bar !== undefined) middle = `${bar} ${paint(row.duration.padStart(layout.duration), 'dim')}`
  const areFactsBeside = layout.facts > 0
  let line = `${mark} ${label} ${middle}  ${paint(row.status, style)}`
  if (areFactsBeside && facts !== '') line += `${' '.repeat(layout.status - row.status.length + 2)}${facts}`

  const rest = [areFactsBeside ? '' : facts, isReasonInPlace ? '' : why].filter((text) => text !== '')
  const notes = [items, rest.join(' · ')].filter((text) => text !== '')
  return [line, ...notes.map((text) => drawNote(text, layout, paint, style))]
}

/** Items are indented below their map. */
const labelOf = ({ name, itemOf }: Row): string => (itemOf === undefined ? name : `  ${name}`)

function labelStyles({ isCritical, ran }: Row): readonly Style[] {
  if (isCritical) return ['bold']
  return ran ? [] : ['dim']
}

/** Below the bar if it fits there, otherwise further left. */
function drawNote(text: string, { name, width }: Layout, paint: Paint, style: Style): string {
  const indent = widthOf(text) + 2 <= width - name - 3 ? name + 3 : 4
  return ' '.repeat(indent) + paint(`↳ ${cutTo(text, width - indent - 2)}`, style)
}

function usableWidth(width: number | undefined): number {
  // A pipe has no columns: undefined or 0.
  return width === undefined || !(width > 0) ? 80 : Math.floor(Math.min(Math.max(width, 30), 400))
}

function atLeast(least: number, value: number): number {
  return value >= least ? value : least
}
