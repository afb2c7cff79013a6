import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

import { didYouMean } from '../../packages/core/src/base/check.ts'
import { readJson } from '../lib/workspace.mjs'
import { runBash } from './processes.mjs'

// Runs parts of a proof, step by step. A step that fails stops nothing. A part that passes its limit is ended with every process that it
// started; the step that ran, and those that have not run, count as failed. A step that this machine can't run is left out, with those that
// need it: they count neither as passed nor as failed.

const COUNTS = 'node_modules/.cache/stageflow'
const LONGEST_SUMMARY = 200
const NOTHING = { passed: 0, failed: 0, leftOut: 0 }
const PASSED = { ...NOTHING, passed: 1 }
const FAILED = { ...NOTHING, failed: 1 }
const LEFT_OUT = { ...NOTHING, leftOut: 1 }
/** The exit code of a step that this machine can't run, as in Automake. The last line of its output says why. */
const LEFT_OUT_CODE = 77

/** The parts with these names, or all of them without names. Throws an error with the list if there is no such part. */
export function chooseParts(parts, names) {
  const known = Object.keys(parts)
  const wrong = names.find((name) => !known.includes(name))
  if (wrong !== undefined) {
    const question = didYouMean(wrong, known)
    const end = question === undefined ? '.' : `: ${question}`
    throw new Error(`There is no part "${wrong}"${end} The parts are ${known.join(', ')}.`)
  }
  return names.length === 0 ? parts : Object.fromEntries(names.map((name) => [name, parts[name]]))
}

/**
 * Runs parts one after the other in `root`. Returns how many steps, and tests within them, passed and failed; the last line that it says
 * has these counts. When `signal` aborts, the rest counts as failed. `startLimit(minutes, act)` calls `act` after that time, and returns a
 * function that cancels this.
 */
export async function runParts(
  parts,
  { root, signal, env: given = process.env, say = print, startLimit = startTimer },
) {
  const work = mkdtempSync(join(tmpdir(), 'stageflow-proof-'))
  const own = { CI: 'true', npm_config_loglevel: 'error', WORK: work, TARBALLS: join(work, 'tarballs') }
  const env = { ...withoutNpm(given), ...own }
  const world = { root, signal, say, startLimit, env, log: join(work, 'log'), ended: new Map() }
  const rows = []
  try {
    for (const [name, part] of Object.entries(parts)) rows.push(await runPart(name, part, world))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  const { passed, failed } = sumOf(rows)
  say(`\n${rows.map(({ text }) => `${text}\n`).join('')}\n${passed} passed, ${failed} failed\n`)
  return { passed, failed }
}

/** Without what `npm run` adds for its script. Otherwise the .npmrc of this workspace would hold in apps outside of it too. */
function withoutNpm(env) {
  if (env.npm_lifecycle_event === undefined) return env
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('npm_')))
}

async function runPart(name, { proves, minutes, steps }, world) {
  world.say(`\n${name}: ${proves} (at most ${minutes} minutes)\n`)
  const limit = new AbortController()
  const cancel = world.startLimit(minutes, () => limit.abort(`${name} passed its limit of ${minutes} minutes`))
  const signal = AbortSignal.any([world.signal, limit.signal])
  const seconds = stopwatch()
  const counts = []
  for (const step of steps) counts.push(await runOnce(step, { ...world, signal }))
  cancel()
  const { passed, failed, leftOut } = sumOf(counts)
  const took = `${(seconds() / 60).toFixed(1)} of ${minutes} minutes`
  const without = leftOut === 0 ? '' : `${leftOut} left out, `
  const sign = failed > 0 ? '✗' : leftOut > 0 ? '–' : '✓'
  return { passed, failed, leftOut, text: `${sign} ${name}: ${without}${passed} passed, ${failed} failed, ${took}` }
}

/** Runs a step, and the one that it needs before it. One that several need runs once. */
async function runOnce(step, world) {
  const { ended, signal } = world
  if (ended.has(step)) return NOTHING
  const before = step.needs === undefined || signal.aborted ? NOTHING : await runOnce(step.needs, world)
  const counts = await runStep(step, world)
  // What a limit cut short is run again for the next part that needs it.
  if (!signal.aborted) ended.set(step, counts)
  return sumOf([before, counts])
}

async function runStep(step, world) {
  const seconds = stopwatch()
  const { problem, leftOut, output = '', within = NOTHING } = await tryStep(step, world)
  const title = `${step.what} (${seconds()} s)`
  if (leftOut !== undefined) {
    world.say(`– ${title}: left out, because ${leftOut}\n`)
    return LEFT_OUT
  }
  if (problem === undefined) world.say(`✓ ${title} ${lastLine(output)}\n`)
  else world.say(`✗ ${title}: ${problem}\n${output.replaceAll(/^(?=.)/gm, '    ')}`)
  return sumOf([within, problem === undefined ? PASSED : FAILED])
}

/** What is wrong with a step, or why it was left out, if anything. What it printed, and what passed and failed within it. */
async function tryStep(step, world) {
  const { root, signal, say, ended } = world
  if (signal.aborted) return { problem: `not run, because ${signal.reason}` }
  const before = step.needs === undefined ? PASSED : ended.get(step.needs)
  if (before.leftOut > 0) return { leftOut: `this was left out: ${step.needs.what}` }
  if (before.failed > 0) return { problem: `not run, because this failed: ${step.needs.what}` }

  say(`… ${step.what}\n`)
  const files = step.counts.map((name) => join(root, COUNTS, `${name}.json`))
  for (const file of files) rmSync(file, { force: true })
  const { code, output } = await runCommand(step, world)
  const within = sumOf(files.map(readCounts))
  if (code === 0) return { output, within }
  if (code === LEFT_OUT_CODE && step.canBeLeftOut) return { leftOut: lastLine(output) }
  return { problem: signal.aborted ? `ended, because ${signal.reason}` : `it ended with ${code}`, output, within }
}

/** Runs the command of a step. What it prints is kept in a file, since a process that it leaves behind would keep a pipe open. */
async function runCommand({ command, isShown }, { root: cwd, env, signal, log }) {
  const file = openSync(log, 'w')
  const stdio = isShown ? ['inherit', 'inherit'] : [file, file]
  const code = await runBash(command, { cwd, env, stdio, signal })
  closeSync(file)
  return { code, output: readFileSync(log, 'utf8') }
}

function sumOf(counts) {
  const sum = (key) => counts.reduce((total, each) => total + each[key], 0)
  return { passed: sum('passed'), failed: sum('failed'), leftOut: sum('leftOut') }
}

/** What a command counted: `npm test` its checks, vitest its tests. */
function readCounts(file) {
  try {
    const { passed = 0, failed = 0, numPassedTests = 0, numFailedTests = 0 } = readJson(file)
    return { ...NOTHING, passed: passed + numPassedTests, failed: failed + numFailedTests }
  } catch {
    return NOTHING // it did not get that far
  }
}

function lastLine(output) {
  return stripVTControlCharacters(output).trimEnd().split('\n').at(-1).trim().slice(0, LONGEST_SUMMARY)
}

/** Returns a function that returns the seconds since now. */
function stopwatch() {
  const startedAt = performance.now()
  return () => Math.round((performance.now() - startedAt) / 1_000)
}

function startTimer(minutes, act) {
  const timer = setTimeout(() => act(), minutes * 60_000)
  return () => clearTimeout(timer)
}

function print(text) {
  process.stdout.write(text)
}
