import { rmSync } from 'node:fs'

import { mapStorm } from './map-storm.ts'
import type { StormPlace } from './place.ts'

const ITEMS = 1_000
const KILLS = 30

/**
 * A map storm of 1,000 items a run, for `npm run nightly`. The last line that it prints has the counts. The process exits with 1 if a promise
 * is broken, and the lines before say which. The arguments of the process: `[ITEMS KILLS SEED]`.
 */
export async function mapStormByNight(place: StormPlace): Promise<void> {
  const [items = ITEMS, kills = KILLS, seed = 1 + Math.floor(Math.random() * 1_000_000)] = process.argv
    .slice(2)
    .map(Number)
  console.log(`maps of ${items} items with seed ${seed} in ${place.whereabouts}`)
  const plan = { items, kills, seed, workers: 2, leaseMs: 1_500, slowMs: 60, minutes: 12 }
  const { problems, ...counts } = await mapStorm(place, plan)
  for (const problem of problems.slice(0, 50)) console.log(problem)
  if (problems.length === 0) rmSync(place.whereabouts, { recursive: true })
  else process.exitCode = 1
  if (counts.kills < kills) {
    console.log(`only ${counts.kills} of ${kills} kills happened`)
    process.exitCode = 1
  }
  console.log(`${JSON.stringify(counts)}, ${problems.length} problems with seed ${seed}`)
}
