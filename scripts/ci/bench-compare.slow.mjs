import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { expect, test } from 'vitest'

import { rowIds } from '../../benchmarks/compare/rows.mjs'
import { prepareStates } from '../../benchmarks/compare/states.mjs'

const ROOT = join(import.meta.dirname, '../..')
const COMPARE = join(ROOT, 'benchmarks/compare')

// Under Node itself, as the command runs them: with the sources of both states, which Node strips of their types.
const RUN_ALL = `
  import { openRow } from ${JSON.stringify(pathToFileURL(join(COMPARE, 'open.mjs')))}
  import { rowIds } from ${JSON.stringify(pathToFileURL(join(COMPARE, 'rows.mjs')))}
  const states = JSON.parse(process.argv[1])
  const ran = []
  for (const id of rowIds) for (const state of states) ran.push((await openRow(id, state)).name)
  console.log(ran.join(' '))
`

test('every row gives the right answer in both states, each with its own packages, and nothing is left behind', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-compare-test-')))
  const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' })
  const worktrees = () =>
    git('worktree', 'list', '--porcelain')
      .split('\n')
      .filter((line) => line.startsWith('worktree '))
  const seen = () => [git('status', '--porcelain'), worktrees()]
  const before = seen()
  try {
    const states = await prepareStates(ROOT, 'HEAD', folder)
    for (const { folder: state } of states) {
      const { resolve } = createRequire(join(state, 'packages/interceptor-timeout/package.json'))
      expect(resolve('@stageflow/core')).toBe(join(state, 'packages/core/src/index.ts'))
    }
    const args = ['--no-warnings', '--input-type=module', '--eval', RUN_ALL, JSON.stringify(states)]
    const ran = execFileSync(process.execPath, args, { encoding: 'utf8' })
    expect(ran.trim().split(' ')).toEqual(rowIds.flatMap(() => ['base', 'now']))
    expect(seen()).toEqual(before)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
