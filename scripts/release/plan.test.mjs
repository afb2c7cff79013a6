import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'
import { changedProblems, refusals, unreleased } from './plan.mjs'

const REPORT = 'packages/report'
const NOTE = `---\n'@stageflow/report': patch\n---\n\nIt reports.\n`

test('a package without a tag is released after the packages that it needs', () => {
  const root = committed()
  expect(refusals(root)).toEqual([])
  expect(unreleased(root).map(({ short }) => short)).toEqual(['core', 'report'])
})

test('a package that depends on another one comes after it, whatever their names', () => {
  const manifest = manifestOf('core', { dependencies: { '@stageflow/report': 'workspace:^' } })
  const report = manifestOf('report', { peerDependencies: undefined })
  const root = committed({ 'packages/core/package.json': manifest, [`${REPORT}/package.json`]: report })
  expect(unreleased(root).map(({ short }) => short)).toEqual(['report', 'core'])
})

test('a version that has its tag is not released again', () => {
  const root = committed()
  git(root, 'tag', '@stageflow/core@1.0.0')
  expect(unreleased(root).map(({ short }) => short)).toEqual(['report'])
})

test('changes that are not committed are refused', () => {
  const root = committed()
  writeFileSync(join(root, REPORT, 'src/more.ts'), 'export const more = 1\n')
  expect(refusals(root)).toEqual([
    'The working tree has changes. Commit or remove them:\n?? packages/report/src/more.ts',
  ])
})

test('notes without a version are refused, unless a prerelease keeps them', () => {
  expect(refusals(committed({ '.changeset/it-reports.md': NOTE }))).toEqual([
    '1 notes in .changeset wait for their versions (.changeset/it-reports.md). Run `npm run release:versions` and commit.',
  ])
  expect(refusals(committed({ '.changeset/pre/it-reports.md': NOTE, '.changeset/README.md': '# Notes\n' }))).toEqual([])
})

test.each([
  ['src/again.ts', 'export const again = 2\n'],
  ['src/new.ts', 'export const added = 2\n'],
  ['grafana/board.json', '{}\n'],
  ['package.json', manifestOf('report', { peerDependencies: { '@stageflow/core': '^1.1.0' } })],
])('a released package whose %s has changed needs a note', (file, text) => {
  const root = releasedAndChanged({ [`${REPORT}/${file}`]: text })
  expect(refusals(root)).toEqual([
    'packages/report has changed since @stageflow/report@1.0.0. Say what users notice: `npx pnpm exec changeset add`. ' +
      'See the change with `git diff @stageflow/report@1.0.0 -- packages/report`.',
  ])
})

test('a released package that lost a file needs a note', () => {
  const root = releasedAndChanged({})
  rmSync(join(root, REPORT, 'src/again.ts'))
  commit(root)
  expect(refusals(root)[0]).toContain('has changed since @stageflow/report@1.0.0')
})

test.each([
  ['src/again.test.ts', 'export {}\n'],
  ['test/more.test.ts', 'export {}\n'],
  ['README.md', '# @stageflow/report\n\nA small package, said better.\n'],
  ['package.json', manifestOf('report', { devDependencies: {}, scripts: {} })],
])('a released package whose %s has changed needs none', (file, text) => {
  expect(refusals(releasedAndChanged({ [`${REPORT}/${file}`]: text }))).toEqual([])
})

test('a released package that has changed and has its note only waits for its version', () => {
  const root = releasedAndChanged({ [`${REPORT}/src/again.ts`]: 'export const again = 2\n', '.changeset/a.md': NOTE })
  expect(changedProblems(root)).toEqual([])
  expect(refusals(root)).toHaveLength(1)
})

test('a package with a new version is released, whatever has changed', () => {
  const root = releasedAndChanged({
    [`${REPORT}/src/again.ts`]: 'export const again = 2\n',
    [`${REPORT}/package.json`]: manifestOf('report', { version: '1.0.1' }),
  })
  expect(refusals(root)).toEqual([])
  expect(unreleased(root).map(({ manifest }) => manifest.version)).toEqual(['1.0.1'])
})

/** The small workspace as a repository with one commit. */
function committed(changes = {}) {
  const root = smallWorkspace({ '.gitignore': 'node_modules\n', ...changes })
  git(root, 'init', '--quiet', '--initial-branch', 'main')
  commit(root)
  return root
}

/** The same after a release of both packages and a commit with `changes`. */
function releasedAndChanged(changes) {
  const root = committed()
  for (const name of ['core', 'report']) git(root, 'tag', `@stageflow/${name}@1.0.0`)
  for (const [file, text] of Object.entries(changes)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  commit(root)
  return root
}

function commit(root) {
  git(root, 'add', '--all')
  const author = ['-c', 'user.name=Stageflow', '-c', 'user.email=stageflow@example.com']
  git(root, ...author, 'commit', '--quiet', '--allow-empty', '--message', 'A state')
}

function git(root, ...args) {
  execFileSync('git', args, { cwd: root })
}
