import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { graphs } from '../../benchmarks/joins/graphs.mjs'
import { run } from '../../benchmarks/joins/stageflow.mjs'

const RESULTS = join(import.meta.dirname, '../../benchmarks/joins/results.json')
const { outcomes } = JSON.parse(readFileSync(RESULTS, 'utf8'))

test.each(graphs)('of the graph $id, Stageflow does what the comparison says', async (graph) => {
  const log = []
  expect(await run(graph, log)).toBe('completed')
  expect(graph.outcomeOf({ log })).toBe(outcomes.stageflow[graph.id].outcome)
})
