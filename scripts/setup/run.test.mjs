import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

// A workspace that is set up, with a script that does what its argument says.

const SCRIPT = `
const [what, ...rest] = process.argv.slice(2)
if (what === 'exit') process.exitCode = Number(rest[0])
if (what === 'tell') console.log(JSON.stringify([...rest, process.cwd(), process.env.PATH.split(':')[0]]))
if (what === 'wait') {
  const alive = setInterval(() => {}, 1_000)
  process.on('SIGTERM', () => {
    console.log('told to end')
    clearInterval(alive)
    process.exitCode = 3
  })
  console.log('waiting')
}
`
let root
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-run-')))
  const write = (file, text) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text, { mode: 0o755 })
  }
  for (const file of ['run.mjs', 'setup.mjs', 'npx.mjs', 'peer-links.mjs'])
    cpSync(join(import.meta.dirname, file), join(root, 'scripts/setup', file))
  write('package.json', JSON.stringify({ packageManager: 'pnpm@1.2.3', type: 'module' }))
  write('pnpm-lock.yaml', '')
  write('pnpm-workspace.yaml', '')
  write('bin/npx', '#!/bin/sh\n')
  write('scripts/some/script.mjs', SCRIPT)
  mkdirSync(join(root, 'node_modules/node/bin'), { recursive: true })
  symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function run(args, when = () => {}) {
  const child = spawn(process.execPath, [join(root, 'scripts/setup/run.mjs'), 'some/script', ...args], {
    env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let printed = ''
  child.stdout.on('data', (text) => {
    printed += text
    when(String(text), child)
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, printed })))
}

test('a script gets its arguments, in the root, with the tools of the workspace first on the PATH', async () => {
  const printed = `${JSON.stringify(['a b', '--c', root, join(root, 'node_modules/.bin')])}\n`
  expect(await run(['tell', 'a b', '--c'])).toEqual({ code: 0, printed })
})

test('the exit code of the script is that of the command', async () => {
  expect(await run(['exit', '7'])).toMatchObject({ code: 7 })
})

test('a signal reaches the script, and the command ends after it', async () => {
  const when = (text, child) => text.includes('waiting') && child.kill('SIGTERM')
  expect(await run(['wait'], when)).toEqual({ code: 3, printed: 'waiting\ntold to end\n' })
})
