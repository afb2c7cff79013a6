import { expect, test } from 'vitest'
import { synonymsOf, termsOf } from './words.ts'

test.each([
  ['cancel cancels cancelled cancelling', ['cancel']],
  ['time-out timeouts time limit', ['timeout', 'time', 'limit']],
  ['How do I use `withStage`?', ['withstag', 'stage']],
  ['What is it about', []],
  ['Do they run at the same time?', ['run', 'parallel']],
  ['Next.js or nextjs', ['nextj']],
])('the terms of %j are %j', (text, terms) => {
  expect([...new Set(termsOf(text))]).toEqual(expect.arrayContaining(terms))
})

test('words that people bring lead to the words of the documentation', () => {
  expect(synonymsOf(termsOf('middleware')[0]!)).toContain(termsOf('interceptor')[0])
  expect(synonymsOf('stage')).toEqual([])
})
