import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { durableLocal } from '@stageflow/durable-local'

import { answersFor, randomGraph } from './random-graph.ts'

// Carries the runs of some seeds until all have ended. Each call of a stage appends a line to a file. It may be killed at any time and
// started again: it then goes on.

const { values } = parseArgs({
  options: {
    journal: { type: 'string', default: '' },
    lines: { type: 'string', default: '' },
    seeds: { type: 'string', default: '0' },
    lease: { type: 'string', default: '300' },
    slow: { type: 'string', default: '150' },
  },
})

const durable = durableLocal({
  path: values.journal,
  synchronous: 'normal',
  leaseMs: Number(values.lease),
  maxRecoveries: 1_000,
})

async function carry(seed: number): Promise<void> {
  const runId = `run-${seed}`
  const effect = (key: string): void => appendFileSync(values.lines, `${runId} ${key}\n`)
  const { graph, options } = randomGraph(seed, effect, Number(values.slow))
  let result = await settled(durable.run(graph, { inputText: `seed ${seed}` }, { runId, ...options }))
  for (let round = 0; result?.status === 'suspended' && round < 9; round++) {
    const { requests = [] } = (await durable.get(runId)) ?? {}
    const some = requests.slice(0, round % 2 === 0 ? 1 : undefined)
    // Another worker may have answered it meanwhile.
    result = await settled(durable.resume(graph, runId, answersFor(some)), 'durable-engine/not-waiting')
    result ??= await settled(durable.run(graph, { inputText: `seed ${seed}` }, { runId, ...options }))
  }
}

/** The result of a run, also of one that has failed; undefined if it is refused with `code`. */
async function settled(
  run: Promise<{ readonly status: string }>,
  code?: string,
): Promise<{ status: string } | undefined> {
  try {
    return await run
  } catch (error) {
    const { result } = error as { result?: { status: string } }
    if (result === undefined && (error as { code?: string }).code !== code) throw error
    return result
  }
}

const [first = 0, last = 0] = values.seeds.split('-').map(Number)
console.log('started')
await Promise.all(Array.from({ length: last - first + 1 }, (_, place) => carry(first + place)))
await durable.close()
console.log('ended')
