import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { conclude, readJson } from './workspace.mjs'

// One vitest run over packages, examples and scripts, with the coverage that vitest.config.ts demands.

const COVERAGE = join(process.cwd(), 'coverage/coverage-summary.json')
const folder = join(process.cwd(), 'node_modules/.cache/stageflow')
const file = join(folder, 'tests.json')
mkdirSync(folder, { recursive: true })
for (const stale of [file, COVERAGE]) rmSync(stale, { force: true })

const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
const { status } = spawnSync('vitest', ['run', '--coverage', ...reporters], { stdio: 'inherit' })
if (status !== 0) process.exitCode = 1

const { numPassedTests, numFailedTests, numPendingTests, testResults } = readJson(file)
const problems = []
if (numFailedTests > 0) problems.push(`${numFailedTests} tests failed.`)
if (numPendingTests > 0) problems.push(`${numPendingTests} tests are skipped: mend them or remove them.`)
conclude(problems, `${numPassedTests} tests in ${testResults.length} files${coverage()}`)

// vitest measures nothing where a test failed.
function coverage() {
  if (!existsSync(COVERAGE)) return ''
  const { lines, branches } = readJson(COVERAGE).total
  return `, coverage ${lines.pct}% of lines, ${branches.pct}% of branches`
}
