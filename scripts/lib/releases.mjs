import { readChangesets } from '@changesets/read'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import semver from 'semver'

import { readText } from './workspace.mjs'

// What was released, by the tags `@stageflow/core@1.2.0`, and what is going to be, by the notes in `.changeset`. A package is one
// of `readPackages`.

/** Why nothing here can be compared with a release, or undefined if it can. */
export function missingHistory(root) {
  if (!existsSync(join(root, '.git'))) return 'this is not a git repository'
  const { status, stdout, stderr, error } = spawnSync('git', ['rev-parse', '--is-shallow-repository'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) return `git fails with "${(error?.message ?? stderr).split('\n')[0]}"`
  if (spawnSync('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd: root }).status !== 0)
    return 'nothing is committed'
  return stdout.trim() === 'true' ? 'the clone is shallow, and `git fetch --unshallow --tags` gets the rest' : undefined
}

/** Whether there is a last commit to compare with. */
export function hasCommit(root) {
  const isRepository = existsSync(join(root, '.git'))
  return isRepository && spawnSync('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd: root }).status === 0
}

/** The newest release of a package that the commit contains, as `{ version, tag }`. Prereleases don't count. */
export function lastRelease(root, { manifest }) {
  const tags = git(root, 'tag', '--list', `${manifest.name}@*`, '--merged', 'HEAD', '--sort=-version:refname')
  const versions = tags.split('\n').map((tag) => tag.slice(manifest.name.length + 1))
  const version = versions.find((each) => /^\d+\.\d+\.\d+$/.test(each))
  return version && { version, tag: `${manifest.name}@${version}` }
}

/**
 * The files that a package publishes and that differ from its last release, uncommitted ones included, or undefined if it was
 * never released. Pages such as README and CHANGELOG, and the version and development fields of the manifest don't count.
 */
export function changedSince(root, { folder, manifest }) {
  const release = lastRelease(root, { manifest })
  if (release === undefined) return undefined
  const published = [...(manifest.files ?? []), '!**/*.md'].map((pattern) => pathspecOf(folder, pattern))
  const changed = git(root, 'diff', '--name-only', '--no-renames', release.tag, '--', ...published)
  const untracked = git(root, 'ls-files', '--others', '--exclude-standard', '--', ...published)
  const file = `${folder}/package.json`
  const before = JSON.parse(textAt(root, release, file) ?? '{}')
  const files = [changed, untracked].flatMap((lines) => lines.split('\n').filter((line) => line !== ''))
  return isDeepStrictEqual(noticedOf(before), noticedOf(manifest)) ? files : [...files, file]
}

/** The text of a file in a release, or undefined if it had no such file. */
export function textAt(root, { tag }, file) {
  const { status, stdout } = spawnSync('git', ['show', `${tag}:${file}`], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT,
  })
  return status === 0 ? stdout.trimEnd() : undefined
}

/** The files of a release in a folder. */
export function filesAt(root, { tag }, path) {
  return git(root, 'ls-tree', '--name-only', '-r', tag, '--', path).split('\n')
}

/**
 * What users will be told of each package since its last release, as `{ bump, text }`: its changesets, and what the changelog says of versions
 * that are not tagged yet.
 */
export async function readNotes(root) {
  const changesets = await readChangesets(root)
  return ({ folder, manifest }, { version }) => {
    const pending = changesets.flatMap(({ releases, summary }) =>
      releases.filter(({ name }) => name === manifest.name).map(({ type }) => ({ bump: type, text: summary })),
    )
    if (manifest.version === version) return pending
    const text = changesAfter(version, readText(join(root, folder, 'CHANGELOG.md')))
    return [...pending, { bump: bumpBetween(version, manifest.version), text }]
  }
}

/** The parts of a changelog below the versions that are newer than `version`. */
function changesAfter(version, changelog) {
  const [, ...parts] = changelog.split(/^## /m)
  const newer = parts.filter((part) => {
    const heading = semver.valid(part.split('\n', 1)[0].trim())
    return heading !== null && semver.gt(heading, version)
  })
  return newer.join('\n')
}

function bumpBetween(before, now) {
  const [old, current] = [before, now].map((version) => version.split(/[.-]/))
  return ['major', 'minor', 'patch'].find((_, index) => old[index] !== current[index])
}

/** A pattern of the manifest's `files` as git reads it: a folder or file, or `!` for what is left out. */
function pathspecOf(folder, pattern) {
  return pattern.startsWith('!') ? `:(exclude,glob)${folder}/${pattern.slice(1)}` : `${folder}/${pattern}`
}

const UNNOTICED = ['version', 'devDependencies', 'scripts', 'stageflow']

function noticedOf(manifest) {
  return Object.fromEntries(Object.entries(manifest).filter(([field]) => !UNNOTICED.includes(field)))
}

const MOST_OUTPUT = 2 ** 26

function git(root, ...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: MOST_OUTPUT }).trimEnd()
}
