import { rmSync } from 'node:fs'
import { storm } from '../../../durable-local/test/storm/storm.ts'
import { restatePlace } from './restate-place.ts'

// A storm over many runs, for `npm run nightly -- restate`: `node storm-heavy.ts [RUNS SEED]`. Its last line has the counts. It exits with 1
// if a promise is broken, and then says where the logs are.

const [runs = 400, seed = 1 + Math.floor(Math.random() * 1_000_000)] = process.argv.slice(2).map(Number)
const { place, close } = await restatePlace()
console.log(`storm over ${runs} runs with seed ${seed} in ${place.whereabouts}`)
const plan = { runs, seed, workers: 3, blows: Math.ceil(runs / 4), leaseMs: 1_000, slowMs: 120, minutes: 45 }
const { problems, ...counts } = await storm(place, plan)
for (const problem of problems.slice(0, 50)) console.log(problem)
if (problems.length === 0) rmSync(place.whereabouts, { recursive: true })
else process.exitCode = 1
await close()
console.log(`${JSON.stringify(counts)}, ${problems.length} problems with seed ${seed}`)
