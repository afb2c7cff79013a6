import { rmSync } from 'node:fs'

import { expect } from 'vitest'

import { mapStorm } from './map-storm.ts'
import type { StormPlace } from './place.ts'

/** A short map storm. `map-storm-heavy.ts` of each package does the same with 1,000 items a run. */
export async function mapStormByDay(place: StormPlace, seed: number): Promise<void> {
  const plan = { items: 120, kills: 2, workers: 2, leaseMs: 2_000, slowMs: 40, minutes: 4, seed }
  const { problems, ...counts } = await mapStorm(place, plan)
  console.log(`${place.name}, map storm:`, counts)
  // What a failed storm leaves is in this folder.
  const folder = place.whereabouts
  expect({ folder, seed, problems }).toEqual({ folder, seed, problems: [] })
  expect(counts.kills).toBe(plan.kills)
  // Otherwise nothing was in progress at the kills, and nothing had settled.
  expect(counts.begunAgain).toBeGreaterThan(0)
  expect(counts.settledAtKills).toBeGreaterThan(0)
  rmSync(folder, { recursive: true })
}
