import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kindsOf, storm } from '../../../durable-local/test/storm/storm.ts'
import { restatePlace } from './restate-place.ts'

// `storm-heavy.ts` does the same with more orders.

test('in a storm of kills, stops, restarts and cut connections, orders come to what they should, and no act of a stranger counts', async () => {
  const { place, close } = await restatePlace()
  try {
    const plan = { runs: 8, workers: 2, blows: 6, leaseMs: 700, slowMs: 100, seed: 5_000, minutes: 3 }
    const { problems, ...counts } = await storm(place, plan)
    console.log('durable-restate, storm:', counts)
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
