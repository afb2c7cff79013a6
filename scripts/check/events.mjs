import { join } from 'node:path'

import { readEventTypes } from '../lib/event-types.mjs'
import { conclude, readText } from '../lib/workspace.mjs'

// The table of docs/reference/events.md has a row `type | when | data | package` for each event that a package declares, with
// exactly the fields of its data. What stands in parentheses behind a field explains it.

export const PAGE = 'docs/reference/events.md'

export function checkEvents(root) {
  const declared = readEventTypes(root)
  const rows = rowsOf(readText(join(root, PAGE)))
  const known = new Set(declared.map(({ type }) => type))
  return [
    ...declared.flatMap((event) =>
      problemsOf(
        event,
        rows.filter(({ type }) => type === event.type),
      ),
    ),
    ...rows
      .filter(({ type }) => !known.has(type))
      .map(({ type }) => `${PAGE}: remove the row of ${type}: no package declares it.`),
  ]
}

function problemsOf({ type, short, fields }, [row, ...more]) {
  if (row === undefined) return [`${PAGE}: add a row for ${type}, which ${short} declares with ${fields.join(', ')}.`]
  const problems = []
  if (more.length > 0) problems.push(`${PAGE}: ${type} has several rows.`)
  if (row.when === '') problems.push(`${PAGE}: the row of ${type} must say when it comes.`)
  if (row.short !== short) problems.push(`${PAGE}: ${type} comes from ${short}, not from ${row.short}.`)
  const missing = fields.filter((field) => !row.fields.includes(field))
  const surplus = row.fields.filter((field) => !fields.includes(field))
  if (missing.length > 0) problems.push(`${PAGE}: the row of ${type} lacks ${missing.join(', ')}.`)
  if (surplus.length > 0) problems.push(`${PAGE}: the data of ${type} has no field ${surplus.join(', ')}.`)
  return problems
}

function rowsOf(page) {
  return page.split('\n').flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    const type = cells[1]?.match(/^`([\w{}]+(?:\.[\w{}]+)+)`$/)?.[1]
    if (type === undefined) return []
    const [when = '', data = '', origin = ''] = cells.slice(2)
    const fields = [...data.replaceAll(/\([^()]*\)/g, '').matchAll(/`([^`]+)`/g)].map(([, field]) => field)
    return [{ type, when, fields, short: origin.match(/packages\/([a-z-]+)\//)?.[1] }]
  })
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..')
  conclude(checkEvents(root), `${readEventTypes(root).length} types of events, each with its data in ${PAGE}`)
}
