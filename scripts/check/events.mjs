import { join } from 'node:path'

import { readEventTypes } from '../lib/event-types.mjs'
import { conclude, readText } from '../lib/workspace.mjs'

// The table of docs/reference/events.md has a row `type | when | data` for each event that a package declares, with exactly
// the fields of its data. What stands in parentheses behind a field explains it. A second table says which package a type
// comes from, by the word before the dot, or by the whole type if packages share the word.

export const PAGE = 'docs/reference/events.md'

/** A link to the package that a type comes from. */
const ORIGIN = /packages\/([a-z-]+)\//

export function checkEvents(root) {
  const declared = readEventTypes(root)
  const page = readText(join(root, PAGE))
  const rows = rowsOf(page)
  const origins = originsOf(page)
  const known = new Set(declared.map(({ type }) => type))
  return [
    ...declared.flatMap((event) => [
      ...problemsOf(
        event,
        rows.filter(({ type }) => type === event.type),
      ),
      ...originProblems(event, origins),
    ]),
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
  const missing = fields.filter((field) => !row.fields.includes(field))
  const surplus = row.fields.filter((field) => !fields.includes(field))
  if (missing.length > 0) problems.push(`${PAGE}: the row of ${type} lacks ${missing.join(', ')}.`)
  if (surplus.length > 0) problems.push(`${PAGE}: the data of ${type} has no field ${surplus.join(', ')}.`)
  return problems
}

function originProblems({ type, short }, origins) {
  const origin = origins.get(type) ?? origins.get(`${type.split('.')[0]}.*`)
  return origin === short ? [] : [`${PAGE}: ${type} comes from ${short}, not from ${origin}.`]
}

/** The rows of the table of types. */
function rowsOf(page) {
  return cellsOf(page).flatMap(([first, when = '', data = '']) => {
    const type = first.match(/^`([\w{}]+(?:\.[\w{}]+)+)`$/)?.[1]
    if (type === undefined || ORIGIN.test(when)) return []
    const fields = [...data.replaceAll(/\([^()]*\)/g, '').matchAll(/`([^`]+)`/g)].map(([, field]) => field)
    return [{ type, when, fields }]
  })
}

/** The package of each type, or of all types with one first word: `stream.*`. */
function originsOf(page) {
  return new Map(
    cellsOf(page).flatMap(([types, origin = '']) => {
      const short = origin.match(ORIGIN)?.[1]
      if (short === undefined) return []
      return [...types.matchAll(/`(\w+\.(?:\w+|\*))`/g)].map(([, type]) => [type, short])
    }),
  )
}

function cellsOf(page) {
  const rows = page.split('\n').filter((line) => line.startsWith('|'))
  return rows.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1)
      .map((cell) => cell.trim()),
  )
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..')
  conclude(checkEvents(root), `${readEventTypes(root).length} types of events, each with its data in ${PAGE}`)
}
