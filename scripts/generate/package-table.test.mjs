import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { checkPackageTable, withPackageTable } from './package-table.mjs'
import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'

test('the table has every published package, core first, and nothing private', () => {
  const secret = manifestOf('secret', { private: true })
  const root = smallWorkspace({
    'packages/agent/package.json': manifestOf('agent'),
    'packages/secret/package.json': secret,
  })
  const rows = withPackageTable(root).match(/^\| \[.*$/gm)
  expect(rows.map((row) => row.match(/`(.*)`/)[1])).toEqual([
    '@stageflow/core',
    '@stageflow/agent',
    '@stageflow/report',
  ])
})

test('a table that was not written again is stale', () => {
  const root = smallWorkspace()
  expect(checkPackageTable(root)[0]).toContain('stale')
  writeFileSync(join(root, 'README.md'), withPackageTable(root))
  expect(checkPackageTable(root)).toEqual([])
  writeFileSync(join(root, 'packages/core/package.json'), manifestOf('core', { description: 'Another sentence.' }))
  expect(checkPackageTable(root)[0]).toContain('stale')
})

test('a README that lost its markers is refused', () => {
  expect(checkPackageTable(smallWorkspace({ 'README.md': '# Small\n' }))[0]).toContain('markers')
})
