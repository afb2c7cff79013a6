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

test('an import that package.json does not declare is refused, whatever is installed', () => {
  const importing = (name) =>
    checkBoundaries(smallWorkspace({ 'packages/report/src/again.ts': `import x from '${name}'\n` }))
  expect(importing('fast-check')).toEqual([
    'packages/report/src/again.ts: imports "fast-check", which package.json of @stageflow/report does not declare.',
  ])
  expect(importing('@stageflow/testing/durable')).toHaveLength(1)
  expect(['@stageflow/core/kit', 'node:path', './once.ts'].flatMap(importing)).toEqual([])
})

test('an import that only devDependencies declare is refused', () => {
  const manifest = manifestOf('report', { devDependencies: { '@stageflow/core': 'workspace:*', vitest: '^5.0.0' } })
  const source = `import { test } from 'vitest'\n`
  const root = smallWorkspace({ 'packages/report/package.json': manifest, 'packages/report/src/again.ts': source })
  expect(checkBoundaries(root)[0]).toContain('imports "vitest"')
})
