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
  let times = 0
  process.on('SIGINT', () => console.log('interrupted ' + ++times))
  // A signal that was sent before is handled within these turns of the event loop.
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  process.stdin.once('data', async () => {
    await turn()
    await turn()
    process.exit(130)
  })
  console.log('waiting')
}
`
// Starts the example, and says when it has handled a signal.
const START = `
import { launch } from './launch.mjs'
const [sameSignalMs, ...args] = process.argv.slice(2)
launch(process.execPath, 'examples/chat/src/main.ts', args, { sameSignalMs: Number(sameSignalMs) })
process.on('SIGINT', () => console.log('handled'))
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
  write('scripts/setup/start-and-say.mjs', START)
  mkdirSync(join(root, 'examples/chat/node_modules/node/bin'), { recursive: true })
  symlinkSync(process.execPath, join(root, 'examples/chat/node_modules/node/bin/node'))
  process.env.PATH = `${join(root, 'bin')}:${PATH}`
  await setUp('chat', root, () => {})
})

afterEach(() => {
  process.env.PATH = PATH
  rmSync(root, { recursive: true, force: true })
})

/** Starts the example in a process group of its own. Each of the `steps` is taken once everything in its `after` has been printed. */
function start(args, { input, script = 'start.mjs', steps = [] } = {}) {
  const child = spawn(process.execPath, [join(root, 'scripts/setup', script), ...args], { detached: true })
  if (input !== undefined) child.stdin.end(input)
  const left = [...steps]
  let printed = ''
  child.stdout.on('data', (text) => {
    printed += text
    while (left[0]?.after.every((line) => printed.search(line) >= 0)) left.shift().act(child)
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

const interrupt = (child) => child.kill('SIGINT')
const interruptGroup = (child) => process.kill(-child.pid, 'SIGINT')
const end = (child) => child.stdin.end('end')

test('an interrupt of the whole group reaches the example once, and is waited for', async () => {
  const steps = [
    { after: ['waiting'], act: interruptGroup },
    { after: ['interrupted 1'], act: end },
  ]
  expect(await start(['wait'], { steps })).toEqual({ code: 130, printed: 'waiting\ninterrupted 1\n' })
})

test.each([
  ['at once, as from the terminal and from npm, reaches the example once', Infinity, 'interrupted 1\n'],
  ['later reaches the example again', 0, 'interrupted 1\ninterrupted 2\n'],
])('an interrupt that arrives again %s', async (_, sameSignalMs, heard) => {
  const steps = [
    { after: ['waiting'], act: interruptGroup },
    { after: ['handled', 'interrupted 1'], act: interrupt },
    { after: [/handled[^]*handled/], act: end },
  ]
  const { code, printed } = await start([sameSignalMs, 'wait'], { script: 'start-and-say.mjs', steps })
  expect({ code, printed: printed.replaceAll('handled\n', '') }).toEqual({ code: 130, printed: `waiting\n${heard}` })
})

test('ending the start ends the example', async () => {
  const steps = [{ after: ['waiting'], act: (child) => child.kill('SIGTERM') }]
  expect(await start(['wait'], { steps })).toMatchObject({ code: 143, printed: 'waiting\n' })
})
