import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { StageRecord } from '../src/index.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { joinName } from './random-graphs.ts'
import { certainRun, crowdedRun } from './random-pipelines.ts'
import { ReferenceRun } from './reference-run.ts'
import type { RunCase } from './run-case.ts'
import { checkInvariants } from './run-invariants.ts'
import { runRandom } from './run-random.ts'
import type { Trace } from './run-random.ts'
import { nameOf, wordsOf } from './stage-code.ts'

const JOINS = ['all', 'every', 'any', 'quorum', 'settled'] as const
const STATUSES = ['ok', 'skip', 'fail', 'cancel'] as const
/** How often a stage with dependencies ended so. */
const seen = new Map<string, number>()

function count({ stages }: RunCase, { result }: Trace): void {
  stages.forEach(({ join, dependencies }, place) => {
    const { status, endedAt } = result.report.stages[nameOf(place)] as StageRecord
    if (dependencies.length === 0 || endedAt === undefined) return
    const key = `${joinName(join)} ${status}`
    seen.set(key, (seen.get(key) ?? 0) + 1)
  })
}

/** Why a stage ended as it did, in the words of the reference. */
function kindOf({ status, reason = '', error, endedAt }: StageRecord, own: string): string {
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

function compare(run: RunCase, trace: Trace): void {
  const { result, starts } = trace
  const records = run.stages.map((_, place) => result.report.stages[nameOf(place)] as StageRecord)
  const late = new Set(
    records.flatMap(({ reason, startedAt }, place) => (reason === 'late' && startedAt !== undefined ? [place] : [])),
  )
  const reference = new ReferenceRun(run, { starts, late })
  expect(starts, 'the order of starts').toEqual(reference.starts)
  records.forEach((record, place) => {
    const expected = reference.stages[place] as ReferenceRun['stages'][number]
    const name = nameOf(place)
    expect(record.status, `status of ${name}`).toBe(expected.status)
    expect(expected.kinds, `reason of ${name}`).toContain(kindOf(record, wordsOf(place)))
    expect(
      {
        startedAt: record.startedAt,
        endedAt: record.endedAt,
        attempts: record.attempts.length,
        chunks: record.chunks,
        abandoned: record.abandoned ?? false,
        tolerated: record.tolerated ?? false,
        inputs: trace.inputs.get(place)?.statuses ?? [],
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
      inputs: expected.inputs,
      ...(expected.kinds.includes('late')
        ? undefined
        : { readyAt: expected.readyAt ?? (expected.kinds.includes('dependency') ? expected.endedAt : undefined) }),
    })
  })
  expect(result.status, 'status of the run').toBe(reference.status)
  expect(result.report.endedAt, 'end of the run').toBe(reference.now)
  if (result.status === 'failed') {
    expect(result.errors.map(({ stage, code }) => stage ?? code)).toEqual(
      reference.errors.map((place) => (place === undefined ? 'core/run-timeout' : nameOf(place))),
    )
  }
}

test(
  'random runs keep to the rules, and come to what the reference foretells',
  async () => {
    await fc.assert(
      fc.asyncProperty(certainRun, async (run) => {
        const trace = await runRandom(run)
        count(run, trace)
        checkInvariants(run, trace)
        compare(run, trace)
      }),
      propertySettings(3_000),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test(
  'random runs in which much happens at once keep to the rules',
  async () => {
    await fc.assert(
      fc.asyncProperty(crowdedRun, async (run) => checkInvariants(run, await runRandom(run))),
      propertySettings(1_500),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test('the random runs ended stages in every way, under every join', () => {
  const missing = JOINS.flatMap((join) =>
    STATUSES.filter((status) => !seen.has(`${join} ${status}`)).map((status) => `${join} ${status}`),
  )
  expect(missing).toEqual([])
})

afterAll(() => {
  const row = (cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(8)).join(' ')
  const rows = JOINS.map((join) => row([join, ...STATUSES.map((status) => seen.get(`${join} ${status}`) ?? 0)]))
  console.log(['How often stages with dependencies ended so, by join:', row(['', ...STATUSES]), ...rows].join('\n'))
})
