import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { checkPackageTable, withPackageTable } from './package-table.mjs'
import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'

test('the packages to start with come first in a fixed order, then one table a group, and nothing private', () => {
  const shorts = ['testing', 'defaults', 'other', 'store-b', 'sink-a', 'exporter-a', 'interceptor-b', 'interceptor-a']
  const root = smallWorkspace({
    ...Object.fromEntries(shorts.map((short) => [`packages/${short}/package.json`, manifestOf(short)])),
    'packages/secret/package.json': manifestOf('secret', { private: true }),
  })
  const lines = withPackageTable(root).match(/^(## .*|\| \[.*)$/gm)
  expect(lines.map((line) => line.match(/@stageflow\/([a-z-]+)|## (\S+)/)[0])).toEqual([
    '## Start',
    '@stageflow/core',
    '@stageflow/defaults',
    '@stageflow/testing',
    '@stageflow/report',
    '## Interceptors',
    '@stageflow/interceptor-a',
    '@stageflow/interceptor-b',
    '## Sinks',
    '@stageflow/sink-a',
    '@stageflow/exporter-a',
    '## Stores',
    '@stageflow/store-b',
    '## More',
    '@stageflow/other',
  ])
})

test('a description may contain what a replacement pattern looks like', () => {
  const root = smallWorkspace({ 'packages/core/package.json': manifestOf('core', { description: 'Costs $1 or $&.' }) })
  expect(withPackageTable(root)).toContain('| Costs $1 or $&. |')
})

test('a table that was not written again is stale', () => {
  const root = smallWorkspace()
  expect(checkPackageTable(root)[0]).toContain('stale')
  writeFileSync(join(root, 'docs/reference/packages.md'), withPackageTable(root))
  expect(checkPackageTable(root)).toEqual([])
  writeFileSync(join(root, 'packages/core/package.json'), manifestOf('core', { description: 'Another sentence.' }))
  expect(checkPackageTable(root)[0]).toContain('stale')
})

test('a page that lost its markers is refused', () => {
  expect(checkPackageTable(smallWorkspace({ 'docs/reference/packages.md': '# Packages\n' }))[0]).toContain('markers')
})
