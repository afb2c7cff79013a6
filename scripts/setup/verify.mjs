import { spawn } from 'node:child_process'
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
const checks = tasks.filter((task) => task !== 'build' && task !== 'unit')
/** How many lines of a failed step are printed again. */
const MOST_REPEATED = 40
const runs = join(ROOT, '.turbo/runs')
rmSync(runs, { recursive: true, force: true })
// Tests wait a lot: for a lease to end, for a process to start. Checks beside them use that time. One turbo would start them last,
// since it hands its slots out in the order in which tasks become ready; so each has its own, once the build is there.
// The task types has one checker of tsc: several would each check the types of core, and take the time from the tests.
const built = await turbo(['build'])
const rest = built === 0 && process.argv[2] === 'test' ? [turbo(['unit'], '--only')] : []
const codes = await Promise.all([...rest, turbo(checks, '--only', '--concurrency=2')])
record()
process.exitCode = [built, ...codes].find((code) => code !== 0) ?? 0

function turbo(chosen, ...options) {
  const args = [
    'exec',
    'turbo',
    'run',
    ...chosen,
    ...options,
    '--continue=always',
    '--log-order=grouped',
    '--summarize',
  ]
  const child = spawn('npx', ['--yes', pnpmOf(), ...args], {
    cwd: ROOT,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', npm_config_loglevel: 'error' },
    shell: process.platform === 'win32',
    stdio: 'inherit',
  })
  return new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** For scripts/ci/parts.mjs: how many tasks passed. */
function record() {
  const summaries = existsSync(runs) ? readdirSync(runs).filter((name) => name.endsWith('.json')) : []
  const done = summaries.flatMap((name) => JSON.parse(readFileSync(join(runs, name), 'utf8')).tasks)
  if (done.length === 0) return
  const failed = done.filter(({ execution }) => execution?.exitCode !== 0)
  for (const { task, logFile } of failed) repeatEnd(task, logFile)
  const names = failed.map(({ task }) => task)
  console.log(`${done.length} steps, ${names.length === 0 ? 'all passed' : `failed: ${names.join(', ')}`}`)
  const folder = join(ROOT, 'node_modules/.cache/stageflow')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'steps.json'),
    JSON.stringify({ passed: done.length - failed.length, failed: failed.length }),
  )
}

// What the tests print is long, and stands between a failure and the end.
function repeatEnd(task, logFile) {
  const log = join(ROOT, logFile)
  if (!existsSync(log)) return
  const end = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-MOST_REPEATED)
  console.log(`The end of ${task}:\n${end.join('\n')}\n`)
}
