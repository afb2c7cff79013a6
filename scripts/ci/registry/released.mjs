import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import semver from 'semver'

import { packAll } from '../../release/packed.mjs'
import { pnpmOf } from '../../setup/setup.mjs'

// Versions of our packages that were released earlier, for tests with the lowest core that a plugin names.

const CACHE = 'node_modules/.cache/stageflow/released'

/** The lowest version of `peer` that the peer ranges of all the manifests allow; undefined if none of them names it. */
export function lowestPeer(peer, manifests) {
  const ranges = manifests.flatMap(({ peerDependencies }) => peerDependencies?.[peer] ?? [])
  if (ranges.length === 0) return undefined
  const [lowest] = ranges.map((range) => semver.minVersion(range)).sort(semver.rcompare)
  const refused = ranges.find((range) => !semver.satisfies(lowest, range, { includePrerelease: true }))
  if (refused === undefined) return lowest.version
  throw new Error(`No version of ${peer} fits the ranges ${ranges.join(' and ')}.`)
}

/** The tarball of one version of a package: that of the workspace from `tarballs`, or an earlier one, built from its git tag once. */
export function tarballOf(root, { short, manifest }, version, tarballs) {
  const file = `${manifest.name.replace('@', '').replace('/', '-')}-${version}.tgz`
  if (version === manifest.version) return resolve(tarballs, file)
  const cached = join(root, CACHE, file)
  if (!existsSync(cached)) packTag(root, short, `${manifest.name}@${version}`)
  return cached
}

/** The oldest release of each package that allows this version of core, with its manifest and README. Packages without a release are left out. */
export function oldestReleases(root, packages, core) {
  return packages.flatMap((each) => {
    const { folder, manifest } = each
    const prefix = `${manifest.name}@`
    const versions = tagsOf(root, `${prefix}*`).map((tag) => tag.slice(prefix.length))
    for (const version of versions.sort(semver.compare)) {
      const read = (file) => git(root, 'show', `${prefix}${version}:${folder}/${file}`)
      const released = JSON.parse(read('package.json'))
      const range = released.peerDependencies?.['@stageflow/core']
      if (range === undefined || !semver.satisfies(core, range, { includePrerelease: true })) continue
      const texts = join(root, CACHE, `${each.short}-${version}`)
      mkdirSync(join(texts, folder), { recursive: true })
      writeFileSync(join(texts, folder, 'README.md'), read('README.md'))
      return [{ ...each, manifest: released, root: texts }]
    }
    return []
  })
}

const git = (root, ...args) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const tagsOf = (root, pattern) => git(root, 'tag', '--list', pattern).split('\n').filter(Boolean)

function packTag(root, short, tag) {
  const clone = mkdtempSync(join(tmpdir(), 'stageflow-released-'))
  const run = (command, ...args) => execFileSync(command, args, { cwd: clone, stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    if (tagsOf(root, tag).length === 0)
      throw new Error(`${tag} has no git tag, so it was never released. Name a released version in the peer range.`)
    git(root, 'clone', '--quiet', '--shared', '--branch', tag, root, clone)
    run('npx', '--yes', pnpmOf(clone), 'install', '--frozen-lockfile', '--prefer-offline')
    mkdirSync(join(root, CACHE), { recursive: true })
    packAll(clone, join(root, CACHE), [short])
  } finally {
    rmSync(clone, { recursive: true, force: true })
  }
}
