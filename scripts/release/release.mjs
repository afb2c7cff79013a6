import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import { integrityOf } from './contents.mjs'
import { localRegistry } from './local-registry.mjs'
import { packAll, packedProblems } from './packed.mjs'
import { refusals, tagOf, unreleased } from './plan.mjs'
import { publishTarball, publishedVersion, servedVersion } from './publish.mjs'
import { setUp } from '../setup/setup.mjs'

// `npm run release` publishes what the commit at HEAD has and npm has not. The packages are built and packed in a clean clone, judged,
// and published as they were judged. `npm run release:dry` does the same to a registry of this machine, and makes no tags.

/**
 * Releases HEAD of `root` and returns the tags. It throws at the first problem; called again, it goes on there. `registry` is another
 * one than the user's own, `tag` makes a git tag, `say` prints a line.
 */
export async function release(root, { registry, provenance = false, tag = tagInGit, say = console.log } = {}) {
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
    const tags = []
    for (const [index, packed] of judged.entries()) {
      say(
        `[${index + 1}/${judged.length}] ${rowOf(packed)}  ${await publishAsJudged(packed, { registry, provenance })}`,
      )
      tag(root, tagOf(packed))
      tags.push(tagOf(packed))
    }
    return tags
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
  const problems = packed.flatMap((each) => packedProblems(clone, each))
  if (problems.length > 0) throw new Error(`Nothing was published.\n${listed(problems)}`)
  say(`judged ${packed.length} packages: contents, publint --strict, attw --profile esm-only`)
  return packed
}

/** Publishes a tarball unless the registry has it, and checks what the registry serves. */
async function publishAsJudged(packed, { registry, provenance }) {
  const { version, tarball, integrity } = packed
  if (integrityOf(tarball) !== integrity) throw new Error(`${tarball} is not what was judged. Start the release again.`)
  const before = await servedVersion(packed, registry)
  if (before === undefined) {
    await publishTarball(tarball, registry, { tag: distTagOf(version), provenance })
  }
  const served = before ?? (await publishedVersion(packed, registry))
  const differences = differencesOf(packed, served)
  if (differences.length === 0) return before === undefined ? 'published' : 'was there already'
  throw new Error(
    `The registry serves another ${tagOf(packed)} than this commit makes: ${differences.join(', ')} differ. ` +
      'Versions are final: give the package a note and release a new version.',
  )
}

/** The tag that npm gives a version: `latest`, or the name of its prerelease (`next` of 1.3.0-next.0). */
export function distTagOf(version) {
  return /(?<=-)[a-z]+/.exec(version)?.[0] ?? 'latest'
}

const INSTALLED_BY = [
  'dependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'optionalDependencies',
  'engines',
  'exports',
  'bin',
]

/** What npm would install by that differs from what was judged. npm keeps the manifest apart from the tarball. */
function differencesOf({ integrity, manifest }, served) {
  const fields = INSTALLED_BY.filter((field) => !isDeepStrictEqual(plain(manifest)[field], plain(served)[field]))
  return served.dist.integrity === integrity ? fields : ['the tarball', ...fields]
}

/** npm rewrites a single command, `"bin": "./dist/bin.js"`, to one with its name and without "./". */
function plain({ bin, ...manifest }) {
  if (bin === undefined) return manifest
  const commands = Object.entries(typeof bin === 'string' ? { [manifest.name]: bin } : bin)
  return { ...manifest, bin: Object.fromEntries(commands.map(([name, file]) => [name, posix.normalize(file)])) }
}

function rowOf({ name, version, tarball, files }) {
  const size = `${(statSync(tarball).size / 1024).toFixed(1)} kB`
  return `${`${name}@${version}`.padEnd(44)} ${size.padStart(9)} ${String(files.length).padStart(4)} files`
}

function tagInGit(root, name) {
  git(root, 'tag', name)
}

const listed = (problems) => problems.map((problem) => `✗ ${problem}`).join('\n')
const git = (cwd, ...args) => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim()

if (import.meta.main) {
  const isDry = process.argv.includes('--dry')
  // GitHub Actions gives a token for provenance to jobs with the permission `id-token: write`.
  const provenance = !isDry && process.env.ACTIONS_ID_TOKEN_REQUEST_URL !== undefined
  const registry = isDry ? await localRegistry() : undefined
  const options = isDry ? { registry, tag: () => {} } : { provenance }
  if (!isDry && !provenance) console.log('Without provenance: only GitHub Actions can sign where packages come from.')
  try {
    const tags = await release(process.cwd(), options)
    const next = isDry ? 'nothing reached npm, and no tag was made' : 'push the tags: git push --tags'
    console.log(`released ${tags.length} packages${isDry ? ' to a registry of this machine' : ''}; ${next}`)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  } finally {
    await registry?.close()
  }
}
