import { short } from '../report/cells.mjs'

const HEAD = ['µs per stage', 'base', 'now', 'ratio', '95% interval', '']

/**
 * The rows as lines of text in columns, each with its verdict for coloring. `results`: `{ id, base, now, ratio, interval,
 * verdict }` of each row, or `{ id, errors }` if a state could not run it.
 */
export function tableLines(results) {
  const cells = [HEAD, ...results.map((result) => (result.errors === undefined ? cellsOf(result) : [result.id]))]
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells.map((row, index) => {
    const text = row.map((cell, column) =>
      column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    )
    const { errors, verdict } = results[index - 1] ?? {}
    if (errors !== undefined) return { text: `${text[0]}  cannot run: ${errorText(errors)}`, verdict: 'error' }
    return { text: text.join('  ').trimEnd(), verdict: index === 0 ? 'head' : verdict }
  })
}

const cellsOf = ({ id, base, now, ratio, interval, verdict = '' }) => [
  id,
  short(base),
  short(now),
  ratio.toFixed(3),
  interval.map((each) => each.toFixed(3)).join(' – '),
  verdict,
]

function errorText({ base, now }) {
  if (base === now) return `both: ${base}`
  return [base && `base: ${base}`, now && `now: ${now}`].filter(Boolean).join('; ')
}

/** The line below the table. */
export function summaryLine(results) {
  const count = (test) => results.filter(test).length
  const parts = [
    [count(({ verdict }) => verdict === 'slower'), 'slower'],
    [count(({ verdict }) => verdict === 'faster'), 'faster'],
    [count(({ verdict, errors }) => verdict === undefined && errors === undefined), 'without a clear difference'],
    [count(({ errors }) => errors !== undefined), 'could not run'],
  ]
  const rows = results.length === 1 ? '1 row' : `${results.length} rows`
  return `${rows}: ${parts.flatMap(([number, what]) => (number === 0 ? [] : [`${number} ${what}`])).join(', ')}.`
}

/** The functions in which two profiles spent the most time, side by side, in lines of text. */
export function profileLines({ base, now }, most = 15) {
  const [before, after] = [sharesByFunction(base), sharesByFunction(now)]
  const functions = [...new Set([...before.keys(), ...after.keys()])].map((name) => ({
    name,
    base: before.get(name) ?? 0,
    now: after.get(name) ?? 0,
  }))
  const top = functions.sort((a, b) => Math.max(b.base, b.now) - Math.max(a.base, a.now)).slice(0, most)
  const percent = (share) => `${(share * 100).toFixed(1)} %`.padStart(7)
  return [
    `${'base'.padStart(7)} ${'now'.padStart(7)}  self time`,
    ...top.map((each) => `${percent(each.base)} ${percent(each.now)}  ${each.name}`),
  ]
}

/** Without lines and module instances (`rows.mjs?base:9`): both differ between the states. */
function sharesByFunction(profile) {
  const shares = new Map()
  for (const { name, share } of profile) {
    const key = name.replace(/(\?\w+)?:\d+$/, '')
    shares.set(key, (shares.get(key) ?? 0) + share)
  }
  return shares
}
