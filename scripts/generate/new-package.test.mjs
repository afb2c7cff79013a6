import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { checkAnatomy } from '../check/anatomy.mjs'
import { checkBoundaries } from '../check/boundaries.mjs'
import { checkReferences } from '../check/references.mjs'
import { checkSnippets } from '../check/snippets.mjs'
import { checkErrors } from './errors.mjs'
import { checkPackageTable } from './package-table.mjs'
import { packAll, packedProblems } from '../release/packed.mjs'
import { readText } from '../lib/workspace.mjs'
import { copyWorkspace } from '../lib/workspace-copy.mjs'

// Really makes a package of each kind, in a copy of this workspace, and runs every check on it.

const MADE = {
  'interceptor-token-quota': ['interceptor', 'token-quota'],
  ledger: ['plugin', 'ledger'],
  'money-types': ['types', 'money-types'],
}
const NAMES = Object.keys(MADE)
const FOLDERS = NAMES.map((short) => `packages/${short}`)
let copy

beforeAll(() => {
  copy = copyWorkspace(join(import.meta.dirname, '../..'))
  for (const args of Object.values(MADE)) copy.run('node', 'scripts/generate/new-package.mjs', ...args)
}, 120_000)

afterAll(() => copy?.remove(), 120_000)

// Only what concerns the new packages: a fault elsewhere in the workspace is the business of the check that finds it.
const ofThem = (problems) => problems.filter((problem) => NAMES.some((short) => problem.includes(short)))

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

test('an interceptor starts with the contract of interceptors, which it fulfils', () => {
  const printed = copy.run(
    'vitest',
    'run',
    '--reporter=verbose',
    'packages/interceptor-token-quota/src/contract.test.ts',
  )
  expect(printed).toContain('passes a failure through untouched')
})

test('its packages are what npm expects, and each works alone with core', () => {
  const packed = packAll(copy.folder, join(copy.folder, '.packed'), ['core', 'testing', ...NAMES])
  expect(packed).toHaveLength(5)
  expect(packed.flatMap((each) => packedProblems(copy.folder, each))).toEqual([])

  expect(copy.run('node', 'scripts/ci/consume-alone.mjs', '.packed', '.alone', ...NAMES)).toContain(
    '3 packages, each alone',
  )
})

test('it starts at 1.0.0, with a changelog and without a note', () => {
  expect(readText(join(copy.folder, FOLDERS[0], 'CHANGELOG.md'))).toContain('## 1.0.0\n')
  expect(copy.run('git', 'status', '--porcelain', '.changeset')).toBe('')
})

test.each([
  [[]],
  [['interceptor']],
  [['gadget', 'quota']],
  [['interceptor', 'Quota']],
  [['plugin', '../out']],
  [['plugin', 'core']],
])('the arguments %j are refused, and say how to call it', (args) => {
  expect(() => copy.run('node', 'scripts/generate/new-package.mjs', ...args)).toThrow(
    /Usage: npm run new-package|exists already/,
  )
})
