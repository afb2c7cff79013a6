import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { setUp } from './setup.mjs'

// A workspace whose example does what its argument says; it is "set up" by an npx that has nothing to do.

const EXAMPLE = `
const [what, ...rest] = process.argv.slice(2)
if (what === 'exit') process.exitCode = Number(rest[0])
if (what === 'echo') console.log(JSON.stringify(rest))
if (what === 'read') process.stdin.on('data', (text) => console.log('read ' + String(text).trim()))
if (what === 'wait') {
  let seen = 0
  const alive = setInterval(() => {}, 1_000)
  process.on('SIGINT', () => {
    seen += 1
    setTimeout(() => {
      clearInterval(alive)
      console.log('interrupted ' + seen + ' time')
      process.exitCode = 130
    }, 200)
  })
  console.log('waiting')
}
`
const PATH = process.env.PATH
let root

beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-start-')))
  const write = (file, text) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text, { mode: 0o755 })
  }
  for (const file of ['start.mjs', 'launch.mjs', 'setup.mjs', 'npx.mjs', 'peer-links.mjs']) {
    cpSync(join(import.meta.dirname, file), join(root, 'scripts/setup', file))
  }
  write('package.json', JSON.stringify({ packageManager: 'pnpm@1.2.3', type: 'module' }))
  write('pnpm-lock.yaml', '')
  write('pnpm-workspace.yaml', '')
  write('bin/npx', '#!/bin/sh\n')
  mkdirSync(join(root, 'packages'))
  write('examples/chat/src/main.ts', EXAMPLE)
  mkdirSync(join(root, 'examples/chat/node_modules/node/bin'), { recursive: true })
  symlinkSync(process.execPath, join(root, 'examples/chat/node_modules/node/bin/node'))
  process.env.PATH = `${join(root, 'bin')}:${PATH}`
  await setUp('chat', root, () => {})
})

afterEach(() => {
  process.env.PATH = PATH
  rmSync(root, { recursive: true, force: true })
})

/** Starts the example in a process group of its own; `when` is called with what it prints. */
function start(args, { input, when = () => {} } = {}) {
  const child = spawn(process.execPath, [join(root, 'scripts/setup/start.mjs'), ...args], { detached: true })
  if (input !== undefined) child.stdin.end(input)
  let printed = ''
  child.stdout.on('data', (text) => {
    printed += text
    when(String(text), child)
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, printed }))
  })
}

test('arguments reach the example as they are, and nothing else is printed', async () => {
  expect(await start(['echo', 'What is a stage?', '--json', ''])).toEqual({
    code: 0,
    printed: '["What is a stage?","--json",""]\n',
  })
})

test.each([1, 2, 130])('the exit code %i of the example is the exit code of npm start', async (code) => {
  expect(await start(['exit', String(code)])).toEqual({ code, printed: '' })
})

test('what is typed reaches the example', async () => {
  expect(await start(['read'], { input: 'hello\n' })).toEqual({ code: 0, printed: 'read hello\n' })
})

test('an interrupt of the whole group reaches the example once, and is waited for', async () => {
  const when = (text, child) => text.includes('waiting') && process.kill(-child.pid, 'SIGINT')
  expect(await start(['wait'], { when })).toEqual({ code: 130, printed: 'waiting\ninterrupted 1 time\n' })
})

test('an interrupt that arrives twice, from the terminal and from npm, reaches the example once', async () => {
  const when = (text, child) => {
    if (!text.includes('waiting')) return
    process.kill(-child.pid, 'SIGINT')
    setTimeout(() => child.kill('SIGINT'), 20)
  }
  expect(await start(['wait'], { when })).toEqual({ code: 130, printed: 'waiting\ninterrupted 1 time\n' })
})

test('ending the start ends the example', async () => {
  const when = (text, child) => text.includes('waiting') && child.kill('SIGTERM')
  expect(await start(['wait'], { when })).toMatchObject({ code: 143, printed: 'waiting\n' })
})
