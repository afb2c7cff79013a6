import { readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join, relative } from 'node:path'
import { listCases, pointless, statedTimes } from './cases.mjs'
import { createFigures, isDisturbed } from './figures.mjs'
import { readMachine } from './machine.mjs'
import { measureCalmly } from './measure/spawn.mjs'
import { help, readOptions } from './options.mjs'
import { chartFile, documentFile, folder, node22, node24, userPage } from './places.mjs'
import { continueUnderNode24, ensureCore, ensureInstalled } from './prepare.mjs'
import { createProgress } from './progress.mjs'
import { renderDocument } from './report/document.mjs'
import { renderChart, renderUserPage } from './report/user-page.mjs'
import { printProfile, profileMissed } from './report/profile.mjs'
import { printTables } from './report/terminal.mjs'

// A reader that has seen enough (head, less) isn't an error.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1))

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
  const run = options.render === undefined ? await measureAll(options) : readRun(options.render)
  if (run === undefined) return
  const before = options.compare === undefined ? undefined : createFigures(readRun(options.compare))
  printTables(createFigures(run), run, before)
  if (options.save !== undefined) writeFileSync(options.save, `${JSON.stringify(run)}\n`)
  const page = options.page ?? (run.published ? documentFile : undefined)
  if (!run.full || page === undefined) return
  const texts = new Map([[page, renderDocument(run)]])
  if (page === documentFile) {
    const figures = createFigures(run)
    texts.set(userPage, renderUserPage(figures, run)).set(chartFile, renderChart(figures))
  }
  for (const [file, text] of texts) {
    writeFileSync(file, text)
    process.stdout.write(`written: ${relative(process.cwd(), file)}\n`)
  }
}

async function measureAll(options) {
  const core = ensureCore()
  if (options.profile !== undefined) return printProfile(options, { node: node24, core })
  const { full, peers, shapes, rounds } = options
  const cases = listCases(options)
  const progress = createProgress(cases.length)
  const results = { run: {}, node22: {}, concurrent: {}, memory: {}, skipped: {} }
  for (const [done, { section, round, node, ...task }] of cases.entries()) {
    const { peer, shape } = task
    const reason = pointless({ section, round, peer, shape }, results)
    if (reason !== undefined) {
      if (section === 'run') (results.skipped[peer] ??= {})[shape] ??= reason
      continue
    }
    progress.at(done, `${section} ${shape}, round ${round + 1}`, peer)
    const environment = { node: node === 22 ? node22 : node24, core }
    const figures = await measureCalmly(task, environment)
    ;((results[section][peer] ??= {})[shape] ??= []).push(figures)
  }
  progress.end()
  warnOfDisturbance(results.run)
  const run = {
    full,
    published: !process.env.STAGEFLOW_CORE,
    peers,
    shapes,
    rounds,
    times: statedTimes,
    machine: readMachine(),
    results,
  }
  if (!full) return run
  return {
    ...run,
    profiles: await profileMissed(run, { node: node24, core }),
    stores: measureApart('stores.mjs'),
    parts: measureApart('parts.mjs'),
  }
}

// The servers of the stores are those of the tests. If one cannot start, this says so, and the rest of the page stands.
function measureApart(file) {
  const measured = spawnSync(node24, [join(folder, file), '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return measured.status === 0 ? JSON.parse(measured.stdout) : undefined
}

function readRun(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function warnOfDisturbance(byPeer) {
  const all = Object.values(byPeer).flatMap((byShape) => Object.values(byShape).flat())
  const disturbed = all.filter(isDisturbed).length
  if (disturbed > 0)
    process.stderr.write(
      `${disturbed} of ${all.length} timings were disturbed by other work on this machine: read them with care.\n`,
    )
}
