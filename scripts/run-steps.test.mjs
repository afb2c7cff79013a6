import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { runCommand } from './snippet-runner.mjs'

let root

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-steps-')))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Runs the steps in a process of their own and answers with its exit code and what it printed. */
async function run(steps) {
  const program = `
    import { runSteps } from ${JSON.stringify(join(import.meta.dirname, 'run-steps.mjs'))}
    process.exitCode = await runSteps(${JSON.stringify(steps)}, { root: ${JSON.stringify(root)}, bin: '/nowhere' })`
  return runCommand(process.execPath, ['--input-type=module', '--eval', program], { cwd: root })
}

const step = (name, script) => ({ name, command: [process.execPath, '-e', script] })

test('every step runs, though one before it fails; the end says which did', async () => {
  const steps = [
    step('one', 'process.exit(3)'),
    step('two', 'console.log("fine")'),
    step('three', 'throw new Error("oh")'),
  ]
  const { code, stdout } = await run(steps)
  expect(code).toBe(2)
  expect(stdout).toMatch(/✗ one .* s .*failed/)
  expect(stdout).toMatch(/✓ two .* s .*fine/)
  expect(stdout).toContain('Error: oh')
  expect(stdout.trim().split('\n').at(-1)).toMatch(/^3 steps in .* s, 2 failed: one, three$/)
})

test('the counts are left for the continuous integration', async () => {
  await run([step('one', ''), step('two', 'process.exit(1)')])
  const counts = readFileSync(join(root, 'node_modules/.cache/stageflow/steps.json'), 'utf8')
  expect(JSON.parse(counts)).toEqual({ passed: 1, failed: 1 })
})

test('a command that does not exist is a failure that says so', async () => {
  const { code, stdout } = await run([{ name: 'ghost', command: ['no-such-command'] }])
  expect(code).toBe(1)
  expect(stdout).toContain('no-such-command')
})

test('nothing is coloured outside a terminal', async () => {
  expect((await run([step('one', '')])).stdout).not.toContain('\u001B[')
})
