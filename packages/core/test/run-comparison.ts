import { expect } from 'vitest'
import type { StageRecord } from '../src/index.ts'
import { ReferenceRun } from './reference-run.ts'
import type { RunCase } from './run-case.ts'
import type { Trace } from './run-random.ts'
import { nameOf, wordsOf } from './stage-code.ts'

/** Why a stage ended as it did, in the words of the reference. */
export function kindOf({ status, reason = '', error, endedAt }: StageRecord, own: string): string {
  if (status === 'ok') return 'ok'
  if (endedAt === undefined) return 'never'
  if (error !== undefined)
    return error.message === own && error.code === 'core/stage-failed'
      ? 'own'
      : error.message === 'early'
        ? 'early'
        : error.code
  if (reason === own) return 'own'
  if (reason === 'late') return 'late'
  if (status === 'skip')
    return reason.startsWith('dependency "') ? 'dependency' : reason.includes('(when)') ? 'when' : reason
  return reason.startsWith('abandoned') ? 'abandoned' : 'stopped'
}

/** Expects a run to have come to what the reference foretells. */
export function compareWithReference(run: RunCase, trace: Trace): void {
  const { result, starts } = trace
  const records = run.stages.map((_, place) => result.report.stages[nameOf(place)] as StageRecord)
  const late = new Set(
    records.flatMap(({ reason, startedAt }, place) => (reason === 'late' && startedAt !== undefined ? [place] : [])),
  )
  const tellsOfFailure = ({ reason = '' }: StageRecord): boolean =>
    reason.startsWith('dependency "') && reason.includes(' failed')
  const forFailure = new Set(records.flatMap((record, place) => (tellsOfFailure(record) ? [place] : [])))
  const reference = new ReferenceRun(run, { starts, late, forFailure })
  expect(starts, 'the order of starts').toEqual(reference.starts)
  records.forEach((record, place) => {
    const expected = reference.stages[place] as ReferenceRun['stages'][number]
    const name = nameOf(place)
    expect(record.status, `status of ${name}`).toBe(expected.status)
    expect(expected.kinds, `reason of ${name}`).toContain(kindOf(record, wordsOf(place)))
    if (expected.kinds.join() === 'dependency')
      expect(tellsOfFailure(record), `whether ${name} tells of a failure`).toBe(expected.counts === 'fail')
    expect(
      {
        startedAt: record.startedAt,
        endedAt: record.endedAt,
        attempts: record.attempts.length,
        chunks: record.chunks,
        abandoned: record.abandoned ?? false,
        tolerated: record.tolerated ?? false,
        ...(expected.kinds.includes('late') ? undefined : { readyAt: record.readyAt }),
      },
      name,
    ).toEqual({
      startedAt: expected.startedAt,
      endedAt: expected.endedAt,
      attempts: expected.attempts,
      chunks: expected.chunks,
      abandoned: expected.abandoned,
      tolerated: expected.tolerated,
      ...(expected.kinds.includes('late')
        ? undefined
        : { readyAt: expected.readyAt ?? (expected.kinds.includes('dependency') ? expected.endedAt : undefined) }),
    })
  })
  for (const { place, statuses } of trace.inputs)
    expect(statuses, `inputs of ${nameOf(place)}`).toEqual(reference.stages[place]?.inputs)
  expect(result.status, 'status of the run').toBe(reference.status)
  expect(result.report.endedAt, 'end of the run').toBe(reference.now)
  if (result.status === 'failed') {
    expect(result.errors.map(({ stage, code }) => stage ?? code)).toEqual(
      reference.errors.map((place) => (place === undefined ? 'core/timed-out' : nameOf(place))),
    )
  }
}
