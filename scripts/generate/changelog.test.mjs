import { expect, test } from 'vitest'

import { smallWorkspace } from '../lib/small-workspace.mjs'
import { changelogPage, checkChangelog } from './changelog.mjs'

const REPORT = `# @stageflow/report

## 1.0.1

### Patch Changes

- It reports.

## 1.0.0

Reports.
`

test('the page has every package with its releases, newest first, below one heading each', () => {
  const page = changelogPage(smallWorkspace({ 'packages/report/CHANGELOG.md': REPORT }))
  expect(page.slice(page.indexOf('## @stageflow'))).toBe(`## @stageflow/core

### 1.0.0

Does a small thing.

## @stageflow/report

### 1.0.1

#### Patch Changes

- It reports.

### 1.0.0

Reports.
`)
})

test('a page that lacks a release is stale, one that is generated is not', () => {
  const page = changelogPage(smallWorkspace())
  const changes = { 'docs/project/changelog.md': page }
  expect(checkChangelog(smallWorkspace(changes))).toEqual([])
  expect(checkChangelog(smallWorkspace({ ...changes, 'packages/report/CHANGELOG.md': REPORT }))).toEqual([
    'docs/project/changelog.md is stale: run `npm run generate`.',
  ])
})
