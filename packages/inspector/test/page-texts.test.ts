import type { PathPart } from '@stageflow/report'
import { expect, test } from 'vitest'

import type { RunSummary } from '../src/protocol.ts'
import { resumingCode } from '../page/acts/resuming-code.ts'
import { mostOf } from '../page/run/most-of.ts'
import { usageWords } from '../page/stage/usage.ts'

const summary = (origin: RunSummary['origin']): RunSummary => ({
  id: "order-7's",
  origin,
  pipeline: 'order',
  status: 'suspended',
  startedAt: 0,
  done: 0,
})

test('a suspended run of the process is resumed by its result', () => {
  expect(resumingCode(summary('live'), { path: ['approve'] })).toBe(
    "import { resumeRun } from '@stageflow/core/durable'\n\nawait resumeRun(graph, result, { approve: answer })",
  )
})

test('a suspended run of a journal is resumed by its id, and a question of a child by its path', () => {
  expect(resumingCode(summary('journal'), { path: ['pay out', '2', 'check'] })).toBe(
    "await runs.resume(graph, 'order-7\\'s', { 'pay out': { 2: { check: answer } } })",
  )
})

test('usage names tokens and costs, and leaves out what is not known', () => {
  expect(usageWords({ inputTokens: 1_200, cachedTokens: 0, outputTokens: 340, costUsd: 0.004_212 })).toBe(
    '1,200 tokens in, 340 tokens out, $0.00421',
  )
  expect(usageWords({ cachedTokens: 9 })).toBe('9 cached')
  expect(usageWords({})).toBe('')
})

test('the sentence says what a stage spent most of its time on, unless that was its own code', () => {
  const queued: PathPart = { kind: 'queued', from: 0, to: 80, durationMs: 80 }
  const running: PathPart = { kind: 'running', from: 80, to: 100, durationMs: 20 }
  const segment = { stage: 'llm', from: 0, to: 100, durationMs: 100, parts: [queued, running] }
  expect(mostOf(segment)).toBe(', 80 ms of it queued')
  expect(mostOf({ ...segment, from: 80, durationMs: 20, parts: [running] })).toBe('')
  expect(mostOf({ ...segment, parts: [] })).toBe('')
})
