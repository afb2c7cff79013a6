import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join, relative } from 'node:path'

import { readMachine } from './machine.mjs'
import { keyOf, listCases } from './maps/cases.mjs'
import { help, readOptions } from './maps/options.mjs'
import { subjectOf } from './maps/subjects.mjs'
import { measureCalmly } from './measure/spawn.mjs'
import { versionOf } from './peers/index.mjs'
import { folder, mapsFile, node24 } from './places.mjs'
import { continueUnderNode24, ensureCore, ensureInstalled } from './prepare.mjs'
import { createProgress } from './progress.mjs'
import { printMaps, renderMaps } from './report/maps.mjs'

// What an item of a map costs beside p-map, p-limit and Effect.forEach: time, bytes that the result keeps, bytes while all items run, and the
// time to cancel them.

// A map of 100,000 child runs on a busy machine takes long.
const LIMIT_MS = 180_000

try {
  await main(readOptions(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function main(options) {
  if (options.help) return process.stdout.write(`${help}\n`)
  ensureInstalled()
  continueUnderNode24()
  const isOtherCore = Boolean(process.env.STAGEFLOW_CORE)
  const run = await measureAll(options)
  if (options.json) return process.stdout.write(`${JSON.stringify(run)}\n`)
  printMaps(run)
  if (!options.page || isOtherCore) return
  writeFileSync(mapsFile, renderMaps(run))
  process.stdout.write(`written: ${relative(process.cwd(), mapsFile)}\n`)
}

async function measureAll({ subjects, sizes, rounds, ...options }) {
  const environment = { node: node24, core: ensureCore(), limitMs: LIMIT_MS, script: join(folder, 'maps', 'child.mjs') }
  const { versions: _, node22: _22, ...machine } = readMachine()
  const cases = listCases({ subjects, sizes, rounds })
  const progress = createProgress(cases.length)
  const results = {}
  const loadBefore = loadavg()[0]
  for (const [done, { round, subject, ...task }] of cases.entries()) {
    progress.at(done, `${keyOf(task)}, round ${round + 1}`, subject)
    const figures = await measureCalmly({ subject, ...task }, environment)
    ;((results[subject] ??= {})[keyOf(task)] ??= []).push(figures)
  }
  progress.end()
  const peers = subjects.flatMap((id) => subjectOf(id).packages ?? [])
  const versions = Object.fromEntries(peers.map((name) => [name, versionOf(name)]))
  return { subjects, sizes, rounds, machine, versions, load: [loadBefore, loadavg()[0]], results }
}
