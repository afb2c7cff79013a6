/** A curve of levels over time, as lines of text. Marks stand under it: a letter for one, else how many. */
export interface LevelPlot {
  readonly height: number
  /** The level from now on. */
  level(atMs: number, levelMs: number): void
  mark(what: 'underrun' | 'overflow'): void
  lines(): readonly string[]
}

interface PlotSettings {
  readonly mostMs: number
  readonly width: number
  readonly color: boolean
}

/** One column of it. */
interface Slot {
  levelMs: number
  underrun: number
  overflow: number
}

const SLOT_MS = 100
const ROWS = 8
const MARGIN = 9
const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** What does not fit into `width` columns leaves on the left. */
export function levelPlot({ mostMs, width, color }: PlotSettings): LevelPlot {
  const most = Math.max(10, width - MARGIN - 1)
  let now: Slot = { levelMs: 0, underrun: 0, overflow: 0 }
  const slots: Slot[] = [now]
  const paint = (code: number, text: string): string =>
    color && text.trim() !== '' ? `\x1b[${code}m${text}\x1b[39m` : text

  function row(index: number, shown: readonly Slot[]): string {
    const bottom = (ROWS - 1 - index) * (mostMs / ROWS)
    const cells = shown.map(({ levelMs }) => {
      const eighths = Math.round(((levelMs - bottom) / (mostMs / ROWS)) * 8)
      return EIGHTHS[Math.max(0, Math.min(8, eighths))]!
    })
    const label = index % 2 === 0 ? `${bottom + mostMs / ROWS} ms` : ''
    return `${label.padStart(MARGIN - 1)}┤${paint(36, cells.join('').trimEnd())}`
  }

  function mark(what: string, count: number, code: number): string {
    if (count === 0) return '·'
    return paint(code, count === 1 ? what.charAt(0).toUpperCase() : String(Math.min(count, 9)))
  }

  function axis(first: number, columns: number): string {
    let text = ''
    for (let column = (10 - (first % 10)) % 10; column < columns; column += 10)
      text = `${text.padEnd(column)}${(first + column) / 10}s`
    return `${' '.repeat(MARGIN)}${text}`
  }

  return {
    height: ROWS + 4,
    level(atMs, levelMs) {
      const slot = Math.floor(atMs / SLOT_MS)
      while (slots.length <= slot) slots.push((now = { levelMs: 0, underrun: 0, overflow: 0 }))
      now.levelMs = levelMs
    },
    mark: (what) => void now[what]++,
    lines() {
      const shown = slots.slice(-most)
      const marks = (what: 'underrun' | 'overflow', code: number): string =>
        what.padEnd(MARGIN) + shown.map((slot) => mark(what, slot[what], code)).join('')
      return [
        ...Array.from({ length: ROWS }, (_, index) => row(index, shown)),
        `${'0 ms'.padStart(MARGIN - 1)}└${'─'.repeat(shown.length)}`,
        marks('underrun', 31),
        marks('overflow', 33),
        axis(slots.length - shown.length, shown.length),
      ]
    },
  }
}
