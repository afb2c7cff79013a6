import { killRuns } from './kill-runs.ts'
import type { KillCounts } from './kill-runs.ts'

// The kill test with many runs and kills, for `npm run nightly -- storms`. Its last line has the counts.

const plans = [
  { workers: 1, runs: 300, kills: 60, leaseMs: 300, seed: 100_000 },
  { workers: 2, runs: 300, kills: 40, leaseMs: 3_000, seed: 200_000 },
]
const all: KillCounts[] = []
for (const plan of plans) {
  const counts = await killRuns(plan)
  const { settledAgain, notEnded, different } = counts
  console.log({ ...plan, ...counts })
  if (settledAgain.length + notEnded.length + different.length > 0)
    throw new Error('A run broke its promise; see above.')
  if (counts.kills < plan.kills) throw new Error(`Only ${counts.kills} of ${plan.kills} kills happened.`)
  all.push(counts)
}
const sum = (key: 'runs' | 'kills' | 'legs' | 'facts' | 'lines' | 'linesTwice'): number =>
  all.reduce((total, counts) => total + counts[key], 0)
console.log(
  `${sum('runs')} runs, ${sum('kills')} kills, ${sum('legs')} legs, ${sum('facts')} facts, ${sum('lines')} lines, ${sum('linesTwice')} calls twice, 0 settled again`,
)
