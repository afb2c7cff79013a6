import { expect, test } from 'vitest'

import { checkLayers } from './layers.mjs'
import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'

const SRC = 'packages/core/src'
const ENTRIES = { '.': './src/index.ts', './redaction': './src/redaction.ts' }
const ONE_EACH = {
  'index.ts': `export { run } from './run/run.ts'\n`,
  'run/run.ts': `import { call } from '../call/call.ts'\n\nexport const run = (): number => call()\n`,
  'call/call.ts': `export const call = (): number => 1\n`,
}

/** Checks the small workspace with a core of the layers `run` and `call`, which has a file in each and these files. */
function withCore(files, stageflow = { role: 'core', layers: ['run', 'call'] }) {
  const sources = Object.entries({ 'broken.ts': undefined, 'broken.test.ts': undefined, ...ONE_EACH, ...files })
  const root = smallWorkspace({
    'packages/core/package.json': manifestOf('core', { stageflow, exports: ENTRIES }),
    ...Object.fromEntries(sources.map(([file, text]) => [`${SRC}/${file}`, text])),
  })
  return checkLayers(root)
}

test('a package whose folders import only those below them has no problem', () => {
  const { problems, summary } = withCore({})
  expect(problems).toEqual([])
  expect(summary).toBe('core: 2 folders; no import goes up')
})

test('a package without layers is not checked', () => {
  const { problems } = withCore({ 'loose.ts': '', 'run/loose.ts': `import '../loose.ts'\n` }, { role: 'core' })
  expect(problems).toEqual([])
})

test.each([
  ['a value', `import { run } from '../run/run.ts'\n\nexport const up = run\n`],
  ['a type', `import type { Run } from '../run/run.ts'\n\nexport type Up = Run\n`],
  ['an inline type', `import { type Run } from '../run/run.ts'\n\nexport type Up = Run\n`],
  ['a re-export', `export { run } from '../run/run.ts'\n`],
  ['a re-exported type', `export type { Run } from '../run/run.ts'\n`],
  ['everything', `export * from '../run/run.ts'\n`],
  ['a dynamic import', `export const up = (): Promise<unknown> => import('../run/run.ts')\n`],
  ['the type of an import', `export type Up = import('../run/run.ts').Run\n`],
  ['a side effect', `import '../run/run.ts'\n`],
])('an import that goes up is refused: %s', (_, text) => {
  expect(withCore({ 'call/up.ts': text }).problems).toEqual([
    'packages/core/src/call/up.ts imports packages/core/src/run/run.ts, but call is below run. Move the imported code down, or pass it in as an argument.',
  ])
})

test('a folder may not import an entry of the package', () => {
  expect(withCore({ 'redaction.ts': '', 'run/up.ts': `import '../redaction.ts'\n` }).problems).toEqual([
    'packages/core/src/run/up.ts imports packages/core/src/redaction.ts, but run is below the entries. Move the imported code down, or pass it in as an argument.',
  ])
})

test('a comment or a string with an import in it is not an import', () => {
  const text = `// import '../run/run.ts'\nexport const text = "import '../run/run.ts'"\n`
  expect(withCore({ 'call/text.ts': text }).problems).toEqual([])
})

test('a test may import any file', () => {
  expect(withCore({ 'call/up.test.ts': `import '../run/run.ts'\n` }).problems).toEqual([])
})

test('within a folder files import each other in any direction', () => {
  const files = {
    'run/one.ts': `import type { Run } from './run.ts'\n\nexport type One = Run\n`,
    'run/run.ts': `import './two.ts'\n`,
    'run/two.ts': '',
  }
  expect(withCore(files).problems).toEqual([])
})

test('a loose file that is not an entry is refused', () => {
  const files = { 'loose.ts': '', 'index.ts': `import './loose.ts'\n` }
  expect(withCore(files).problems).toEqual([
    'packages/core/src/loose.ts is directly in src, but package.json does not export it. Move it into a folder.',
  ])
})

test('a loose file that only tests import is a helper of them', () => {
  expect(withCore({ 'helper.ts': '', 'run/run.test.ts': `import '../helper.ts'\n` }).problems).toEqual([])
})

test('a folder that package.json does not list is refused, and a listed folder without files', () => {
  expect(withCore({ 'odd/one.ts': '' }, { role: 'core', layers: ['run', 'call', 'base'] }).problems).toEqual([
    'packages/core/src/odd/one.ts is in a folder that "stageflow.layers" of packages/core/package.json does not list. Move the file, or list its folder.',
    '"stageflow.layers" of packages/core/package.json lists "base", but src/base has no file. Remove it from the list.',
  ])
})

test('an entry may have a folder of its name', () => {
  const files = { 'redaction.ts': `import './redaction/keys.ts'\n`, 'redaction/keys.ts': `import '../run/run.ts'\n` }
  expect(withCore(files).problems).toEqual([])
})
