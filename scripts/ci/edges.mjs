import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

// Random runs of graphs with edges, split over the processors. STAGEFLOW_LONG=1, as in `npm run nightly -- edges --long`: more of them.
// STAGEFLOW_SEED: other runs than the usual ones. A failure prints how to go straight back to it.

const TEST = 'packages/core/test/random-edges.test.ts'
const RUNS = process.env.STAGEFLOW_LONG === '1' ? 1_000_000 : 200_000
const DEFAULT_SEED = 20_261_201
const seed = Number(process.env.STAGEFLOW_SEED || DEFAULT_SEED)
const processes = Math.min(4, availableParallelism())

const codes = await Promise.all(Array.from({ length: processes }, (_, index) => run(seed + index)))
const failed = codes.filter((code) => code !== 0).length
if (failed > 0) process.exitCode = 1
console.log(
  failed === 0
    ? `${RUNS} random runs with edges from seeds ${seed} to ${seed + processes - 1}`
    : `${failed} of ${processes} searches failed. To see one again: STAGEFLOW_SEED=… STAGEFLOW_PATH=… vitest run ${TEST}, with the seed and path that it printed`,
)

/** Tries a share of the runs in a process of its own. Returns its exit code. */
async function run(one) {
  const env = { ...process.env, STAGEFLOW_RUNS: String(Math.ceil(RUNS / processes)), STAGEFLOW_SEED: String(one) }
  const child = spawn('vitest', ['run', '--no-isolate', TEST], { stdio: ['ignore', 'pipe', 'pipe'], env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const code = await new Promise((resolve) => child.on('close', resolve))
  console.log(code === 0 ? countsOf(output) : output)
  return code
}

function countsOf(output) {
  return output.split('\n').find((line) => line.includes('Random runs with edges')) ?? output
}
