import semver from 'semver'

import { showChanges } from '../lib/api-report.mjs'
import { publicChanges } from '../lib/public-changes.mjs'
import { changedSince, hasCommit, lastRelease, missingHistory, readNotes } from '../lib/releases.mjs'
import { conclude, readPackages } from '../lib/workspace.mjs'

// A package that differs from its last release has a changeset, big enough for how its promises differ: public types, error codes, defaults,
// entries, and what it needs. What is gone or changed needs a major, or a line that names this change and says why it's compatible. What is
// new needs a minor. What was never released is compared with the last commit, and needs no changeset.

/**
 * What the changesets lack, how many packages were compared with a release, and how many with the last commit alone, with what these lost.
 * Without the history of releases, that is all of them.
 */
export async function checkChanges(root) {
  const packages = readPackages(root).filter(({ manifest }) => manifest.private !== true)
  const released = missingHistory(root) === undefined ? await releasedWithNotes(root, packages) : []
  const others = packages.filter((one) => !released.some(({ each }) => each === one))
  const unreleased = hasCommit(root) ? others : []
  return {
    problems: released.flatMap(({ each, release, notes }) => problemsOf(root, each, release, notes)),
    compared: released.length,
    lost: unreleased.flatMap((each) => lostSinceCommit(root, each)),
    free: unreleased.length,
  }
}

async function releasedWithNotes(root, packages) {
  const notesOf = await readNotes(root)
  return packages.flatMap((each) => {
    const release = lastRelease(root, each)
    return release === undefined ? [] : [{ each, release, notes: notesOf(each, release) }]
  })
}

/** What a package loses against the last commit, as lines to read. */
function lostSinceCommit(root, each) {
  const changes = publicChanges(root, each, { tag: 'HEAD' }).filter(({ removed }) => removed.length > 0)
  return changes.length === 0 ? [] : [`${each.folder}, since the last commit:\n${shown(changes)}`]
}

function problemsOf(root, each, release, notes) {
  const { folder, manifest } = each
  if (semver.lt(manifest.version, release.version))
    return [`${folder}: version ${manifest.version} is below ${release.tag}. A new version must be above it.`]
  const changes = publicChanges(root, each, release)
  const problems = [...breakingProblems(each, release, changes, notes), ...newProblems(each, release, changes, notes)]
  if (problems.length > 0) return problems
  const files = changedSince(root, each)
  if (files.length === 0 || notes.length > 0) return []
  return [
    `${folder}: ${files.join(', ')} changed since ${release.tag}. Add a changeset with \`'${manifest.name}': patch\`.`,
  ]
}

function breakingProblems({ folder, manifest }, release, changes, notes) {
  if (notes.some(({ bump }) => bump === 'major')) return []
  const excused = notes.flatMap(({ text }) => [...text.matchAll(COMPATIBLE)]).map(({ groups }) => groups.change)
  const breaks = changes.filter(({ removed, ...change }) => removed.length > 0 && !excused.includes(mark(change)))
  if (breaks.length === 0) return []
  const lines = breaks.map((change) => `  Compatible: ${mark(change)}: <why>`)
  return [
    `${folder}: what users rely on is gone or changed since ${release.tag}:\n${shown(breaks)}\n` +
      `  Add a changeset with \`'${manifest.name}': major\`. ` +
      `If no code of users breaks, any changeset with these lines will do:\n${lines.join('\n')}`,
  ]
}

function newProblems({ folder, manifest }, release, changes, notes) {
  const additions = changes.filter(({ removed }) => removed.length === 0)
  if (additions.length === 0 || notes.some(({ bump }) => bump === 'major' || bump === 'minor')) return []
  return [
    `${folder}: the public types have new lines since ${release.tag}:\n${shown(additions)}\n` +
      `  Add a changeset with \`'${manifest.name}': minor\`.`,
  ]
}

/** A line that excuses one change: "Compatible: `WaitOptions.ms` (1a2b3c): it was never read." */
const COMPATIBLE = /^\s*(?:- (?:\w+: )?)?Compatible: (?<change>`[^`]+` \([\da-f]{6}\)): \S/gm

const mark = ({ name, id }) => `\`${name}\` (${id})`

function shown(changes) {
  const paths = (key) => changes.flatMap((change) => change[key].map((path) => ({ path })))
  return showChanges({ removed: paths('removed'), added: paths('added') })
}

if (import.meta.main) {
  const root = process.cwd()
  const missing = missingHistory(root)
  const { problems, compared, lost, free } = await checkChanges(root)
  for (const lines of lost) console.log(lines)
  const withRelease =
    missing === undefined
      ? `${compared} packages compared with their last release`
      : `compared with no release: ${missing}`
  conclude(problems, `${withRelease}${free === 0 ? '' : `; ${free} without one, with the last commit`}`)
}
