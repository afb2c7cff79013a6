import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { median, microsOf } from './figures.mjs'
import { readMachine } from './machine.mjs'
import { node24 } from './places.mjs'
import { continueUnderNode24, ensureInstalled } from './prepare.mjs'
import { partRows } from './report/parts.mjs'

// The queue, the audio buffer, the exporter, the event buffer, the redactor, the parser of tool calls and the journal of durable runs,
// each beside what else does its work. Each has a process of its own in each round, and the rounds are interleaved.

// The parts import peers, which the first start installs.
ensureInstalled()
continueUnderNode24()
const { subjects } = await import('./parts/index.mjs')

const WARM_MS = 700
const MEASURE_MS = 1_500

const help = `Measures the streaming, exporter, tools and durable packages.

  node benchmarks/parts.mjs [options]      (or: npm run bench:parts -- [options])

  --only a,b     these: ${subjects.map(({ id }) => id).join(', ')}
  --rounds n     rounds; the medians count (3)
  --json         prints the figures as JSON
  --help         this text`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    measure: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

try {
  if (values.help) process.stdout.write(`${help}\n`)
  else if (values.measure !== undefined) {
    const figures = JSON.stringify(await figuresOf(values.measure))
    // What is behind a full buffer never answers, and its timers would keep the process.
    process.stdout.write(figures, () => process.exit())
  } else await main()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function main() {
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a whole number of 1 or more.`)
  const chosen = values.only?.split(',') ?? subjects.map(({ id }) => id)
  for (const id of chosen) {
    if (!subjects.some((subject) => subject.id === id)) throw new Error(`There is no "${id}"; see --help.`)
  }
  const measured = new Map(chosen.map((id) => [id, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const id of round % 2 === 0 ? chosen : chosen.toReversed()) {
      process.stderr.write(`round ${round + 1} of ${rounds}: ${id} …\n`)
      measured.get(id).push(await inProcess(id))
    }
  }
  const figures = chosen.map((id) => {
    const { group, title } = subjects.find((subject) => subject.id === id)
    return { id, group, title, ...medians(measured.get(id)) }
  })
  if (values.json) return process.stdout.write(`${JSON.stringify({ machine: readMachine(), rounds, figures })}\n`)
  for (const { heading, rows } of partRows(figures)) {
    process.stdout.write(`\n${heading}\n`)
    for (const row of rows) process.stdout.write(`  ${row.join('   ')}\n`)
  }
}

function medians(rounds) {
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, median(rounds.map((figures) => figures[key]))]))
}

function inProcess(id) {
  const { promise, resolve, reject } = Promise.withResolvers()
  const child = spawn(node24, ['--expose-gc', fileURLToPath(import.meta.url), '--measure', id], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (bytes) => (text += bytes))
  child.on('close', (code) =>
    code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`${id} could not be measured.`)),
  )
  return promise
}

async function figuresOf(id) {
  const subject = subjects.find((each) => each.id === id)
  if (subject.facts !== undefined) return await subject.facts()
  const until = performance.now() + WARM_MS
  do await subject.run()
  while (performance.now() < until)
  globalThis.gc()
  const startedAt = performance.now()
  const cpu = process.threadCpuUsage()
  let runs = 0
  do {
    await subject.run()
    runs += 1
  } while (performance.now() < startedAt + MEASURE_MS)
  const millis = performance.now() - startedAt
  const { user, system } = process.threadCpuUsage(cpu)
  const microsPerRun = (millis * 1_000) / runs
  return { nanos: (microsOf({ microsPerRun, busy: (user + system) / (millis * 1_000) }) * 1_000) / subject.count }
}
