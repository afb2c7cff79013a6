import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { parse, walk } from '../lib/syntax.mjs'
import { conclude, readPackages, sectionOf } from '../lib/workspace.mjs'

// The tables of docs/reference/options.md list exactly the options that the types have, each with the package that declares it and the
// number that its docstring gives as its default.

const PAGE = 'docs/reference/options.md'
/** The section of the page that lists the members of each interface. */
const SECTION_OF = {
  SharedOptions: 'Options of a stage',
  StageWiring: 'Options of a stage',
  StageOptions: 'Options of a stage',
  ChildOptions: 'Options of a stage',
  MapOptions: 'Options of a stage',
  Repeat: 'Options of a stage',
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

/** The rows of the tables in a section of the page: name, default and owner. */
function rowsOf(page, section) {
  const rows = []
  let columns = []
  for (const line of sectionOf(page, section)
    .split('\n')
    .filter((each) => each.startsWith('|'))) {
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim())
    if (cells.includes('name')) columns = cells
    else if (!/^-+$/.test(cells[0])) {
      const cell = (name) => cells[columns.indexOf(name)].replaceAll('`', '')
      rows.push({ name: cell('name'), default: cell('default'), owner: cell('declared by') })
    }
  }
  return rows
}

/** What the page lacks, has too much, or says wrongly. */
export function checkOptions(root) {
  const page = readFileSync(join(root, PAGE), 'utf8')
  const declared = [...declaredOptions(root), ...BESIDE]
  const problems = []
  for (const section of new Set(Object.values(SECTION_OF))) {
    const wanted = declared.filter((option) => option.section === section)
    const rows = rowsOf(page, section)
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

if (import.meta.main) {
  const { problems, options } = checkOptions(process.argv[2] ?? process.cwd())
  conclude(problems, `${options} options are listed in ${PAGE}`)
}
