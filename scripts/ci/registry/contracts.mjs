import { globSync } from 'node:fs'
import { join } from 'node:path'

import { runCommand } from '../../docs/snippet-runner.mjs'

const LONGEST_MS = 120_000

/** Runs the contract tests of a package of the workspace with another core, which is installed in `core`: what failed. */
export async function contractProblems(root, { short, folder }, core) {
  const tests = globSync(`${folder}/src/*contract.test.ts`, { cwd: root })
  if (tests.length === 0) return []
  const config = join(import.meta.dirname, 'contracts.config.ts')
  const { code, output } = await runCommand(
    join(root, 'node_modules/.bin/vitest'),
    ['run', '--config', config, '--root', root, '--maxWorkers=1', ...tests],
    { cwd: root, env: { STAGEFLOW_CORE: core }, timeoutMs: LONGEST_MS },
  )
  return code === 0 ? [] : [`${short}: its contract fails with the lowest core that it allows:\n${output.trim()}`]
}
