import type { ReportToNow } from './run-in-progress.ts'
import { partsOf, type PathPartKind } from './stage-parts.ts'
import type { Paint, Style } from './terminal-style.ts'
import type { Row } from './timeline-rows.ts'

/** The shades of a bar and their meaning, for the legend. Running time is drawn in eighths of a column. */
export const SHADES: Readonly<Partial<Record<PathPartKind, { readonly glyph: string; readonly means: string }>>> = {
  queued: { glyph: '░', means: 'queued' },
  interceptors: { glyph: '▒', means: 'in interceptors' },
  backoff: { glyph: '╌', means: 'backoff' },
  suspended: { glyph: '┈', means: 'waiting for an answer' },
  held: { glyph: '═', means: 'held by a gate' },
}
const BLANK = ' '
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█']

/** Draws when a stage was queued and ran, on a line for the whole run. */
export function drawBar(
  { record, waits, style }: Pick<Row, 'record' | 'waits' | 'style'>,
  run: ReportToNow,
  columns: number,
  paint: Paint,
): string {
  const from = record.readyAt ?? record.startedAt ?? run.startedAt
  const parts = partsOf(record, from, record.endedAt ?? run.endedAt, waits)
  const cells = Array.from({ length: columns }, () => BLANK)
  const length = run.endedAt - run.startedAt
  const column = (time: number): number =>
    length > 0 ? Math.min(Math.max((time - run.startedAt) / length, 0), 1) * columns : 0
  for (const { kind, from, to } of parts) {
    const glyph = SHADES[kind]?.glyph
    if (glyph !== undefined) shade(cells, column(from), column(to), glyph)
  }
  // Running time is drawn last, so that it wins if it shares a column.
  for (const { kind, from, to } of parts) if (kind === 'running') fill(cells, column(from), column(to))
  const began = column(record.startedAt ?? run.startedAt)
  if (cells.every((cell) => cell === BLANK)) fill(cells, began, began)
  return painted(cells, paint, style)
}

function shade(cells: string[], from: number, to: number, glyph: string): void {
  // A shade of less than half a column would hide the end of the part before.
  for (let cell = Math.round(from); cell < Math.round(to); cell++) cells[cell] = glyph
}

function fill(cells: string[], from: number, to: number): void {
  const first = Math.floor(from)
  const last = Math.floor(to)
  if (first >= cells.length) cells[cells.length - 1] = '▕'
  else if (first === last) cells[first] = EIGHTHS[Math.max(1, Math.round((to - from) * 8))] as string
  else {
    const isLate = from - first >= 0.5
    if (!isLate) cells[first] = '█'
    else if (cells[first] === BLANK) cells[first] = '▐'
    cells.fill('█', first + 1, last)
    const rest = EIGHTHS[Math.round((to - last) * 8)] as string
    if (rest !== '' && (cells[last] === BLANK || to - last >= 0.5)) cells[last] = rest
  }
}

function painted(cells: readonly string[], paint: Paint, style: Style): string {
  const faint = new Set(Object.values(SHADES).map(({ glyph }) => glyph))
  const runs: { text: string; faint: boolean }[] = []
  for (const cell of cells) {
    const isFaint = faint.has(cell)
    const last = runs.at(-1)
    if (last !== undefined && last.faint === isFaint) last.text += cell
    else runs.push({ text: cell, faint: isFaint })
  }
  return runs.map((run) => (run.faint ? paint(run.text, style, 'dim') : paint(run.text, style))).join('')
}
