import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { isPrereleaseTag } from './dist-tag.mjs'
import { CORE, plannedReleases } from '../check/versions.mjs'
import { readPackages } from '../lib/workspace.mjs'

// `npm run release:prerelease -- enter next` begins a prerelease of core, so that apps can try it with all plugins: the next versions are called
// 1.3.0-next.0, and the plugins allow them (`^1.0.0 || ^1.3.0-0`). `npm run release:prerelease -- exit` ends it. Neither commits anything.

const NOTE = '.changeset/prerelease-of-core.md'

const root = process.cwd()
const [mode, tag] = process.argv.slice(2)
if (!(mode === 'enter' && isPrereleaseTag(tag)) && !(mode === 'exit' && tag === undefined)) {
  stop(
    'Usage: npm run release:prerelease -- enter <name in lower case, such as next, not latest>, or npm run release:prerelease -- exit.',
  )
}
const plugins = readPackages(root).filter(({ manifest }) => manifest.peerDependencies?.[CORE] !== undefined)
const changeset = (...args) =>
  execFileSync(join(root, 'node_modules/.bin/changeset'), args, { cwd: root, stdio: 'inherit' })

if (mode === 'enter') {
  const { newVersion, type } = (await plannedReleases(root)).get(CORE)
  if (type === 'none') stop(`Add the note for ${CORE} first: its bump decides which version is tried.`)
  changeset('pre', 'enter', tag)
  changeRanges((range) => `${range} || ^${newVersion}-0`)
  const rows = plugins.map(({ manifest }) => `'${manifest.name}': patch\n`)
  writeFileSync(join(root, NOTE), `---\n${rows.join('')}---\n\nWorks with prereleases of \`${CORE}\` ${newVersion}.\n`)
} else {
  changeset('pre', 'exit')
  changeRanges((range) => range.replaceAll(/ \|\| \^[\d.]+-0/g, ''))
}
// Interceptors state the range of their manifest, and `build()` compares it with core.
execFileSync(process.execPath, [join(root, 'scripts/generate/core-version.mjs')], { cwd: root, stdio: 'inherit' })

/** Edits the text, so that the form of the file stays. */
function changeRanges(change) {
  for (const { folder, manifest } of plugins) {
    const file = join(root, folder, 'package.json')
    const [before, after] = readFileSync(file, 'utf8').split('"peerDependencies"')
    const range = manifest.peerDependencies[CORE]
    writeFileSync(file, `${before}"peerDependencies"${after.replace(`"${range}"`, `"${change(range)}"`)}`)
  }
}

function stop(message) {
  console.error(message)
  process.exit(1)
}
