import { expect, test } from 'vitest'
import { anchorOf, isProgram, sectionsOf } from './markdown.ts'

test('a page is split at its headings, and each section has the headings above it', () => {
  const sections = sectionsOf('a.md', '---\nx: 1\n---\n# A\n\nOne.\n\n## B\n\n### C\n\nTwo.\n\n## D\n\nThree.')
  expect(sections.map(({ trail, blocks }) => [trail.join(' > '), blocks[0]?.text])).toEqual([
    ['A', 'One.'],
    ['A > B > C', 'Two.'],
    ['A > D', 'Three.'],
  ])
  expect(sections.map(({ anchor }) => anchor)).toEqual(['a', 'c', 'd'])
})

test.each([
  ['`run()` & more?', 'run--more'],
  ['2. Über options', '2-über-options'],
  ['retry/exhausted', 'retryexhausted'],
])('the anchor of the heading %j is that of the site, %j', (heading, anchor) => {
  expect(anchorOf(heading)).toBe(anchor)
})

test('a heading that comes again has an anchor of its own', () => {
  const sections = sectionsOf('a.md', '# A\n\n1\n\n## Options\n\n2\n\n## B\n\n3\n\n## Options\n\n4')
  expect(sections.map(({ anchor }) => anchor)).toEqual(['a', 'options', 'b', 'options-1'])
})

test('a heading in a fence is code', () => {
  const [section, ...others] = sectionsOf('a.md', '# A\n\n```sh\n# not a heading\n```\n\n```ts\nrun()\n```')
  expect(others).toEqual([])
  expect(section?.blocks).toEqual([
    { kind: 'code', text: '# not a heading', language: 'sh' },
    { kind: 'code', text: 'run()', language: 'ts' },
  ])
  expect(section?.blocks.map(isProgram)).toEqual([false, true])
})

test('links, emphasis and HTML become text, and code spans stay', () => {
  const [section] = sectionsOf('a.md', '# A\n\nSee **the** [`retry`](b.md) _page_<br>, `a | b`\nand more.')
  expect(section?.blocks[0]?.text).toBe('See the `retry` page, `a | b` and more.')
})

test('list items and table rows are items', () => {
  const [section] = sectionsOf(
    'a.md',
    '# A\n\n- one\n  - nested\n- two\n\n| name | says |\n| --- | --- |\n| `x` | y |\n',
  )
  expect(section?.blocks).toEqual(['one', 'nested', 'two', '`x`: y'].map((text) => ({ kind: 'item', text })))
})

test('a page without a heading is one section', () => {
  expect(sectionsOf('a.md', 'Text.')).toEqual([
    { path: 'a.md', anchor: '', trail: ['a.md'], blocks: [{ kind: 'paragraph', text: 'Text.' }] },
  ])
})

test('a sentence that is only a link is left out', () => {
  const [section] = sectionsOf('a.md', '# [A](a.md)\n\nOne. [More about it](b.md). See [two](c.md).\n\n[Three](d.md).')
  expect(section?.trail).toEqual(['A'])
  expect(section?.blocks).toEqual([{ kind: 'paragraph', text: 'One. See two.' }])
})
