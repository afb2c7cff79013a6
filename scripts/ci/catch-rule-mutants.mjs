import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readJson } from '../lib/workspace.mjs'
import { ROOT } from '../setup/setup.mjs'
import { RULE_MUTANTS } from './rule-mutants.mjs'

// Breaks one rule of durable runs after the other, and expects that a test fails for each: `node scripts/ci/catch-rule-mutants.mjs [TEXT]`,
// only for rules with TEXT. Exits with 1 if a broken rule is not noticed.

/** For the processes that tests start. */
const { href: HOOK } = new URL('./rule-mutant-hook.mjs', import.meta.url)
/** A test that hangs because a rule is broken has noticed it too. */
const TEST_TIMEOUT_MS = 15_000

const [text = ''] = process.argv.slice(2)
const chosen = RULE_MUTANTS.filter(({ rule }) => rule.includes(text))
const work = mkdtempSync(join(tmpdir(), 'stageflow-mutants-'))
try {
  const all = [...new Set(chosen.flatMap(({ tests }) => tests))]
  const broken = firstFailure(all, undefined)
  if (broken !== undefined) throw new Error(`The tests fail without a mutant: ${broken}`)
  const missed = chosen.filter((mutant) => {
    const caughtBy = firstFailure(mutant.tests, mutant)
    console.log(caughtBy === undefined ? `✗ ${mutant.rule}: no test fails` : `✓ ${mutant.rule}: ${caughtBy}`)
    return caughtBy === undefined
  })
  console.log(`${chosen.length} broken rules, ${chosen.length - missed.length} of them caught`)
  if (missed.length > 0) process.exitCode = 1
} finally {
  rmSync(work, { recursive: true })
}

/** The name of the first test that fails with a mutant; undefined if all pass. */
function firstFailure(tests, mutant) {
  const report = join(work, 'report.json')
  rmSync(report, { force: true })
  const args = ['run', '--config', 'scripts/ci/rule-mutant.config.ts', '--no-isolate', '--bail', '1']
  const options = ['--reporter', 'json', '--outputFile', report, '--testTimeout', String(TEST_TIMEOUT_MS)]
  const env = {
    ...process.env,
    ...(mutant && { RULE_MUTANT: JSON.stringify(mutant), NODE_OPTIONS: `--import=${HOOK}` }),
  }
  try {
    execFileSync('vitest', [...args, ...options, ...tests], { cwd: ROOT, env, stdio: 'ignore' })
    return undefined
  } catch {
    const { testResults } = readJson(report)
    const failed = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .find(({ status }) => status === 'failed')
    return (
      failed?.fullName ??
      testResults.find(({ status }) => status === 'failed')?.message ??
      'an error outside of the tests'
    )
  }
}
