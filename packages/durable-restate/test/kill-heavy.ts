import { killRuns } from './kill-runs.ts'

// Hundreds of runs on Restate under dozens of kills. Prints the counts on its last line; exits with 1 if a promise is broken.
// `node kill-heavy.ts [RUNS KILLS GRAPHS FIRST_SEED]`
const [runs = 200, kills = 60, graphs = 50, firstSeed = 1] = process.argv.slice(2).map(Number)
const { settledAgain, different, ...counts } = await killRuns({ runs, kills, graphs, firstSeed })
for (const line of [...settledAgain, ...different]) console.log(line)
const { worker, server, network } = counts.kills
console.log(
  `${counts.runs} runs ended under ${worker} kills of the worker, ${server} of the server and ${network} cuts: ${counts.calls} calls, ` +
    `${counts.callsAgain} repeated in progress, ${settledAgain.length} settled again; ${counts.compared} compared, ${different.length} differ`,
)
process.exitCode = counts.runs === runs && settledAgain.length + different.length === 0 ? 0 : 1
