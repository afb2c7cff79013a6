import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'

import { runCommand, runFile } from '../docs/snippet-runner.mjs'
import { conclude, readPackages, readText } from '../lib/workspace.mjs'
import { installsOf, snippetsOf, writeSnippets } from './readme-snippets.mjs'

// `node scripts/ci/consume-alone.mjs <tarballs> <folder> [package…]`: every package by itself, as its README says. In an empty
// folder npm installs the packages of the README's Install section from the tarballs and the registry. There the README's
// snippets compile, declarations included, and those that run print what the page says. Every entry of the package can be imported.

const AT_ONCE = 3
const LONGEST_COMMAND_MS = 120_000
const QUIET = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_loglevel: 'error' }

const root = join(import.meta.dirname, '../..')
const [tarballs, folder, ...named] = process.argv.slice(2)
const published = readPackages(root).filter(({ manifest }) => manifest.private !== true)
const packages = published.filter(({ short }) => named.length === 0 || named.includes(short))
const byName = new Map(published.map((each) => [each.manifest.name, each]))

/** The packages of ours that npm must find as tarballs: these, their siblings, and the core that they are peers of. */
function withSiblings(names, found = new Set(['@stageflow/core'])) {
  for (const name of names) {
    if (!byName.has(name)) continue
    const { dependencies = {} } = byName.get(name).manifest
    if (!found.has(name) || name === '@stageflow/core') {
      found.add(name)
      withSiblings(Object.keys(dependencies), found)
    }
  }
  return found
}

function tarballOf(name) {
  const { version } = byName.get(name).manifest
  return resolve(tarballs, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
}

/** What a package of another author installs as in the workspace: with the version that the package is developed with. */
function foreign(name, { manifest }) {
  const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = manifest
  const range = devDependencies[name] ?? dependencies[name] ?? peerDependencies[name]
  return range === undefined ? name : `${name}@${range}`
}

const importOf = (name) => `await import('${name}'${name.endsWith('.json') ? ", { with: { type: 'json' } }" : ''})\n`

async function consume(each) {
  const cwd = join(folder, each.short)
  mkdirSync(cwd, { recursive: true })
  writeFileSync(join(cwd, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n')
  copyFileSync(join(import.meta.dirname, 'consumer/snippets.json'), join(cwd, 'tsconfig.json'))
  const snippets = writeSnippets(cwd, snippetsOf(root, each))
  const entries = Object.keys(each.manifest.exports).filter((entry) => entry !== './package.json')
  const imports = entries.map((entry) => importOf(`${each.manifest.name}${entry.slice(1)}`))
  writeFileSync(join(cwd, 'entries.js'), imports.join(''))

  const names = [each.manifest.name, ...installsOf(readText(join(root, each.folder, 'README.md')), snippets)]
  const ours = withSiblings(names)
  const others = names.filter((name) => !byName.has(name))
  const types = Object.keys(each.manifest.devDependencies ?? {}).filter((name) => name.startsWith('@types/'))
  const wanted = [
    ...[...ours].map(tarballOf),
    '@types/node@^24.0.0',
    ...[...others, ...types].map((name) => foreign(name, each)),
  ]
  const steps = [
    ['npm', ['install', ...new Set(wanted)]],
    [join(root, 'node_modules/.bin/tsc'), ['-p', '.', '--pretty', 'false']],
    [process.execPath, ['entries.js']],
  ]
  for (const [command, args] of steps) {
    const ended = await runCommand(command, args, { cwd, env: QUIET, timeoutMs: LONGEST_COMMAND_MS })
    if (ended.code === 0) continue
    return [`${each.short}: ${basename(command)} ended with ${ended.code}:\n${ended.output.trim()}`]
  }
  const failed = []
  for (const { script, ...snippet } of snippets.filter(({ file }) => file !== undefined))
    failed.push(...(await runFile(process.execPath, join(cwd, '.cache'), { ...snippet, path: script })))
  const there = readdirSync(join(cwd, 'node_modules/@stageflow')).map((short) => `@stageflow/${short}`)
  const extra = there.filter((name) => !ours.has(name))
  return [...failed, ...extra.map((name) => `${each.short} brings ${name}, which its README does not install.`)]
}

const problems = []
const waiting = packages.values()
const lane = async () => {
  for (const each of waiting) problems.push(...(await consume(each)))
}
await Promise.all(Array.from({ length: AT_ONCE }, lane))
conclude(problems, `${packages.length} packages, each alone: installed, its README compiled and run`)
