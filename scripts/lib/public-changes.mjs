import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { join } from 'node:path'

import semver from 'semver'

import { compareReports } from './api-report.mjs'
import { filesAt, textAt } from './releases.mjs'
import { readText, rowsOf, sectionOf, withoutSeparators } from './workspace.mjs'

// How the promises of a package differ from those at a commit. They are its public types, its entries and what it needs, its error codes with
// their HTTP status, the options of its command, and the defaults of its options. The reports in etc have the types. Tables of the
// documentation have the rest.

const ERRORS = 'docs/reference/errors.md'
const OPTIONS = 'docs/reference/options.md'

/**
 * Each change as `{ name, id, removed, added }`. `name` says what changed, such as `WaitOptions.ms` or `retry/exhausted`; `id` stands for exactly
 * this change. `removed` and `added` are the lines that are gone and new.
 */
export function publicChanges(root, each, commit) {
  const read = (file) => [textAt(root, commit, file) ?? '', readText(join(root, file))]
  const compared = [
    ...reportsOf(root, each, commit).map((file) => compareReports(...read(file))),
    compareManifests(manifestAt(root, each, commit), each.manifest),
    compareCodes(...read(ERRORS).map((page) => codesOf(page, each))),
    compareDefaults(...read(`${each.folder}/README.md`).map(defaultsOf)),
    compareFlags(...read(`${each.folder}/README.md`).map(flagsOf)),
    compareDefaults(...read(OPTIONS).map((page) => sharedDefaultsOf(page, each))),
  ]
  const removed = compared.flatMap((one) => one.removed)
  const added = compared.flatMap((one) => one.added)
  const names = new Set([...removed, ...added].map(({ name }) => name))
  return [...names].map((name) => {
    const paths = (list) => list.filter((one) => one.name === name).map(({ path }) => path)
    const change = { name, removed: paths(removed), added: paths(added) }
    return { ...change, id: idOf(change) }
  })
}

/** Six characters that differ if the change does. */
function idOf({ removed, added }) {
  const text = JSON.stringify([removed.toSorted(), added.toSorted()])
  return createHash('sha256').update(text).digest('hex').slice(0, 6)
}

/** The reports of a package, those that only the commit has too. */
function reportsOf(root, { short }, commit) {
  const current = globSync('etc/*.api.md', { cwd: root }).map((file) => file.replaceAll('\\', '/'))
  const files = new Set([...filesAt(root, commit, 'etc'), ...current])
  return [...files].filter((file) => file.startsWith(`etc/${short}.`)).sort()
}

/** The manifest of a package at a commit. A package that is new since then has lost nothing, so it's today's. */
function manifestAt(root, { folder, manifest }, commit) {
  const text = textAt(root, commit, `${folder}/package.json`)
  return text === undefined ? manifest : JSON.parse(text)
}

/** An app loses an entry or a command that is gone, and can't install a package that needs something newer. */
function compareManifests(before, now) {
  const removed = entriesOf(before)
    .filter(({ name }) => !entriesOf(now).some((entry) => entry.name === name))
    .concat(needsOf(before).filter(({ name, range }) => !allows(now, name, range)))
  const added = needsOf(now).filter(({ name, range, isOptional }) => {
    const old = needsOf(before).find((need) => need.name === name)
    return old === undefined ? !isOptional : !semver.subset(old.range, range)
  })
  const isNew = ({ name }) => !removed.some((one) => one.name === name)
  // A need that is new takes something from an app, although no line is gone.
  return {
    removed: [...removed, ...added.filter(isNew).map(({ name }) => ({ name, path: `no need of ${name}` }))],
    added,
  }
}

function entriesOf({ exports = {}, bin = {} }) {
  const commands = typeof bin === 'string' ? [''] : Object.keys(bin)
  return [
    ...Object.keys(exports).map((entry) => ({ name: `entry ${entry}`, path: `entry ${entry}` })),
    ...commands.map((command) => ({ name: `command ${command}`.trim(), path: `command ${command}`.trim() })),
  ]
}

/** The ranges of Node and of other packages that an app must have. */
function needsOf({ engines = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  return Object.entries({ ...engines, ...peerDependencies }).map(([name, range]) => ({
    name,
    range,
    path: `needs ${name} ${range}`,
    isOptional: peerDependenciesMeta[name]?.optional === true,
  }))
}

/** Whether an app that has what `range` says may keep it. */
function allows(manifest, name, range) {
  const need = needsOf(manifest).find((one) => one.name === name)
  return need === undefined || semver.subset(range, need.range)
}

/** The error codes of a package on the page of all codes, each with its HTTP status. */
function codesOf(page, { manifest }) {
  const entries = sectionOf(page, manifest.name).split(/^### /m).slice(1)
  return entries.map((entry) => {
    const name = entry.split('\n', 1)[0].trim()
    const status = /^\*HTTP status:\* (.+)$/m.exec(entry)?.[1]
    return { name, path: `error code ${name}${status === undefined ? '' : `, HTTP ${status}`}` }
  })
}

/** A new code is in no program yet, so only codes that are gone, or have another status, count. */
function compareCodes(before, now) {
  const isIn = (list) => (code) => list.some(({ path }) => path === code.path)
  const removed = before.filter((code) => !isIn(now)(code))
  const added = now.filter((code) => !isIn(before)(code) && removed.some(({ name }) => name === code.name))
  return { removed, added }
}

/** The defaults in the option tables of a README. A table may name in its first column what the options are of. */
function defaultsOf(readme) {
  let owner = ''
  return rowsOf(sectionOf(readme, 'Options')).flatMap((row) => {
    owner = row.of === undefined ? '' : row.of || owner
    return defaultIn(row, [owner, row.name ?? row.option])
  })
}

/** The defaults of the options that a package declares for stages, runs and builds. */
function sharedDefaultsOf(page, { short }) {
  return rowsOf(page)
    .filter((row) => (row['declared by'] ?? 'core') === short)
    .flatMap((row) => defaultIn(row, [row.of ?? '', row.name]))
}

function defaultIn(row, names) {
  if (row.default === undefined) return []
  const name = names.filter((each) => each !== '').join(' ')
  return [{ name, value: withoutSeparators(row.default) }]
}

/** The options of a command, such as `--folder`. Those of functions are in the types. */
function flagsOf(readme) {
  const names = rowsOf(sectionOf(readme, 'Options')).map((row) => row.name ?? row.option)
  return names.filter((name) => name?.startsWith('--')).map((name) => ({ name, path: `option ${name}` }))
}

function compareFlags(before, now) {
  return { removed: before.filter((flag) => !now.some(({ name }) => name === flag.name)), added: [] }
}

/** The defaults that are others than before. Rows of one name are compared in their order. */
function compareDefaults(before, now) {
  const later = Map.groupBy(now, ({ name }) => name)
  const changes = before.flatMap(({ name, value }) => {
    const next = later.get(name)?.shift()?.value ?? value
    return next === value ? [] : [{ name, value, next }]
  })
  const lines = (key) =>
    changes.map((change) => ({ name: change.name, path: `default of ${change.name}: ${change[key]}` }))
  return { removed: lines('value'), added: lines('next') }
}
