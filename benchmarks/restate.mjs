import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { Pipeline } from '../packages/core/src/index.ts'
import { durableLocal } from '../packages/durable-local/src/index.ts'
import { durableClient, durableWorkflow } from '../packages/durable-restate/src/index.ts'
import { serveEndpoint } from '../packages/durable-restate/test/endpoint.ts'
import { startRestate } from '../packages/durable-restate/test/restate-server.ts'
import { secret } from '../packages/durable-restate/test/secret.ts'

// What runs on Restate cost beside runs in process and in the journal of one machine, and how their journal, their recovery and their throughput grow. The server is that
// of the tests: one process, its data in a temporary folder, no replicas.

const help = `Measures runs on Restate beside runs in process and in a journal of one machine.

  node benchmarks/restate.mjs [options]      (or: npm run bench:restate -- [options])

  --steps n      the most steps in one run, and in all runs of a row: 100 to 100,000 (10,000)
  --rounds n     rounds of the rows that compare with runs in process; the medians count (5)
  --json         prints the figures as JSON
  --help         this text`

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const [mostSteps, rounds] = [Number(values.steps), Number(values.rounds)]

/** Stages one after another. */
function chain(length) {
  let pipeline = new Pipeline(`chain${length}`).withStage('s0', async () => ({ value: 0 }))
  for (let place = 1; place < length; place += 1) {
    const before = `s${place - 1}`
    pipeline = pipeline.withStage(`s${place}`, async ({ inputs }) => ({ value: inputs.from(before).value + 1 }), {
      dependencies: [before],
    })
  }
  return pipeline.build()
}
/** A guard, three lookups at once, and an answer made of them. */
function chat() {
  const from = { dependencies: ['guard'] }
  return new Pipeline('chat')
    .withStage('guard', async () => ({ value: 1 }))
    .withStage('profile', async ({ inputs }) => ({ value: inputs.from('guard').value }), from)
    .withStage('memory', async ({ inputs }) => ({ value: inputs.from('guard').value }), from)
    .withStage('documents', async ({ inputs }) => ({ value: inputs.from('guard').value }), from)
    .withStage('answer', async ({ inputs }) => ({ value: inputs.from('memory').value + 1 }), {
      dependencies: ['profile', 'memory', 'documents'],
    })
    .build()
}
/** As many steps at once as a run may have. `held`: resolves what the last stage waits for, so that the run can be interrupted there. */
function wide(held) {
  return new Pipeline('wide')
    .withMap('items', {
      over: (_, snapshot) => Array.from({ length: snapshot.metadata.steps }, (_, place) => place),
      each: async (item) => ({ item }),
    })
    .withStage('last', async ({ signal }) => held(signal), { dependencies: ['items'] })
    .build()
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const timed = async (work) => {
  const since = performance.now()
  await work()
  return performance.now() - since
}
let ids = 0
const newId = () => `run-${++ids}`

/** µs of a step in process, in a local journal and on Restate, one run after another. */
async function latencies(local, client) {
  const rows = []
  for (const [name, graph, steps] of [
    ['chain10', chain(10), 10],
    ['chain100', chain(100), 100],
    ['chat', chat(), 5],
  ]) {
    const [inProcess, inJournal, onRestate] = [[], [], []]
    for (let round = -1; round < rounds; round += 1) {
      const plain = await timed(async () => {
        for (let run = 0; run < 100; run += 1) await graph.run()
      })
      const journaled = await timed(async () => {
        for (let run = 0; run < 10; run += 1) await local.run(graph, {}, { runId: newId() })
      })
      const durable = await timed(async () => {
        for (let run = 0; run < 3; run += 1) await client(name).run(newId())
      })
      if (round < 0) continue
      inProcess.push((plain * 1_000) / 100 / steps)
      inJournal.push((journaled * 1_000) / 10 / steps)
      onRestate.push((durable * 1_000) / 3 / steps)
    }
    rows.push({ name, inProcess: median(inProcess), inJournal: median(inJournal), onRestate: median(onRestate) })
  }
  return rows
}

/** Runs of `chat` per second, 64 at once. `run` makes one. */
async function throughput(run) {
  const atOnce = 64
  const perSecond = []
  for (let round = -1; round < rounds; round += 1) {
    const ms = await timed(() => Promise.all(Array.from({ length: atOnce * 2 }, () => run())))
    if (round >= 0) perSecond.push((atOnce * 2 * 1_000) / ms)
  }
  return median(perSecond)
}

/** One run of many steps: its time, its journal, and how long it takes to go on after its connection was cut at the last step. */
async function growth(server, endpoint, client, gate, steps) {
  const runId = newId()
  const since = performance.now()
  gate.isHeld = true
  await client('wide').start(runId, { input: { metadata: { steps } } })
  await gate.entered()
  const seconds = (performance.now() - since) / 1_000
  const [{ bytes, entries }] = await server.query(
    `select sum(j.raw_length) as bytes, count(*) as entries from sys_journal j join sys_invocation i on i.id = j.id where i.target_service_key = '${runId}'`,
  )
  const cutAt = performance.now()
  endpoint.cut()
  await gate.entered()
  const recovery = (performance.now() - cutAt) / 1_000
  gate.open()
  await client('wide').attach(runId)
  return { steps, seconds, perSecond: steps / seconds, bytes, entries, recovery }
}

/** Many runs of few steps, with the same number of steps in all. */
async function runsAtOnce(client, runs, steps) {
  const ms = await timed(() =>
    Promise.all(Array.from({ length: runs }, () => client('wide').run(newId(), { input: { metadata: { steps } } }))),
  )
  return { runs, steps, seconds: ms / 1_000, perSecond: (runs * steps * 1_000) / ms }
}

/** Holds the last stage of a run until it is opened. Each attempt of the stage enters once. */
class Gate {
  isHeld = false
  #entered = Promise.withResolvers()
  #opened = Promise.withResolvers()
  async wait(signal) {
    if (!this.isHeld) return {}
    this.#entered.resolve()
    await Promise.race([this.#opened.promise, new Promise((resolve) => signal.addEventListener('abort', resolve))])
    return {}
  }
  async entered() {
    await this.#entered.promise
    this.#entered = Promise.withResolvers()
  }
  open() {
    this.isHeld = false
    this.#opened.resolve()
    this.#opened = Promise.withResolvers()
  }
}

const sizes = [100, 1_000, 10_000, 100_000].filter((steps) => steps <= mostSteps)

async function measure() {
  const server = await startRestate()
  const gate = new Gate()
  const graphs = { chain10: chain(10), chain100: chain(100), chat: chat(), wide: wide((signal) => gate.wait(signal)) }
  const services = Object.entries(graphs).map(([name, graph]) => durableWorkflow(graph, { name, secret }))
  const endpoint = await serveEndpoint(services)
  const client = (name) => durableClient({ url: server.url, name, secret })
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-bench-'))
  const local = durableLocal({ path: join(folder, 'runs.db') })
  try {
    await server.register(endpoint.url)
    const figures = {
      latencies: await latencies(local, client),
      chatPerSecond: {
        inProcess: await throughput(() => graphs.chat.run()),
        inJournal: await throughput(() => local.run(graphs.chat, {}, { runId: newId() })),
        onRestate: await throughput(() => client('chat').run(newId())),
      },
      growth: [],
      runs: [],
    }
    for (const steps of sizes) {
      process.stderr.write(`one run of ${steps} steps …\n`)
      figures.growth.push(await growth(server, endpoint, client, gate, steps))
    }
    for (const runs of sizes.map((size) => size / 100)) {
      process.stderr.write(`${runs} runs of ${mostSteps / runs} steps …\n`)
      figures.runs.push(await runsAtOnce(client, runs, mostSteps / runs))
    }
    return figures
  } finally {
    await endpoint.close()
    await server.close()
    await local.close()
    rmSync(folder, { recursive: true })
  }
}

const shown = (value, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits })

function print({ latencies: compared, chatPerSecond, growth: grown, runs }) {
  table(
    ['', 'in process', 'in a local journal', 'on Restate'],
    [
      ...compared.map(({ name, inProcess, inJournal, onRestate }) => [
        `${name}, µs a step`,
        shown(inProcess, 2),
        shown(inJournal),
        shown(onRestate),
      ]),
      [
        'chat, runs a second, 64 at once',
        shown(chatPerSecond.inProcess),
        shown(chatPerSecond.inJournal),
        shown(chatPerSecond.onRestate),
      ],
    ],
  )
  process.stdout.write('\n')
  table(
    ['steps in one run', 'seconds', 'steps/s', 'journal in kB', 'bytes a step', 'recovery in s'],
    grown.map(({ steps, seconds, perSecond, bytes, recovery }) => [
      shown(steps),
      shown(seconds, 2),
      shown(perSecond),
      shown(bytes / 1_000),
      shown(bytes / steps),
      shown(recovery, 2),
    ]),
  )
  process.stdout.write('\n')
  table(
    ['runs at once', 'steps in each', 'seconds', 'steps/s'],
    runs.map((row) => [shown(row.runs), shown(row.steps), shown(row.seconds, 2), shown(row.perSecond)]),
  )
}

function table(head, rows) {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)))
  for (const row of all)
    process.stdout.write(`${row.map((cell, column) => cell.padStart(widths[column])).join('  ')}\n`)
}

if (values.help) process.stdout.write(`${help}\n`)
else {
  const figures = await measure()
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else print(figures)
}
