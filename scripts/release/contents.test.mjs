import { expect, test } from 'vitest'

import { contentProblems } from './contents.mjs'

const ENTRY = { types: './dist/index.d.ts', default: './dist/index.js' }
const FILES = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'dist/index.js',
  'dist/index.d.ts',
  'src/index.ts',
  'dist/test-run.js',
  'dist/test-run.d.ts',
  'src/test-run.ts',
]
const MAP = { file: 'dist/index.js.map', sourceRoot: '', sources: ['../src/index.ts'] }
const packed = ({ manifest, ...changes } = {}) => ({
  files: FILES,
  maps: [MAP],
  ...changes,
  manifest: { name: 'core', exports: { '.': ENTRY, './package.json': './package.json' }, ...manifest },
})

test('a package with all that it needs and nothing else has no problem', () => {
  expect(contentProblems(packed())).toEqual([])
})

test.each(FILES.slice(0, 7))('a package without %s is refused', (file) => {
  const files = FILES.filter((each) => each !== file)
  expect(contentProblems(packed({ files }))).toContain(`core: the package lacks ${file}.`)
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
  expect(contentProblems(packed({ files: [...FILES, file] }))[0]).toContain(`contains ${file}`)
})

test('the tests in the templates of create-stageflow are published', () => {
  const files = [...FILES, 'templates/sink/src/contract.test.ts', 'templates/exporter/test/event-server.ts']
  expect(contentProblems(packed({ files }))).toEqual([])
})

test.each([
  ['src/again.ts', ['src/again.ts has no dist/again.js.']],
  ['dist/gone.js', ['dist/gone.js has no src/gone.ts.']],
])('a package whose build is not that of its sources (%s) is refused', (file, problems) => {
  const found = contentProblems(packed({ files: [...FILES, file] }))
  expect(found).toEqual(problems.map((problem) => `core: ${problem}`))
})

test('a source map that leads out of the package is refused', () => {
  const maps = [{ ...MAP, sources: ['../../../tmp/index.ts'] }]
  expect(contentProblems(packed({ maps }))).toEqual([
    'core: dist/index.js.map leads to ../../../tmp/index.ts, which is not in the package.',
  ])
})

test.each([
  [{ exports: { '.': { '@stageflow/source': './src/index.ts', ...ENTRY } } }, 'has the condition @stageflow/source'],
  [{ dependencies: { other: 'workspace:^' } }, 'other has the range workspace:^'],
  [{ scripts: { prepublishOnly: 'exit 1' } }, '"scripts" must be empty'],
])('a packed manifest with %j is refused', (manifest, problem) => {
  expect(contentProblems(packed({ manifest }))[0]).toContain(problem)
})
