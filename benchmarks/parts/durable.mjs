import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Pipeline, StageOutput } from '../../packages/core/src/index.ts'
import { durableLocal } from '../../packages/durable-local/src/index.ts'
import { auth } from '../../packages/interceptor-auth/src/index.ts'

// What a step of a run costs in process, and with a journal in a file: one run alone, and 64 runs at once, which share transactions.
// And what the requests around it cost: a run that asks a person once, without `auth` and behind it.

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

const APPROVED = { boss: 'yes' }
const ask = ({ resumed }) => (resumed === undefined ? StageOutput.suspend('May I?') : { answer: resumed.answer })
const asking = (options) => new Pipeline('order').withStage('boss', ask).build(options)
const open = asking()
const guarded = asking({ interceptors: [auth({ verify: () => ({ sub: 'ada', org_id: 'acme' }) })] })
const token = { token: 'ada' }

/** Start, question, answer, end. */
const question = (asked, options) => async () => {
  const runId = `run-${++runs}`
  const durable = journalOf('normal')
  const { status } = await durable.run(asked, {}, { runId, ...options })
  if (status !== 'suspended') throw new Error('A run that should wait for a person has ended.')
  const { data } = await durable.resume(asked, runId, APPROVED, options)
  if (data.boss.answer !== 'yes') throw new Error('A run has another answer than it was given.')
}

const STEPS_OF_A_RUN = 50

/** The bytes of the file, a step of 34 bytes of data. */
async function bytesOfSteps() {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-bench-'))
  const path = join(folder, 'runs.db')
  let pipeline = new Pipeline('kept')
  for (let place = 0; place < STEPS_OF_A_RUN; place += 1)
    pipeline = pipeline.withStage(`step${place}`, async () => ({ text: '01234567890123456789012' }), {
      dependencies: place === 0 ? [] : [`step${place - 1}`],
    })
  const kept = pipeline.build()
  const durable = durableLocal({ path })
  for (let run = 0; run < 400; run += 1) await durable.run(kept, {}, { runId: `run-${run}` })
  await durable.close()
  const bytes = statSync(path).size / 400 / STEPS_OF_A_RUN
  rmSync(folder, { recursive: true })
  return { bytes }
}

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

export const durableRequests = [
  { id: 'durableQuestion', title: 'asked, then answered', run: question(open, {}) },
  { id: 'durableQuestionAuth', title: 'asked, then answered, behind `auth`', run: question(guarded, token) },
].map((subject) => ({ ...subject, count: 1, group: 'durableRequests' }))

export const durableBytes = {
  id: 'durableBytes',
  group: 'durableBytes',
  title: 'durable-local, 400 runs of 50 steps',
  facts: bytesOfSteps,
}
