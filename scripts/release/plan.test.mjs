import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'
import { refusals, unreleased } from './plan.mjs'

const REPORT = 'packages/report'
const CONFIG = JSON.stringify({ bumpVersionsWithWorkspaceProtocolOnly: true })
const NOTE = `---\n'@stageflow/report': patch\n---\n\nIt reports.\n`

test('a package without a tag is released after the packages that it needs', async () => {
  const root = committed()
  expect(await refusals(root)).toEqual([])
  expect(unreleased(root).map(({ short }) => short)).toEqual(['core', 'report'])
})

test('a package that depends on another one comes after it, whatever their names', async () => {
  const manifest = manifestOf('core', { dependencies: { '@stageflow/report': 'workspace:^' } })
  const report = manifestOf('report', { peerDependencies: undefined })
  const root = committed({ 'packages/core/package.json': manifest, [`${REPORT}/package.json`]: report })
  expect(unreleased(root).map(({ short }) => short)).toEqual(['report', 'core'])
})

test('a version that has its tag is not released again', async () => {
  const root = committed()
  git(root, 'tag', '@stageflow/core@1.0.0')
  expect(unreleased(root).map(({ short }) => short)).toEqual(['report'])
})

test('changes that are not committed are refused', async () => {
  const root = committed()
  writeFileSync(join(root, REPORT, 'src/more.ts'), 'export const more = 1\n')
  expect(await refusals(root)).toEqual([
    'The working tree has changes. Commit or remove them:\n?? packages/report/src/more.ts',
  ])
})

test('notes without a version are refused, unless a prerelease keeps them', async () => {
  expect(await refusals(committed({ '.changeset/it-reports.md': NOTE }))).toEqual([
    'Notes in .changeset wait for their versions (.changeset/it-reports.md). Run `npm run release:versions` and commit.',
  ])
  expect(await refusals(committed({ '.changeset/pre/it-reports.md': NOTE }))).toEqual([])
})

test('a released package that has changed without a note is refused', async () => {
  const root = releasedAndChanged({ [`${REPORT}/src/again.ts`]: 'export const again = 2\n' })
  expect(await refusals(root)).toEqual([
    'packages/report: packages/report/src/again.ts changed since @stageflow/report@1.0.0. ' +
      "Add a changeset with `'@stageflow/report': patch`.",
  ])
})

test('versions that break a rule are refused', async () => {
  const root = committed({
    [`${REPORT}/package.json`]: manifestOf('report', { peerDependencies: { '@stageflow/core': '^2.0.0' } }),
  })
  expect((await refusals(root))[0]).toContain('@stageflow/core 1.0.0 is outside of its peer range "^2.0.0"')
})

test('a package that is not built like the others is refused', async () => {
  const manifest = manifestOf('report', { peerDependencies: { '@stageflow/core': '*' }, engines: { node: '>=20' } })
  const found = await refusals(committed({ [`${REPORT}/package.json`]: manifest, [`${REPORT}/LICENSE`]: undefined }))
  expect(found.join('\n')).toMatch(/peer range|\^1\.0\.0/)
  expect(found.join('\n')).toContain('engines')
  expect(found).toContain('packages/report: LICENSE is missing.')
})

test('a version below the last release is refused, and so is one below a release of its line on another branch', async () => {
  const below = (version) => ({
    [`${REPORT}/package.json`]: manifestOf('report', { version }),
    [`${REPORT}/CHANGELOG.md`]: `# @stageflow/report\n\n## ${version}\n\nReports.\n`,
  })
  expect(await refusals(releasedAndChanged(below('0.9.0')))).toEqual([
    'packages/report: version 0.9.0 is below @stageflow/report@1.0.0. A new version must be above it.',
  ])
  const root = releasedAndChanged(below('1.0.1'))
  tagElsewhere(root, '@stageflow/report@2.0.0')
  expect(await refusals(root)).toEqual([])
  tagElsewhere(root, '@stageflow/report@1.0.2')
  expect(await refusals(root)).toEqual(['packages/report: a version above 1.0.1 is released already. Raise it.'])
})

test('a clone without history is refused, because it has no tags', async () => {
  const root = committed()
  const shallow = join(root, 'shallow')
  git(root, 'clone', '--quiet', '--depth', '1', `file://${root}`, shallow)
  expect((await refusals(shallow))[0]).toContain('Nothing says what was released, because the clone is shallow')
})

test('a package with a new version is released, whatever has changed', async () => {
  const root = releasedAndChanged({
    [`${REPORT}/src/again.ts`]: 'export const again = 2\n',
    [`${REPORT}/package.json`]: manifestOf('report', { version: '1.0.1' }),
    [`${REPORT}/CHANGELOG.md`]: '# @stageflow/report\n\n## 1.0.1\n\n- It reports.\n\n## 1.0.0\n\nReports.\n',
  })
  expect(await refusals(root)).toEqual([])
  expect(unreleased(root).map(({ manifest }) => manifest.version)).toEqual(['1.0.1'])
})

/** The small workspace as a repository with one commit. */
function committed(changes = {}) {
  const root = smallWorkspace({
    '.gitignore': 'node_modules\n',
    '.changeset/README.md': '# Notes\n',
    '.changeset/config.json': CONFIG,
    ...changes,
  })
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

/** Tags a commit that HEAD doesn't contain. */
function tagElsewhere(root, tag) {
  git(root, 'switch', '--quiet', '--create', tag.replace(/.*@/, 'v'))
  commit(root)
  git(root, 'tag', tag)
  git(root, 'switch', '--quiet', 'main')
}

function commit(root) {
  git(root, 'add', '--all')
  const author = ['-c', 'user.name=Stageflow', '-c', 'user.email=stageflow@example.com']
  git(root, ...author, 'commit', '--quiet', '--allow-empty', '--message', 'A state')
}

function git(root, ...args) {
  execFileSync('git', args, { cwd: root })
}
