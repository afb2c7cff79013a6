import { createHash } from 'node:crypto'

import { expect, test } from 'vitest'

import { isStale, measuredSizes, pageWith, sizeProblems } from './sizes.mjs'
import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'

const ENTRIES = { '.': './src/index.ts', './kit': './src/kit.ts', './package.json': './package.json' }
const PAGE = '# Sizes\n\n<!-- sizes:start: npm run generate writes this -->\n\n<!-- sizes:end -->\n\nThat is all.\n'

/** Text that does not compress: 64 characters from each hash. */
const noise = (count, seed = '') => {
  const hashes = Array.from({ length: count }, (_, index) =>
    createHash('sha512').update(`${seed}${index}`).digest('base64url'),
  )
  return hashes.map((hash) => hash.slice(0, 64)).join('')
}

/** The small workspace, whose core has two entries and these files. */
const withCore = (files = {}) =>
  smallWorkspace({
    'packages/core/package.json': manifestOf('core', { exports: ENTRIES }),
    'packages/core/src/index.ts': `export const main = '${noise(10)}'\nexport { broken } from './broken.ts'\n`,
    'packages/core/src/kit.ts': `export const kit = '${noise(5, 'kit')}'\n`,
    'packages/report/src/again.ts': `export { broken as again } from '../../core/src/broken.ts'\n`,
    ...files,
  })

async function entriesOf(root, features = {}) {
  const sizes = await measuredSizes(root, features)
  return Object.fromEntries([...sizes.entries, ...sizes.features].map(({ name, bytes }) => [name, bytes]))
}

test('an entry has the bytes that it adds to the main entry of core', async () => {
  const sizes = await entriesOf(withCore())
  expect(sizes['@stageflow/core']).toBeGreaterThan(500)
  expect(sizes['@stageflow/core/kit']).toBeGreaterThan(240)
  expect(sizes['@stageflow/core/kit']).toBeLessThan(300)
  // It passes on what core has already.
  expect(sizes['@stageflow/report']).toBeLessThan(30)
})

test('peers and modules of Node are not counted, dependencies are', async () => {
  const importing = (changes) =>
    entriesOf(
      withCore({
        'packages/report/package.json': manifestOf('report', changes),
        'packages/report/src/index.ts': `import 'node:path'\nexport { valid } from 'semver'\n`,
      }),
    )
  const asPeer = await importing({ peerDependencies: { semver: '^7.0.0' } })
  expect(asPeer['@stageflow/report']).toBeLessThan(100)
  const asDependency = await importing({ dependencies: { semver: '^7.0.0' } })
  expect(asDependency['@stageflow/report']).toBeGreaterThan(1000)
})

test('types and comments have no size', async () => {
  const text = `export const one = 1\n`
  const sizes = (index) => entriesOf(withCore({ 'packages/core/src/index.ts': index }))
  expect(await sizes(`/** One, in words. */\nexport interface One { readonly one: 'a b' }\n${text}`)).toEqual(
    await sizes(text),
  )
})

test('a feature costs what the main entry loses without its files, or gets with an export of another entry', async () => {
  const root = withCore({
    'packages/core/src/index.ts': `import { part } from './part.ts'\nexport const main = () => part()\n`,
    'packages/core/src/part.ts': `export interface Part {}\nexport const part = () => '${noise(10)}'\n`,
  })
  const features = { part: ['part.ts'], kit: { export: 'kit', from: 'kit.ts' } }
  const sizes = await entriesOf(root, features)
  expect(sizes.part).toBeGreaterThan(450)
  expect(sizes.part).toBeLessThan(600)
  expect(sizes.kit).toBe(sizes['@stageflow/core/kit'])
  expect(sizeProblems(root, { entries: [] }, features)).toEqual([])
})

test('a feature whose files are gone is refused', () => {
  expect(sizeProblems(withCore(), { entries: [] }, { maps: ['maps.ts'] })).toEqual([
    'scripts/generate/sizes.mjs: core has no maps.ts. Name the files of "maps".',
  ])
})

test('a main entry of more than 40,000 bytes is refused', () => {
  const problems = (bytes) => sizeProblems(withCore(), { entries: [{ name: '@stageflow/core', bytes }] }, {})
  expect(problems(40_000)).toEqual([])
  expect(problems(40_001)).toEqual([
    '@stageflow/core has 40,001 bytes, minified and gzipped; at most 40,000 are allowed.',
  ])
})

const sizesOf = (entry, feature) => ({
  entries: [{ name: '@stageflow/core', bytes: entry }],
  features: [{ name: 'maps', bytes: feature }],
})

test('the page has a row for each entry and each feature', () => {
  const page = pageWith(PAGE, sizesOf(30_944, 820))
  expect(page).toContain('| entry | bytes |\n| --- | --- |\n| `@stageflow/core` | 30,944 |\n')
  expect(page).toContain('| feature | bytes |\n| --- | --- |\n| maps | 820 |\n\n<!-- sizes:end -->\n\nThat is all.\n')
})

test.each([
  ['the same sizes', sizesOf(30_944, 820), false],
  ['2% more', sizesOf(31_560, 820), false],
  ['3% more', sizesOf(31_900, 820), true],
  ['100 bytes less', sizesOf(30_944, 720), false],
  ['150 bytes less', sizesOf(30_944, 670), true],
  ['another row', { ...sizesOf(30_944, 820), features: [] }, true],
])('a page is compared with what is measured: %s', (_, sizes, expected) => {
  expect(isStale(pageWith(PAGE, sizesOf(30_944, 820)), sizes)).toBe(expected)
})
