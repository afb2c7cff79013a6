import type { StageRecord } from '@stageflow/core'
import { expect, test } from 'vitest'
import { reportOf, written } from '../test/written-report.ts'
import { painter } from './terminal-style.ts'
import { drawBar } from './timeline-bar.ts'

/** A run of 16 columns, 10 ms each. */
const bar = (facts: Partial<StageRecord>): string =>
  drawBar({ record: written('a', facts), waits: undefined, style: 'green' }, reportOf(160, []), 16, painter(false))
const attempt = (startedAt: number, endedAt: number) => ({ attempt: 1, startedAt, endedAt, status: 'ok' as const })

test('a bar begins within half a column and ends within an eighth', () => {
  expect(bar({ startedAt: 0, endedAt: 160 })).toBe('████████████████')
  expect(bar({ startedAt: 24, endedAt: 51 })).toBe('  ███▏          ')
  expect(bar({ startedAt: 26, endedAt: 59 })).toBe('  ▐██▉          ')
})

test('a very short time is still drawn, at the end of the run too', () => {
  expect(bar({ startedAt: 42, endedAt: 43 })).toBe('    ▏           ')
  expect(bar({ startedAt: 42, endedAt: 48 })).toBe('    ▋           ')
  expect(bar({ startedAt: 42, endedAt: 42 })).toBe('    ▏           ')
  expect(bar({ startedAt: 160, endedAt: 160 })).toBe('               ▕')
})

test('queue wait, attempts and pauses join without a hole', () => {
  const facts = { readyAt: 0, startedAt: 56, endedAt: 160 }
  expect(bar({ ...facts, attempts: [attempt(56, 90), attempt(130, 160)] })).toBe('░░░░░░███╌╌╌╌███')
  expect(bar({ ...facts, startedAt: 52, attempts: [attempt(52, 92), attempt(133, 160)] })).toBe('░░░░░████╌╌╌╌███')
})

test('time in interceptors has its own shade, and a very short one is still drawn', () => {
  expect(bar({ startedAt: 40, endedAt: 160, attempts: [] })).toBe('    ▒▒▒▒▒▒▒▒▒▒▒▒')
  expect(bar({ startedAt: 40, endedAt: 120, attempts: [attempt(60, 100)] })).toBe('    ▒▒████▒▒    ')
  expect(bar({ startedAt: 41, endedAt: 42, attempts: [] })).toBe('    ▏           ')
})
