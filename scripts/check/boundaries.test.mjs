import { expect, test } from 'vitest'

import { checkBoundaries } from './boundaries.mjs'
import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'

const PEER = { '@stageflow/core': '^1.0.0' }

/** The small workspace with more packages in it, each given by the fields that differ. */
function withPackages(packages) {
  const files = Object.entries(packages).map(([short, changes]) => [
    `packages/${short}/package.json`,
    manifestOf(short, changes),
  ])
  return checkBoundaries(smallWorkspace(Object.fromEntries(files)))
}

test('a workspace that keeps the rule has no problem', () => {
  expect(withPackages({})).toEqual([])
})

test('core may depend on nothing', () => {
  expect(withPackages({ core: { dependencies: { zod: '^4.0.0' } } })).toEqual([
    '@stageflow/core: remove zod; a package of role core depends on nothing.',
  ])
})

test('a package of types may depend on nothing, not even on core', () => {
  const types = { stageflow: { role: 'types' }, peerDependencies: PEER }
  expect(withPackages({ 'provider-types': types })[0]).toContain('remove @stageflow/core')
})

test('core under dependencies is refused: it is a peer', () => {
  const changes = { dependencies: { '@stageflow/core': 'workspace:*' }, peerDependencies: {} }
  expect(withPackages({ report: changes })[0]).toContain('move @stageflow/core from dependencies to peerDependencies')
})

test('a plugin may not depend on another plugin', () => {
  const changes = { peerDependencies: { ...PEER, '@stageflow/report': '^1.0.0' } }
  expect(withPackages({ retry: changes })).toEqual([
    '@stageflow/retry: remove @stageflow/report; a plugin may use core, types, base, and that is a plugin.',
  ])
})

const BASE = { stageflow: { role: 'base' } }

test('a plugin, a kit and another base may depend on a base', () => {
  const onBase = { peerDependencies: PEER, dependencies: { '@stageflow/buffer': '^1.0.0' } }
  const users = { retry: onBase, testing: { ...onBase, stageflow: { role: 'kit' } }, queue: { ...onBase, ...BASE } }
  expect(withPackages({ buffer: BASE, ...users })).toEqual([])
})

test('a base may not depend on a plugin', () => {
  const onPlugin = { ...BASE, peerDependencies: { ...PEER, '@stageflow/report': '^1.0.0' } }
  expect(withPackages({ buffer: onPlugin })).toEqual([
    '@stageflow/buffer: remove @stageflow/report; a base may use core, types, base, and that is a plugin.',
  ])
})

test('bases that depend on each other in a circle are refused, once, with the way around', () => {
  const on = (used) => ({ ...BASE, dependencies: { [`@stageflow/${used}`]: '^1.0.0' } })
  expect(withPackages({ a: on('b'), b: on('c'), c: on('a') })).toEqual([
    '@stageflow/a: bases depend on each other in a circle: @stageflow/a → @stageflow/b → @stageflow/c → @stageflow/a.',
  ])
})

test('a plugin may depend on the plugin whose name its own extends', () => {
  const changes = { peerDependencies: { ...PEER, '@stageflow/tools': '^1.0.0' } }
  expect(withPackages({ tools: {}, 'tools-mcp': changes })).toEqual([])
})

test('a name that only begins alike is not an extension', () => {
  const changes = { peerDependencies: { ...PEER, '@stageflow/tools': '^1.0.0' } }
  expect(withPackages({ tools: {}, toolsmith: changes })).toHaveLength(1)
})

test('a leaf may depend on anything, and no package on a leaf', () => {
  const leaf = { stageflow: { role: 'leaf' }, dependencies: { '@stageflow/report': 'workspace:*' } }
  expect(withPackages({ cli: leaf })).toEqual([])
  const onLeaf = { peerDependencies: { ...PEER, '@stageflow/cli': '^1.0.0' } }
  expect(withPackages({ cli: leaf, tools: onLeaf })[0]).toContain('remove @stageflow/cli')
})

test('a kit may depend on core and types, not on a plugin', () => {
  const kit = {
    stageflow: { role: 'kit' },
    peerDependencies: { ...PEER, '@stageflow/report': '^1.0.0', 'fast-check': '^4.0.0' },
  }
  expect(withPackages({ testing: kit })).toEqual([
    '@stageflow/testing: remove @stageflow/report; a kit may use core, types, base, and that is a plugin.',
  ])
})

test.each([undefined, {}, { role: 'helper' }, { role: 'toString' }])(
  'a package with the role %j is refused',
  (stageflow) => {
    expect(withPackages({ report: { stageflow } })[0]).toContain('set "stageflow": { "role": … }')
  },
)

test('a package that does not exist in the workspace is refused', () => {
  expect(withPackages({ report: { peerDependencies: { ...PEER, '@stageflow/ghost': '^1.0.0' } } })[0]).toContain(
    'no such package',
  )
})

test('an import that package.json does not declare is refused', () => {
  const root = smallWorkspace({ 'packages/report/src/again.ts': `import { z } from 'zod'\n` })
  expect(checkBoundaries(root)[0]).toContain('imports "zod", which package.json of @stageflow/report does not declare')
})

test('core may not import from Node', () => {
  const root = smallWorkspace({ 'packages/core/src/broken.ts': `import { join } from 'node:path'\n` })
  expect(checkBoundaries(root)[0]).toContain('remove "node:path"')
})

test('sources of another package are imported by name, not by path', () => {
  const root = smallWorkspace({ 'packages/report/src/again.ts': `import { broken } from '../../core/src/broken.ts'\n` })
  expect(checkBoundaries(root)[0]).toContain('leaves src')
})
