import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { sqlitePlace } from './sqlite-place.ts'
import { kindsOf, storm } from './storm.ts'

// `storm-heavy.ts` does the same with 1,000 orders.

test('in a storm of kills, stops, locks and moved files, orders come to what they should, and no act of a stranger counts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-storm-'))
  const place = sqlitePlace(folder)
  const plan = { runs: 14, workers: 2, blows: 6, leaseMs: 700, slowMs: 100, seed: 3_000, minutes: 3 }
  const { problems, ...counts } = await storm(place, plan)
  console.log('durable-local, storm:', counts)
  // What a failed storm leaves is in this folder.
  expect({ folder, seed: plan.seed, problems }).toEqual({ folder, seed: plan.seed, problems: [] })
  expect(Object.keys(counts.blows)).toEqual(expect.arrayContaining([...kindsOf(place)]))
  expect(counts.refused).toBeGreaterThan(0)
  expect(counts.completed + counts.cancelled).toBe(plan.runs)
  rmSync(folder, { recursive: true })
}, 240_000)
