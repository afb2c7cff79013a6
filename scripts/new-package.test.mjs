import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { checkAnatomy } from './check-anatomy.mjs'
import { checkBoundaries } from './check-boundaries.mjs'
import { checkReferences } from './check-references.mjs'
import { checkSnippets } from './check-snippets.mjs'
import { checkErrors } from './generate-errors.mjs'
import { checkPackageTable } from './generate-package-table.mjs'
import { packAll, packedProblems } from './packed.mjs'
import { copyWorkspace } from './workspace-copy.mjs'

// Really makes a package of each kind, in a copy of this workspace, and runs every check on it.

const MADE = {
  'interceptor-token-quota': ['interceptor', 'token-quota'],
  ledger: ['plugin', 'ledger'],
  'money-types': ['types', 'money-types'],
}
const FOLDERS = Object.keys(MADE).map((short) => `packages/${short}`)
let copy

beforeAll(() => {
  copy = copyWorkspace(join(import.meta.dirname, '..'))
  for (const args of Object.values(MADE)) copy.run('node', 'scripts/new-package.mjs', ...args)
}, 120_000)

afterAll(() => copy?.remove())

// Only what concerns the new packages: a fault elsewhere in the workspace is the business of the check that finds it.
const ofThem = (problems) => problems.filter((problem) => Object.keys(MADE).some((short) => problem.includes(short)))

test.each([checkBoundaries, checkAnatomy, checkReferences, checkErrors, checkPackageTable])(
  '%o has nothing to say',
  (check) => {
    expect(ofThem(check(copy.folder))).toEqual([])
  },
)

test('its README compiles, runs and prints what it says', async () => {
  const bin = join(copy.folder, 'node_modules/.bin')
  const tools = { node: join(bin, 'node'), tsc: join(bin, 'tsc') }
  const pages = FOLDERS.map((folder) => `${folder}/README.md`)
  expect(await checkSnippets(copy.folder, tools, pages)).toEqual({ problems: [], checked: 3, run: 3, unchecked: 0 })
})

test('it is formatted and linted, and its tests pass', () => {
  copy.run('oxfmt', '--check', ...FOLDERS)
  copy.run('oxlint', ...FOLDERS)
  copy.run('tsc', '-b', ...FOLDERS)
  expect(copy.run('vitest', 'run', ...FOLDERS)).toMatch(/Tests\s+\d+ passed/)
})

test('its packages are what npm expects', () => {
  const packed = packAll(copy.folder, join(copy.folder, '.packed')).filter(
    ({ name }) => name.replace('@stageflow/', '') in MADE,
  )
  expect(packed).toHaveLength(3)
  expect(packed.flatMap((each) => packedProblems(copy.folder, each))).toEqual([])
})

test('it comes with a changeset', () => {
  expect(copy.run('changeset', 'status')).toContain('@stageflow/interceptor-token-quota')
})

test.each([
  [[]],
  [['interceptor']],
  [['gadget', 'quota']],
  [['interceptor', 'Quota']],
  [['plugin', '../out']],
  [['plugin', 'core']],
])('the arguments %j are refused, and say how to call it', (args) => {
  expect(() => copy.run('node', 'scripts/new-package.mjs', ...args)).toThrow(
    /Usage: npm run new-package|exists already/,
  )
})
