import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { isOurs, readJson } from '../lib/workspace.mjs'
import { generateTables, table } from './generated-tables.mjs'

// The table of the licenses of what our packages install: the packages of scripts/ci/registry/installs.json, as their manifests in
// node_modules declare them.

/** Of a license with more packages than this, only their number is in the table. */
const MOST_NAMES = 6

const root = process.cwd()
/** Where pnpm keeps each version of a package, in a folder such as `@scope+name@1.0.0`. */
const STORE = join(root, 'node_modules/.pnpm')
const kept = readdirSync(STORE)
const record = Object.values(readJson(join(root, 'scripts/ci/registry/installs.json')))
const names = [...new Set(record.flatMap(({ packages }) => packages))].filter((name) => !isOurs(name)).sort()

const licenses = Map.groupBy(names, licenseOf)
const rows = [...licenses]
  .sort(([, some], [, others]) => others.length - some.length)
  .map(([license, of]) => [
    license,
    `${of.length}`,
    of.length > MOST_NAMES ? '' : of.map((name) => `\`${name}\``).join(', '),
  ])

generateTables('docs/project/license.md', {
  licenses: table(['license', 'packages', 'which'], rows),
})

/** What the manifest of a package says. If versions differ, all that they say. */
function licenseOf(name) {
  const folders = kept.filter((folder) => folder.startsWith(`${name.replace('/', '+')}@`))
  if (folders.length === 0) throw new Error(`${name} isn't installed: run \`node scripts/setup/setup.mjs all\`.`)
  const manifests = folders.map((folder) => readJson(join(STORE, folder, 'node_modules', name, 'package.json')))
  return [...new Set(manifests.map(({ license }) => license ?? 'none declared'))].sort().join(', ')
}
