import type { StageRecord } from '@stageflow/core'
import { formatDuration, plainLine } from '@stageflow/core/kit'
import { drawBar, drawBracket, heightOf } from './svg-bar.ts'
import { sentenceOf } from './svg-description.ts'
import { element, escaped, text, type Markup } from './svg-element.ts'
import { isStageRow, type RunRow, type StageRow, type SvgRow } from './svg-rows.ts'
import type { Scale } from './svg-scale.ts'
import { COLUMN, colorOf, shapeOf, signOf, toneOf, toneOfRun } from './svg-style.ts'
import { cutTo, widthOf } from './text-columns.ts'

/** Where the parts of a row begin, in px. Durations end where the signs begin. */
export interface Columns {
  readonly mark: number
  readonly shape: number
  readonly name: number
  readonly bars: number
  readonly duration: number
  readonly signs: number
  readonly status: number
  readonly edge: number
}

/** Where everything on the picture lies. */
export interface Layout {
  readonly columns: Columns
  readonly scale: Scale
  readonly runEndedAt: number
}

export interface PlacedRow {
  readonly row: SvgRow
  readonly centre: number
  readonly height: number
  readonly note: Note | undefined
}

/** Facts and reasons of a stage. */
interface Note {
  readonly content: string
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'end'
}

/** The words beside the sign. A child run that completed has none: its stages say enough. */
export function statusOf(row: SvgRow): string {
  if (isStageRow(row)) return row.row.status
  return row.run.status === 'completed' ? '' : plainLine(row.run.status)
}

/** Rows of items and child runs have no shape. So the first level begins almost below the name of its stage. */
export function nameX(depth: number, { name }: Pick<Columns, 'name'>): number {
  return depth === 0 ? name : name + 8 + (depth - 1) * INDENT
}

const ROW_HEIGHT = 27
const CHILD_HEIGHT = 21
const NOTE_HEIGHT = 17
const INDENT = 12

export function layOutRow(row: SvgRow, top: number, layout: Layout): PlacedRow {
  const barHeight = row.depth === 0 ? ROW_HEIGHT : CHILD_HEIGHT
  const centre = top + barHeight / 2
  const note = isStageRow(row) ? noteOf(row, centre, layout) : undefined
  const isBelow = note !== undefined && note.y > textY(centre)
  return { row, centre, height: isBelow ? barHeight + NOTE_HEIGHT : barHeight, note }
}

/** The base line of a text beside a bar. */
const textY = (centre: number): number => centre + 4

function noteOf({ row, depth }: StageRow, centre: number, layout: Layout): Note | undefined {
  const content = [row.facts, row.items, row.why].filter((part) => part !== '').join(' · ')
  if (content === '') return undefined
  return noteBeside(content, row.record, centre, layout.scale) ?? noteBelow(content, depth, centre, layout)
}

/** After the bar, or else before it; undefined if it fits in neither place. */
function noteBeside(content: string, record: StageRecord, centre: number, scale: Scale): Note | undefined {
  const width = widthOf(content) * COLUMN.small
  const { startedAt, readyAt = startedAt, endedAt } = record
  const hasBar = startedAt !== undefined || record.status === 'skip'
  const after = hasBar && endedAt !== undefined ? scale.x(endedAt) + 10 : scale.from
  if (after + width <= scale.to) return { content, x: after, y: textY(centre), anchor: 'start' }
  const before = scale.x(readyAt ?? endedAt ?? 0) - 10
  if (hasBar && before - width >= scale.from) return { content, x: before, y: textY(centre), anchor: 'end' }
  return undefined
}

/** Below the bar there is room up to the edge, and if need be from the name on. What is longer is cut. */
function noteBelow(content: string, depth: number, centre: number, { scale, columns }: Layout): Note {
  const fitsBelowBar = widthOf(content) * COLUMN.small <= columns.edge - scale.from
  const x = fitsBelowBar ? scale.from : nameX(depth, columns) + 8
  const room = Math.floor((columns.edge - x) / COLUMN.small)
  return { content: cutTo(content, room), x, y: centre + heightOf(depth) / 2 + 14, anchor: 'start' }
}

export function drawRow({ row, centre, note }: PlacedRow, layout: Layout): Markup {
  return isStageRow(row) ? drawStage(row, centre, note, layout) : drawRun(row, centre, layout)
}

function drawStage(row: StageRow, centre: number, note: Note | undefined, layout: Layout): Markup {
  const { columns, scale, runEndedAt } = layout
  const { name, ran, status, duration } = row.row
  const y = textY(centre)
  const x = nameX(row.depth, columns)
  // The line of a wait ends before a note that stands on it.
  const waitTo = note?.anchor === 'end' ? note.x - widthOf(note.content) * COLUMN.small - 6 : undefined
  return element(
    'g',
    { class: row.isCritical ? 'row critical' : 'row' },
    element('title', {}, escaped(sentenceOf(row, scale.origin))),
    row.isCritical ? drawMark(row.depth, columns.mark, centre) : '',
    // An item has the color of its map, whose row has the shape.
    row.kind === undefined || row.depth > 0 ? '' : shapeOf(row.kind, columns.shape, centre),
    text(cutName(name, x, columns), { class: `name ${ran ? 'ink' : 'muted'}`, x, y }),
    drawBar(row, scale, centre, runEndedAt, waitTo),
    note === undefined ? '' : drawNote(note),
    drawDuration(duration, y, columns),
    signOf(toneOf(status), columns.signs, centre, colorOf(row.row)),
    text(status, { class: 'status muted', x: columns.status, y }),
  )
}

/** Marks a stage of the critical path. */
const drawMark = (depth: number, x: number, y: number): Markup =>
  element('circle', { class: 'mark ink', cx: x, cy: y, r: depth === 0 ? 3.5 : 2.5 })

const drawNote = ({ content, x, y, anchor }: Note): Markup =>
  text(content, { class: 'note small muted halo', x, y, 'text-anchor': anchor })

function drawRun({ run, depth }: RunRow, centre: number, { scale, columns }: Layout): Markup {
  const { startedAt, endedAt, status, pipeline } = run
  const y = textY(centre)
  const x = nameX(depth, columns)
  return element(
    'g',
    { class: 'row' },
    text(cutName(plainLine(pipeline), x, columns), { class: 'name muted', x, y }),
    drawBracket(scale.x(startedAt), scale.x(endedAt), centre),
    drawDuration(formatDuration(endedAt - startedAt), y, columns),
    signOf(toneOfRun(status), columns.signs, centre),
    text(cutTo(statusOf({ run, depth }), 12), { class: 'status muted', x: columns.status, y }),
  )
}

function drawDuration(duration: string, y: number, columns: Columns): Markup {
  if (duration === '') return ''
  return text(duration, { class: 'duration muted', x: columns.signs - 14, y, 'text-anchor': 'end' })
}

const cutName = (name: string, x: number, { bars }: Columns): string =>
  cutTo(name, Math.floor((bars - 14 - x) / COLUMN.normal))
