import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { defaultsInCode } from '../lib/code-defaults.mjs'
import { parse, walk } from '../lib/syntax.mjs'
import {
  conclude,
  readPackages,
  readSources,
  readText,
  rowsOf,
  sectionOf,
  withoutSeparators,
} from '../lib/workspace.mjs'

// The tables of docs/reference/options.md list exactly the options that the types have, each with the package that declares it and the
// number that its docstring gives as its default. A table without the column "declared by" has options of core. The README of a package
// gives the defaults that its code has.

const PAGE = 'docs/reference/options.md'
/** The section of the page that lists the members of each interface. */
const SECTION_OF = {
  SharedOptions: 'Options of a stage',
  StageWiring: 'Options of a stage',
  StageOptions: 'Options of a stage',
  ChildOptions: 'Options of a stage',
  MapMembers: 'Options of a stage',
  MapOptions: 'Options of a stage',
  RepeatOptions: 'Options of a stage',
  RunOptions: 'Options of a run',
  BuildOptions: 'Options of a build',
}
/** Declared by the type of the arguments of `run`, beside `RunOptions`. */
const BESIDE = [{ section: 'Options of a run', name: 'ports', owner: 'core', defaultNumber: undefined }]

/** Every option of the packages of `root`: its section, name, owner, and default if the docstring gives a number. */
export function declaredOptions(root) {
  return readPackages(root).flatMap(({ folder }) => {
    const owner = basename(folder)
    const files = globSync(`${folder}/src/**/*.ts`, { cwd: root }).filter((file) => !/\.(test|test-d)\.ts$/.test(file))
    return files.flatMap((file) => optionsIn(file, readFileSync(join(root, file), 'utf8'), owner))
  })
}

function optionsIn(file, text, owner) {
  const found = []
  if (!Object.keys(SECTION_OF).some((name) => text.includes(`interface ${name}`))) return found
  walk(parse(file, text), (node) => {
    if (node.type !== 'TSInterfaceDeclaration') return
    // Other packages may have interfaces of these names. Theirs count only if they extend those of core.
    const section = owner === 'core' || isMerged(text, node) ? SECTION_OF[node.id.name] : undefined
    if (section === undefined) return
    let from = node.body.start
    for (const { key, end, start } of node.body.body) {
      const defaultNumber = /Default:[^.]*?(?<number>\d[\d,]*)/.exec(text.slice(from, start))?.groups.number
      found.push({ section, name: key.name, owner, defaultNumber })
      from = end
    }
  })
  return found
}

function isMerged(text, { start }) {
  const module = text.lastIndexOf("declare module '@stageflow/core'", start)
  return module >= 0 && !text.slice(module, start).includes('\n}')
}

/** What the page lacks, has too much, or says wrongly. */
export function checkOptions(root) {
  const page = readFileSync(join(root, PAGE), 'utf8')
  const declared = [...declaredOptions(root), ...BESIDE]
  const problems = []
  for (const section of new Set(Object.values(SECTION_OF))) {
    const wanted = declared.filter((option) => option.section === section)
    const rows = rowsOf(sectionOf(page, section)).map((row) => ({ ...row, owner: row['declared by'] ?? 'core' }))
    for (const { name, owner, defaultNumber } of wanted) {
      const row = rows.find((each) => each.name === name && each.owner === owner)
      if (row === undefined) problems.push(`${PAGE}: "${section}" lacks \`${name}\` of ${owner}; add its row.`)
      else if (defaultNumber !== undefined && !row.default.includes(defaultNumber))
        problems.push(`${PAGE}: the default of \`${name}\` is "${row.default}"; its type says ${defaultNumber}.`)
    }
    for (const { name, owner } of rows)
      if (!wanted.some((option) => option.name === name && option.owner === owner))
        problems.push(`${PAGE}: "${section}" has \`${name}\` of ${owner}, which no type declares; remove the row.`)
  }
  return { problems, options: declared.length }
}

const LITERAL = /^(?:-?[\d.]+|true|false|'[^']*')$/

/** The defaults in option tables of READMEs that no code of the package has, and how many the code has. */
export function checkDefaults(root) {
  const problems = []
  let checked = 0
  for (const { folder } of readPackages(root)) {
    const found = defaultsInCode(readSources(root, folder))
    for (const row of rowsOf(sectionOf(readText(join(root, folder, 'README.md')), 'Options'))) {
      // `retry.attempts` is the option `attempts` of `retry`.
      const name = (row.name ?? row.option ?? '').split('.').at(-1)
      const value = withoutSeparators(row.default ?? '')
      const inCode = found.get(name)?.map((each) => (typeof each === 'string' ? `'${each}'` : String(each)))
      if (inCode === undefined || !LITERAL.test(value)) continue
      checked++
      if (!inCode.includes(value))
        problems.push(
          `${folder}/README.md: the default of \`${name}\` is ${row.default}; the code says ${[...new Set(inCode)].join(' or ')}.`,
        )
    }
  }
  return { problems, checked }
}

if (import.meta.main) {
  const root = process.argv[2] ?? process.cwd()
  const { problems, options } = checkOptions(root)
  const defaults = checkDefaults(root)
  conclude(
    [...problems, ...defaults.problems],
    `${options} options are listed in ${PAGE}; ${defaults.checked} defaults in READMEs are those of the code`,
  )
}
