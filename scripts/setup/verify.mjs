import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT, pnpmOf, setUp } from './setup.mjs'

// `npm run check` runs everything static, `npm test` that and every test. turbo runs the tasks of turbo.json, several at once, and
// skips a check whose files have not changed. Nothing stops at the first failure. Runs on any Node from 20 on.

await setUp('all').catch((error) => {
  console.error(error.message)
  process.exit(1)
})

const tasks = Object.keys(JSON.parse(readFileSync(join(ROOT, 'turbo.json'), 'utf8')).tasks).map((task) => task.slice(3))
const chosen = process.argv[2] === 'test' ? tasks : tasks.filter((task) => task !== 'unit')
const runs = join(ROOT, '.turbo/runs')
rmSync(runs, { recursive: true, force: true })
const { status } = spawnSync(
  'npx',
  // The checks are single-threaded for the most part; the tests, which come last, use every core.
  [
    '--yes',
    pnpmOf(),
    'exec',
    'turbo',
    'run',
    ...chosen,
    '--continue=always',
    '--concurrency=3',
    '--log-order=grouped',
    '--summarize',
  ],
  {
    cwd: ROOT,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', npm_config_loglevel: 'error' },
    shell: process.platform === 'win32',
    stdio: 'inherit',
  },
)
record()
process.exitCode = status ?? 1

/** Where .ci/run reads how many tasks passed. */
function record() {
  const summary = existsSync(runs) ? readdirSync(runs).find((name) => name.endsWith('.json')) : undefined
  if (summary === undefined) return
  const done = JSON.parse(readFileSync(join(runs, summary), 'utf8')).tasks
  const failed = done.filter(({ execution }) => execution?.exitCode !== 0).map(({ task }) => task)
  console.log(`${done.length} steps, ${failed.length === 0 ? 'all passed' : `failed: ${failed.join(', ')}`}`)
  const folder = join(ROOT, 'node_modules/.cache/stageflow')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'steps.json'),
    JSON.stringify({ passed: done.length - failed.length, failed: failed.length }),
  )
}
