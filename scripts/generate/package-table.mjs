import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { conclude, readPackages, readText } from '../lib/workspace.mjs'

// The tables of the page of packages are made from the manifests; with --check nothing is written.

const PAGE = 'docs/reference/packages.md'

const MARKERS = /(<!-- packages:start[^\n]*-->\n)[\s\S]*(<!-- packages:end -->)/

/** The tables, in their order: the packages that a list names, in its order, or those whose names begin with a prefix. */
const GROUPS = [
  {
    title: 'Start with these',
    names: ['core', 'defaults', 'testing', 'http', 'streaming', 'report', 'inspector', 'cli', 'create-stageflow'],
  },
  { title: 'Models and agents', names: ['provider-ai-sdk', 'provider-openai', 'agent', 'models', 'provider-types'] },
  { title: 'Tools for models', names: ['tools', 'tool-executor', 'tools-mcp', 'approvals', 'undo'] },
  { title: 'Interceptors', prefixes: ['interceptor-'] },
  { title: 'Sinks and exporters', prefixes: ['sink-', 'exporter-'] },
  { title: 'Durable runs', prefixes: ['suspend', 'durable-'] },
  { title: 'Stores', prefixes: ['store-'] },
  { title: 'For authors', names: ['buffer', 'keyed-work'] },
]
const REST = 'More'

/** The page of packages of the workspace at `root` with the tables that it should have. */
export function withPackageTable(root) {
  const page = readText(join(root, PAGE))
  const tables = packageGroups(readPackages(root)).map(tableOf)
  return page.replace(MARKERS, (_, start, end) => `${start}${tables.join('')}\n${end}`)
}

/** `packages` in the order of the tables. */
export function inTableOrder(packages) {
  return packageGroups(packages).flatMap((group) => group.packages)
}

/** The tables that have packages, in their order, each with its title and its packages. */
export function packageGroups(packages) {
  const left = [...packages]
  const groups = GROUPS.map(({ title, ...group }) => ({ title, packages: takeFrom(left, group) }))
  return [...groups, { title: REST, packages: left.sort(byName) }].filter((group) => group.packages.length > 0)
}

/** Removes the packages of a group from `left` and returns them in the group's order. */
function takeFrom(left, { names = [], prefixes = [] }) {
  const rankOf = ({ short }) => {
    const place = names.indexOf(short)
    return place >= 0 ? place : prefixes.findIndex((prefix) => short.startsWith(prefix))
  }
  const taken = left.filter((each) => rankOf(each) >= 0)
  for (const each of taken) left.splice(left.indexOf(each), 1)
  return taken.sort((a, b) => rankOf(a) - rankOf(b) || byName(a, b))
}

function byName(a, b) {
  return a.short.localeCompare(b.short)
}

function tableOf({ title, packages }) {
  const rows = packages.map(
    ({ folder, manifest }) => `| [\`${manifest.name}\`](../../${folder}/README.md) | ${manifest.description} |`,
  )
  return `\n## ${title}\n\n| package | what it is |\n| --- | --- |\n${rows.join('\n')}\n`
}

export function checkPackageTable(root) {
  const page = readText(join(root, PAGE))
  if (!MARKERS.test(page)) return [`${PAGE}: put the markers <!-- packages:start --> and <!-- packages:end --> back.`]
  return page === withPackageTable(root) ? [] : [`${PAGE}: the package tables are stale: run \`npm run generate\`.`]
}

if (import.meta.main) {
  const root = process.cwd()
  if (process.argv.includes('--check')) {
    conclude(checkPackageTable(root), 'the package tables are up to date')
  } else {
    writeFileSync(join(root, PAGE), withPackageTable(root))
    console.log(`wrote the package tables of ${PAGE}`)
  }
}
