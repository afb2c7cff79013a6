import { expect, test } from 'vitest'

import { killRuns } from './kill-runs.ts'

// `kill-heavy.ts` does the same with many more runs and kills.

test.each([
  { workers: 1, runs: 16, kills: 3, leaseMs: 300, seed: 1_000 },
  { workers: 2, runs: 12, kills: 2, leaseMs: 1_500, seed: 9_000 },
])(
  'runs end in $workers processes that are killed again and again, and no settled stage runs again',
  async (plan) => {
    const { settledAgain, notEnded, different, ...counts } = await killRuns(plan)
    console.log('durable-local, kills:', { workers: plan.workers, ...counts })
    expect({ settledAgain, notEnded, different }).toEqual({ settledAgain: [], notEnded: [], different: [] })
    expect(counts).toMatchObject({ kills: plan.kills, orderFree: plan.runs / 2 })
    expect(counts.legs).toBeGreaterThan(plan.runs)
  },
  240_000,
)
