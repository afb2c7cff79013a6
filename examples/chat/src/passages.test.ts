import { expect, test } from 'vitest'
import { passagesOf } from './passages.ts'

const split = (text: string) => passagesOf([{ path: 'docs/a.md', text }])

test('each heading with text below it is a passage that knows the headings above', () => {
  const passages = split('# Title\n\nIntro.\n\n## First\n\nOne.\n\n### Deep\n\nTwo.\n\n## Second\n\nThree.\n')
  expect(passages.map((passage) => passage.trail)).toEqual([
    ['Title'],
    ['Title', 'First'],
    ['Title', 'First', 'Deep'],
    ['Title', 'Second'],
  ])
  expect(passages.map((passage) => passage.id)).toEqual([
    'docs/a.md#title',
    'docs/a.md#first',
    'docs/a.md#deep',
    'docs/a.md#second',
  ])
})

test('two headings of one name have two ids', () => {
  expect(
    split('# A\n\none\n\n## Same\n\ntwo\n\n## Same\n\nthree\n')
      .map((passage) => passage.id)
      .slice(1),
  ).toEqual(['docs/a.md#same', 'docs/a.md#same-1'])
})

test('a code fence stays with its heading, and a hash in it is not a heading', () => {
  const [passage, ...others] = split('# A\n\nText:\n\n````md\n# not a heading\n```ts\ncode\n```\n````\n\nAfter.\n')
  expect(others).toEqual([])
  expect(passage?.blocks).toEqual([
    { kind: 'paragraph', text: 'Text:' },
    { kind: 'code', text: '# not a heading\n```ts\ncode\n```', language: 'md' },
    { kind: 'paragraph', text: 'After.' },
  ])
})

test('a fence that is not closed runs to the end and loses nothing', () => {
  expect(split('# A\n\n```ts\nconst a = 1\n').at(0)?.blocks).toEqual([
    { kind: 'code', text: 'const a = 1', language: 'ts' },
  ])
})

test('a table gives one block a row, without its column names', () => {
  const [passage] = split(
    '# A\n\n| code | when |\n|---|---|\n| `core/cycle` | in a \\| circle |\n| `a | b` | never |\n',
  )
  expect(passage?.blocks.map((block) => block.text)).toEqual(['`core/cycle`: in a | circle', '`a | b`: never'])
})

test('links, emphasis, comments and front matter go; code spans stay as they are', () => {
  const [passage] = split(
    '---\ntitle: x\n---\n# The *big* [one](b.md)\n\n<!-- hidden -->A **bold** [`l[i]nk`](a.md) and `a *b* [c](d)`,\nwrapped.\n',
  )
  expect(passage?.heading).toBe('The big one')
  expect(passage?.blocks).toEqual([{ kind: 'paragraph', text: 'A bold `l[i]nk` and `a *b* [c](d)`, wrapped.' }])
})

test('list items are blocks of their own, with their continuation lines', () => {
  const [passage] = split('# A\n\nThree:\n\n- one\n  and more\n- two\n1. three\n')
  expect(passage?.blocks.map(({ kind, text }) => [kind, text])).toEqual([
    ['paragraph', 'Three:'],
    ['item', 'one and more'],
    ['item', 'two'],
    ['item', 'three'],
  ])
})

test('text before the first heading is cited by its path', () => {
  expect(split('Just text.\n').at(0)).toMatchObject({ heading: 'docs/a.md', trail: ['docs/a.md'] })
})
