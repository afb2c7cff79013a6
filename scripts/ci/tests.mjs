import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { conclude, readJson } from '../lib/workspace.mjs'

// Every test of packages, examples and scripts. With --coverage it demands the coverage of vitest.config.ts. With --heavy it runs only the
// tests of random cases and of large sizes, with all of their cases.

const isHeavy = process.argv.includes('--heavy')
const COVERAGE = join(process.cwd(), 'coverage/coverage-summary.json')
const folder = join(process.cwd(), 'node_modules/.cache/stageflow')
mkdirSync(folder, { recursive: true })
rmSync(COVERAGE, { force: true })

const tests = globSync(['packages/*/{src,test}/**/*.test.ts', 'examples/*/test/*.test.ts']).map((path) => ({
  path,
  text: readFileSync(path, 'utf8'),
}))
const filesWith = (pattern) => tests.filter(({ text }) => pattern.test(text)).map(({ path }) => path)
const counts = { passed: 0, failed: 0, pending: 0, files: 0 }

if (isHeavy)
  run(
    'heavy-tests',
    filesWith(
      /Settings\(|STAGEFLOW_(RUNS|HEAVY)|isHeavy|contractWith(Pools|Databases)\(|killCases\(|kindsToTry\(|testContract\(/,
    ),
    {
      STAGEFLOW_HEAVY: '1',
    },
  )
else if (process.argv.includes('--coverage')) {
  // Measuring coverage slows some code more than other code, so tests that measure times run without it. All others are named, since
  // vitest's --exclude leaves out nothing of a project in vitest.config.ts that has an `exclude` of its own.
  const timed = filesWith(/workMs\(/)
  const others = globSync(['{packages,examples}/*/{src,test}/**/*.test.ts', 'scripts/**/*.test.mjs'])
  run('covered-tests', ['--coverage', ...others.filter((path) => !timed.includes(path))])
  run('timed-tests', timed)
} else run('tests', [])

const problems = []
if (counts.failed > 0) problems.push(`${counts.failed} tests failed.`)
if (counts.pending > 0) problems.push(`${counts.pending} tests are skipped: fix them or remove them.`)
conclude(problems, `${counts.passed} tests in ${counts.files} files, ${randomCases()}${coverage()}`)

/** Runs vitest and adds what it counted. scripts/ci/parts.mjs reads the counts from the same files. */
function run(name, args, env = {}) {
  const file = join(folder, `${name}.json`)
  rmSync(file, { force: true })
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`]
  const { status } = spawnSync('vitest', ['run', ...reporters, ...args], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: join(folder, 'compiled'), ...process.env, ...env },
  })
  if (status !== 0) process.exitCode = 1
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = readJson(file)
  counts.passed += numPassedTests
  counts.failed += numFailedTests
  counts.pending += numPendingTests
  counts.files += testResults.length
}

function randomCases() {
  const runs = tests.flatMap(({ text }) =>
    [...text.matchAll(/(?:property|whole)Settings\(([\d_]+)[,)]/g)].map(([, count]) =>
      Number(count.replaceAll('_', '')),
    ),
  )
  const all = runs.reduce((sum, count) => sum + count, 0)
  return isHeavy ? `${all} random cases` : `about a tenth of the ${all} random cases of the night`
}

// vitest measures nothing if a test failed.
function coverage() {
  if (!existsSync(COVERAGE)) return ''
  const { lines, branches } = readJson(COVERAGE).total
  return `, coverage ${lines.pct}% of lines, ${branches.pct}% of branches`
}
