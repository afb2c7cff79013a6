import { expect, test } from 'vitest'

import type { RunStatus, StageRow } from '../src/protocol.ts'
import { durationOf, stateOf } from '../page/state/stage-state.ts'
import { pageRow } from './page-row.ts'

const attempt = (endedAt: number | undefined) => ({ attempt: 1, startedAt: 1, endedAt, status: undefined })

test.each<[string, Partial<StageRow>, RunStatus]>([
  ['waiting', {}, 'running'],
  ['waiting', { readyAt: 1 }, 'suspended'],
  ['waiting', {}, 'stopped'],
  ['never', {}, 'failed'],
  ['never', { status: 'cancel', endedAt: 3 }, 'cancelled'],
  ['running', { startedAt: 1 }, 'running'],
  ['running', { startedAt: 1, attempts: [attempt(undefined)] }, 'running'],
  ['retrying', { startedAt: 1, attempts: [attempt(2)] }, 'running'],
  ['ok', { startedAt: 1, endedAt: 2, status: 'ok' }, 'running'],
  ['cancel', { startedAt: 1, endedAt: 2, status: 'cancel' }, 'cancelled'],
  ['skip', { endedAt: 2, status: 'skip' }, 'running'],
  ['suspend', { startedAt: 1, endedAt: 2, status: 'suspend' }, 'suspended'],
])('a stage is shown as %s by %o in a run that is %s', (state, fields, run) => {
  expect(stateOf(pageRow('a', fields), run)).toBe(state)
})

test('a stage of which nothing is known waits, or never ran', () => {
  expect(stateOf(undefined, 'running')).toBe('waiting')
  expect(stateOf(undefined, 'completed')).toBe('never')
})

test('a stage in progress has taken the time until now, and none before its start', () => {
  expect(durationOf(pageRow('a', { startedAt: 100 }), 350)).toBe(250)
  expect(durationOf(pageRow('a', { startedAt: 100, endedAt: 150 }), 350)).toBe(50)
  expect(durationOf(pageRow('a', { startedAt: 400 }), 350)).toBe(0)
  expect(durationOf(pageRow('a', {}), 350)).toBeUndefined()
})
