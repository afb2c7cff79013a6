import { expect, test } from 'vitest'

import { smallWorkspace } from '../lib/small-workspace.mjs'
import { blocksOf, checkProse, namesOf, proseProblems, textsOf } from './prose.mjs'

const LONG = `${'word '.repeat(31)}end.`

test.each([
  'Whoever calls it waits.',
  'That is no list.',
  'It is made anew.',
  'A mended wire.',
  'The rest is to be had elsewhere.',
])('%s is a phrase to rewrite', (text) => {
  expect(proseProblems('page.md:1', text)).toHaveLength(1)
})

test.each([
  'There is no limit.',
  'It is no longer used.',
  'No one needs it.',
  'Call `whoever()`.',
  'If there is none, it is undefined.',
])('%s is fine', (text) => {
  expect(proseProblems('page.md:1', text)).toEqual([])
})

test('a sentence of more than 30 words is too long, two short ones are not', () => {
  expect(proseProblems('page.md:1', LONG)[0]).toContain('a sentence of 32 words: "word word')
  expect(proseProblems('page.md:1', `${'word '.repeat(20)}end. ${'Word '.repeat(20)}end.`)).toEqual([])
  expect(proseProblems('page.md:1', `\`${LONG}\` is one word.`)).toEqual([])
})

test('a sentence goes on after a colon or a semicolon, and ends with its block', () => {
  for (const mark of [':', ';', ','])
    expect(proseProblems('page.md:1', `${'word '.repeat(20)}end${mark} ${'word '.repeat(20)}end.`)).toHaveLength(1)
  for (const mark of ['.', '!', '?', '."', '.)', '.**'])
    expect(proseProblems('page.md:1', `${'word '.repeat(20)}end${mark} ${'word '.repeat(20)}end.`)).toEqual([])
  const half = 'word '.repeat(20)
  const page = `${half}:\n\n- ${half}\n- ${half}\n\n${half}:\n\`\`\`ts\nx\n\`\`\`\n${half}\n\n| ${half} | ${half} |\n`
  expect([...blocksOf(page)].flatMap(({ text }) => proseProblems('page.md:1', text))).toEqual([])
})

test('list items, cells and paragraphs of a page are read apart, code is not read', () => {
  const page = '# Title\n\nOne\ntwo.\n\n- item\n  more\n\n```ts\nwhoever()\n```\n\n| a | b |\n|---|---|\n| c | d |\n'
  const texts = [...blocksOf(page)].map(({ text }) => text.trim()).filter((text) => text !== '')
  expect(texts).toEqual(['Title', 'One two.', 'item more', 'a', 'b', '---', '---', 'c', 'd'])
})

test('comments and messages of a source are read, with their lines; names and short strings are not', () => {
  const code =
    "/** Does\n * it. */\nexport const whoever = (name: string) => {\n  // one\n  // two\n  throw new Error(`not ${name} at all`)\n}\nexport const x = 'key'\n"
  expect([...textsOf('a.ts', code)].map(({ text }) => text)).toEqual(['Does it.', 'one two', 'not value at all'])
})

test('of a test the comments and the names of tests are read, and no other strings', () => {
  const code = `// one comment
describe.concurrent('a sink', () => {
  test.each([['data of a case', 1]])('gets %s and more', (text) => expect(text).toBe('other data'))
  test.each\`a | b\`('a table case', () => {})
})
it(\`says \${x} twice\`, check('a b'))
`
  expect([...namesOf('a.test.ts', code)].map(({ text }) => text)).toEqual([
    'one comment',
    'a sink',
    'gets %s and more',
    'a table case',
    'says value twice',
  ])
})

test('it finds each problem in pages and sources, with the place', () => {
  const root = smallWorkspace({
    'docs/a.md': '# A\n\nWhoever reads this.\n',
    'packages/core/test/data.test.ts': "test('nobody waits', () => check('nobody is a user'))\n",
    'scripts/run.mjs': `// One.\n\n  /** Made ${'anew'}. */\nexport const run = 'nobody waits'\n`,
    'packages/core/src/broken.ts': "export const broken = (): Error => new Error('core/broken: that is no list')\n",
  })
  expect(checkProse(root).problems.sort()).toEqual([
    'docs/a.md:3: "Whoever": name the component or the reader.',
    'packages/core/src/broken.ts:1: "is no l": write "isn\'t a …".',
    'packages/core/test/data.test.ts:1: "nobody": name the component or the reader.',
    'scripts/run.mjs:3: "anew": write "again".',
  ])
})
