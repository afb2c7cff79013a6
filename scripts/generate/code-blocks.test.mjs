import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { matches } from '../docs/snippet-runner.mjs'
import { formatBlocks } from './code-blocks.mjs'
import { wrapComments, wrapInstalls, wrapOutput } from './wrap-lines.mjs'

const REAL = join(import.meta.dirname, '../..')

/** The page with formatted blocks, or undefined if nothing changes, and the problems. */
function format(page) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-blocks-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  symlinkSync(join(REAL, '.oxfmtrc.json'), join(root, '.oxfmtrc.json'))
  mkdirSync(join(root, 'docs'))
  writeFileSync(join(root, 'docs/page.md'), page)
  const { changed, problems } = formatBlocks(root)
  return { page: changed.get('docs/page.md'), problems }
}

test('a TypeScript block is formatted at 76 columns, and what surrounds it stays', () => {
  const code = `const result = await new Pipeline('shop').withStage('price', price).withStage('pay', pay, { dependencies: ['price'] })`
  expect(format(`Before  it\n\n1. In a list:\n\n   \`\`\`ts\n   ${code}\n   \`\`\`\n\nAfter  it\n`)).toEqual({
    page: `Before  it

1. In a list:

   \`\`\`ts
   const result = await new Pipeline('shop')
     .withStage('price', price)
     .withStage('pay', pay, { dependencies: ['price'] })
   \`\`\`

After  it
`,
    problems: [],
  })
})

test('a formatted page stays as it is', () => {
  expect(format('```ts\nconst price = 5\n```\n')).toEqual({ page: undefined, problems: [] })
})

test('a line that no formatter can break is named with its place and its width, whatever the language', () => {
  const long = 'x'.repeat(80)
  expect(format(`\`\`\`ts\nconst text = '${long}'\n\`\`\`\n\n\`\`\`json\n"${long}"\n\`\`\`\n`).problems).toEqual([
    `docs/page.md:3: "'${long.slice(0, 39)}…" has 84 columns, and the site shows 76.`,
    `docs/page.md:7: "${`"${long}`.slice(0, 40)}…" has 82 columns, and the site shows 76.`,
  ])
})

test('a TypeScript block that does not parse stays as it is, and is named', () => {
  expect(format('# Page\n\n```ts\nconst = (\n```\n')).toEqual({
    page: undefined,
    problems: ['docs/page.md:4: the block does not parse, so it cannot be formatted.'],
  })
})

test('a long comment is wrapped; behind code, it moves above it', () => {
  expect(wrapComments('  // one two three four\n  call() // five six seven\n  short() // eight\n', 20)).toBe(
    '  // one two three\n  // four\n  // five six seven\n  call()\n  short() // eight\n',
  )
  expect(wrapComments('/** one two three four five */\nconst a = 1\n', 20)).toBe(
    '/**\n * one two three\n * four five\n */\nconst a = 1\n',
  )
})

test('what looks like a comment within a string stays', () => {
  const code = `const url = 'https://example.com // not a comment'\n`
  expect(wrapComments(code, 20)).toBe(code)
})

test('a long command that installs packages becomes several with the same flag', () => {
  expect(wrapInstalls('npm install --save-dev one two three # to test it', 35)).toBe(
    '# to test it\nnpm install --save-dev one two\nnpm install --save-dev three',
  )
  expect(wrapInstalls('npm run something with a long line', 20)).toBe('npm run something with a long line')
})

test('a long line of output is broken where the check of snippets joins it again', () => {
  const output = 'Stage "pay" failed: the card was declined.\nshort\n'
  const broken = wrapOutput(output, 24)
  expect(broken).toBe('Stage "pay" failed: the\n  ↪ card was declined.\nshort\n')
  expect(wrapOutput(broken, 24)).toBe(broken)
  expect(matches(output, broken)).toBe(true)
  expect(matches('Stage "pay" failed: the card was stolen.\nshort\n', broken)).toBe(false)
})

test('a bar in an output stays as it is', () => {
  const row = 'profile ████████████ 40 ms ok, and some more words'
  expect(wrapOutput(row, 20)).toBe(row)
})
