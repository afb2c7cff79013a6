import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'

import { medianInterval } from './compare/statistics.mjs'
import { median } from './figures.mjs'
import { contenders, versionsOf } from './models/contenders.mjs'
import { PROCESSES, costGroups } from './models/costs.mjs'
import { RUNS } from './models/faults.mjs'
import { folder, modelsFile, root } from './places.mjs'
import { continueUnderNode24, installLockfile } from './prepare.mjs'

// Which libraries fall back to another model, at which fault, and what a chunk costs here. The tables of the docs are made from what this records.

const help = `Runs faulty models with Stageflow and with other libraries, and measures what a chunk costs.

  node benchmarks/models.mjs [options]      (or: npm run bench:models -- [options])

  (no option)      everything, about 5 minutes; writes benchmarks/models/results.json
  --only faults    only the faults; the costs stay as they are recorded
  --only costs     only the costs; the faults stay as they are recorded
  --help           this text

Then \`npm run generate\` writes the tables of the docs.`

/** The Node of the workspace: it runs the sources of the packages. */
const node = join(root, 'node_modules', 'node', 'bin', 'node')
const LIMIT_MS = 120_000

try {
  await main()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function main() {
  const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean', default: false } } })
  if (values.help) return process.stdout.write(`${help}\n`)
  if (values.only !== undefined && !['faults', 'costs'].includes(values.only))
    throw new Error(`--only takes faults or costs, not "${values.only}".`)
  continueUnderNode24(node)
  const recorded = values.only === undefined ? {} : JSON.parse(readFileSync(modelsFile, 'utf8'))
  const results = {
    ...recorded,
    ...(values.only !== 'costs' && { faults: await runFaults() }),
    ...(values.only !== 'faults' && { costs: await measureCosts() }),
  }
  writeFileSync(modelsFile, `${JSON.stringify(results, undefined, 2)}\n`)
  spawnSync(join(root, 'node_modules', '.bin', 'oxfmt'), [modelsFile])
  process.stdout.write(`written: ${relative(process.cwd(), modelsFile)}\n`)
}

async function runFaults() {
  for (const at of ['models', 'models/voltagent']) installLockfile(join(folder, at))
  const counted = {}
  for (const { id, title } of contenders) {
    process.stderr.write(`${title} …\n`)
    const runs = JSON.parse(await printedBy('child.mjs', id))
    counted[id] = Object.fromEntries(Object.entries(runs).map(([fault, all]) => [fault, countOutcomes(all)]))
  }
  const versions = Object.fromEntries(contenders.map((contender) => [contender.id, versionsOf(contender)]))
  return { measuredOn: today(), node: process.version, runs: RUNS, versions, outcomes: counted }
}

/** How often each outcome was seen, with the first run that had it. */
function countOutcomes(runs) {
  const outcomes = Map.groupBy(runs, ({ outcome }) => outcome)
  return [...outcomes].map(([outcome, all]) => {
    const [{ text, error, usage, requests }] = all
    const unhandled = all.filter((run) => run.unhandled > 0).length
    return { outcome, count: all.length, text, error, usage, requests, ...(unhandled > 0 && { unhandled }) }
  })
}

async function measureCosts() {
  const rounds = Object.fromEntries(costGroups.map(({ id }) => [id, []]))
  for (let round = 0; round < PROCESSES; round += 1)
    for (const { id, title } of costGroups) {
      process.stderr.write(`round ${round + 1} of ${PROCESSES}: ${title} …\n`)
      rounds[id].push(JSON.parse(await printedBy('costs-child.mjs', id)))
    }
  const groups = Object.entries(rounds).map(([id, all]) => {
    const subjects = Object.keys(all[0]).map((subject) => {
      const ratios = all.map((figures) => figures[subject] / figures.alone)
      const micros = median(all.map((figures) => figures[subject]))
      return [subject, { micros, ratio: median(ratios), interval: medianInterval(ratios) }]
    })
    return [id, Object.fromEntries(subjects)]
  })
  return { measuredOn: today(), node: process.version, processes: PROCESSES, groups: Object.fromEntries(groups) }
}

function today() {
  return new Date().toISOString().slice(0, 10)
}

/** The last line that a script of models/ prints. Others may be of the libraries. */
function printedBy(script, argument) {
  const { promise, resolve, reject } = Promise.withResolvers()
  const child = spawn(node, ['--no-warnings', join(folder, 'models', script), argument], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  })
  const [printed, complaints] = [[], []]
  child.stdout.on('data', (bytes) => printed.push(bytes))
  child.stderr.on('data', (bytes) => complaints.push(bytes))
  child.on('error', reject)
  child.on('close', (code) => {
    const line = Buffer.concat(printed).toString().trim().split('\n').at(-1)
    if (code === 0) return resolve(line)
    reject(new Error(`${script} ${argument} ended with code ${code}:\n${Buffer.concat(complaints)}`))
  })
  return promise
}
