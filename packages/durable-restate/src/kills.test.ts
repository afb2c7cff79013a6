import { expect, test } from 'vitest'
import { killRuns } from '../test/kill-runs.ts'

// The same with 200 runs and 60 kills: test/kill-heavy.ts, for `npm run nightly -- storms`.
test(
  'runs end while the worker, the server and the network between them fail, and no call that has settled begins again',
  { timeout: 5 * 60_000 },
  async () => {
    const plan = { runs: 24, kills: 5, graphs: 12, firstSeed: 1_000 }
    const counts = await killRuns(plan)
    console.log(JSON.stringify(counts))
    expect(counts).toMatchObject({ runs: plan.runs, journalsRead: plan.kills, settledAgain: [], different: [] })
    expect(counts.calls).toBeGreaterThan(plan.runs)
    expect(counts.early).toBeGreaterThan(0)
    expect(counts.compared).toBeGreaterThan(plan.runs / 4)
  },
)
