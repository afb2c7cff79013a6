import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

// A workspace of two checks, whose turbo only says which tasks it was given, and with which options. The tasks that FAILING names fail.
// With MEET, the tests and the checks wait for each other to begin, so both end only if they run at the same time.

const NPX = `#!/bin/sh
[ "$3" = exec ] || exit 0
shift 5
tasks= options= code=0 first=$1
for each; do case $each in --*) options="$options $each" ;; *) tasks="$tasks $each" ;; esac; done
echo "$tasks:$options" >>log
touch "began-$first"
[ -n "$DEAD" ] && exit 7
if [ -n "$MEET" ] && [ "$first" != build ]; then
  until [ -f began-unit ] && [ -f began-check:one ]; do sleep 0.01; done
fi
mkdir -p .turbo/runs
for task in $tasks; do
  case " $FAILING " in *" $task "*) exit=1 code=1 ;; *) exit=0 ;; esac
  log=".turbo/turbo-$task.log"
  seq -f "$task says %g" 50 >"$log"
  echo "{ \\"tasks\\": [{ \\"task\\": \\"$task\\", \\"logFile\\": \\"$log\\", \\"execution\\": { \\"exitCode\\": $exit } }] }" >".turbo/runs/$task.json"
done
exit $code
`
const OPTIONS = '--continue=always --log-order=grouped --summarize'
const BUILD = `build: ${OPTIONS}`
const UNIT = `unit: --only ${OPTIONS}`
const CHECKS = `check:one check:two: --only --concurrency=2 ${OPTIONS}`

let root
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-verify-')))
  const write = (file, text) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text, { mode: 0o755 })
  }
  for (const file of ['verify.mjs', 'setup.mjs', 'npx.mjs', 'peer-links.mjs'])
    cpSync(join(import.meta.dirname, file), join(root, 'scripts/setup', file))
  write('package.json', JSON.stringify({ packageManager: 'pnpm@1.2.3', type: 'module' }))
  write('pnpm-lock.yaml', '')
  write('pnpm-workspace.yaml', '')
  write(
    'turbo.json',
    JSON.stringify({ tasks: { '//#build': {}, '//#check:one': {}, '//#unit': {}, '//#check:two': {} } }),
  )
  write('bin/npx', NPX)
  // What an earlier run left.
  write('.turbo/runs/old.json', JSON.stringify({ tasks: [{ task: 'old', execution: { exitCode: 1 } }] }))
  mkdirSync(join(root, 'node_modules/node/bin'), { recursive: true })
  symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Runs `npm test` or `npm run check`: its exit code, what it said at last, the calls of turbo, and the steps that it counted. */
async function verify(what, env = {}) {
  const child = spawn(process.execPath, [join(root, 'scripts/setup/verify.mjs'), what], {
    env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}`, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  child.stdout.on('data', (text) => (said += text))
  const code = await new Promise((resolve) => child.on('close', resolve))
  const steps = join(root, 'node_modules/.cache/stageflow/steps.json')
  return {
    code,
    said: said.trim(),
    calls: readFileSync(join(root, 'log'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((call) => call.trim()),
    steps: existsSync(steps) ? JSON.parse(readFileSync(steps, 'utf8')) : undefined,
  }
}

test('the tests run beside the checks, after the build, and all steps are counted together', async () => {
  const { code, said, calls, steps } = await verify('test', { MEET: '1' })
  expect({ code, said, steps }).toEqual({ code: 0, said: '4 steps, all passed', steps: { passed: 4, failed: 0 } })
  expect(calls[0]).toBe(BUILD)
  expect(calls.slice(1).toSorted()).toEqual([CHECKS, UNIT])
})

test('after a failed build no test runs, and the checks do', async () => {
  const { code, said, calls, steps } = await verify('test', { FAILING: 'build' })
  expect({ code, steps }).toEqual({ code: 1, steps: { passed: 2, failed: 1 } })
  expect(said).toMatch(/3 steps, failed: build$/)
  expect(calls).toEqual([BUILD, CHECKS])
})

test.each(['unit', 'check:two'])('a failure of %s stops nothing, is named, and is the exit code', async (failing) => {
  const { code, said, calls, steps } = await verify('test', { FAILING: failing, MEET: '1' })
  expect({ code, steps }).toEqual({ code: 1, steps: { passed: 3, failed: 1 } })
  expect(said.endsWith(`\n4 steps, failed: ${failing}`)).toBe(true)
  expect(calls).toHaveLength(3)
})

test('the last 40 lines of each step that failed are printed again at the end', async () => {
  const { said } = await verify('check', { FAILING: 'check:one check:two' })
  const endOf = (task) => `The end of ${task}:\n${numbers.map((number) => `${task} says ${number}`).join('\n')}\n`
  const numbers = Array.from({ length: 40 }, (_, index) => 11 + index)
  expect(said).toBe(`${endOf('check:one')}\n${endOf('check:two')}\n3 steps, failed: check:one, check:two`)
})

test('npm run check runs no test', async () => {
  const { code, said, calls } = await verify('check')
  expect({ code, said, calls }).toEqual({ code: 0, said: '3 steps, all passed', calls: [BUILD, CHECKS] })
})

test('a turbo that ends before it has run anything fails, and counts nothing', async () => {
  expect(await verify('test', { DEAD: '1' })).toMatchObject({ code: 7, said: '', steps: undefined })
})
