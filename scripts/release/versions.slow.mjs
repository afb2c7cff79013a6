import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'

import { runCommand } from '../docs/snippet-runner.mjs'
import { checkAnatomy } from '../check/anatomy.mjs'
import { versionProblems } from '../check/versions.mjs'
import { readJson, readPackages } from '../lib/workspace.mjs'
import { pnpmOf } from '../setup/setup.mjs'
import { distTagOf } from './dist-tag.mjs'
import { copyBeforeFirstRelease } from './first-release.mjs'
import { localRegistry } from './local-registry.mjs'
import { packAll } from './packed.mjs'
import { publishTarball } from './publish.mjs'

// What `changeset version` makes of notes, in a copy of the workspace, and what the rules of versions say before it.

const ROOT = join(import.meta.dirname, '../..')
const LONGEST_MS = 300_000

let copy
let plugins
let start
beforeAll(() => {
  copy = copyBeforeFirstRelease(ROOT)
  start = String(copy.run('git', 'rev-parse', 'HEAD')).trim()
  plugins = readPackages(copy.folder).filter(({ manifest }) => manifest.peerDependencies?.['@stageflow/core'])
})
afterEach(() => {
  copy.run('git', 'reset', '--quiet', '--hard', start)
  copy.run('git', 'clean', '--quiet', '--force', '-d')
})
afterAll(() => copy?.remove())

test('a minor of core leaves the plugins alone, and their changelogs do not name it', async () => {
  note({ core: 'minor' }, 'Core can do more.')
  expect(await problems()).toEqual([])
  version()
  expect(changed()).toEqual({ core: '1.1.0' })
  expect(newest('core')).toBe('## 1.1.0\n\n### Minor Changes\n\n- Core can do more.')
  expect(checkAnatomy(copy.folder)).toEqual([])
})

test('the changelog of a plugin that is released with core does not name core, which its users install themselves', async () => {
  note({ core: 'minor' }, 'Core can do more.')
  note({ 'interceptor-retry': 'patch' }, 'It waits less.\n\nMuch less.')
  version()
  expect(changed()).toEqual({ core: '1.1.0', 'interceptor-retry': '1.0.1' })
  expect(newest('interceptor-retry')).toBe('## 1.0.1\n\n### Patch Changes\n\n- It waits less.\n\n  Much less.')
})

test('a major of core needs a major of every plugin in the same release', async () => {
  note({ core: 'major' }, 'Core is another one.')
  const found = await problems()
  expect(found).toHaveLength(plugins.length)
  expect(found).toContain(
    'packages/report: @stageflow/core 2.0.0 is outside of its peer range "^1.0.0". Write "^2.0.0", and add a note for it.',
  )
  changeRanges('^2.0.0')
  expect(await problems()).toContain(
    'packages/report: @stageflow/core gets a major version, and this package must move with it. Add a major note for @stageflow/report.',
  )
  note(Object.fromEntries(plugins.map(({ short }) => [short, 'major'])), 'Needs core 2.')
  expect(await problems()).toEqual([])
  version()
  expect(changed()).toEqual(
    Object.fromEntries(['core', ...plugins.map(({ short }) => short)].map((short) => [short, '2.0.0'])),
  )
  expect(await problems()).toEqual([])
})

test('a plugin that works with both majors of core needs a minor', async () => {
  note({ core: 'major' }, 'Core is another one.')
  changeRanges('^1.0.0 || ^2.0.0')
  note(Object.fromEntries(plugins.map(({ short }) => [short, 'minor'])), 'Works with core 2 too.')
  expect(await problems()).toEqual([])
})

test('a package gets at least the bump of what it installs', async () => {
  note({ 'interceptor-idempotency': 'major' }, 'Keys are others.')
  expect(await problems()).toEqual([
    'packages/defaults: @stageflow/interceptor-idempotency gets a major version, and @stageflow/defaults installs it. ' +
      'Add a note for @stageflow/defaults of at least major.',
  ])
  note({ defaults: 'major' }, 'Keys of idempotency are others.')
  expect(await problems()).toEqual([])
  version()
  expect(changed()).toEqual({ defaults: '2.0.0', 'interceptor-idempotency': '2.0.0' })
  expect(newest('defaults')).toBe(
    '## 2.0.0\n\n### Major Changes\n\n- Keys of idempotency are others.\n\n### Patch Changes\n\n' +
      '- Installs `@stageflow/interceptor-idempotency` 2.0.0.',
  )
})

test('a prerelease of core can be tried with every plugin, and ends without a trace in their ranges', async () => {
  note({ core: 'minor' }, 'Core can do more.')
  copy.run('node', 'scripts/release/prerelease.mjs', 'enter', 'next')
  expect(await problems()).toEqual([])
  expect(rangeOf('report')).toBe('^1.0.0 || ^1.1.0-0')
  version()
  expect(changed()).toEqual({
    core: '1.1.0-next.0',
    ...Object.fromEntries(plugins.map(({ short }) => [short, '1.0.1-next.0'])),
  })
  expect(newest('report')).toContain('- Works with prereleases of `@stageflow/core` 1.1.0.')
  expect([...(await problems()), ...checkAnatomy(copy.folder)]).toEqual([])
  expect(await installed('@stageflow/core@next', '@stageflow/interceptor-retry@next')).toEqual({
    core: '1.1.0-next.0',
    'interceptor-retry': '1.0.1-next.0',
  })
  copy.commit('A state')

  note({ core: 'patch' }, 'Core does it right.')
  version()
  expect(versionOf('core')).toBe('1.1.0-next.1')
  copy.commit('A state')

  copy.run('npx', '--yes', pnpmOf(ROOT), 'install', '--frozen-lockfile', '--prefer-offline')
  copy.run('node', 'scripts/release/prerelease.mjs', 'exit')
  expect(rangeOf('report')).toBe('^1.0.0')
  version()
  expect(versionOf('core')).toBe('1.1.0')
  expect(versionOf('report')).toBe('1.0.1')
  expect(existsSync(join(copy.folder, '.changeset/pre.json'))).toBe(false)
  expect([...(await problems()), ...checkAnatomy(copy.folder)]).toEqual([])
})

/** Publishes core and retry as they are, and installs `specs` in an app; the versions that npm chose. */
async function installed(...specs) {
  const registry = await localRegistry()
  onTestFinished(() => registry.close())
  const folder = join(copy.folder, '.packed')
  for (const { tarball, version } of packAll(copy.folder, folder, ['core', 'interceptor-retry'])) {
    await publishTarball(tarball, registry, { tag: distTagOf(version) })
  }
  const app = join(folder, 'app')
  mkdirSync(app)
  writeFileSync(join(app, '.npmrc'), registry.npmrc)
  writeFileSync(join(app, 'package.json'), '{ "private": true }')
  const options = { cwd: app, timeoutMs: LONGEST_MS }
  const { code, output } = await runCommand('npm', ['install', '--no-audit', '--no-fund', ...specs], options)
  expect({ code, output }).toMatchObject({ code: 0 })
  const names = readdirSync(join(app, 'node_modules/@stageflow'))
  const found = names.map((short) => readJson(join(app, 'node_modules/@stageflow', short, 'package.json')))
  rmSync(folder, { recursive: true })
  return Object.fromEntries(found.map(({ name, version }) => [name.replace('@stageflow/', ''), version]))
}

let notes = 0
/** Writes a note for the packages with these short names. */
function note(bumps, text) {
  notes += 1
  const nameOf = (short) => readJson(join(copy.folder, 'packages', short, 'package.json')).name
  const rows = Object.entries(bumps).map(([short, bump]) => `'${nameOf(short)}': ${bump}\n`)
  writeFileSync(join(copy.folder, `.changeset/note-${notes}.md`), `---\n${rows.join('')}---\n\n${text}\n`)
}

const version = () => copy.run('changeset', 'version')
const problems = () => versionProblems(copy.folder)

function changeRanges(range) {
  for (const { folder } of plugins) {
    const file = join(copy.folder, folder, 'package.json')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('"@stageflow/core": "^1.0.0"', `"@stageflow/core": "${range}"`))
  }
}

const manifestOf = (short) => readJson(join(copy.folder, 'packages', short, 'package.json'))
const versionOf = (short) => manifestOf(short).version
const rangeOf = (short) => manifestOf(short).peerDependencies['@stageflow/core']

/** The packages with another version than 1.0.0. */
function changed() {
  const packages = readPackages(copy.folder).filter(({ manifest }) => manifest.version !== '1.0.0')
  return Object.fromEntries(packages.map(({ short, manifest }) => [short, manifest.version]))
}

/** The newest part of a changelog. */
function newest(short) {
  const text = readFileSync(join(copy.folder, 'packages', short, 'CHANGELOG.md'), 'utf8')
  return `## ${text.split(/^## /m)[1].trim()}`
}
