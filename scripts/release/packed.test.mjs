import { expect, test } from 'vitest'

import { fileProblems } from './packed.mjs'

const WHOLE = [
  'package.json',
  'README.md',
  'LICENSE',
  'dist/index.js',
  'dist/index.d.ts',
  'src/index.ts',
  'src/test-run.ts',
]

test('a package with all that it needs and nothing else has no problem', () => {
  expect(fileProblems({ name: 'core', files: WHOLE })).toEqual([])
})

test.each(WHOLE.slice(0, 6))('a package without %s is refused', (file) => {
  expect(fileProblems({ name: 'core', files: WHOLE.filter((each) => each !== file) })).toEqual([
    `core: the package lacks ${file}.`,
  ])
})

test.each([
  'src/run.test.ts',
  'src/run.test-d.ts',
  'dist/run.test.js',
  'test/random.ts',
  'dist/.tsbuildinfo',
  'core-1.0.0.tgz',
  'node_modules/zod/index.js',
])('a package with %s in it is refused', (file) => {
  expect(fileProblems({ name: 'core', files: [...WHOLE, file] })[0]).toContain(`contains ${file}`)
})
