import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { treeCase } from './tree-cases.ts'
import type { TreeCase } from './tree-cases.ts'
import { faultsOf, placesOf } from './tree-checks.ts'
import { LEAVES_AFTER, runTree } from './tree-run.ts'
import type { TreeTrace } from './tree-run.ts'

const WAYS = [
  ...['completed', 'failed', 'cancelled'].flatMap((status) => [
    `root ${status}`,
    `child ${status}`,
    `grandchild ${status}`,
  ]),
  ...['ok', 'skip', 'fail', 'cancel', 'abandoned'].flatMap((status) => [
    `stage of root ${status}`,
    `stage of child ${status}`,
    `stage of grandchild ${status}`,
  ]),
  'code outlives the run',
  'the reader left',
  'core/interceptor-stuck',
  'core/sink-timed-out',
  'core/sink-threw',
  'core/cleanup-threw',
  'core/cleanup-timed-out',
  'core/observer-threw',
]
/** How often the trees came to each of these. */
const seen = new Map<string, number>()
const add = (key: string): void => void seen.set(key, (seen.get(key) ?? 0) + 1)

function count({ reader }: TreeCase, { result, read, whenSettled }: TreeTrace): void {
  if (whenSettled.working.length > 0) add('code outlives the run')
  if (reader === 'leaves' && read?.length === LEAVES_AFTER) add('the reader left')
  for (const { report, depth } of placesOf(result.report)) {
    const who = ['root', 'child', 'grandchild'][depth] ?? 'deeper'
    add(`${who} ${report.status}`)
    for (const { code } of report.notes['core/problems'] ?? []) add(code)
    for (const { status, abandoned } of Object.values(report.stages))
      add(`stage of ${who} ${abandoned === true ? 'abandoned' : status}`)
  }
}

test(
  'in random trees of pipelines, every run settles, has its first and last event, and leaves no timer or listener',
  async () => {
    await fc.assert(
      fc.asyncProperty(treeCase, async (tree) => {
        const trace = await runTree(tree)
        count(tree, trace)
        expect([...faultsOf(tree, trace)]).toEqual([])
      }),
      propertySettings(3_000),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test('the random trees reached every ending at every depth, and every problem code', () => {
  expect(WAYS.filter((way) => (seen.get(way) ?? 0) === 0)).toEqual([])
})
