import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { runCommand, runFile } from '../docs/snippet-runner.mjs'
import { isRun } from '../docs/snippets.mjs'
import { conclude, readJson, readPackages, readText } from '../lib/workspace.mjs'
import { installsOf, snippetsOf, writeSnippets } from './readme-snippets.mjs'
import { contractProblems } from './registry/contracts.mjs'
import { lowestPeer, oldestReleases, tarballOf } from './registry/released.mjs'

// `node scripts/ci/consume-alone.mjs <tarballs> <folder> [package…]`: every package by itself, as its README says, with the lowest core
// that its peer range allows. In an empty folder npm installs the packages of the README's Install section from the tarballs and the
// registry. There the README's snippets compile, declarations included, and those that run print what the page says. Every entry of the
// package can be imported. If the lowest core isn't the one of the workspace, the package's contract runs with it too.
//
// With --oldest it does the same for the oldest release of every package that allows the core of the workspace, with that core.

const AT_ONCE = 3
const LONGEST_COMMAND_MS = 300_000
const QUIET = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_loglevel: 'error' }
const CORE = '@stageflow/core'

const root = join(import.meta.dirname, '../..')
const isOldest = process.argv.includes('--oldest')
const [tarballs, folder, ...named] = process.argv.slice(2).filter((arg) => arg !== '--oldest')
const published = readPackages(root)
const wanted = published.filter(({ short }) => named.length === 0 || named.includes(short))
const byName = new Map(published.map((each) => [each.manifest.name, each]))
const current = byName.get(CORE).manifest.version
/** Each package with where its README lies: the workspace, or the unpacked release. */
const subjects = isOldest ? oldestReleases(root, wanted, current) : wanted.map((each) => ({ ...each, root }))

/** The packages of ours that npm must find as tarballs: these, their siblings, and the core that they are peers of. */
function withSiblings(names, manifestOf, found = new Set([CORE])) {
  for (const name of names) {
    if (!byName.has(name)) continue
    const { dependencies = {} } = manifestOf(name)
    if (!found.has(name) || name === CORE) {
      found.add(name)
      withSiblings(Object.keys(dependencies), manifestOf, found)
    }
  }
  return found
}

/** What a package of another author installs as in the workspace: with the version that the package is developed with. */
function foreign(name, { manifest }) {
  const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = manifest
  const range = devDependencies[name] ?? dependencies[name] ?? peerDependencies[name]
  return range === undefined ? name : `${name}@${range}`
}

/**
 * What declarations of other authors need. Those of @restatedev/restate-sdk-core 1.17 contradict themselves with the stricter option. So do those
 * of @ai-sdk/provider-utils 5, and those of @ai-sdk/provider 4 lack the types of json-schema: who uses the AI SDK can't check them.
 */
const OF_AI_SDK = { skipLibCheck: true }
const FOREIGN = {
  agent: OF_AI_SDK,
  'durable-restate': { exactOptionalPropertyTypes: false },
  'provider-ai-sdk': OF_AI_SDK,
}

const importOf = (name) => `await import('${name}'${name.endsWith('.json') ? ", { with: { type: 'json' } }" : ''})\n`

async function consume(each) {
  const cwd = join(folder, each.short)
  const manifestOf = (name) => (name === each.manifest.name ? each.manifest : byName.get(name).manifest)
  const snippets = prepare(cwd, each)
  const names = [each.manifest.name, ...installsOf(readText(join(each.root, each.folder, 'README.md')), snippets)]
  const ours = withSiblings(names, manifestOf)
  const others = names.filter((name) => !byName.has(name))
  const types = Object.keys(each.manifest.devDependencies ?? {}).filter((name) => name.startsWith('@types/'))
  const vendors = ['@types/node@^24.0.0', ...[...others, ...types].map((name) => foreign(name, each))]
  const coreFor = (set) => (isOldest ? undefined : lowestPeer(CORE, [...set].map(manifestOf))) ?? current
  const install = (set) => {
    const versionOf = (name) => (name === CORE ? coreFor(set) : manifestOf(name).version)
    const files = [...set].map((name) => tarballOf(root, byName.get(name), versionOf(name), tarballs))
    return ['npm', ['install', ...new Set([...files, ...vendors])]]
  }
  const importAll = [process.execPath, ['entries.js']]

  const own = withSiblings([each.manifest.name], manifestOf)
  // The other packages of its README may need a newer core than it needs itself.
  const isNewer = coreFor(own) !== coreFor(ours)
  const problems = isNewer ? await failures(cwd, each, [install(own), importAll]) : []
  if (isNewer) prepare(cwd, each)
  const compile = [join(root, 'node_modules/.bin/tsc'), ['-p', '.', '--pretty', 'false']]
  problems.push(...(await failures(cwd, each, [install(ours), compile, importAll])))
  if (problems.length > 0) return problems
  for (const { script, ...snippet } of snippets.filter(isRun))
    problems.push(...(await runFile(process.execPath, join(cwd, '.cache'), { ...snippet, path: script })))
  if (!isOldest && coreFor(own) !== current)
    problems.push(...(await contractProblems(root, each, join(cwd, 'node_modules', CORE))))
  const there = readdirSync(join(cwd, 'node_modules/@stageflow')).map((short) => `@stageflow/${short}`)
  const extra = there.filter((name) => !ours.has(name))
  return [...problems, ...extra.map((name) => `${each.short} brings ${name}, which its README does not install.`)]
}

/** Writes the app of a package, without node_modules. Returns its snippets. */
function prepare(cwd, each) {
  rmSync(cwd, { recursive: true, force: true })
  mkdirSync(cwd, { recursive: true })
  writeFileSync(join(cwd, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n')
  const settings = readJson(join(import.meta.dirname, 'consumer/snippets.json'))
  const compilerOptions = { ...settings.compilerOptions, ...FOREIGN[each.short] }
  writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ ...settings, compilerOptions }))
  const entries = Object.keys(each.manifest.exports).filter((entry) => entry !== './package.json')
  const imports = entries.map((entry) => importOf(`${each.manifest.name}${entry.slice(1)}`))
  writeFileSync(join(cwd, 'entries.js'), imports.join(''))
  return writeSnippets(cwd, snippetsOf(each.root, each))
}

/** Runs commands until one fails: what it printed. */
async function failures(cwd, { short }, steps) {
  for (const [command, args] of steps) {
    const ended = await runCommand(command, args, { cwd, env: QUIET, timeoutMs: LONGEST_COMMAND_MS })
    if (ended.code === 0) continue
    return [`${short}: ${basename(command)} ended with ${ended.code}:\n${ended.output.trim()}`]
  }
  return []
}

const problems = []
const waiting = subjects.values()
const lane = async () => {
  for (const each of waiting) problems.push(...(await consume(each)))
}
await Promise.all(Array.from({ length: AT_ONCE }, lane))
const which = isOldest
  ? `oldest releases with core ${current}`
  : 'packages, each alone with the lowest core that it allows'
conclude(problems, `${subjects.length} ${which}: installed, its README compiled and run`)
