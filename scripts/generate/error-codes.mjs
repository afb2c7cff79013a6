import { join } from 'node:path'

import { otherCode, statusOf } from '../lib/vocabulary.mjs'
import { readPackages, readSources, readTests, readText, sectionOf } from '../lib/workspace.mjs'

// Run notes and slots are named in the same way, and aren't errors: `note('core/problems', …)`,
// `readonly 'core/problems'?:`, `createSlot<Claims>('auth/claims')`; so are methods of a protocol: `method === 'tools/call'`.
const NO_ERROR = /note|createSlot|method\W*===/i
const COMMENT = /^\s*(\/\/|\/?\*)/

const COLUMNS = ['code', 'status', 'when', 'fix']
/** What a code may mean over HTTP. A code that never ends a request has a dash. CONTRIBUTING says which is for what. */
const STATUSES = ['400', '401', '403', '404', '409', '413', '422', '429', '499', '500', '502', '503', '504', '–']

/** The error codes of every package: where they are made, what its table says of them, and what is wrong. */
export function readErrorCodes(root) {
  return readPackages(root).map((each) => {
    const codes = codesIn(each.short, readSources(root, each.folder))
    const page = tablePage(root, each.folder)
    const rows = rowsOf(page.table)
    return { ...each, codes, rows, problems: problemsOf(root, { ...each, codes, rows }, page.file) }
  })
}

/** The first half of a package's codes: its name without `interceptor-`. */
const prefixOf = (short) => short.replace(/^interceptor-/, '')

function codesIn(short, sources) {
  const prefix = [...new Set([short, prefixOf(short)])].join('|')
  const literal = new RegExp(`['"\`]((?:${prefix})/[a-z0-9]+(?:-[a-z0-9]+)*)['"\`](?!\\?:)`, 'g')
  const codes = new Map()
  for (const { file, text } of sources) {
    for (const line of text.split('\n').filter((each) => !COMMENT.test(each))) {
      for (const match of line.matchAll(literal)) {
        if (!NO_ERROR.test(line.slice(0, match.index)) && !codes.has(match[1])) codes.set(match[1], file)
      }
    }
  }
  return codes
}

/** The page with a package's tables of codes: its docs/errors.md if it has one, otherwise the section Errors of its README. */
function tablePage(root, folder) {
  const long = readText(join(root, folder, 'docs/errors.md'))
  if (long !== '') return { file: `${folder}/docs/errors.md`, table: long }
  return { file: `${folder}/README.md`, table: sectionOf(readText(join(root, folder, 'README.md')), 'Errors') }
}

/** The rows by code, each an object with the columns that its table has, and the count of such rows. */
function rowsOf(page) {
  const rows = new Map()
  let columns = COLUMNS
  for (const line of page.split('\n')) {
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim())
    if (cells[0] === 'code') columns = cells
    const code = cells[0]?.match(/^`([a-z0-9-]+\/[a-z0-9-]+)`$/)?.[1]
    if (code === undefined) continue
    const row = Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? '']))
    rows.set(code, { ...row, count: (rows.get(code)?.count ?? 0) + 1 })
  }
  return rows
}

function problemsOf(root, { folder, short, codes, rows }, page) {
  const tests = readTests(root, folder)
    .map(({ text }) => text)
    .join('\n')
  const problems = []
  for (const [code, file] of codes) {
    const row = rows.get(code)
    const [first, second] = code.split('/')
    if (first !== prefixOf(short)) problems.push(`${file}: begin ${code} with "${prefixOf(short)}/".`)
    const word = otherCode(second)
    if (word !== undefined) problems.push(`${file}: call ${code} what other packages call it: ${word}.`)
    if (row === undefined)
      problems.push(`${page}: add a row for ${code}, which ${file} makes: | \`${code}\` | status | when | fix |.`)
    else if (!row.when || !row.fix)
      problems.push(
        `${page}: the row of ${code} must say when it comes, and how to fix it, in columns "when" and "fix".`,
      )
    else if (!STATUSES.includes(row.status)) {
      const given = row.status === undefined ? 'missing' : `"${row.status}"`
      problems.push(`${page}: the status of ${code} is ${given}. Write one of ${STATUSES.join(', ')}.`)
    } else {
      const usual = statusOf(code, row.when)
      if (usual !== undefined && usual !== row.status)
        problems.push(
          `${page}: the status of ${code} is ${row.status}; by scripts/lib/vocabulary.mjs it is ${usual}. Change it, or say in "when" where else the code comes.`,
        )
    }
    if (!tests.includes(code)) problems.push(`${folder}: no test provokes ${code} (made in ${file}).`)
  }
  for (const [code, { count }] of rows) {
    if (count > 1) problems.push(`${page}: make one row of the ${count} rows of ${code}.`)
    if (!codes.has(code)) problems.push(`${page}: remove the row of ${code}; nothing in ${short} makes it.`)
  }
  return problems
}
