import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { PREFIXES, ROLES, shortOf, writePackage } from './package-files.mjs'
import { pnpmOf } from '../setup/setup.mjs'

// `npm run new-package -- interceptor quota` makes packages/interceptor-quota, `… -- plugin tools` makes packages/tools.

const KINDS = [...PREFIXES, ...ROLES]
const LEGAL = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

const [kind, name, ...rest] = process.argv.slice(2)
if (!KINDS.includes(kind) || !LEGAL.test(name ?? '') || rest.length > 0)
  stop(`Usage: npm run new-package -- <${KINDS.join(' | ')}> <name>, the name in kebab-case.`)
const root = process.cwd()
const folder = `packages/${shortOf(kind, name)}`
if (existsSync(join(root, folder))) stop(`${folder} exists already; choose another name.`)

try {
  writePackage(root, kind, name)
} catch (error) {
  stop(error.message)
}
execFileSync('npx', ['--yes', pnpmOf(root), 'install', '--no-frozen-lockfile'], { cwd: root, stdio: 'pipe' })
execFileSync(join(root, 'node_modules/.bin/oxfmt'), [folder, 'tsconfig.json'], { cwd: root, stdio: 'pipe' })
execFileSync(process.execPath, [join(import.meta.dirname, 'all.mjs')], { cwd: root, stdio: 'inherit' })
console.log(
  `${folder} is made and passes every check. Say what it is in its package.json, its README and its CHANGELOG.`,
)

function stop(message) {
  console.error(message)
  process.exit(1)
}
