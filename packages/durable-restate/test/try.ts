import { killRuns } from './kill-runs.ts'
const [, , runs, kills, graphs, firstSeed] = process.argv.map(Number)
console.log(await killRuns({ runs, kills, graphs, firstSeed } as never))
