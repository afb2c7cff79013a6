import { paint, padTo, widthOf, cutTo } from './terminal.ts'
import type { Style, Terminal } from './terminal.ts'

/** A cell whose text has no control characters. */
export interface Cell {
  readonly text: string
  readonly style?: Style | undefined
}

const GAP = '  '

/** The lines of an aligned table. On a terminal, the last column is cut where the window ends. */
export function tableLines(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  { output }: Terminal,
): string[] {
  const all = [heads.map((text): Cell => ({ text, style: 'dim' })), ...rows]
  const widths = heads.map((_, column) => Math.max(...all.map((row) => widthOf(row[column]?.text ?? ''))))
  const last = heads.length - 1
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0)
  const room = output.columns === undefined ? Infinity : Math.max(10, output.columns - before)
  return all.map((row) =>
    row
      .map(({ text, style }, column) => {
        const shown = column === last ? cutTo(text, room) : padTo(text, widths[column] ?? 0)
        return style === undefined || shown.trim() === '' ? shown : paint(output, style, shown)
      })
      .join(GAP)
      .trimEnd(),
  )
}
