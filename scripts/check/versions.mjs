import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { assembleReleasePlan } from '@changesets/assemble-release-plan'
import { readConfig } from '@changesets/config'
import { readChangesets } from '@changesets/read'
import semver from 'semver'

import { conclude, readJson, readPackages } from '../lib/workspace.mjs'

// The rules of docs/project/versions.md that changesets doesn't have: which packages must be released together, and how.

export const CORE = '@stageflow/core'
const BUMPS = ['none', 'patch', 'minor', 'major']

/** Every rule that the notes in .changeset, or the versions as they are, break. */
export async function versionProblems(root) {
  const packages = readPackages(root)
  const planned = await plannedReleases(root)
  return [
    ...packages.flatMap((each) => peerProblems(each, planned)),
    ...packages.flatMap((each) => dependencyProblems(each, planned)),
  ]
}

/** What `changeset version` would make of the notes: the bump, the old and the new version of every package. */
export async function plannedReleases(root) {
  const packages = readPackages(root)
  const known = {
    rootDir: root,
    rootPackage: { dir: root, packageJson: { name: 'stageflow-workspace', version: '0.0.0', private: true } },
    packages: packages.map((each) => ({ dir: join(root, each.folder), packageJson: each.manifest })),
  }
  const { config, errors } = await readConfig(root, known)
  if (errors !== undefined) throw new Error(`.changeset/config.json: ${errors.join('\n')}`)
  const preState = join(root, '.changeset/pre.json')
  const { releases } = assembleReleasePlan(
    await readChangesets(root),
    known,
    config,
    existsSync(preState) ? readJson(preState) : undefined,
  )
  const unchanged = packages.map(({ manifest: { name, version } }) => [
    name,
    { type: 'none', oldVersion: version, newVersion: version },
  ])
  return new Map([...unchanged, ...releases.map((release) => [release.name, release])])
}

/** npm refuses a plugin beside a core that its peer range excludes, so a major of core moves all plugins in one release. */
function peerProblems({ folder, manifest: { name, peerDependencies = {} } }, planned) {
  const range = peerDependencies[CORE]
  if (range === undefined || !planned.has(CORE)) return []
  const core = planned.get(CORE)
  const prerelease = semver.prerelease(core.newVersion)
  if (!semver.satisfies(core.newVersion, range)) {
    const floor = core.newVersion.replace(/-.*/, '-0')
    const wanted = prerelease === null ? `^${core.newVersion}` : `${range} || ^${floor}`
    return [
      `${folder}: ${CORE} ${core.newVersion} is outside of its peer range "${range}". Write "${wanted}", and add a note for it.`,
    ]
  }
  if (prerelease === null && range.includes('-0')) {
    return [
      `${folder}: the peer range "${range}" is for a prerelease of ${CORE}, which is over. Take out the part with "-0".`,
    ]
  }
  if (core.type !== 'major') return []
  const needed = semver.satisfies(core.oldVersion, range) ? 'minor' : 'major'
  return isAtLeast(planned.get(name).type, needed)
    ? []
    : [`${folder}: ${CORE} gets a major version, and this package must move with it. Add a ${needed} note for ${name}.`]
}

/** An upgrade of a package upgrades what it installs, so its version must say at least as much. */
function dependencyProblems({ folder, manifest: { name, dependencies = {} } }, planned) {
  const { type } = planned.get(name)
  return Object.keys(dependencies)
    .filter((dependency) => planned.has(dependency) && !isAtLeast(type, planned.get(dependency).type))
    .map(
      (dependency) =>
        `${folder}: ${dependency} gets a ${planned.get(dependency).type} version, and ${name} installs it. Add a note for ${name} of at least ${planned.get(dependency).type}.`,
    )
}

const isAtLeast = (type, needed) => BUMPS.indexOf(type) >= BUMPS.indexOf(needed)

if (import.meta.main) {
  const root = process.argv[2] ?? process.cwd()
  conclude(await versionProblems(root), `${readPackages(root).length} packages keep the rules of versions`)
}
