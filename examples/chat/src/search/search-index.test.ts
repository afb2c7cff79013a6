import { expect, test } from 'vitest'
import { sectionsOf } from './markdown.ts'
import { makeIndex, summaryOf, unpack } from './search-index.ts'

const page = sectionsOf(
  'retry.md',
  '# Retry\n\nCall it again.\n\n## Delays\n\nDelays grow: a delay doubles.\n\n```ts\ndelay()\n```',
)

test('a term has its sections as distances, with its counts in heading, text and code', () => {
  const { terms } = makeIndex([page, page])
  const [first = 0, counts = 0, distance] = terms['delai'] ?? []
  expect([first, unpack(counts), distance]).toEqual([1, [1, 2, 1], 2])
})

test('many more of a term count as a few', () => {
  const text = 'delay '.repeat(100)
  const { terms } = makeIndex([sectionsOf('a.md', `# ${text}\n\n${text}\n\n\`\`\`ts\n${text}\n\`\`\``)])
  expect(unpack(terms['delai']?.[1] ?? 0)).toEqual([1, 7, 3])
})

test('a page without a section is left out, and the others keep their order', () => {
  expect(makeIndex([[], page]).pages).toEqual([
    {
      path: 'retry.md',
      title: 'Retry',
      opening: 'Call it again.',
      sections: [
        { anchor: 'retry', heading: 'Retry' },
        { anchor: 'delays', heading: 'Delays' },
      ],
    },
  ])
})

test.each([
  ['Next.js is 1.5 times as fast. More.', 'Next.js is 1.5 times as fast.'],
  ['There are three: one', 'There are three.'],
  ['Pass `{ waitMs: 80 }` to it. More.', 'Pass `{ waitMs: 80 }` to it.'],
  ['An open ` mark. More.', 'An open ` mark. More.'],
  ['Without an end', 'Without an end'],
  ['', ''],
])('the summary of the opening %j is its first sentence', (opening, summary) => {
  expect(summaryOf({ path: 'a.md', title: 'A', opening, sections: [] })).toBe(summary)
})
