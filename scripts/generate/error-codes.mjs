import { join } from 'node:path'

import { messagesIn } from './error-messages.mjs'
import { readPackages, readSources, readTests, readText, sectionOf } from '../lib/workspace.mjs'

// A code is `<package>/<kebab-case>`: the name of the package's folder, with or without its role prefix.
const ROLE_PREFIX = /^(interceptor|sink|store|exporter|provider)-/
// Run notes and slots are named in the same way, and aren't errors: `note('core/problems', …)`,
// `readonly 'core/problems'?:`, `createSlot<Claims>('auth/claims')`; so are methods of a protocol: `method === 'tools/call'`.
const NO_ERROR = /note|createSlot|method\W*===/i
const COMMENT = /^\s*(\/\/|\/?\*)/

/** The rules of options that all packages use: words of their messages. */
const KIT_RULES = 'packages/core/src/kit/options.ts'

/** The error codes of every package: where they are made, their messages, what its table says of them, what is wrong. */
export function readErrorCodes(root) {
  const kit = readSources(root, 'packages/core').filter(({ file }) => file === KIT_RULES)
  return readPackages(root).map((each) => {
    const sources = readSources(root, each.folder)
    const codes = codesIn(each.short, sources)
    const page = tablePage(root, each.folder)
    const rows = rowsOf(page.table)
    const messages = messagesIn(sources, codes.keys(), kit)
    return { ...each, codes, rows, messages, problems: problemsOf(root, { ...each, codes, rows, messages }, page.file) }
  })
}

function codesIn(short, sources) {
  const prefix = [...new Set([short, short.replace(ROLE_PREFIX, '')])].join('|')
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

/** The table `code | when | fix`: in the package's docs/errors.md if it has one, else below `## Errors` of its README. */
function tablePage(root, folder) {
  const long = readText(join(root, folder, 'docs/errors.md'))
  if (long !== '') return { file: `${folder}/docs/errors.md`, table: long }
  return { file: `${folder}/README.md`, table: sectionOf(readText(join(root, folder, 'README.md')), 'Errors') }
}

function rowsOf(table) {
  const rows = new Map()
  for (const line of table.split('\n')) {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    const code = cells[1]?.match(/^`([a-z0-9-]+\/[a-z0-9-]+)`$/)?.[1]
    if (code !== undefined) rows.set(code, { when: cells[2] ?? '', fix: cells[3] ?? '' })
  }
  return rows
}

function problemsOf(root, { folder, short, codes, rows, messages }, page) {
  const tests = readTests(root, folder)
    .map(({ text }) => text)
    .join('\n')
  const problems = []
  for (const [code, file] of codes) {
    const row = rows.get(code)
    if (row === undefined)
      problems.push(`${page}: add a row for ${code}, which ${file} makes: | \`${code}\` | when | fix |.`)
    else if (row.when === '' || row.fix === '')
      problems.push(`${page}: the row of ${code} must say when it comes and how to fix it.`)
    if (messages.get(code).length === 0)
      problems.push(`${file}: no message of ${code} was found; pass the message right after the code.`)
    if (!tests.includes(code)) problems.push(`${folder}: no test provokes ${code} (made in ${file}).`)
  }
  for (const code of rows.keys()) {
    if (!codes.has(code)) problems.push(`${page}: remove the row of ${code}; nothing in ${short} makes it.`)
  }
  return problems
}
