import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { setUp as setUpAloud } from './setup.mjs'

// A program called npx stands in for the real one: it notes what it was asked, and does what the test says.

const PATH = process.env.PATH
const NODES = ['node_modules/node/bin/node', 'examples/chat/node_modules/node/bin/node']
const JITTER_NODE = 'examples/jitter/node_modules/node/bin/node'
let root
let said

const setUp = (scope, folder) => setUpAloud(scope, folder, (text) => said.push(text))

beforeEach(() => {
  said = []
  root = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-setup-')))
  write('package.json', JSON.stringify({ packageManager: 'pnpm@1.2.3' }))
  write('pnpm-lock.yaml', 'lock: 1')
  write('pnpm-workspace.yaml', 'packages: []')
  mkdirSync(join(root, 'packages'))
  npxDoes('exit 0')
  for (const node of [...NODES, JITTER_NODE]) write(node, '')
})

afterEach(() => {
  process.env.PATH = PATH
  rmSync(root, { recursive: true, force: true })
})

function write(file, text) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

function npxDoes(script) {
  write('bin/npx', `#!/bin/sh\necho "$@" >> "${root}/asked"\n${script}\n`)
  chmodSync(join(root, 'bin/npx'), 0o755)
  process.env.PATH = `${join(root, 'bin')}${delimiter}${PATH}`
}

/** What npx was asked since the last look. */
function asked() {
  const lines = existsSync(join(root, 'asked')) ? readFileSync(join(root, 'asked'), 'utf8').trim().split('\n') : []
  rmSync(join(root, 'asked'), { force: true })
  return lines
}

const INSTALL = '--yes pnpm@1.2.3 install --frozen-lockfile'
const CHAT = `${INSTALL} --prod --filter {examples/chat}...`

test('the first set-up fetches the pinned pnpm and installs everything, the second does nothing', async () => {
  expect(await setUp('all', root)).toBe(join(root, NODES[0]))
  expect(asked()).toEqual(['--yes pnpm@1.2.3 --version', INSTALL])
  await setUp('all', root)
  expect(asked()).toEqual([])
  expect(said).toHaveLength(2)
  expect(said[0]).toMatch(/^set up: pnpm@1.2.3 \(\d+\.\d s\)\n$/)
})

test('the example gets only what it needs, and everything is enough for it too', async () => {
  expect(await setUp('chat', root)).toBe(join(root, NODES[1]))
  expect(asked()).toContain(CHAT)
  await setUp('all', root)
  expect(asked()).toContain(INSTALL)
  await setUp('chat', root)
  expect(asked()).toEqual([])
})

test('a second example is added, and the first one keeps its packages', async () => {
  await setUp('chat', root)
  asked()
  expect(await setUp('jitter', root)).toBe(join(root, JITTER_NODE))
  expect(asked()).toContain(`${CHAT} --filter {examples/jitter}...`)
  expect(said.at(-1)).toMatch(/^set up: what the example jitter needs/)
  await setUp('chat', root)
  await setUp('jitter', root)
  expect(asked()).toEqual([])
})

test('another lockfile sets up again, and takes nothing away that was there', async () => {
  await setUp('all', root)
  asked()
  write('pnpm-lock.yaml', 'lock: 2')
  await setUp('chat', root)
  expect(asked()).toContain(INSTALL)
})

test('an install that was cut short is done again', async () => {
  await setUp('all', root)
  write('pnpm-lock.yaml', 'lock: 2')
  npxDoes('case "$*" in *install*) kill -9 $$ ;; esac')
  await expect(setUp('all', root)).rejects.toThrow('it takes up where this one stopped')
  write('pnpm-lock.yaml', 'lock: 1')
  npxDoes('exit 0')
  asked()
  await setUp('all', root)
  expect(asked()).toContain(INSTALL)
})

test('a Node that is gone is installed again', async () => {
  await setUp('chat', root)
  asked()
  rmSync(join(root, NODES[1]))
  await setUp('chat', root)
  expect(asked()).toContain(CHAT)
})

test('a registry that cannot be reached is named as the cause', async () => {
  npxDoes('echo "npm error code ECONNREFUSED" >&2; exit 1')
  await expect(setUp('all', root)).rejects.toThrow('The npm registry could not be reached')
})

test('a machine without npx is told where npx comes from', async () => {
  process.env.PATH = join(root, 'empty')
  await expect(setUp('all', root)).rejects.toThrow('npx was not found. It comes with npm')
})

test('what npx printed is in the error', async () => {
  npxDoes('echo "ERR_PNPM_OUTDATED_LOCKFILE the lockfile is not up to date" >&2; exit 1')
  await expect(setUp('all', root)).rejects.toThrow(
    /OUTDATED_LOCKFILE[\s\S]*install --frozen-lockfile` failed|--version` failed/,
  )
})
