import { expect, test } from 'vitest'
import { Library } from './library.ts'
import { sectionsOf } from './markdown.ts'

const library = new Library([
  sectionsOf(
    'retry.md',
    '# Retry a stage\n\nPass `retry()` to `build`.\n\n## How long is the delay?\n\nIt doubles.\n\n```ts\nretry()\n```',
  ),
  sectionsOf(
    'cancel.md',
    '# Cancel a run\n\nPass a signal.\n\n```ts\ncontroller.abort()\n```\n\n## Timeouts\n\nPass `timeoutMs`.',
  ),
  sectionsOf('tools.md', '# Tools\n\nA tool tells the weather in this example.'),
])
const headings = (question: string, earlier?: readonly string[]): readonly string[] =>
  library.find(question, earlier).sections.map(({ path, trail }) => `${path} ${trail.at(-1)}`)

test('the section that answers comes first', () => {
  expect(headings('How long is the retry delay?')[0]).toBe('retry.md How long is the delay?')
  expect(headings('timeout')[0]).toBe('cancel.md Timeouts')
})

test('the opening of a page without a program comes with the first program below', () => {
  expect(headings('What is a retry').slice(0, 2)).toEqual(['retry.md Retry a stage', 'retry.md How long is the delay?'])
})

test('other words for the same thing are found', () => {
  expect(headings('How do I abort a run?')[0]).toBe('cancel.md Cancel a run')
})

test('a question that only shares a word with a page has no answer, and pages that may help are named', () => {
  expect(library.find('Which weather follows a warm and sunny afternoon?')).toEqual({ sections: [], nearest: [] })
  expect(library.find('How do I retry a marriage proposal?')).toEqual({ sections: [], nearest: ['retry.md'] })
  expect(library.find('?!')).toEqual({ sections: [], nearest: [] })
})

test('a guide comes before the README of a package that says the same', () => {
  const [readme, guide] = ['packages/retry/README.md', 'docs/how-to/retry.md']
  const both = new Library([readme, guide].map((path) => sectionsOf(path, '# Retry\n\nIt calls a stage again.')))
  expect(both.find('retry').sections.map(({ path }) => path)).toEqual([guide, readme])
})

test('a follow-up is about the newest earlier question with a subject', () => {
  expect(headings('and why is that?')).toEqual([])
  expect(headings('and why is that?', ['How do I cancel?', 'How do I retry a stage?', '?'])[0]).toMatch(/^retry.md/)
  expect(headings('A marriage on Mars', ['How do I retry a stage?'])).toEqual([])
  expect(headings('What is the timeout of this run?', ['How do I retry a stage?'])[0]).toMatch(/^cancel.md/)
})
