import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Pipeline } from '../../packages/core/src/index.ts'
import { durableLocal } from '../../packages/durable-local/src/index.ts'

// What a step of a run costs in process, and with a journal in a file: one run alone, and 64 runs at once, which share transactions.

const STAGES = 100
const AT_ONCE = 64

const chain = () => {
  let pipeline = new Pipeline('chain').withStage('s0', async () => ({ value: 0 }))
  for (let place = 1; place < STAGES; place += 1) {
    const before = `s${place - 1}`
    pipeline = pipeline.withStage(`s${place}`, async ({ inputs }) => ({ value: inputs.from(before).value + 1 }), {
      dependencies: [before],
    })
  }
  return pipeline.build()
}
const graph = chain()

function checked({ data }) {
  if (data[`s${STAGES - 1}`].value !== STAGES - 1) throw new Error('A run has another result than its stages give.')
}

// Opened when it is measured, and removed with the process.
let journal
function journalOf(synchronous) {
  if (journal !== undefined) return journal
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true }))
  return (journal = durableLocal({ path: join(folder, 'runs.db'), synchronous }))
}

let runs = 0
const carry = async (synchronous) => checked(await journalOf(synchronous).run(graph, {}, { runId: `run-${++runs}` }))
const alone = (synchronous) => () => carry(synchronous)
const atOnce = (synchronous) => () => Promise.all(Array.from({ length: AT_ONCE }, () => carry(synchronous)))

export const durableRuns = [
  { id: 'durableInProcess', title: 'in process', count: STAGES, run: async () => checked(await graph.run()) },
  { id: 'durableAlone', title: 'durable-local, `normal`', count: STAGES, run: alone('normal') },
  {
    id: 'durableMany',
    title: `durable-local, \`normal\`, ${AT_ONCE} runs at once`,
    count: STAGES * AT_ONCE,
    run: atOnce('normal'),
  },
  { id: 'durableAloneFull', title: 'durable-local, `full`', count: STAGES, run: alone('full') },
  {
    id: 'durableManyFull',
    title: `durable-local, \`full\`, ${AT_ONCE} runs at once`,
    count: STAGES * AT_ONCE,
    run: atOnce('full'),
  },
].map((subject) => ({ ...subject, group: 'durable' }))
