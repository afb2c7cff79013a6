import { expect, test } from 'vitest'

import { checkLinks } from './links.mjs'
import { smallWorkspace } from '../lib/small-workspace.mjs'

const check = (text) =>
  checkLinks(smallWorkspace({ 'docs/page.md': text, 'docs/other.md': '# Other\n\n## `core/cycle`, twice!\n' }))

test.each([
  'see [other](other.md)',
  'see [other](./other.md#corecycle-twice)',
  'see [up](../README.md) and [folder](../packages/core)',
  'see [there](https://example.com/nowhere.md)',
  '## Here\n\nsee [here](#here)',
  '```md\n[not a link](gone.md)\n```',
  'the text `[not a link](gone.md)`',
])('%j has no problem', (text) => {
  expect(check(text)).toEqual([])
})

test.each([
  ['see [gone](gone.md)', 'docs/page.md: gone.md leads to no file.'],
  ['see [other](other.md#gone)', 'docs/page.md: other.md#gone leads to no heading of that page.'],
  ['see [here](#gone)', 'docs/page.md: #gone leads to no heading of that page.'],
])('%j is refused', (text, problem) => {
  expect(check(text)).toEqual([problem])
})
