import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { writeApiReports } from '../generate/api.mjs'
import { changedSince, missingHistory } from '../lib/releases.mjs'
import { manifestOf, readmeOf, smallWorkspace } from '../lib/small-workspace.mjs'
import { readPackages } from '../lib/workspace.mjs'
import { checkChanges } from './changes.mjs'

const INDEX = 'packages/core/dist/index.d.ts'
const OPTIONS = 'packages/core/dist/options.d.ts'
const README = 'packages/core/README.md'
const CODES = 'docs/reference/errors.md'
const SHARED = 'docs/reference/options.md'
const TYPES = `export interface WaitOptions { readonly ms?: number }
export type Patience = number
export declare function wait(options: WaitOptions): void
`
const EXPORTS = `export type { Patience, WaitOptions } from './options.ts'\nexport { wait } from './options.ts'\n`

/** A repository of two packages, each released as 1.0.0, with their API reports. */
async function releasedWorkspace(files = {}) {
  const root = smallWorkspace({
    '.gitignore': 'node_modules\ndist\n',
    '.changeset/README.md': '# Changesets\n',
    [INDEX]: EXPORTS,
    [OPTIONS]: TYPES,
    'packages/report/dist/index.d.ts': 'export declare const again: () => Error\n',
    ...files,
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

/** What is wrong with a change of the build of core: without a changeset, and with each of these, which can quote what was wrong. */
async function judge(files, notes) {
  const root = await releasedWorkspace()
  write(root, files)
  await writeApiReports(root)
  const judged = []
  for (const noteFor of [undefined, ...notes]) {
    if (noteFor !== undefined) write(root, { '.changeset/a-note.md': noteFor(judged[0]) })
    const { problems, compared } = await checkChanges(root)
    expect(compared).toBe(2)
    judged.push(problems)
  }
  return judged
}

const ADD_MAJOR =
  "Add a changeset with `'@stageflow/core': major`. If no code of users breaks, any changeset with these lines will do:"
/** The line that a problem asks for, with a reason in it. */
const excuseIn = (problem) => /Compatible: .*$/m.exec(problem)[0].replace('<why>', 'code that uses it never compiled.')

test('a type that is gone needs a major, or a reason why that is compatible', async () => {
  const without = { [INDEX]: EXPORTS.replace('Patience, ', ''), [OPTIONS]: TYPES.replace(/.*Patience.*\n/, '') }
  const [alone, minor, unexplained, unnamed, compatible, major] = await judge(without, [
    () => note('minor'),
    ([problem]) => note('patch', excuseIn(problem).replace(/code.*/, '')),
    () => note('patch', 'Compatible: code that uses this type never compiled.'),
    ([problem]) => note('patch', `Faster.\n\n${excuseIn(problem)}`),
    () => note('major'),
  ])
  const problem = expect.stringMatching(
    /^packages\/core: what users rely on is gone or changed since @stageflow\/core@1\.0\.0:\n {2}- export type Patience = number\n/,
  )
  expect(alone).toEqual([problem])
  expect(alone[0]).toContain(ADD_MAJOR)
  expect(alone[0]).toMatch(/\n {2}Compatible: `Patience` \([\da-f]{6}\): <why>$/)
  for (const each of [minor, unexplained, unnamed]) expect(each).toEqual(alone)
  expect([...compatible, ...major]).toEqual([])
})

test('a line that excuses one change excuses no other one, not even of the same name', async () => {
  const changed = TYPES.replace('ms?: number', 'ms?: string')
  const excuse = ([problem]) => note('patch', excuseIn(problem))
  const [, excused] = await judge({ [OPTIONS]: changed }, [excuse])
  expect(excused).toEqual([])
  for (const more of [
    changed.replace('Patience = number', 'Patience = string'),
    TYPES.replace('ms?: number', 'ms?: 1'),
  ]) {
    const [first] = await judge({ [OPTIONS]: changed }, [])
    const [, other] = await judge({ [OPTIONS]: more }, [() => note('patch', excuseIn(first[0]))])
    expect(other).toHaveLength(1)
    expect(other[0].match(/Compatible: /g)).toHaveLength(1)
  }
})

test('a line that excuses a change excuses nothing that is new', async () => {
  const more = TYPES.replace('ms?: number', 'ms?: string; readonly key?: string')
  const [, excused] = await judge({ [OPTIONS]: more }, [([problem]) => note('patch', excuseIn(problem))])
  expect(excused).toEqual([expect.stringContaining('› readonly key?: string\n')])
})

test('an export that the index loses needs a major, though its declaration is still there', async () => {
  const [alone, minor, major] = await judge({ [INDEX]: EXPORTS.replace('WaitOptions', 'Patience as Limit') }, [
    () => note('minor'),
    () => note('major'),
  ])
  expect(alone[0]).toContain('  - export interface WaitOptions {…}\n')
  expect(alone[0]).toContain('  + interface WaitOptions {…}\n')
  expect(alone[1]).toContain('  + export type { Patience as Limit }\n')
  expect(minor).toEqual(alone.slice(0, 1))
  expect(major).toEqual([])
})

test('an option of another type needs a major, or a reason', async () => {
  const [alone, minor, compatible, major] = await judge({ [OPTIONS]: TYPES.replace('ms?: number', 'ms?: string') }, [
    () => note('minor'),
    ([problem]) => note('patch', excuseIn(problem)),
    () => note('major'),
  ])
  expect(alone).toEqual([
    expect.stringContaining(`
  - export interface WaitOptions {…} › readonly ms?: number
  + export interface WaitOptions {…} › readonly ms?: string
  ${ADD_MAJOR}
  Compatible: \`WaitOptions.ms\` (`),
  ])
  expect(minor).toEqual(alone)
  expect([...compatible, ...major]).toEqual([])
})

test('an error code that is gone, or has another name or HTTP status, needs a major; a new one needs nothing', async () => {
  const page = (...codes) =>
    `# Codes\n\n## @stageflow/core\n\n${codes.join('\n\n')}\n\n## @stageflow/report\n\n### report/none\n`
  const FULL = '### core/full\n\n*Cause:* it is.\n\n*HTTP status:* 503'
  const root = await releasedWorkspace({ [CODES]: page('### core/broken', FULL) })
  const judged = async (...codes) => {
    write(root, { [CODES]: page(...codes) })
    return (await checkChanges(root)).problems
  }
  expect(await judged('### core/broken', FULL.replace('it is', 'it was'))).toEqual([])
  expect(await judged('### core/broken', '### core/empty', FULL)).toEqual([])
  expect(await judged(FULL)).toEqual([expect.stringContaining('\n  - error code core/broken\n')])
  expect(await judged('### core/other', FULL)).toEqual([expect.stringContaining('Compatible: `core/broken` (')])
  expect(await judged('### core/broken', FULL.replace('503', '429'))).toEqual([
    expect.stringContaining('\n  - error code core/full, HTTP 503\n  + error code core/full, HTTP 429\n'),
  ])
})

test('a default that is another one needs a major, in the README and on the page of shared options', async () => {
  const readme = (rows) =>
    readmeOf('core', 'None.', `## Options\n\n| of | option | default |\n| --- | --- | --- |\n${rows}\n`)
  const shared = (value, owner = 'core') =>
    `# Options\n\n| name | default | declared by |\n| --- | --- | --- |\n| \`retry\` | ${value} | ${owner} |\n`
  const rows =
    '| `wait` | `ms` | `1_000` |\n| | `tries` | 3 |\n\nText.\n\n| of | option | default |\n| --- | --- | --- |\n| `ask` | `tries` | 3 |\n'
  const released = { [README]: readme(rows), [SHARED]: shared('3 attempts', '`core`') }
  const root = await releasedWorkspace(released)
  const judged = async (files) => {
    write(root, { ...released, ...files })
    return (await checkChanges(root)).problems
  }
  expect(await judged({ [README]: readme(rows.replace('`1_000`', '1,000').replace('`ask`', 'ask')) })).toEqual([])
  expect(await judged({ [README]: readme(rows.replace('| `wait` | `ms` | `1_000` |\n', '')) })).toEqual([])
  expect(await judged({ [README]: readme(rows.replace('1_000', '900')) })).toEqual([
    expect.stringContaining('\n  - default of wait ms: 1000\n  + default of wait ms: 900\n'),
  ])
  expect(await judged({ [README]: readme(rows.replace('`ask` | `tries` | 3', '`ask` | `tries` | 4')) })).toEqual([
    expect.stringContaining('Compatible: `ask tries` ('),
  ])
  expect(await judged({ [SHARED]: shared('4 attempts') })).toEqual([
    expect.stringContaining('\n  - default of retry: 3 attempts\n  + default of retry: 4 attempts\n'),
  ])
})

test('an option of a command that is gone, or has another name, needs a major', async () => {
  const readme = (...names) =>
    readmeOf(
      'core',
      'None.',
      `## Options\n\n| option | default |\n| --- | --- |\n${names.map((name) => `| \`${name}\` | |\n`).join('')}\n`,
    )
  const root = await releasedWorkspace({ [README]: readme('--folder', '--yes`, `-y') })
  const judged = async (...names) => {
    write(root, { [README]: readme(...names) })
    return (await checkChanges(root)).problems
  }
  expect(await judged('--yes`, `-y', '--folder', '--help')).toEqual([])
  expect(await judged('--folder')).toEqual([expect.stringContaining('\n  - option --yes, -y\n')])
  expect(await judged('--folder', '--yes')).toEqual([expect.stringContaining('\n  - option --yes, -y\n')])
})

test('an entry or a command that is gone, and a newer Node or peer, need a major; a wider range does not', async () => {
  const needs = { peerDependencies: { '@stageflow/core': '^1.0.0', pino: '>=9' }, bin: { report: './dist/bin.js' } }
  const root = await releasedWorkspace({ 'packages/report/package.json': manifestOf('report', needs) })
  const judged = async (changes) => {
    write(root, {
      'packages/report/package.json': manifestOf('report', { ...needs, ...changes }),
      '.changeset/a-note.md': note('minor').replace('core', 'report'),
    })
    return (await checkChanges(root)).problems.join('')
  }
  const { exports } = JSON.parse(manifestOf('report'))
  const peers = (changes) => ({ peerDependencies: { ...needs.peerDependencies, ...changes } })
  expect(await judged({ exports: { '.': exports['.'] } })).toContain('\n  - entry ./package.json\n')
  expect(await judged({ bin: undefined })).toContain('\n  - command report\n')
  expect(await judged({ engines: { node: '>=24' } })).toContain('\n  - needs node >=22.13\n  + needs node >=24\n')
  expect(await judged(peers({ '@stageflow/core': '^1.1.0' }))).toContain('\n  + needs @stageflow/core ^1.1.0\n')
  expect(await judged(peers({ redis: '^5.0.0' }))).toContain('\n  - no need of redis\n  + needs redis ^5.0.0\n')
  expect(await judged({ ...peers({ redis: '^5.0.0' }), peerDependenciesMeta: { redis: { optional: true } } })).toBe('')
  expect(await judged(peers({ pino: undefined, '@stageflow/core': '^1.0.0 || ^2.0.0' }))).toBe('')
  expect(await judged({ engines: { node: '>=22' } })).toBe('')
})

test('a version below the last release is refused, whatever the notes say', async () => {
  const root = await releasedWorkspace()
  write(root, {
    'packages/core/package.json': manifestOf('core', { version: '0.9.0' }),
    'packages/core/CHANGELOG.md': '# Changes\n\n## 0.9.0\n\nLess.\n\n## 1.0.0\n\nFirst.\n',
    '.changeset/a-note.md': note('major'),
  })
  expect((await checkChanges(root)).problems).toEqual([
    'packages/core: version 0.9.0 is below @stageflow/core@1.0.0. A new version must be above it.',
  ])
})

test('a new option needs a minor', async () => {
  const more = TYPES.replace('ms?: number', 'ms?: number; readonly key?: string')
  const bumps = ['patch', 'minor', 'major'].map((bump) => () => note(bump))
  const [alone, patch, minor, major] = await judge({ [OPTIONS]: more }, bumps)
  expect(alone).toEqual([
    `packages/core: the public types have new lines since @stageflow/core@1.0.0:
  + export interface WaitOptions {…} › readonly key?: string
  Add a changeset with \`'@stageflow/core': minor\`.`,
  ])
  expect(patch).toEqual(alone)
  expect([...minor, ...major]).toEqual([])
})

test('parameters, type parameters and overloads in another order, and a lost array, need a major', async () => {
  const files = {
    'packages/report/dist/index.d.ts': `export declare function insert<A, B>(list: A[], name: string, added: B): A[]
export declare function read(from: string): string
export declare function read(from: unknown): number
`,
  }
  const before = files['packages/report/dist/index.d.ts']
  const changes = {
    insert: before.replace('list: A[], name: string, added: B', 'added: B, list: A[], name: string'),
    'insert type': before.replace('<A, B>', '<B, A>'),
    'insert array': before.replace('): A[]', '): A'),
    read: before.replace(/(.*string\): string\n)(.*\n)/, '$2$1'),
  }
  for (const [name, text] of Object.entries(changes)) {
    const root = await releasedWorkspace(files)
    write(root, {
      'packages/report/dist/index.d.ts': text,
      '.changeset/a-note.md': note('patch').replace('core', 'report'),
    })
    await writeApiReports(root)
    const { problems } = await checkChanges(root)
    expect(problems, name).toEqual([expect.stringContaining(`Compatible: \`${name.split(' ')[0]}\` (`)])
  }
})

test('a new option that callers must pass needs a major', async () => {
  const more = TYPES.replace('ms?: number', 'ms?: number; readonly key: (name?: string) => string')
  const [alone, minor, compatible, major] = await judge({ [OPTIONS]: more }, [
    () => note('minor'),
    ([problem]) => note('minor', excuseIn(problem)),
    () => note('major'),
  ])
  expect(alone).toEqual([
    expect.stringContaining('\n  - no need of WaitOptions.key\n  + export interface WaitOptions {…} › '),
  ])
  expect(minor).toEqual(alone)
  expect([...compatible, ...major]).toEqual([])
})

test('a report of an entry that is gone counts as lines that are gone', async () => {
  const root = await releasedWorkspace()
  rmSync(join(root, 'etc/report.api.md'))
  const { problems } = await checkChanges(root)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain('packages/report: what users rely on is gone or changed since @stageflow/report@1.0.0')
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
      'packages/core/CHANGELOG.md': `# Changes\n\n## ${version}\n\n- 1a2b3c4: ${text}\n\n## 1.0.0\n\n${old}\n`,
    })
    return (await checkChanges(root)).problems
  }
  let old = 'First.'
  const [problem] = await raise('1.0.1', 'Faster.')
  const excuse = excuseIn(problem)
  expect(await raise('1.1.0', 'Faster.')).toEqual([problem])
  expect(await raise('1.0.1', `Faster.\n\n  ${excuse}`)).toEqual([])
  expect(await raise('2.0.0', 'Other.')).toEqual([])
  // What an older version was excused for, or what stands below no version, excuses nothing.
  old = excuse
  expect(await raise('1.0.1', 'Faster.')).toEqual([problem])
  write(root, { 'packages/core/CHANGELOG.md': `# Changes\n\n${excuse}\n\n## 1.0.1\n\nFaster.\n` })
  expect((await checkChanges(root)).problems).toEqual([problem])
  // Nor does it excuse what changes once the version is raised.
  write(root, { [OPTIONS]: TYPES.replace('ms?: number', 'ms?: 1') })
  await writeApiReports(root)
  expect(await raise('1.0.1', `Faster.\n\n  ${excuse}`)).toHaveLength(1)
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

test('a package that was never released is compared with the last commit, and what it loses is told and free', async () => {
  const root = await releasedWorkspace()
  git(root, 'tag', '--delete', '@stageflow/core@1.0.0')
  expect(await checkChanges(root)).toEqual({ problems: [], compared: 1, lost: [], free: 1 })
  write(root, { [OPTIONS]: TYPES.replace('ms?: number', 'forMs?: number') })
  await writeApiReports(root)
  const lost = 'packages/core, since the last commit:\n' + '  - export interface WaitOptions {…} › readonly ms?: number'
  expect(await checkChanges(root)).toEqual({ problems: [], compared: 1, lost: [lost], free: 1 })
  expect(changedSince(root, readPackages(root)[0])).toBe(undefined)
  commit(root)
  expect(await checkChanges(root)).toEqual({ problems: [], compared: 1, lost: [], free: 1 })
  // A package that isn't committed yet has lost nothing.
  write(root, { 'packages/undo/package.json': manifestOf('undo') })
  expect(await checkChanges(root)).toEqual({ problems: [], compared: 1, lost: [], free: 2 })
})

test('a folder without git, a shallow clone, a broken one and one without a commit say why they are compared with no release', async () => {
  const root = await releasedWorkspace()
  expect(missingHistory(root)).toBe(undefined)
  write(root, { 'packages/core/src/broken.ts': '// other\n' })
  commit(root)
  git(root, 'clone', '--quiet', '--depth', '1', `file://${root}`, 'shallow')
  expect(missingHistory(join(root, 'shallow'))).toContain('git fetch --unshallow --tags')
  expect(await checkChanges(join(root, 'shallow'))).toEqual({ problems: [], compared: 0, lost: [], free: 2 })
  rmSync(join(root, 'shallow/etc/report.api.md'))
  expect((await checkChanges(join(root, 'shallow'))).lost).toEqual([
    'packages/report, since the last commit:\n  - export declare const again: () => Error',
  ])
  cpSync(join(root, 'packages'), join(root, 'copy/packages'), { recursive: true })
  expect(missingHistory(join(root, 'copy'))).toBe('this is not a git repository')
  expect(await checkChanges(join(root, 'copy'))).toEqual({ problems: [], compared: 0, lost: [], free: 0 })
  write(root, { 'copy/.git': 'gitdir: gone\n' })
  expect(missingHistory(join(root, 'copy'))).toContain('git fails with "fatal: not a git repository: ')
  const empty = smallWorkspace()
  git(empty, 'init', '--quiet')
  expect(missingHistory(empty)).toBe('nothing is committed')
})
