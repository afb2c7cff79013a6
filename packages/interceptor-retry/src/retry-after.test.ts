import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)

test.each([
  ['seconds', { 'retry-after': '7' }, 7_000],
  ['a fraction of a second', { 'retry-after': '0.5' }, 500],
  ['zero', { 'retry-after': '0' }, 0],
  ['a number', { 'retry-after': 7 }, 7_000],
  ['blanks around it', { 'retry-after': ' 7 ' }, 7_000],
  ['a date', { 'retry-after': 'Fri, 02 Jan 2026 03:04:15 GMT' }, 10_000],
  ['a date that has passed', { 'retry-after': 'Fri, 02 Jan 2026 03:04:00 GMT' }, 0],
  ['milliseconds, which win', { 'retry-after': '7', 'retry-after-ms': '250' }, 250],
  ['milliseconds that are none', { 'retry-after': '7', 'retry-after-ms': 'soon' }, 7_000],
  ['any case', { 'Retry-After': '7' }, 7_000],
  ['several values', { 'retry-after': ['7', '9'] }, 7_000],
  ['Headers', new Headers({ 'Retry-After': '7' }), 7_000],
  ['a map', new Map([['retry-after', '7']]), 7_000],
])('understands %s', (_, headers, expected) => {
  expect(retryAfterMs(headers, NOW)).toBe(expected)
})

test.each([
  ['nothing', {}],
  ['a word', { 'retry-after': 'soon' }],
  ['a negative number', { 'retry-after': '-7' }],
  ['something that is no date', { 'retry-after': 'Fri, whenever GMT' }],
  ['a date without a zone', { 'retry-after': '2026-01-02' }],
  ['an absurd number', { 'retry-after': '9'.repeat(400) }],
  ['an empty text', { 'retry-after': '' }],
  ['an object', { 'retry-after': {} }],
  ['no headers', undefined],
  ['null', null],
  ['text', 'retry-after: 7'],
  [
    'headers that throw',
    {
      get: () => {
        throw new Error('no')
      },
    },
  ],
])('makes nothing of %s', (_, headers) => {
  expect(retryAfterMs(headers, NOW)).toBeUndefined()
})
