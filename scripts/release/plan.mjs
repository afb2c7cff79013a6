import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'

import semver from 'semver'

import { checkAnatomy } from '../check/anatomy.mjs'
import { checkChanges } from '../check/changes.mjs'
import { versionProblems } from '../check/versions.mjs'
import { missingHistory } from '../lib/releases.mjs'
import { readPackages } from '../lib/workspace.mjs'
import { distTagOf } from './dist-tag.mjs'

// What a release of the commit at HEAD would publish, and what forbids it. git's tags (`@stageflow/core@1.2.3`) say what is out.

export const tagOf = ({ name, version }) => `${name}@${version}`

/** The published packages whose version has no tag, each after the packages that it needs. */
export function unreleased(root) {
  const tags = tagsOf(root)
  const packages = readPackages(root)
  return inOrder(packages).filter(({ manifest }) => !tags.has(tagOf(manifest)))
}

/** Why the commit at HEAD can't be released. */
export async function refusals(root) {
  const missing = missingHistory(root)
  if (missing !== undefined) return [`Nothing says what was released, because ${missing}.`]
  const dirty = git(root, 'status', '--porcelain').trimEnd()
  const notes = pendingNotes(root)
  const isBehind = `Run \`npm run release:versions\` and commit.`
  return [
    ...(dirty === '' ? [] : [`The working tree has changes. Commit or remove them:\n${dirty}`]),
    ...(notes.length === 0 ? [] : [`Notes in .changeset wait for their versions (${notes.join(', ')}). ${isBehind}`]),
    ...(await checkChanges(root)).problems,
    ...(await versionProblems(root)),
    ...checkAnatomy(root),
    ...lateVersions(root),
  ]
}

/** Versions that are older than one of the same line. Its tag may be on another branch. */
function lateVersions(root) {
  return unreleased(root)
    .filter(({ manifest }) => distTagOf(manifest.version, releasedVersions(root, manifest.name)) === undefined)
    .map(({ folder, manifest }) => `${folder}: a version above ${manifest.version} is released already. Raise it.`)
}

/** The versions of a package that have a tag, on any branch. */
export function releasedVersions(root, name) {
  const start = `${name}@`
  const versions = [...tagsOf(root)].filter((tag) => tag.startsWith(start)).map((tag) => tag.slice(start.length))
  return versions.filter((version) => semver.valid(version) !== null)
}

/** The notes whose versions aren't written yet. In a prerelease, changesets moves the others to .changeset/pre. */
function pendingNotes(root) {
  return globSync('.changeset/*.md', { cwd: root })
    .filter((file) => !file.endsWith('README.md'))
    .sort()
}

/** `packages`, each after those of them that it needs. */
function inOrder(packages) {
  const waiting = new Map(packages.map((each) => [each.manifest.name, each]))
  const ordered = []
  const take = (name) => {
    const each = waiting.get(name)
    if (!waiting.delete(name)) return
    for (const needed of Object.keys({ ...each.manifest.peerDependencies, ...each.manifest.dependencies })) take(needed)
    ordered.push(each)
  }
  for (const name of [...waiting.keys()].sort()) take(name)
  return ordered
}

function tagsOf(root) {
  return new Set(git(root, 'tag', '--list').split('\n'))
}

function git(root, ...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 })
}
