import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { conclude, readPackages, readText } from '../lib/workspace.mjs'

// The table of the README is made from the manifests; with --check nothing is written.

const MARKERS = /(<!-- packages:start[^\n]*-->\n)[\s\S]*(<!-- packages:end -->)/
const ROLES = ['core', 'types', 'plugin', 'kit', 'leaf']

/** The README of the workspace at `root` with the package table that it should have. */
export function withPackageTable(root) {
  const readme = readText(join(root, 'README.md'))
  const rows = readPackages(root)
    .filter(({ manifest }) => manifest.private !== true)
    .sort((a, b) => rank(a) - rank(b) || a.short.localeCompare(b.short))
    .map(({ folder, manifest }) => `| [\`${manifest.name}\`](${folder}) | ${manifest.description} |`)
  return readme.replace(MARKERS, `$1\n| package | what it is |\n| --- | --- |\n${rows.join('\n')}\n\n$2`)
}

function rank({ manifest }) {
  return ROLES.indexOf(manifest.stageflow?.role)
}

export function checkPackageTable(root) {
  const readme = readText(join(root, 'README.md'))
  if (!MARKERS.test(readme))
    return ['README.md: put the markers <!-- packages:start --> and <!-- packages:end --> back.']
  return readme === withPackageTable(root) ? [] : ['README.md: the package table is stale: run `npm run generate`.']
}

if (import.meta.main) {
  const root = process.cwd()
  if (process.argv.includes('--check')) {
    conclude(checkPackageTable(root), 'the package table is up to date')
  } else {
    writeFileSync(join(root, 'README.md'), withPackageTable(root))
    console.log('wrote the package table of README.md')
  }
}
