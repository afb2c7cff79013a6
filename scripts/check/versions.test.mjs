import { expect, test } from 'vitest'

import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'
import { versionProblems } from './versions.mjs'

const CONFIG = JSON.stringify({ bumpVersionsWithWorkspaceProtocolOnly: true, updateInternalDependencies: 'patch' })
const PRE = JSON.stringify({ mode: 'pre', tag: 'next' })
const onCore = (range) => manifestOf('report', { peerDependencies: { '@stageflow/core': range } })
const installsCore = manifestOf('report', {
  peerDependencies: undefined,
  dependencies: { '@stageflow/core': 'workspace:^' },
})

/** The problems of the small workspace with a note for these bumps, and with `changes`. */
function problemsWith(bumps, { manifest, ...changes } = {}) {
  const rows = Object.entries(bumps).map(([short, bump]) => `'@stageflow/${short}': ${bump}\n`)
  const note = rows.length === 0 ? undefined : `---\n${rows.join('')}---\n\nIt changes.\n`
  const files = { '.changeset/config.json': CONFIG, '.changeset/a.md': note, ...changes }
  return versionProblems(
    smallWorkspace(manifest === undefined ? files : { ...files, 'packages/report/package.json': manifest }),
  )
}

test.each([
  ['nothing', {}, '^1.0.0'],
  ['a minor of core', { core: 'minor' }, '^1.0.0'],
  ['a major of both', { core: 'major', report: 'major' }, '^2.0.0'],
  [
    'a major of core and a minor of a plugin that works with both',
    { core: 'major', report: 'minor' },
    '^1.0.0 || ^2.0.0',
  ],
])('%s is right', async (_, bumps, range) => {
  expect(await problemsWith(bumps, { manifest: onCore(range) })).toEqual([])
})

test.each([
  [{ core: 'major' }, '^1.0.0', 'Write "^2.0.0", and add a note for it.'],
  [{ core: 'major' }, '^2.0.0', 'Add a major note for @stageflow/report.'],
  [{ core: 'major', report: 'minor' }, '^2.0.0', 'Add a major note for @stageflow/report.'],
  [{ core: 'major', report: 'patch' }, '^1.0.0 || ^2.0.0', 'Add a minor note for @stageflow/report.'],
  [{}, '^1.0.0 || ^1.1.0-0', 'is for a prerelease of @stageflow/core, which is over'],
  [{}, '^1.1.0', '@stageflow/core 1.0.0 is outside of its peer range "^1.1.0"'],
])('a core with the notes %j and a plugin with the range %s are refused', async (bumps, range, problem) => {
  const problems = await problemsWith(bumps, { manifest: onCore(range) })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(problem)
})

test('a prerelease of core must be allowed by the plugins', async () => {
  const problems = await problemsWith({ core: 'minor' }, { '.changeset/pre.json': PRE })
  expect(problems).toEqual([
    'packages/report: @stageflow/core 1.1.0-next.0 is outside of its peer range "^1.0.0". ' +
      'Write "^1.0.0 || ^1.1.0-0", and add a note for it.',
  ])
  const allowed = { '.changeset/pre.json': PRE, manifest: onCore('^1.0.0 || ^1.1.0-0') }
  expect(await problemsWith({ core: 'minor' }, allowed)).toEqual([])
})

test.each(['patch', 'minor', 'major'])('a package gets at least the bump of what it installs: %s', async (bump) => {
  const problems = await problemsWith({ core: bump }, { manifest: installsCore })
  if (bump === 'patch')
    expect(problems).toEqual([
      'packages/report: @stageflow/core gets a patch version, and @stageflow/report installs it. ' +
        'Add a note for @stageflow/report of at least patch.',
    ])
  else expect(problems[0]).toContain(`of at least ${bump}`)
  expect(await problemsWith({ core: bump, report: bump }, { manifest: installsCore })).toEqual([])
})
