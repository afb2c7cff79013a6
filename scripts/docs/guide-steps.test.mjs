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

test('a fence without the name of a file is refused, with its line', () => {
  expect(() => guideSteps('```sh\ncd one\n```\nSome text.\n```json\n{}\n```')).toThrow(
    'line 5: the fence has no file name.',
  )
})
