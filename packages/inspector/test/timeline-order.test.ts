import { expect, test } from 'vitest'

import { inOrderOfTime, mostTelling } from '../page/timeline/timeline-order.ts'
import { pageRow } from './page-row.ts'

const names = (rows: readonly { readonly stage: string }[]): readonly string[] => rows.map(({ stage }) => stage)

test('rows are in the order in which the stages began, and those that never began come last', () => {
  const rows = [
    pageRow('late', { status: 'ok', startedAt: 20, endedAt: 30 }),
    pageRow('never', {}),
    pageRow('early', { status: 'ok', startedAt: 10, endedAt: 40 }),
    pageRow('skipped', { status: 'skip', readyAt: 15, endedAt: 15 }),
  ]
  expect(names(inOrderOfTime(rows))).toEqual(['early', 'skipped', 'late', 'never'])
})

test('a stage that was asked and called again is placed by its first attempt', () => {
  const attempt = { attempt: 1, startedAt: 5, endedAt: 6, status: 'suspend' } as const
  const rows = [
    pageRow('first', { status: 'ok', startedAt: 10, endedAt: 11 }),
    pageRow('asked', { status: 'ok', startedAt: 90, endedAt: 95, attempts: [attempt] }),
  ]
  expect(names(inOrderOfTime(rows))).toEqual(['asked', 'first'])
})

test('the rows that tell most are those that failed or ask, then those that run, then the critical path, then the longest', () => {
  const rows = [
    pageRow('short', { status: 'ok', startedAt: 0, endedAt: 1 }),
    pageRow('failed', { status: 'fail', startedAt: 0, endedAt: 1 }),
    pageRow('runs', { startedAt: 2 }),
    pageRow('path', { status: 'ok', startedAt: 0, endedAt: 1 }),
    pageRow('long', { status: 'ok', startedAt: 0, endedAt: 900 }),
    pageRow('asks', { status: 'suspend', startedAt: 0, endedAt: 1 }),
  ]
  const isOnPath = (stage: string) => stage === 'path'
  const kept = (count: number) => names(mostTelling(rows, count, isOnPath, 1_000))
  expect(kept(2)).toEqual(['failed', 'asks'])
  expect(kept(3)).toEqual(['failed', 'runs', 'asks'])
  expect(kept(4)).toEqual(['failed', 'runs', 'path', 'asks'])
  expect(kept(5)).toEqual(['failed', 'runs', 'path', 'long', 'asks'])
  expect(kept(6)).toEqual(names(rows))
})
