import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'

import { runCommand } from '../scripts/snippet-runner.mjs'
import { conclude, readPackages } from '../scripts/workspace.mjs'

// `node .ci/consume-alone.mjs <tarballs> <folder> [package…]`: every package by itself, as somebody installs it who wants
// only that one. In an empty folder npm installs its tarball and core's, with what they need from the registry (`defaults`
// is made of siblings, whose tarballs come along); then .ci/consumers/<package>.mjs is type-checked there, declarations
// included, and run. A package without a consumer fails.

const AT_ONCE = 3
const LONGEST_COMMAND_MS = 120_000
const QUIET = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_loglevel: 'error' }

const root = join(import.meta.dirname, '..')
const [tarballs, folder, ...named] = process.argv.slice(2)
const consumers = join(import.meta.dirname, 'consumers')
const published = readPackages(root).filter(({ manifest }) => manifest.private !== true)
const packages = published.filter(({ short }) => named.length === 0 || named.includes(short))
const byName = new Map(published.map((each) => [each.manifest.name, each]))
const core = byName.get('@stageflow/core')

/** The package and those of ours that it depends on: only a leaf has any. */
function withSiblings(each, found = new Set()) {
  found.add(each)
  for (const name of Object.keys(each.manifest.dependencies ?? {})) {
    const sibling = byName.get(name)
    if (sibling !== undefined && !found.has(sibling)) withSiblings(sibling, found)
  }
  return found
}

function tarballOf({ manifest: { name, version } }) {
  return resolve(tarballs, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
}

/** The types of what the consumer itself imports, where its author publishes them apart: of Node, and of peers. */
function typesFor({ manifest: { peerDependencies = {}, devDependencies = {} } }) {
  const types = { '@types/node': '^24.0.0', ...devDependencies }
  const names = ['node', ...Object.keys(peerDependencies)].map((name) => `@types/${name}`)
  return names.filter((name) => name in types).map((name) => `${name}@${types[name]}`)
}

async function consume(each) {
  const consumer = join(consumers, `${each.short}.mjs`)
  if (!existsSync(consumer)) return [`${each.short} has no consumer: write .ci/consumers/${each.short}.mjs.`]
  const cwd = join(folder, each.short)
  mkdirSync(cwd, { recursive: true })
  writeFileSync(join(cwd, 'package.json'), '{ "name": "consumer", "private": true }\n')
  copyFileSync(consumer, join(cwd, 'consumer.mjs'))
  copyFileSync(join(import.meta.dirname, 'consumer/javascript.json'), join(cwd, 'tsconfig.json'))

  const ours = withSiblings(each).add(core)
  const steps = [
    ['npm', ['install', ...[...ours].map(tarballOf), ...typesFor(each)]],
    [join(root, 'node_modules/.bin/tsc'), ['-p', '.', '--pretty', 'false']],
    [process.execPath, ['consumer.mjs']],
  ]
  for (const [command, args] of steps) {
    const ended = await runCommand(command, args, { cwd, env: QUIET, timeoutMs: LONGEST_COMMAND_MS })
    if (ended.code === 0) continue
    return [`${each.short}: ${basename(command)} ended with ${ended.code}:\n${ended.output.trim()}`]
  }
  const there = readdirSync(join(cwd, 'node_modules/@stageflow')).map((short) => `@stageflow/${short}`)
  const expected = new Set([...ours].map(({ manifest }) => manifest.name))
  return there.filter((name) => !expected.has(name)).map((name) => `${each.short} brings ${name}, which is not alone.`)
}

const problems = readdirSync(consumers)
  .filter((file) => !published.some(({ short }) => file === `${short}.mjs`))
  .map((file) => `.ci/consumers/${file} is of no package.`)
const waiting = packages.values()
const lane = async () => {
  for (const each of waiting) problems.push(...(await consume(each)))
}
await Promise.all(Array.from({ length: AT_ONCE }, lane))
conclude(problems, `${packages.length} packages, each alone with core: installed, type-checked and used`)
