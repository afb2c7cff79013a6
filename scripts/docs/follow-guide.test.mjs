import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { differences } from './follow-guide.mjs'
import { filesOf, guideSteps } from './guide-steps.mjs'

const ROOT = join(import.meta.dirname, '../..')

let root

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'stageflow-guide-test-'))
  mkdirSync(join(root, 'example/app/node_modules/other'), { recursive: true })
  for (const file of ['README.md', 'app/same.ts', 'app/old.ts', 'app/surplus.ts', 'app/node_modules/other/index.js'])
    writeFileSync(join(root, 'example', file), 'one\n')
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

test('an example that is not as its page has it is told file by file', () => {
  const files = new Map([
    ['app/same.ts', 'one\n'],
    ['app/old.ts', 'two\n'],
    ['app/missing.ts', 'one\n'],
  ])
  expect(differences(root, 'example', files)).toEqual([
    'example/app/surplus.ts: the page does not have it.',
    'example/app/old.ts: it is not as the page has it.',
    'example/app/missing.ts: it is not as the page has it.',
  ])
})

test('the example of another author is as its guide has it', () => {
  const page = readFileSync(join(ROOT, 'docs/how-to/write-an-interceptor.md'), 'utf8')
  expect(differences(ROOT, 'examples/third-party', filesOf(guideSteps(page)))).toEqual([])
})
