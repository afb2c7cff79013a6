import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { packAll, packedProblems } from './packed.mjs'
import { conclude, readPackages } from '../lib/workspace.mjs'
import { copyWorkspace } from '../lib/workspace-copy.mjs'

// A release up to the moment before it: versions and changelogs are written, packages packed and judged, all in a copy.

const copy = copyWorkspace(process.cwd())
try {
  console.log(copy.run('changeset', 'status').trim())
  copy.run('changeset', 'version')
  console.log('\nWould be published:\n')
  const packed = packAll(copy.folder, join(copy.folder, '.packed'))
  for (const { name, version, tarball, files } of packed) {
    const size = `${(statSync(tarball).size / 1024).toFixed(1)} kB`
    console.log(`  ${`${name}@${version}`.padEnd(36)} ${size.padStart(9)}  ${files.length} files`)
  }
  for (const { folder, manifest } of readPackages(copy.folder)) {
    const changelog = join(copy.folder, folder, 'CHANGELOG.md')
    if (existsSync(changelog)) console.log(`\n${latestOf(readFileSync(changelog, 'utf8'), manifest)}`)
  }
  console.log()
  conclude(
    packed.flatMap((each) => packedProblems(copy.folder, each)),
    `${packed.length} packages would be published; nothing was`,
  )
} finally {
  copy.remove()
}

function latestOf(changelog, { name, version }) {
  const [latest] = changelog.split(/^## /m).slice(1)
  return `${name} ${version}\n${latest.split('\n').slice(1).join('\n').trim()}`
}
