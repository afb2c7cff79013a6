import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sqlitePlace } from './sqlite-place.ts'
import { storm } from './storm.ts'
import type { StormReport } from './storm.ts'

// A storm over 1,000 runs, for `npm run nightly -- storms`: `node storm-heavy.ts [RUNS SEED]`. Its last line has the counts. It exits with
// 1 if a promise is broken, and then says where the journal and the logs are.

const [runs = 1_000, seed = 1 + Math.floor(Math.random() * 1_000_000)] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'stageflow-storm-'))
console.log(`storm over ${runs} runs with seed ${seed} in ${folder}`)
const plan = { runs, seed, workers: 3, blows: Math.ceil(runs / 4), leaseMs: 1_000, slowMs: 120, minutes: 25 }
const { problems, ...counts } = await storm(sqlitePlace(folder), plan)
for (const problem of problems.slice(0, 50)) console.log(problem)
if (problems.length === 0) rmSync(folder, { recursive: true })
else process.exitCode = 1
console.log(summary(counts, problems.length))

function summary(counts: Omit<StormReport, 'problems'>, broken: number): string {
  return `${JSON.stringify(counts)}, ${broken} problems with seed ${seed}`
}
