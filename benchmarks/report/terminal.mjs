import { styleText } from 'node:util'
import { peerOf } from '../peers/index.mjs'
import { buildCell, bytesCell, ratioCell, runCell, short } from './cells.mjs'
import { fastestRival, judge } from './targets.mjs'

/** The tables on standard output, coloured on a terminal. */
export function printTables(figures, { peers, shapes, parts }, before, stream = process.stdout) {
  const paint = (style, text) => styleText(style, text, { stream })
  const line = (text = '') => stream.write(`${text}\n`)
  const table = (title, rows, style) => {
    line(paint('bold', title))
    const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
    rows.forEach((row, index) => {
      const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      line(`  ${paint(index === 0 ? 'dim' : style(row), cells.join('  '))}`)
    })
    line()
  }
  const styleOf = (row) => (row[0].startsWith('core') ? 'cyan' : 'reset')
  table(
    'Run, µs per stage',
    [['', ...shapes], ...peers.map((id) => [id, ...shapes.map((shape) => runCell(figures, peerOf(id), shape))])],
    styleOf,
  )

  const ratio = (a, b) => (a === undefined || b === undefined ? undefined : a / b)
  const core = (shape) => figures.micros('core', shape)
  if (peers.includes('core')) {
    table(
      'Bare core',
      [
        ['', ...shapes],
        [
          '÷ indegreeReal',
          ...shapes.map((shape) => ratioCell(ratio(core(shape), figures.micros('indegreeReal', shape)))),
        ],
        [
          'fastest peer ÷ it',
          ...shapes.map((shape) => ratioCell(ratio(fastestRival(figures, shape)?.micros, core(shape)))),
        ],
        ['build, ms', ...shapes.map((shape) => buildCell(figures.buildMicros('core', shape)))],
      ],
      () => 'reset',
    )
  }
  if (before !== undefined) {
    const changed = (id, shape) => ratio(figures.micros(id, shape), before.micros(id, shape))
    table(
      'Now ÷ before',
      [['', ...shapes], ...peers.map((id) => [id, ...shapes.map((shape) => ratioCell(changed(id, shape)))])],
      styleOf,
    )
  }
  printMore(figures, { peers, shapes }, table, styleOf)
  for (const id of peers) {
    for (const shape of shapes) {
      for (const section of ['run', 'memory', 'concurrent', 'node22']) {
        const error = figures.error(id, shape, section)
        if (error !== undefined) line(paint('red', `${id} ${shape} (${section}): ${error.slice(0, 600)}`))
      }
    }
  }
  for (const { name, shape, measured, limit, met } of judge(figures, shapes, parts)) {
    line(`${met ? paint('green', '✓ met   ') : paint('red', '✗ missed')} ${name}, ${shape}: ${measured} (${limit})`)
  }
}

function printMore(figures, { peers, shapes }, table, styleOf) {
  const measured = shapes.filter((shape) => peers.some((id) => figures.bytes(id, shape) !== undefined))
  if (measured.length > 0) {
    const bytes = (id, shape) => bytesCell(figures.bytes(id, shape))
    table(
      'Allocated, bytes per stage',
      [['', ...measured], ...peers.map((id) => [id, ...measured.map((shape) => bytes(id, shape))])],
      styleOf,
    )
  }
  const at = peers.filter((id) => figures.concurrent(id) !== undefined)
  if (at.length > 0) {
    const thousand = (value) => `${Math.round(value / 1000).toLocaleString('en-US')}k`
    const row = (id) => [
      id,
      thousand(figures.sequential(id)),
      thousand(figures.concurrent(id)),
      ratioCell(figures.concurrent(id) / figures.sequential(id)),
    ]
    table('Chat, runs per second', [['', 'sequential', '1,000 at once', 'ratio'], ...at.map(row)], styleOf)
  }
  const on22 = peers.filter((id) => figures.micros(id, 'chat', 'node22') !== undefined)
  if (on22.length > 0)
    table(
      'Chat on Node 22, µs per stage',
      [['', 'chat'], ...on22.map((id) => [id, short(figures.micros(id, 'chat', 'node22'))])],
      styleOf,
    )
}
