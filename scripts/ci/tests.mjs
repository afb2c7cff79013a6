import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { conclude, readJson } from '../lib/workspace.mjs'

// One vitest run over packages, examples and scripts. With STAGEFLOW_COVERAGE=1, as in CI, it demands the coverage of
// vitest.config.ts. With --heavy it runs only the tests of random cases, each with all of its runs.

const isHeavy = process.argv.includes('--heavy')
const isCovered = process.env.STAGEFLOW_COVERAGE === '1' && !isHeavy
const COVERAGE = join(process.cwd(), 'coverage/coverage-summary.json')
const folder = join(process.cwd(), 'node_modules/.cache/stageflow')
const file = join(folder, isHeavy ? 'heavy-tests.json' : 'tests.json')
mkdirSync(folder, { recursive: true })
for (const stale of [file, COVERAGE]) rmSync(stale, { force: true })

const random = globSync('packages/*/{src,test}/**/*.test.ts')
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
  .filter(({ text }) => /propertySettings\(|STAGEFLOW_RUNS/.test(text))
const runs = random.flatMap(({ text }) =>
  [...text.matchAll(/propertySettings\(([\d_]+)\)/g)].map(([, count]) => Number(count.replaceAll('_', ''))),
)
const heavyRuns = runs.reduce((sum, count) => sum + count, 0)

const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`]
const args = [
  'run',
  ...reporters,
  ...(isCovered ? ['--coverage'] : []),
  ...(isHeavy ? random.map(({ path }) => path) : []),
]
const env = isHeavy ? { ...process.env, STAGEFLOW_HEAVY: '1' } : process.env
const { status } = spawnSync('vitest', args, { stdio: 'inherit', env })
if (status !== 0) process.exitCode = 1

const { numPassedTests, numFailedTests, numPendingTests, testResults } = readJson(file)
const problems = []
if (numFailedTests > 0) problems.push(`${numFailedTests} tests failed.`)
if (numPendingTests > 0) problems.push(`${numPendingTests} tests are skipped: fix them or remove them.`)
const tried = isHeavy
  ? `${heavyRuns} random cases`
  : `${runs.length} properties with about a tenth of the ${heavyRuns} random cases of CI`
conclude(problems, `${numPassedTests} tests in ${testResults.length} files, ${tried}${coverage()}`)

// vitest measures nothing if a test failed.
function coverage() {
  if (!existsSync(COVERAGE)) return ''
  const { lines, branches } = readJson(COVERAGE).total
  return `, coverage ${lines.pct}% of lines, ${branches.pct}% of branches`
}
