import { expect, test } from 'vitest'

import { filesOf, guideSteps } from './guide-steps.mjs'

const PAGE = [
  '```ts',
  '// before.ts',
  '```',
  '```text output',
  'not kept',
  '```',
  '```sh',
  'mkdir one',
  'cd one',
  'npm install',
  '```',
  'Save this as `package.json`:',
  '',
  '```json',
  '{}',
  '```',
  'as `README.md`:',
  '````md',
  '```ts',
  '// inner.ts',
  '```',
  '````',
  '```ts no-check: of another package',
  '// src/app.ts',
  'console.log(1)',
  '```',
  '',
  '```text output',
  '1',
  '```',
  '```sh',
  'cd ../two',
  'npm pack',
  '```',
].join('\n')

test('commands and files come in the order of the page, each in the folder that the reader is in', () => {
  expect(guideSteps(PAGE)).toEqual([
    { line: 7, folder: '', run: 'mkdir one' },
    { line: 7, folder: 'one', run: 'npm install' },
    { line: 14, folder: 'one', write: 'package.json', text: '{}\n' },
    { line: 18, folder: 'one', write: 'README.md', text: '```ts\n// inner.ts\n```\n' },
    { line: 23, folder: 'one', write: 'src/app.ts', text: '// src/app.ts\nconsole.log(1)\n', output: '1\n' },
    { line: 31, folder: 'two', run: 'npm pack' },
  ])
  expect([...filesOf(guideSteps(PAGE)).keys()]).toEqual(['one/package.json', 'one/README.md', 'one/src/app.ts'])
})

const CREATE = 'npm create stageflow@latest quota -- --template interceptor'

test('what a command prints is that of the last command of its fence; a fence in between has none', () => {
  const page = [
    '```sh',
    CREATE,
    '```',
    '```text output',
    'Made',
    '```',
    '```ts',
    '```',
    '```text output',
    'not kept',
    '```',
  ]
  expect(guideSteps(page.join('\n'))).toEqual([{ line: 1, folder: '', run: CREATE, output: 'Made\n' }])
})

test('the files of a page are those that its commands make, and then those that it writes', () => {
  const page = ['```sh', 'mkdir x', CREATE, 'cd stageflow-interceptor-quota', '```', '```ts', '// src/index.ts', '```']
  const files = filesOf(guideSteps(page.join('\n')))
  expect(files.get('stageflow-interceptor-quota/src/quota.ts')).toContain('export function quota')
  expect(files.get('stageflow-interceptor-quota/src/index.ts')).toBe('// src/index.ts\n')
})

test('a fence without the name of a file is refused, with its line', () => {
  expect(() => guideSteps('```sh\ncd one\n```\nSome text.\n```json\n{}\n```')).toThrow(
    'line 5: the fence has no file name.',
  )
})
