import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { conclude, isOurs, readJson, readPackages, readText } from '../lib/workspace.mjs'

// The table of what each package installs, made from the record of scripts/ci/registry/installs.mjs. With --check nothing is written.

const PAGE = 'docs/reference/support.md'
const RECORD = 'scripts/ci/registry/installs.json'
const MARKERS = /(<!-- installs:start[^\n]*-->\n)[\s\S]*(<!-- installs:end -->)/

/** The page with the table that it should have. */
export function withInstalls(root) {
  const record = readJson(join(root, RECORD))
  const packages = new Map(readPackages(root).map((each) => [each.short, each]))
  const rows = Object.entries(record).map(([short, installed]) => {
    const { length } = installed.packages
    const others = othersOf(installed.packages, packages.get(short)?.manifest)
    const link = `[\`${short}\`](../../packages/${short}/README.md)`
    return `| ${link} | ${length} | ${figure(installed.kB)} | ${figure(installed.ours)} | ${others} |`
  })
  const head = '| package | packages | kB | kB of ours | packages of others |\n| --- | --- | --- | --- | --- |'
  return readText(join(root, PAGE)).replace(
    MARKERS,
    (_, start, end) => `${start}\n${head}\n${rows.join('\n')}\n\n${end}`,
  )
}

const figure = (kB) => kB.toLocaleString('en-US')

/** The packages of other authors: by name those that ours depends on, and how many those bring. */
function othersOf(names, { dependencies, peerDependencies } = {}) {
  const direct = Object.keys({ ...dependencies, ...peerDependencies })
  const others = names.filter((name) => !isOurs(name))
  const named = others.filter((name) => direct.includes(name))
  const rest = others.length - named.length
  return [...named.map((name) => `\`${name}\``), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}

export function checkInstalls(root) {
  const recorded = Object.keys(readJson(join(root, RECORD)))
  const published = readPackages(root)
  const missing = published.filter(({ short }) => !recorded.includes(short))
  const surplus = recorded.filter((short) => !published.some((each) => each.short === short))
  const isStale = readText(join(root, PAGE)) !== withInstalls(root)
  return [
    ...missing.map(
      ({ short }) =>
        `${RECORD}: ${short} is missing: run \`node scripts/ci/registry/installs.mjs <tarballs> --write\`.`,
    ),
    ...surplus.map((short) => `${RECORD}: there is no package ${short}.`),
    ...(isStale ? [`${PAGE}: the table is stale: run \`npm run generate\`.`] : []),
  ]
}

if (import.meta.main) {
  const root = process.cwd()
  if (process.argv.includes('--check')) {
    conclude(checkInstalls(root), 'the table of installs is up to date')
  } else {
    writeFileSync(join(root, PAGE), withInstalls(root))
    console.log(`wrote the table of ${PAGE}`)
  }
}
