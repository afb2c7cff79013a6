import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { writeApiReports } from '../generate/api.mjs'
import { changedSince, missingHistory } from '../lib/releases.mjs'
import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'
import { readPackages } from '../lib/workspace.mjs'
import { checkChanges } from './changes.mjs'

const INDEX = 'packages/core/dist/index.d.ts'
const OPTIONS = 'packages/core/dist/options.d.ts'
const TYPES = `export interface WaitOptions { readonly ms?: number }
export type Patience = number
export declare function wait(options: WaitOptions): void
`
const EXPORTS = `export type { Patience, WaitOptions } from './options.ts'\nexport { wait } from './options.ts'\n`

/** A repository of two packages, each released as 1.0.0, with their API reports. */
async function releasedWorkspace() {
  const root = smallWorkspace({
    '.gitignore': 'node_modules\ndist\n',
    '.changeset/README.md': '# Changesets\n',
    [INDEX]: EXPORTS,
    [OPTIONS]: TYPES,
    'packages/report/dist/index.d.ts': 'export declare const again: () => Error\n',
  })
  await writeApiReports(root)
  git(root, 'init', '--quiet')
  commit(root)
  for (const short of ['core', 'report']) git(root, 'tag', `@stageflow/${short}@1.0.0`)
  return root
}

function git(root, ...args) {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
  return execFileSync('git', [...identity, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  })
}

function commit(root) {
  git(root, 'add', '--all')
  git(root, 'commit', '--quiet', '--message', 'A change')
}

function write(root, files) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
}

const note = (bump, text = 'Something is new.') => `---\n'@stageflow/core': ${bump}\n---\n\n${text}\n`

/** What is wrong with a change of the build of core: without a changeset, and with each of these. */
async function judge(files, notes) {
  const root = await releasedWorkspace()
  write(root, files)
  await writeApiReports(root)
  const judged = []
  for (const text of [undefined, ...notes]) {
    if (text !== undefined) write(root, { '.changeset/a-note.md': text })
    const { problems, compared } = await checkChanges(root)
    expect(compared).toBe(2)
    judged.push(problems)
  }
  return judged
}

const ADD_MAJOR =
  "Add a changeset with `'@stageflow/core': major`. If no code of users breaks, a changeset with a line `Compatible: <why>` will do."
const COMPATIBLE = note('patch', 'Faster.\n\nCompatible: code that uses this type never compiled.')

test('a type that is gone needs a major, or a reason why that is compatible', async () => {
  const without = { [INDEX]: EXPORTS.replace('Patience, ', ''), [OPTIONS]: TYPES.replace(/.*Patience.*\n/, '') }
  const [alone, minor, unexplained, compatible, major] = await judge(without, [
    note('minor'),
    note('patch', 'Compatible: '),
    COMPATIBLE,
    note('major'),
  ])
  const problem = `packages/core: the public types lost or changed lines since @stageflow/core@1.0.0:
  - export type Patience = number
  ${ADD_MAJOR}`
  expect(alone).toEqual([problem])
  expect(minor).toEqual([problem])
  expect(unexplained).toEqual([problem])
  expect([...compatible, ...major]).toEqual([])
})

test('an export that the index loses needs a major, though its declaration is still there', async () => {
  const [alone, minor, major] = await judge({ [INDEX]: EXPORTS.replace('WaitOptions', 'Patience as Limit') }, [
    note('minor'),
    note('major'),
  ])
  expect(alone[0]).toContain('  - export interface WaitOptions {\n')
  expect(alone[0]).toContain('  + interface WaitOptions {\n')
  expect(minor).toEqual(alone)
  expect(major).toEqual([])
})

test('an option of another type needs a major, or a reason', async () => {
  const [alone, minor, compatible, major] = await judge({ [OPTIONS]: TYPES.replace('ms?: number', 'ms?: string') }, [
    note('minor'),
    COMPATIBLE,
    note('major'),
  ])
  expect(alone).toEqual([
    `packages/core: the public types lost or changed lines since @stageflow/core@1.0.0:
  - export interface WaitOptions { › readonly ms?: number
  + export interface WaitOptions { › readonly ms?: string
  ${ADD_MAJOR}`,
  ])
  expect(minor).toEqual(alone)
  expect([...compatible, ...major]).toEqual([])
})

test('a new option needs a minor', async () => {
  const more = TYPES.replace('ms?: number', 'ms?: number; readonly key?: string')
  const [alone, patch, minor, major] = await judge({ [OPTIONS]: more }, [note('patch'), note('minor'), note('major')])
  expect(alone).toEqual([
    `packages/core: the public types got lines since @stageflow/core@1.0.0:
  + export interface WaitOptions { › readonly key?: string
  Add a changeset with \`'@stageflow/core': minor\`.`,
  ])
  expect(patch).toEqual(alone)
  expect([...minor, ...major]).toEqual([])
})

test('a report of an entry that is gone counts as lines that are gone', async () => {
  const root = await releasedWorkspace()
  rmSync(join(root, 'etc/report.api.md'))
  const { problems } = await checkChanges(root)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain('packages/report: the public types lost or changed lines since @stageflow/report@1.0.0')
})

test('another order of the same members needs no changeset', async () => {
  const [alone] = await judge(
    { [INDEX]: EXPORTS.split('\n').toReversed().join('\n'), [OPTIONS]: TYPES.split('\n').toReversed().join('\n') },
    [],
  )
  expect(alone).toEqual([])
})

test('a published file that changed needs any changeset of its package, committed or not', async () => {
  const root = await releasedWorkspace()
  write(root, { 'packages/core/src/broken.ts': '// other\n', 'packages/core/src/new.ts': '// new\n' })
  const problem = (files) =>
    `packages/core: ${files} changed since @stageflow/core@1.0.0. Add a changeset with \`'@stageflow/core': patch\`.`
  const both = 'packages/core/src/broken.ts, packages/core/src/new.ts'
  expect((await checkChanges(root)).problems).toEqual([problem(both)])
  commit(root)
  expect((await checkChanges(root)).problems).toEqual([problem(both)])
  write(root, { '.changeset/other.md': note('patch').replace('core', 'report') })
  expect((await checkChanges(root)).problems).toEqual([problem(both)])
  write(root, { '.changeset/own.md': note('patch') })
  expect((await checkChanges(root)).problems).toEqual([])
})

test('tests, pages and development fields of the manifest need no changeset, a dependency needs one', async () => {
  const root = await releasedWorkspace()
  const core = () => changedSince(root, readPackages(root)[0])
  const files = ['src', 'CHANGELOG.md', '!src/**/*.test.ts', '!src/**/*.test-d.ts']
  write(root, { 'packages/core/package.json': manifestOf('core', { files }) })
  commit(root)
  git(root, 'tag', '@stageflow/core@1.0.1')
  write(root, {
    'packages/core/src/broken.test.ts': '// other\n',
    'packages/core/src/new.test-d.ts': '// new\n',
    'packages/core/README.md': '# Other\n',
    'packages/core/CHANGELOG.md': '# New\n',
    'packages/core/test/server.ts': '// new\n',
    'packages/core/package.json': manifestOf('core', { files, devDependencies: { redis: '1.0.0' } }),
  })
  expect(core()).toEqual([])
  write(root, { 'packages/core/package.json': manifestOf('core', { files, dependencies: { redis: '1.0.0' } }) })
  expect(core()).toEqual(['packages/core/package.json'])
})

test('once the versions are raised, the changelog says what the changesets said', async () => {
  const root = await releasedWorkspace()
  write(root, { [OPTIONS]: TYPES.replace('ms?: number', 'ms?: string'), 'packages/core/src/broken.ts': '// other\n' })
  await writeApiReports(root)
  const raise = async (version, text) => {
    write(root, {
      'packages/core/package.json': manifestOf('core', { version }),
      'packages/core/CHANGELOG.md': `# Changes\n\n## ${version}\n\n- 1a2b3c4: ${text}\n\n## 1.0.0\n\nCompatible: old.\n`,
    })
    return (await checkChanges(root)).problems.length
  }
  expect(await raise('1.0.1', 'Faster.')).toBe(1)
  expect(await raise('1.1.0', 'Faster.')).toBe(1)
  expect(await raise('1.0.1', 'Faster.\n\n  Compatible: code that uses this type never compiled.')).toBe(0)
  expect(await raise('2.0.0', 'Other.')).toBe(0)
})

test('the newest release that the commit contains counts: no prerelease, and none of another branch', async () => {
  const root = await releasedWorkspace()
  write(root, { 'packages/core/src/broken.ts': '// other\n' })
  commit(root)
  git(root, 'tag', '@stageflow/core@1.10.0')
  git(root, 'tag', '@stageflow/core@1.9.0', 'HEAD~1')
  git(root, 'tag', '@stageflow/core@1.11.0-next.0', 'HEAD~1')
  const core = () => changedSince(root, readPackages(root)[0])
  expect(core()).toEqual([])
  git(root, 'switch', '--quiet', '--create', 'later')
  write(root, { 'packages/core/src/broken.ts': '// later\n' })
  commit(root)
  git(root, 'tag', '@stageflow/core@2.0.0')
  git(root, 'switch', '--quiet', '-')
  expect(core()).toEqual([])
})

test('a package that was never released is compared with nothing', async () => {
  const root = await releasedWorkspace()
  git(root, 'tag', '--delete', '@stageflow/core@1.0.0')
  write(root, { 'packages/core/src/broken.ts': '// other\n' })
  expect(await checkChanges(root)).toEqual({ problems: [], compared: 1 })
  expect(changedSince(root, readPackages(root)[0])).toBe(undefined)
})

test('a folder without git, a shallow clone and a broken one say why they are compared with no release', async () => {
  const root = await releasedWorkspace()
  expect(missingHistory(root)).toBe(undefined)
  write(root, { 'packages/core/src/broken.ts': '// other\n' })
  commit(root)
  git(root, 'clone', '--quiet', '--depth', '1', `file://${root}`, 'shallow')
  expect(missingHistory(join(root, 'shallow'))).toContain('git fetch --unshallow --tags')
  cpSync(join(root, 'packages'), join(root, 'copy/packages'), { recursive: true })
  expect(missingHistory(join(root, 'copy'))).toBe('this is not a git repository')
  write(root, { 'copy/.git': 'gitdir: gone\n' })
  expect(missingHistory(join(root, 'copy'))).toContain('git fails with "fatal: not a git repository: ')
})
