import { expect, test } from 'vitest'
import { sectionsOf } from './markdown.ts'
import { type RankOptions, Ranking } from './ranking.ts'
import { makeIndex } from './search-index.ts'

const PAGES = {
  'docs/how-to/retry.md': '# Retry a stage\n\nPass `retry()`.\n\n## Idempotency\n\nA repeat may pay twice.',
  'docs/how-to/plugin-kit.md': '# Plugin kit\n\nFor authors.\n\n## Retry and retry\n\nRetry, and retry again. Retry.',
  'docs/reference/errors.md': '# Errors\n\nAll codes.\n\n### retry/exhausted\n\nThe retry gave up.',
  'docs/concepts/stages.md': '# Stages\n\nPass a function to `withStage`.',
  'packages/interceptor-retry/README.md': '# @stageflow/interceptor-retry\n\nRetries a stage.',
}
const reference = (path: string, ...names: readonly string[]) => ({
  path,
  title: path,
  opening: '',
  sections: names.map((name) => ({ anchor: name.toLowerCase(), heading: name })),
})
const ranking = new Ranking(
  makeIndex(
    Object.entries(PAGES).map(([path, text]) => sectionsOf(path, text)),
    [reference('api/core.md', 'Pipeline', 'withStage', 'withMap'), reference('api/retry.md', 'retry', 'RetryOptions')],
  ),
)
const found = (question: string, options?: RankOptions) =>
  ranking.rank(question, options).map(({ page, sections }) => `${page.path}#${sections[0]?.anchor}`)
const paths = (question: string, options?: RankOptions) => ranking.rank(question, options).map(({ page }) => page.path)

test('a page with the word in its title comes before one that has it more often in a section', () => {
  const [first, ...others] = paths('retry')
  expect(first).toBe('docs/how-to/retry.md')
  expect(others).toContain('docs/how-to/plugin-kit.md')
})

test('a task comes before the README of its package, and before an error code, unless the code was asked for', () => {
  const order = paths('retry')
  const places = ['docs/how-to/retry.md', 'packages/interceptor-retry/README.md', 'docs/reference/errors.md'].map(
    (path) => order.indexOf(path),
  )
  expect(places).toEqual([...places].sort((one, other) => one - other))
  expect(found('retry/exhausted')[0]).toBe('docs/reference/errors.md#retryexhausted')
})

test.each(['withStage', 'withstage', 'withStage()'])('the name %s alone leads to its reference first', (name) => {
  expect(found(name)[0]).toBe('api/core.md#withstage')
})

test('a name in a question leads to its reference too, after the page that answers', () => {
  expect(paths('How do I pass a function to withStage?').slice(0, 2)).toEqual([
    'docs/concepts/stages.md',
    'api/core.md',
  ])
})

test('a name that is also a word leads to the task first', () => {
  const order = paths('retry')
  expect(order[0]).toBe('docs/how-to/retry.md')
  expect(order).toContain('api/retry.md')
  expect(paths('How do I build a pipeline?')).not.toContain('api/core.md')
})

test('while a word is typed, it is found by its beginning, or with one wrong letter', () => {
  const typed = { isTyped: true }
  expect(paths('idemp')).toEqual([])
  expect(found('idemp', typed)[0]).toBe('docs/how-to/retry.md#idempotency')
  for (const misspelled of ['idempptency', 'idmpotency', 'iidempotency'])
    expect(found(misspelled, typed)[0]).toBe('docs/how-to/retry.md#idempotency')
  expect(paths('idmptency', typed)).toEqual([])
  expect(found('withSt', typed)[0]).toBe('api/core.md#withstage')
})

test('what was asked before counts', () => {
  expect(paths('and when?')).toEqual([])
  expect(paths('and when?', { before: 'retry' })[0]).toBe('docs/how-to/retry.md')
})

test('a page without a word of the question is not found', () => {
  expect(paths('weather')).toEqual([])
  expect(paths('?!')).toEqual([])
})
