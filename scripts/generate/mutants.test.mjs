import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { checkMutants, mutantsPage, readSuites } from './mutants.mjs'
import { smallWorkspace } from '../lib/small-workspace.mjs'

const CAUGHT = { name: 'ok into fail', does: 'fails a | b', caughtBy: 'passes an ok output through untouched' }
const NOT_OURS = { name: 'slow', does: 'waits', notOurs: 'Legal.' }
const suite = (mutants) => ({ file: 'packages/testing/test/sink-mutants.ts', title: 'Sinks', mutants })

/** The small workspace with the page of these suites. */
function withPage(suites) {
  const root = smallWorkspace()
  const page = join(root, 'docs/reference/mutants.md')
  mkdirSync(dirname(page), { recursive: true })
  writeFileSync(page, mutantsPage(suites))
  return root
}

test('the page has a row for each mutant, and the totals of each suite and of all', () => {
  const page = mutantsPage([suite([CAUGHT, NOT_OURS])])
  expect(page).toContain('| Sinks | 2 | 1 | 1 |\n| all | 2 | 1 | 1 |')
  expect(page).toContain('| ok into fail | fails a \\| b | passes an ok output through untouched |')
  expect(page).toContain('| slow | waits | Legal. |')
})

test('a page that was not written again is stale', () => {
  const root = withPage([suite([CAUGHT])])
  expect(checkMutants(root, [suite([CAUGHT])])).toEqual([])
  expect(checkMutants(root, [suite([CAUGHT, NOT_OURS])])).toEqual([
    'docs/reference/mutants.md is stale: run `npm run generate`.',
  ])
})

test('a name that two mutants have is refused, and a mutant of which nothing is said', () => {
  const suites = [suite([CAUGHT, CAUGHT, { name: 'unknown', does: 'something' }])]
  expect(checkMutants(withPage(suites), suites)).toEqual([
    'packages/testing/test/sink-mutants.ts: two mutants are named "ok into fail"; rename one.',
    'packages/testing/test/sink-mutants.ts: "unknown" needs either caughtBy or notOurs.',
  ])
})

test('the title of a suite is the plural of its file', async () => {
  const root = smallWorkspace({
    'packages/stores/test/keyed-store-mutants.ts': `export const mutants = ${JSON.stringify([CAUGHT])}\n`,
  })
  expect(await readSuites(root)).toEqual([
    { file: 'packages/stores/test/keyed-store-mutants.ts', title: 'Keyed stores', mutants: [CAUGHT] },
  ])
})
