import { formatDuration, plainLine } from '@stageflow/core/kit'
import { drawBar, drawBracket, heightOf, type Scale } from './svg-bar.ts'
import { sentenceOf } from './svg-description.ts'
import { element, escaped, text, type Markup } from './svg-element.ts'
import { isStageRow, type RunRow, type StageRow, type SvgRow } from './svg-rows.ts'
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

/** Child rows have no shape. So the first level begins almost below the name of its stage. */
export function nameX(depth: number, { name }: Pick<Columns, 'name'>): number {
  return depth === 0 ? name : name + 8 + (depth - 1) * INDENT
}

const ROW_HEIGHT = 27
const CHILD_HEIGHT = 21
const NOTE_HEIGHT = 17
const INDENT = 12

export function layOutRow(row: SvgRow, top: number, scale: Scale, columns: Columns): PlacedRow {
  const height = row.depth === 0 ? ROW_HEIGHT : CHILD_HEIGHT
  const centre = top + height / 2
  const note = isStageRow(row) ? noteOf(row, centre, scale, columns) : undefined
  return { row, centre, height: height + (note !== undefined && note.y > centre + 4 ? NOTE_HEIGHT : 0), note }
}

/** Beside the bar if it fits there, otherwise on a line of its own. */
function noteOf({ row, depth }: StageRow, centre: number, scale: Scale, columns: Columns): Note | undefined {
  const { facts, why, record } = row
  const content = [facts, why].filter((part) => part !== '').join(' · ')
  if (content === '') return undefined
  const width = widthOf(content) * COLUMN.small
  const { startedAt, readyAt = startedAt, endedAt } = record
  const hasBegun = startedAt !== undefined || record.status === 'skip'
  const after = hasBegun && endedAt !== undefined ? scale.x(endedAt) + 10 : scale.from
  const before = scale.x(readyAt ?? endedAt ?? 0) - 10
  const y = centre + 4
  if (after + width <= scale.to) return { content, x: after, y, anchor: 'start' }
  if (hasBegun && before - width >= scale.from) return { content, x: before, y, anchor: 'end' }
  // Below the bar there is room up to the edge, and if need be from the name on.
  const x = width <= columns.edge - scale.from ? scale.from : nameX(depth, columns) + 8
  const room = Math.floor((columns.edge - x) / COLUMN.small)
  return { content: cutTo(content, room), x, y: centre + heightOf(depth) / 2 + 14, anchor: 'start' }
}

export function drawRow({ row, centre, note }: PlacedRow, scale: Scale, columns: Columns, runEndedAt: number): Markup {
  return isStageRow(row)
    ? drawStage(row, centre, note, scale, columns, runEndedAt)
    : drawRun(row, centre, scale, columns)
}

function drawStage(
  row: StageRow,
  centre: number,
  note: Note | undefined,
  scale: Scale,
  columns: Columns,
  runEndedAt: number,
): Markup {
  const { name, ran, status, duration, record } = row.row
  const y = centre + 4
  const x = nameX(row.depth, columns)
  const mark = element('circle', { class: 'mark ink', cx: columns.mark, cy: centre, r: row.depth === 0 ? 3.5 : 2.5 })
  return element(
    'g',
    { class: row.isCritical ? 'row critical' : 'row' },
    element('title', {}, escaped(sentenceOf(row, scale.origin))),
    row.isCritical ? mark : '',
    row.kind === undefined ? '' : shapeOf(row.kind, columns.shape, centre),
    text(cutName(name, x, columns), { class: `name ${ran ? 'ink' : 'muted'}`, x, y }),
    drawBar(
      row,
      scale,
      centre,
      runEndedAt,
      note?.anchor === 'end' ? note.x - widthOf(note.content) * COLUMN.small - 6 : undefined,
    ),
    note === undefined
      ? ''
      : text(note.content, { class: 'note small muted halo', x: note.x, y: note.y, 'text-anchor': note.anchor }),
    durationAt(duration, y, columns),
    signOf(toneOf(record.status), columns.signs, centre, colorOf(record)),
    text(status, { class: 'status muted', x: columns.status, y }),
  )
}

function drawRun({ run, depth }: RunRow, centre: number, scale: Scale, columns: Columns): Markup {
  const { startedAt, endedAt, status, pipeline } = run
  const y = centre + 4
  const x = nameX(depth, columns)
  return element(
    'g',
    { class: 'row' },
    text(cutName(plainLine(pipeline), x, columns), { class: 'name muted', x, y }),
    drawBracket(scale.x(startedAt), scale.x(endedAt), centre),
    durationAt(formatDuration(endedAt - startedAt), y, columns),
    signOf(toneOfRun(status), columns.signs, centre),
    text(cutTo(statusOf({ run, depth }), 12), { class: 'status muted', x: columns.status, y }),
  )
}

function durationAt(duration: string, y: number, columns: Columns): Markup {
  if (duration === '') return ''
  return text(duration, { class: 'duration muted', x: columns.signs - 14, y, 'text-anchor': 'end' })
}

const cutName = (name: string, x: number, { bars }: Columns): string =>
  cutTo(name, Math.floor((bars - 14 - x) / COLUMN.normal))
