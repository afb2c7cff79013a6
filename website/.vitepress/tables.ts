import type { Token } from './markdown.ts'

// A phone shows about fifty letters in a row. A table that needs more has a block for each row there, whose cells have the names of
// their columns: see style.css.

interface Cell {
  readonly open: Token
  readonly close: Token
  readonly text: string
  readonly isCode: boolean
}

interface Table {
  readonly labels: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

const LETTERS_OF_A_PHONE = 50
/** What the borders of a cell and the frame of code take, in letters. */
const BORDERS = 3
const FRAME = 2
/** Names of first columns that the cells below them say themselves. */
const PLAIN_LABELS = new Set(['name', 'option', 'code', 'what', 'no.', 'Parameter', 'package'])

export function tablesOnPhones({ tokens }: { readonly tokens: readonly Token[] }): void {
  for (const table of tablesOf(tokens)) {
    joinTitleRows(table)
    if (fitsOnPhone(table)) for (const { open } of table.rows.flat()) open.attrSet('class', 'narrow')
    else labelCells(table)
  }
}

function tablesOf(tokens: readonly Token[]): readonly Table[] {
  const starts = tokens.flatMap(({ type }, index) => (type === 'table_open' ? [index] : []))
  return starts.map((start) => {
    const end = tokens.findIndex(({ type }, index) => index > start && type === 'table_close')
    const cells = tokens.slice(start, end).flatMap(({ type }, index, table) => {
      const [open, content, close] = table.slice(index, index + 3)
      return (type === 'th_open' || type === 'td_open') && open && content && close
        ? [cellOf(open, content, close)]
        : []
    })
    const columns = cells.filter(({ open }) => open.type === 'th_open').length
    const rows = Array.from({ length: cells.length / columns }, (_, row) =>
      cells.slice(row * columns, (row + 1) * columns),
    )
    return { labels: (rows[0] ?? []).map(({ text }) => text), rows: rows.slice(1) }
  })
}

function cellOf(open: Token, content: Token, close: Token): Cell {
  const parts = (content.children ?? []).filter(({ type }) => type !== 'html_inline')
  const text = parts.map((part) => part.content).join('')
  return { open, close, text, isCode: parts.some(({ type }) => type === 'code_inline') }
}

/** A row that has only its title is one cell. */
function joinTitleRows({ rows }: Table): void {
  for (const [title, ...others] of rows) {
    if (title === undefined || others.some(({ text }) => text !== '')) continue
    title.open.attrSet('colspan', String(others.length + 1))
    for (const { open, close } of others) open.hidden = close.hidden = true
  }
}

/** Whether each column has room. The head, the first column and tables of two columns break between words, other cells don't. */
function fitsOnPhone({ labels, rows }: Table): boolean {
  const widths = labels.map((label, column) => {
    const breaks = column === 0 || labels.length === 2
    const cells = rows.flatMap((row) => row[column] ?? [])
    const lengths = cells.map(({ text, isCode }) => (breaks ? longestWord(text) : text.length) + (isCode ? FRAME : 0))
    return Math.max(longestWord(label), ...lengths) + BORDERS
  })
  return widths.reduce((sum, width) => sum + width, 0) <= LETTERS_OF_A_PHONE
}

const longestWord = (text: string): number => Math.max(...text.split(/[\s-]/).map(({ length }) => length))

function labelCells({ labels, rows }: Table): void {
  for (const [column, { open, text }] of rows.flatMap((row) => [...row.entries()])) {
    const label = labels[column] ?? ''
    const isPlain = label === '' || (column === 0 && PLAIN_LABELS.has(label))
    if (column > 0 && ['–', '-'].includes(text)) open.attrSet('class', 'none')
    else if (!isPlain && text !== '') open.attrSet('data-label', label.endsWith('?') ? label : `${label}:`)
  }
}
