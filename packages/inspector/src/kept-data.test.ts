import { expect, test } from 'vitest'

import type { Redactor } from '@stageflow/core/redaction'

import { keepData } from './kept-data.ts'

/** A redactor that counts what it is given. */
function countingRedactor(): Redactor & { calls: number } {
  const redactor = {
    calls: 0,
    value(value: unknown) {
      redactor.calls++
      return JSON.parse(JSON.stringify(value)) as unknown
    },
    text: (text: string) => text,
  }
  return redactor
}

const frozen = (rows: number) => Object.freeze({ rows: Object.freeze(Array.from({ length: rows }, (_, row) => row)) })

test('frozen data is redacted only when a reader looks at it', () => {
  const redactor = countingRedactor()
  const kept = keepData(frozen(10), redactor)
  expect(redactor.calls).toBe(0)
  expect(kept.shown()).toEqual({ rows: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] })
  expect(redactor.calls).toBe(1)
  expect(kept.bytes).toBeGreaterThan(100)
  expect(kept.bytes).toBeLessThan(1_000)
})

test.each([
  ['large', frozen(10_000)],
  ['not frozen', { rows: [1] }],
  ['frozen only outside', Object.freeze({ rows: [1] })],
  ['an instance of a class', Object.freeze(new Map([[1, 2]]))],
])('data that is %s is copied at once', (_, data) => {
  const redactor = countingRedactor()
  const kept = keepData(data, redactor)
  expect(redactor.calls).toBe(1)
  kept.shown()
  expect(redactor.calls).toBe(1)
})
