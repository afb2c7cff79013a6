import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

import { integrityOf } from './contents.mjs'
import { distTagOf } from './dist-tag.mjs'
import { localRegistry } from './local-registry.mjs'
import { packAll, packedProblems } from './packed.mjs'
import { refusals, releasedVersions, tagOf, unreleased } from './plan.mjs'
import { servedIntegrity, servedVersions } from './publish.mjs'
import { checkDefaults, checkOptions } from '../check/options.mjs'
import { runCommand } from '../docs/snippet-runner.mjs'
import { checkApiReports } from '../generate/api.mjs'
import { checkErrors } from '../generate/errors.mjs'
import { pnpmOf, setUp } from '../setup/setup.mjs'

// `npm run release` publishes what the commit at HEAD has and npm has not. The packages are built and packed in a clean clone and judged.
// Then `changeset publish` publishes these tarballs and makes the git tags. `npm run release:dry` does the same to a registry of this
// machine, without tags.

const LONGEST_PUBLISH_MS = 1_800_000

/**
 * Releases HEAD of `root` and returns the names with their versions. It throws at the first problem; called again, it goes on there.
 * `registry` is another one than the user's own; `say` prints a line.
 */
export async function release(root, { registry, makesTags = true, say = console.log } = {}) {
  const problems = await refusals(root)
  if (problems.length > 0) throw new Error(`Nothing was published.\n${listed(problems)}`)
  const names = unreleased(root).map(({ manifest }) => manifest.name)
  if (names.length === 0) {
    say('Nothing to release: every version has its tag.')
    return []
  }
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-release-'))
  try {
    const judged = await judgedTarballs(root, folder, names, say)
    const waiting = await withDistTags(root, await unpublished(judged, registry), registry)
    for (const packed of judged) {
      const tag = waiting.find(({ name }) => name === packed.name)?.tag
      say(`${rowOf(packed)}${tag === undefined ? '  was published already' : tag === 'latest' ? '' : `  as ${tag}`}`)
    }
    await publish(root, folder, waiting, { registry, makesTags })
    // changesets tags what it publishes. What an earlier start published, and didn't live to tag, has no tag yet.
    if (makesTags) for (const { manifest } of unreleased(root)) git(root, 'tag', tagOf(manifest))
    return judged.map(tagOf)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Builds, packs and judges the named packages in a clone; in their order. */
async function judgedTarballs(root, folder, names, say) {
  const clone = join(folder, 'clone')
  const commit = git(root, 'rev-parse', 'HEAD')
  execFileSync('git', ['clone', '--quiet', root, clone])
  if (git(clone, 'rev-parse', 'HEAD') !== commit) throw new Error(`The clone of ${root} is not at ${commit}.`)
  say(`cloned ${commit.slice(0, 7)}; ${names.length} packages to release`)
  await setUp('all', clone, (text) => text.endsWith('\n') && say(text.trimEnd()))
  const all = packAll(clone, join(folder, 'tarballs'))
  say(`built and packed ${all.length} packages`)
  const packed = names.map((name) => all.find((each) => each.name === name))
  const problems = [...(await staleProblems(clone)), ...packed.flatMap((each) => packedProblems(clone, each))]
  if (problems.length > 0) throw new Error(`Nothing was published.\n${listed(problems)}`)
  say(`judged ${packed.length} packages: contents, publint --strict, attw --profile esm-only`)
  return packed
}

/** `check:changes` read the promises of the packages from pages, so these pages must say what the build has. */
async function staleProblems(clone) {
  const defaults = [checkOptions(clone), checkDefaults(clone)].flatMap(({ problems }) => problems)
  return [...(await checkApiReports(clone)), ...checkErrors(clone), ...defaults]
}

/** The tarballs that the registry lacks. What it has already must be the same tarball, since a version is final. */
async function unpublished(judged, registry) {
  const waiting = []
  for (const packed of judged) {
    if (integrityOf(packed.tarball) !== packed.integrity)
      throw new Error(`${packed.tarball} is not what was judged. Start the release again.`)
    const served = await servedIntegrity(packed, registry)
    if (served === undefined) waiting.push(packed)
    else if (served !== packed.integrity)
      throw new Error(
        `The registry has another tarball of ${tagOf(packed)} than this commit makes. Versions are final: ` +
          'give the package a note and release a new version.',
      )
  }
  return waiting
}

/** The tarballs, each with its tag on npm. `latest` never goes back, whichever of git and npm has the newer version. */
async function withDistTags(root, waiting, registry) {
  const tagged = []
  for (const packed of waiting) {
    const { name, version } = packed
    const released = [...releasedVersions(root, name), ...(await servedVersions(name, registry))]
    const tag = distTagOf(version, released)
    if (tag === undefined)
      throw new Error(`Nothing was published.\n✗ ${tagOf(packed)} is older than a version of its line that npm has.`)
    tagged.push({ ...packed, tag })
  }
  return tagged
}

/** Publishes the tarballs, each after those before it, and makes their tags in git. */
async function publish(root, folder, waiting, { registry, makesTags }) {
  const plan = waiting.map(({ name, version, tag, tarball, integrity }) => [
    {
      kind: 'publish',
      name,
      version,
      access: 'public',
      tag,
      tarball: { path: relative(folder, tarball), integrity },
    },
  ])
  writeFileSync(join(folder, 'publish-plan.json'), JSON.stringify({ version: 1, plan }))
  const command = ['changeset', 'publish', '--from-pack-dir', folder, ...(makesTags ? [] : ['--no-git-tag'])]
  // pnpm, which changesets publishes with, reads no .npmrc of the user then: a dry run never reaches npm.
  const env = registry && { pnpm_config_registry: registry.url, pnpm_config_userconfig: registry.userconfig }
  const { code, output } = await runCommand('npx', ['--yes', '--package', pnpmOf(root), '--', ...command], {
    cwd: root,
    env,
    timeoutMs: LONGEST_PUBLISH_MS,
  })
  if (code !== 0) throw new Error(`changeset publish ended with ${code}:\n${output.trim()}`)
}

function rowOf({ name, version, tarball, files }) {
  const size = `${(statSync(tarball).size / 1024).toFixed(1)} kB`
  return `${`${name}@${version}`.padEnd(44)} ${size.padStart(9)} ${String(files.length).padStart(4)} files`
}

const listed = (problems) => problems.map((problem) => `✗ ${problem}`).join('\n')
const git = (cwd, ...args) => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim()

if (import.meta.main) {
  const isDry = process.argv.includes('--dry')
  const registry = isDry ? await localRegistry() : undefined
  try {
    const released = await release(process.cwd(), { registry, makesTags: !isDry })
    const next = isDry ? 'nothing reached npm, and no tag was made' : 'push the tags: git push --tags'
    console.log(`released ${released.length} packages${isDry ? ' to a registry of this machine' : ''}; ${next}`)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  } finally {
    await registry?.close()
  }
}
