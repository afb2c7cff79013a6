import { rmSync } from 'node:fs'

import { expect, test } from 'vitest'

import { kindsOf, storm } from '../../../durable-local/test/storm/storm.ts'
import { postgresPlace } from './postgres-place.ts'

// `storm-heavy.ts` does the same with 1,000 orders.

test('in a storm of kills, stops, restarts, cut connections, locks, full disks and moved clocks, orders come to what they should', async () => {
  const { place, close } = await postgresPlace()
  try {
    const plan = { runs: 14, workers: 2, blows: 8, leaseMs: 1_000, slowMs: 100, seed: 4_000, minutes: 3 }
    const { problems, ...counts } = await storm(place, plan)
    console.log('durable-postgres, storm:', counts)
    // What a failed storm leaves is in this folder.
    const folder = place.whereabouts
    expect({ folder, seed: plan.seed, problems }).toEqual({ folder, seed: plan.seed, problems: [] })
    expect(Object.keys(counts.blows)).toEqual(expect.arrayContaining([...kindsOf(place)]))
    expect(counts.refused).toBeGreaterThan(0)
    expect(counts.completed + counts.cancelled).toBe(plan.runs)
    rmSync(folder, { recursive: true })
  } finally {
    await close()
  }
}, 300_000)
