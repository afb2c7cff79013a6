import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { linkPeers } from './peer-links.mjs'

let root

function write(file, text) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-peers-')))
  write('packages/notes.txt', 'no package')
  write(
    'packages/report/package.json',
    JSON.stringify({ peerDependencies: { '@stageflow/core': '^1.0.0', absent: '^1.0.0' } }),
  )
  write('examples/chat/node_modules/@stageflow/core/index.js', 'the copy of the app')
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

test('a package finds its peers where the app has them; linking again changes nothing', () => {
  linkPeers(root, ['examples/chat'])
  linkPeers(root, ['examples/chat'])
  const found = readFileSync(join(root, 'packages/report/node_modules/@stageflow/core/index.js'), 'utf8')
  expect(found).toBe('the copy of the app')
})

test('a peer that the app does not have is found where another package brings it along', () => {
  const peerDependencies = { '@stageflow/core': '^1.0.0', pino: '^10.0.0' }
  write('packages/logging/package.json', JSON.stringify({ peerDependencies }))
  write('packages/defaults/package.json', JSON.stringify({ dependencies: { pino: '^10.0.0' } }))
  write('packages/defaults/node_modules/pino/index.js', 'the copy of defaults')
  write('packages/defaults/node_modules/@stageflow/core/index.js', 'not the copy of the app')
  linkPeers(root, ['examples/chat'])
  const found = (name) => readFileSync(join(root, 'packages/logging/node_modules', name, 'index.js'), 'utf8')
  expect([found('pino'), found('@stageflow/core')]).toEqual(['the copy of defaults', 'the copy of the app'])
})
