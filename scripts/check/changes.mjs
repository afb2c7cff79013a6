import { globSync } from 'node:fs'
import { join } from 'node:path'

import { compareReports, showChanges } from '../lib/api-report.mjs'
import { changedSince, filesAt, lastRelease, missingHistory, readNotes, textAt } from '../lib/releases.mjs'
import { conclude, readPackages, readText } from '../lib/workspace.mjs'

// A package that differs from its last release has a changeset, big enough for how its API reports differ. A line that is gone or
// changed needs a major, or a changeset that says why it is compatible. A new line needs a minor.

/** What the changesets lack, and how many packages were compared with a release. */
export async function checkChanges(root) {
  const notesOf = await readNotes(root)
  const released = readPackages(root).flatMap((each) => {
    const release = each.manifest.private === true ? undefined : lastRelease(root, each)
    return release === undefined ? [] : [{ each, release }]
  })
  const problems = released.flatMap(({ each, release }) => problemsOf(root, each, release, notesOf(each, release)))
  return { problems, compared: released.length }
}

function problemsOf(root, each, release, notes) {
  const changes = reportChanges(root, each, release)
  const has = (...bumps) => notes.some(({ bump }) => bumps.includes(bump))
  const lines = `since ${release.tag}:\n${showChanges(changes)}\n  `
  if (changes.removed.length > 0 && !has('major') && !notes.some(({ text }) => COMPATIBLE.test(text)))
    return [
      `${each.folder}: the public types lost or changed lines ${lines}Add a changeset with \`'${each.manifest.name}': major\`. ` +
        'If no code of users breaks, a changeset with a line `Compatible: <why>` will do.',
    ]
  if (changes.added.length > 0 && changes.removed.length === 0 && !has('major', 'minor'))
    return [
      `${each.folder}: the public types got lines ${lines}Add a changeset with \`'${each.manifest.name}': minor\`.`,
    ]
  const files = changedSince(root, each)
  if (files.length === 0 || notes.length > 0) return []
  return [
    `${each.folder}: ${files.join(', ')} changed since ${release.tag}. Add a changeset with \`'${each.manifest.name}': patch\`.`,
  ]
}

const COMPATIBLE = /^\s*(?:- (?:\w+: )?)?Compatible: \S/m

/** The lines that the reports of a package lost and got since a release. */
function reportChanges(root, { short }, release) {
  const isOwn = (file) => file.startsWith(`etc/${short}.`)
  const current = globSync('etc/*.api.md', { cwd: root }).map((file) => file.replaceAll('\\', '/'))
  const files = new Set([...filesAt(root, release, 'etc'), ...current])
  const all = [...files]
    .filter(isOwn)
    .sort()
    .map((file) => compareReports(textAt(root, release, file) ?? '', readText(join(root, file))))
  return { removed: all.flatMap(({ removed }) => removed), added: all.flatMap(({ added }) => added) }
}

if (import.meta.main) {
  const root = process.cwd()
  const missing = missingHistory(root)
  if (missing !== undefined) console.log(`compared with no release: ${missing}`)
  else {
    const { problems, compared } = await checkChanges(root)
    conclude(problems, `${compared} packages compared with their last release`)
  }
}
