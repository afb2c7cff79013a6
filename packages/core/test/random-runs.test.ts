import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { StageRecord } from '../src/index.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { joinName } from './random-graphs.ts'
import { certainRun, crowdedRun } from './random-pipelines.ts'
import type { RunCase } from './run-case.ts'
import { compareWithReference, kindOf } from './run-comparison.ts'
import { checkInvariants } from './run-invariants.ts'
import { runRandom } from './run-random.ts'
import type { Trace } from './run-random.ts'
import { nameOf, wordsOf } from './stage-code.ts'

const JOINS = ['all', 'every', 'any', 'quorum', 'settled'] as const
const STATUSES = ['ok', 'skip', 'fail', 'cancel'] as const
const KINDS = [
  'ok',
  'own',
  'dependency',
  'when',
  'late',
  'early',
  'stopped',
  'abandoned',
  'never',
  'core/when',
  'core/retry-exhausted',
  'core/attempt-committed',
  'core/still-running',
] as const
/** How often a stage with dependencies ended so under a join, and how often a stage ended for such a reason. */
const seen = new Map<string, number>()
const add = (key: string): void => void seen.set(key, timesSeen(key) + 1)
const timesSeen = (key: string): number => seen.get(key) ?? 0

function count({ stages }: RunCase, { result }: Trace): void {
  stages.forEach(({ join, dependencies }, place) => {
    const record = result.report.stages[nameOf(place)] as StageRecord
    add(kindOf(record, wordsOf(place)))
    if (dependencies.length > 0 && record.endedAt !== undefined) add(`${joinName(join)} ${record.status}`)
  })
}

test(
  'random runs keep the rules, and have the results that the reference predicts',
  async () => {
    await fc.assert(
      fc.asyncProperty(certainRun, async (run) => {
        const trace = await runRandom(run)
        count(run, trace)
        checkInvariants(run, trace)
        compareWithReference(run, trace)
      }),
      // Enough for each of the endings that the last test counts.
      propertySettings(3_000, 1 / 2),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test(
  'random runs in which much happens at one instant keep the rules',
  async () => {
    await fc.assert(
      fc.asyncProperty(crowdedRun, async (run) => checkInvariants(run, await runRandom(run))),
      propertySettings(1_500),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test('the random runs ended stages with every status under every join, and for every reason', () => {
  const pairs = JOINS.flatMap((join) => STATUSES.map((status) => `${join} ${status}`))
  expect([...pairs, ...KINDS].filter((key) => timesSeen(key) === 0)).toEqual([])
})

afterAll(() => {
  const row = (cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(8)).join(' ')
  const rows = JOINS.map((join) => row([join, ...STATUSES.map((status) => timesSeen(`${join} ${status}`))]))
  const kinds = `Why stages ended so: ${KINDS.map((kind) => `${kind} ${timesSeen(kind)}`).join(', ')}`
  console.log(
    ['How often stages with dependencies ended so, by join:', row(['', ...STATUSES]), ...rows, kinds].join('\n'),
  )
})
