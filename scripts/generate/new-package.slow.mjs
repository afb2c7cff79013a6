import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { checkAnatomy } from '../check/anatomy.mjs'
import { checkBoundaries } from '../check/boundaries.mjs'
import { checkReferences } from '../check/references.mjs'
import { checkEvents } from '../check/events.mjs'
import { checkProse } from '../check/prose.mjs'
import { checkSnippets } from '../check/snippets.mjs'
import { checkErrors } from './errors.mjs'
import { writePackage } from './package-files.mjs'
import { checkPackageTable } from './package-table.mjs'
import { packAll, packedProblems } from '../release/packed.mjs'
import { readText } from '../lib/workspace.mjs'
import { copyWorkspace } from '../lib/workspace-copy.mjs'

// Really makes a package of each kind, in a copy of this workspace, and runs every check on it. Minutes long: only `npm run nightly -- workshop` runs it.

const SHARED = {
  'interceptor-token-quota': ['interceptor', 'token-quota'],
  'sink-paper': ['sink', 'paper'],
  'exporter-web-hook': ['exporter', 'web-hook'],
  'store-embedded': ['store', 'embedded'],
}
const MADE = {
  ...SHARED,
  ledger: ['plugin', 'ledger'],
  'money-format': ['base', 'money-format'],
  'money-types': ['types', 'money-types'],
}
/** The packages of ours that the new ones need to be tried alone. */
const TESTED_WITH = ['core', 'testing', 'buffer', 'exporter-buffered', 'keyed-work', 'interceptor-idempotency']
const NAMES = Object.keys(MADE)
const FOLDERS = NAMES.map((short) => `packages/${short}`)
let copy

beforeAll(() => {
  copy = copyWorkspace(join(import.meta.dirname, '../..'))
  // The command installs and generates for all that is there, so it need not run for each.
  const [last, ...others] = Object.values(MADE).reverse()
  for (const [kind, name] of others) writePackage(copy.folder, kind, name)
  copy.run('node', 'scripts/generate/new-package.mjs', ...last)
  copy.run('oxfmt', ...FOLDERS)
}, 300_000)

afterAll(() => copy?.remove(), 120_000)

// Only what concerns the new packages: a fault elsewhere in the workspace is the business of the check that finds it.
const ofThem = (problems) => problems.filter((problem) => NAMES.some((short) => problem.includes(short)))

test.each([checkBoundaries, checkAnatomy, checkReferences, checkErrors, checkPackageTable, checkEvents])(
  '%o has nothing to say',
  (check) => {
    expect(ofThem(check(copy.folder))).toEqual([])
  },
)

test('its README compiles, runs and prints what it says', async () => {
  const bin = join(copy.folder, 'node_modules/.bin')
  const tools = { node: join(bin, 'node'), tsc: join(bin, 'tsc') }
  const pages = FOLDERS.map((folder) => `${folder}/README.md`)
  expect(await checkSnippets(copy.folder, tools, pages)).toEqual({ problems: [], checked: 7, run: 6, unchecked: 0 })
})

test('it is formatted and linted, uses all that it declares, and its tests pass', () => {
  copy.run('oxfmt', '--check', ...FOLDERS)
  copy.run('oxlint', ...FOLDERS)
  copy.run('tsc', '-b', ...FOLDERS)
  copy.run('tsc', '-p', 'tsconfig.test.json')
  expect(ofThem(unused())).toEqual([])
  expect(ofThem(checkProse(copy.folder).problems)).toEqual([])
  expect(copy.run('vitest', 'run', '--testTimeout=120000', ...FOLDERS)).toMatch(/Tests\s+\d+ passed/)
})

function unused() {
  try {
    return copy.run('knip', '--no-progress').split('\n')
  } catch (error) {
    return error.message.split('\n')
  }
}

test.each([
  ['interceptor-token-quota', 'passes a failure through untouched'],
  ['sink-paper', 'keeps the order'],
  ['exporter-web-hook', 'a batch that comes again is accepted again'],
  ['store-embedded', 'only the owner can release'],
])('%s starts with the contract of its kind, which it fulfils', (short, rule) => {
  const file = `packages/${short}/src/contract.test.ts`
  expect(copy.run('vitest', 'run', '--testTimeout=120000', '--reporter=verbose', file)).toContain(rule)
})

test('its packages are what npm expects, and each works alone with core', () => {
  const packed = packAll(copy.folder, join(copy.folder, '.packed'), [...TESTED_WITH, ...NAMES])
  expect(packed).toHaveLength(TESTED_WITH.length + NAMES.length)
  expect(packed.flatMap((each) => packedProblems(copy.folder, each))).toEqual([])

  expect(copy.run('node', 'scripts/ci/consume-alone.mjs', '.packed', '.alone', ...NAMES)).toContain(
    `${NAMES.length} packages, each alone`,
  )
})

test('it begins with 1.0.0, in its changelog too', () => {
  for (const folder of FOLDERS) expect(readText(join(copy.folder, folder, 'CHANGELOG.md'))).toContain('## 1.0.0')
})
