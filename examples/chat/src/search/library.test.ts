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
const passages = (question: string, earlier?: readonly string[]): readonly string[] =>
  library.find(question, earlier).pages.map(({ path, sections }) => `${path} ${sections[0]?.trail.at(-1)}`)

test('the page that answers comes first, with the section that does', () => {
  expect(passages('How long is the retry delay?')[0]).toBe('retry.md How long is the delay?')
  expect(passages('timeout')[0]).toBe('cancel.md Timeouts')
})

test('the opening of a page without a program comes with the first program below', () => {
  const [page] = library.find('What is a retry').pages
  expect(page?.sections.map(({ trail }) => trail.at(-1))).toEqual(['Retry a stage', 'How long is the delay?'])
})

test('each page comes with its title and its first sentence, and there are at most three', () => {
  const four = ['a', 'b', 'c', 'd'].map((name) => sectionsOf(`${name}.md`, `# Retry ${name}\n\nIt is ${name}. More.`))
  const { pages } = new Library(four).find('retry')
  expect(pages).toHaveLength(3)
  expect(pages[0]).toMatchObject({ path: 'a.md', title: 'Retry a', summary: 'It is a.' })
})

test('other words for the same thing are found', () => {
  expect(passages('How do I abort a run?')[0]).toBe('cancel.md Cancel a run')
})

test('a question that only shares a word with a page has no answer, and pages that may help are named', () => {
  const found = (question: string) => {
    const { isAnswer, pages } = library.find(question)
    return { isAnswer, paths: pages.map(({ path }) => path) }
  }
  expect(found('How do I cancel my marriage?')).toEqual({ isAnswer: false, paths: ['cancel.md'] })
  expect(found('Which weather follows a warm and sunny afternoon?')).toEqual({ isAnswer: false, paths: [] })
  expect(found('?!')).toEqual({ isAnswer: false, paths: [] })
})

test('a follow-up is about the newest earlier question with a subject', () => {
  expect(passages('and why is that?')).toEqual([])
  expect(passages('and why is that?', ['How do I cancel?', 'How do I retry a stage?', '?'])[0]).toMatch(/^retry.md/)
  expect(passages('A marriage on Mars', ['How do I retry a stage?'])).toEqual([])
  expect(passages('What is the timeout of this run?', ['How do I retry a stage?'])[0]).toMatch(/^cancel.md/)
})

test('a refusal lists the closest pages as they are ranked, and leaves none of them out', () => {
  const pages = [
    sectionsOf('list.md', '# Statuses\n\n## All\n\nA header, a proxy, a cookie, a weekday, a marriage, respect.'),
    sectionsOf('retry.md', '# Retry after a delay\n\n## What is the Retry-After delay?\n\nRetry after it.'),
  ]
  const { isAnswer, pages: found } = new Library(pages).find('respect a retry, proxy, cookie, lion, tiger, zebra, gnu')
  expect([isAnswer, ...found.map(({ path }) => path)]).toEqual([false, 'list.md', 'retry.md'])
})
