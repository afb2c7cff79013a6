import { expect, test } from 'vitest'

import { written } from '../test/written-report.ts'
import { firstCallAt, triesOf } from './unchecked.ts'

test('a stage that asked began with its first call, and the question is not a try', () => {
  const asked = { attempt: 1, startedAt: 5, endedAt: 6, status: 'suspend' } as const
  const answered = { attempt: 1, startedAt: 90, endedAt: 95, status: 'ok' } as const
  const record = written('a', { startedAt: 90, endedAt: 95, attempts: [asked, answered] })
  expect([firstCallAt(record), triesOf(record)]).toEqual([5, 1])
  expect(triesOf({ attempts: [asked] })).toBe(1)
  expect(firstCallAt({ startedAt: undefined, attempts: [] })).toBeUndefined()
})

test.each([firstCallAt, triesOf])('an argument without a parameter is refused', (call) => {
  const given = call as (...records: readonly object[]) => unknown
  expect(() => given(written('a', {}), {})).toThrow(expect.objectContaining({ code: 'report/illegal-option' }) as Error)
})
