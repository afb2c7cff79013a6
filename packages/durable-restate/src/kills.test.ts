import { expect, test } from 'vitest'
import { killRuns } from '../test/kill-runs.ts'

const isHeavy = (process.env['STAGEFLOW_HEAVY'] ?? '') !== ''

test(
  'runs end while the worker, the server and the network between them fail, and no call that has settled begins again',
  { timeout: 20 * 60_000 },
  async () => {
    const plan = isHeavy
      ? { runs: 200, kills: 60, graphs: 50, firstSeed: 1 }
      : { runs: 24, kills: 5, graphs: 12, firstSeed: 1_000 }
    const counts = await killRuns(plan)
    console.log(JSON.stringify(counts))
    expect(counts.settledAgain).toEqual([])
    expect(counts.different).toEqual([])
    expect(counts.runs).toBe(plan.runs)
    expect(counts.calls).toBeGreaterThan(plan.runs)
    expect(counts.compared).toBeGreaterThan(plan.runs / 4)
    expect(counts.journalsRead).toBe(plan.kills)
  },
)
