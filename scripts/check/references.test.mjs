import { expect, test } from 'vitest'

import { checkReferences } from './references.mjs'
import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'

const config = (references) => JSON.stringify({ references: references.map((path) => ({ path })) })

test('a workspace whose references are complete has no problem', () => {
  expect(checkReferences(smallWorkspace())).toEqual([])
})

test('a package that the root does not reference is refused', () => {
  const files = { 'packages/tools/package.json': manifestOf('tools'), 'packages/tools/tsconfig.json': config([]) }
  expect(checkReferences(smallWorkspace(files))).toEqual([
    'tsconfig.json: add { "path": "packages/tools" } to references; its sources are imported.',
  ])
})

test('an import without a reference is refused', () => {
  expect(checkReferences(smallWorkspace({ 'packages/report/tsconfig.json': config([]) }))).toEqual([
    'packages/report/tsconfig.json: add { "path": "../core" } to references; its sources are imported.',
  ])
})

test('a reference to what nothing imports is refused', () => {
  const changes = { 'packages/report/src/again.ts': 'export const again = 1\n' }
  expect(checkReferences(smallWorkspace(changes))[0]).toContain('remove the reference to "../core"')
})

test('what only a test imports needs no reference', () => {
  const test = `import { again } from '@stageflow/report'\n`
  expect(checkReferences(smallWorkspace({ 'packages/core/src/broken.test.ts': test }))).toEqual([])
})
