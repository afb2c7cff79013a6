import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { PassThrough } from 'node:stream'

import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'

import { create } from './create.ts'

let cwd: string
beforeEach(() => (cwd = mkdtempSync(join(tmpdir(), 'create-stageflow-'))))
afterEach(() => rmSync(cwd, { recursive: true }))

/** A stream that keeps what is written to it. */
function paper(isTTY = false) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120, rows: 40 })
  let text = ''
  stream.on('data', (part) => (text += String(part)))
  return Object.assign(stream, { text: () => text })
}

interface Started {
  readonly userAgent?: string
  readonly cwd?: string
  readonly nodeVersion?: string
}

async function run(argv: readonly string[], { userAgent, cwd: from = cwd, nodeVersion = '22.18.0' }: Started = {}) {
  const [output, error] = [paper(), paper()]
  const code = await create(argv, { cwd: from, input: new PassThrough(), output, error, userAgent, nodeVersion })
  return { code, output: output.text(), error: error.text() }
}

/** A command in front of all others on the PATH, as a script of the shell. */
function fakeCommand(name: string, script: string): void {
  const bin = join(cwd, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH']}`)
  onTestFinished(() => void vi.unstubAllEnvs())
}

/** Runs the command on a terminal, on which a person presses these keys, each when its question is there. */
async function runAt(keys: readonly (readonly [question: string, ...keys: string[]])[], argv: readonly string[] = []) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input })
  const [output, error] = [paper(true), paper()]
  const left = [...keys]
  output.on('data', () => {
    const [next] = left
    if (next === undefined || !output.text().includes(next[0])) return
    left.shift()
    setImmediate(() => {
      for (const key of next.slice(1)) input.write(key)
    })
  })
  const code = await create([...argv, '--no-install'], { cwd, input, output, error, nodeVersion: '24.0.0' })
  expect(left).toEqual([])
  return { code, output: output.text(), error: error.text() }
}

const manifestOf = (folder: string) => JSON.parse(readFileSync(join(cwd, folder, 'package.json'), 'utf8'))
const [ENTER, DOWN, SPACE, CTRL_C] = ['\r', '\u001b[B', ' ', '\u0003']

test('a plugin is made in a new folder that is called like the package', async () => {
  const { code, output, error } = await run(['quota', '--template', 'interceptor', '--no-install'])
  expect({ code, error }).toEqual({ code: 0, error: '' })
  expect(output).toMatchInlineSnapshot(`
    "Made stageflow-interceptor-quota: 13 files.

    Next:
      cd stageflow-interceptor-quota
      npm install
      npm test                         runs the contract of every interceptor, and the tests of quota
      npm run check                    checks the types and the package
      npm publish                      checks, tests, builds and publishes it
    "
  `)
  expect(manifestOf('stageflow-interceptor-quota').name).toBe('stageflow-interceptor-quota')
})

test('with --yes alone it is an app with a model and the default plugins', async () => {
  expect(await run(['--yes', '--no-install'])).toMatchObject({ code: 0, error: '' })
  const { dependencies } = manifestOf('my-app')
  expect(Object.keys(dependencies)).toEqual([
    '@ai-sdk/openai',
    '@stageflow/core',
    '@stageflow/interceptor-retry',
    '@stageflow/interceptor-timeout',
    '@stageflow/provider-ai-sdk',
    '@stageflow/report',
    'ai',
  ])
})

test('a service is made with its model, and says how to start it', async () => {
  const { code, output, error } = await run(['--yes', '--template', 'service', '--model', 'openai', '--no-install'])
  expect({ code, error }).toEqual({ code: 0, error: '' })
  expect(output).toMatch(
    /^ {2}npm run try +sends it requests, and shows the responses\n {2}npm start +serves it, and prints a request to try$/m,
  )
  const { name, dependencies } = manifestOf('my-service')
  expect(name).toBe('my-service')
  expect(dependencies).toHaveProperty('openai')
  expect(dependencies).not.toHaveProperty('ai')
})

test.each(['20.20.2', '22.17.1'])('on Node %s it says last that the app needs a newer one', async (nodeVersion) => {
  const { code, output } = await run(['--yes', '--no-install'], { nodeVersion })
  expect(code).toBe(0)
  expect(output.split('\n').at(-2)).toBe(`It needs Node 22.18 or newer, and this is Node ${nodeVersion}.`)
})

test.each(['22.18.0', '24.0.0'])('on Node %s it says nothing about Node', async (nodeVersion) => {
  const { output } = await run(['--yes', '--no-install'], { nodeVersion })
  expect(output).not.toContain('Node')
})

test('with --folder . it fills the folder that it is in, which may be a new repository', async () => {
  mkdirSync(join(cwd, '.git'))
  const { code, output } = await run(['lines', '--template', 'sink', '--folder', '.', '--no-install'])
  expect(code).toBe(0)
  expect(output).not.toContain('cd ')
  expect(manifestOf('.').name).toBe('stageflow-sink-lines')
})

test('a folder gives the name, if there is no other', async () => {
  await run(['--template', 'store', '--folder', 'packages/orders', '--no-install'])
  expect(manifestOf('packages/orders').name).toBe('stageflow-store-orders')
})

test.each([
  [undefined, 'npm install', 'npm start', 'npm test'],
  ['npm/11.19.0 node/v24.21.0 linux x64 workspaces/false', 'npm install', 'npm start', 'npm test'],
  ['pnpm/12.4.2 npm/? node/v24.21.0 linux x64', 'pnpm install', 'pnpm start', 'pnpm test'],
  ['yarn/1.22.22 npm/? node/v24.21.0 linux x64', 'yarn install', 'yarn start', 'yarn test'],
  ['yarn/4.9.0 npm/? node/v24.21.0 linux x64', 'yarn install', 'yarn start', 'yarn test'],
  ['bun/1.3.0 npm/? node/v24.3.0 linux x64', 'bun install', 'bun run start', 'bun run test'],
  ['deno/2.5.0 npm/? deno/2.5.0 linux x86_64', 'npm install', 'npm start', 'npm test'],
])('the next steps of an app are for the package manager %s', async (userAgent, ...commands) => {
  const { output } = await run(['--yes', '--no-install'], userAgent === undefined ? {} : { userAgent })
  for (const command of commands) expect(output).toMatch(new RegExp(`^  ${command}(?: |$)`, 'm'))
})

test.each([
  ['npm/11.19.0', 'npm test', 'npm run check', 'npm publish'],
  ['pnpm/12.4.2', 'pnpm test', 'pnpm run check', 'pnpm publish'],
  ['yarn/1.22.22', 'yarn test', 'yarn run check', 'npm publish'],
  ['bun/1.3.0', 'bun run test', 'bun run check', 'bun publish'],
])('the next steps of a plugin are for %s', async (userAgent, ...commands) => {
  const { output } = await run(['quota', '--template', 'sink', '--no-install'], { userAgent })
  for (const command of commands) expect(output).toMatch(new RegExp(`^  ${command} `, 'm'))
})

test.each(['npm', 'pnpm', 'yarn', 'bun'])('%s installs if it started the command', async (name) => {
  fakeCommand(name, 'echo "$0 $@" > called')
  expect(await run(['--yes'], { userAgent: `${name}/1.0.0 npm/?` })).toMatchObject({ code: 0, error: '' })
  const called = readFileSync(join(cwd, 'my-app/called'), 'utf8')
  expect(called).toBe(`${join(cwd, 'bin', name)} install${name === 'npm' ? ' --no-audit --no-fund' : ''}\n`)
})

test('a package manager that is not on the PATH, or not known, leaves installing to you and says so', async () => {
  vi.stubEnv('PATH', join(cwd, 'bin'))
  onTestFinished(() => void vi.unstubAllEnvs())
  const missing = await run(['--yes'], { userAgent: 'bun/1.3.0 npm/? node/v24.3.0 linux x64' })
  expect(missing).toMatchObject({ code: 0, error: '' })
  expect(missing.output).toContain("Nothing was installed: bun isn't on the PATH.\n")
  expect(missing.output).toContain('\n  bun install\n')
  const unknown = await run(['other-app', '--yes'], { userAgent: 'deno/2.5.0 npm/?' })
  expect(unknown).toMatchObject({ code: 0, error: '' })
  expect(unknown.output).toContain(
    "Nothing was installed: the package manager deno isn't known. Known are npm, pnpm, yarn and bun.\n",
  )
  expect(unknown.output).toContain('\n  npm install\n')
})

test.each(['./', 'down/..'])('--folder %s is the folder that it is in, too', async (folder) => {
  expect(await run(['--yes', '--folder', folder, '--no-install'])).toMatchObject({ code: 0, error: '' })
  expect(manifestOf('').name).toBe('my-app')
})

test('the name of a folder above is read from its path', async () => {
  const above = join(cwd, 'orders')
  const inside = join(above, 'deep')
  mkdirSync(inside, { recursive: true })
  const { code, error } = await run(['--yes', '--folder', '../', '--no-install'], { cwd: inside })
  expect([code, error]).toEqual([1, `The folder ${above} isn't empty. Choose another name, or another --folder.\n`])
})

test.each([
  ['a folder/orders', "cd 'a folder/orders'"],
  ['über', "cd 'über'"],
  ["it's", String.raw`cd 'it'\''s'`],
  ['a$b', "cd 'a$b'"],
  ['-orders', 'cd ./-orders'],
  ['packages/@acme/orders_1.0', 'cd packages/@acme/orders_1.0'],
])('the next step leads into the folder %s from a shell', async (folder, step) => {
  const { output } = await run(['quota', '--template', 'sink', `--folder=${folder}`, '--no-install'])
  expect(output).toContain(`  ${step}\n`)
})

test('an empty name of the package manager counts as no name', async () => {
  fakeCommand('npm', 'exit 0')
  const { output } = await run(['quota', '--template', 'sink'], { userAgent: '' })
  expect(output).toContain('npm install …\nInstalled what it depends on.\n')
})

test('a file in the place of the folder, or on the way to it, stays as it is', async () => {
  writeFileSync(join(cwd, 'notes'), 'mine')
  for (const folder of ['notes', 'notes/deep/down'])
    expect(await run(['quota', '--template', 'sink', '--folder', folder, '--no-install'])).toMatchObject({
      code: 1,
      error: `${join(cwd, 'notes')} is a file. Choose another name, or another --folder.\n`,
    })
  expect(readFileSync(join(cwd, 'notes'), 'utf8')).toBe('mine')
})

test('a name that means something else in the code is told with the one that the code says', async () => {
  const { output } = await run(['event', '--template', 'sink', '--no-install'])
  expect(output).toContain('Its code says custom-event, because "event" means something else there.\n')
  expect(readdirSync(join(cwd, 'stageflow-sink-event/src'))).toContain('custom-event-sink.ts')
})

test('a folder that is not empty stays as it is', async () => {
  mkdirSync(join(cwd, 'my-app'))
  writeFileSync(join(cwd, 'my-app/notes.txt'), 'mine')
  const { code, error } = await run(['my-app', '--yes'])
  expect({ code, error }).toEqual({
    code: 1,
    error: `The folder ${join(cwd, 'my-app')} isn't empty. Choose another name, or another --folder.\n`,
  })
  expect(readdirSync(join(cwd, 'my-app'))).toEqual(['notes.txt'])
})

test.each([
  [[], /^What shall be made\? .*--template app\. --help/],
  [['--template', 'sink'], /^What is the sink called\? /],
  [['--yes', '--template', 'store'], /^What is the store called\? /],
  [['quota', '--tempalte', 'sink'], /Did you mean --template\?/],
  [['Quota', '--template', 'sink'], /did you mean "quota"\?/],
  [['typescript', '--template', 'app', '--plugins', ''], /can't be called that/],
])('without a terminal it never asks: %j ends with 2, and makes nothing', async (argv, message) => {
  const { code, output, error } = await run(argv)
  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(error).toMatch(message)
  expect(readdirSync(cwd)).toEqual([])
})

test('a failed install leaves the files, and shows what npm printed', async () => {
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:1/')
  vi.stubEnv('npm_config_fetch_retries', '0')
  const { code, error } = await run(['quota', '--template', 'sink'])
  vi.unstubAllEnvs()
  expect(code).toBe(1)
  expect(error).toMatch(
    /^npm install failed with 1 in .*stageflow-sink-quota\. The files are there\. It printed:\n[^]*ECONNREFUSED/,
  )
  expect(manifestOf('stageflow-sink-quota').name).toBe('stageflow-sink-quota')
}, 120_000) // starts npm

test('--help prints every option and exit code', async () => {
  const { code, output } = await run(['--help', '--template', 'app'])
  expect(code).toBe(0)
  for (const word of [
    '--template',
    '--model',
    '--plugins',
    '--folder',
    '--yes',
    '--no-install',
    'Exit codes: 0 done, 1 failed, 2',
  ])
    expect(output).toContain(word)
})

test('on a terminal it asks for the kind, the name, the model and the plugins', async () => {
  const { code, output } = await runAt([
    ['What do you want to make?', ENTER],
    ['What is the app called?', 'shop', ENTER],
    ['What does it ask its model with?', DOWN, ENTER],
    ['Which plugins does it use?', SPACE, ENTER],
  ])
  expect(code).toBe(0)
  expect(output).toContain('Made shop')
  expect(Object.keys(manifestOf('shop').dependencies)).toEqual([
    '@stageflow/core',
    '@stageflow/interceptor-idempotency',
    '@stageflow/interceptor-retry',
    '@stageflow/interceptor-timeout',
    '@stageflow/provider-openai',
    '@stageflow/report',
    'openai',
  ])
})

test('on a terminal a wrong name is told at once, and what was given is not asked for', async () => {
  const keys = ['Q', ENTER, '\u007F', 'quota', ENTER]
  const { code, output } = await runAt([['What is the sink called?', ...keys]], ['--template', 'sink'])
  expect(code).toBe(0)
  expect(output).toContain('must be in kebab-case: did you mean "q"?')
  expect(output).not.toContain('What do you want to make?')
  expect(manifestOf('stageflow-sink-quota').keywords).toContain('stageflow-sink')
})

test('the arrow keys choose another kind', async () => {
  await runAt([
    ['What do you want to make?', DOWN, DOWN, DOWN, ENTER],
    ['What is the sink called?', ENTER],
  ])
  expect(readdirSync(cwd)).toEqual(['stageflow-sink-quota'])
})

test('Ctrl+C at a question ends with 130, and makes nothing', async () => {
  const { code, error } = await runAt([['What do you want to make?', CTRL_C]])
  expect({ code, error }).toEqual({ code: 130, error: 'Cancelled. Nothing was made.\n' })
  expect(readdirSync(cwd)).toEqual([])
})
