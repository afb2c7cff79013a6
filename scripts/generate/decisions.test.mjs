import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { checkDecisions, DECISIONS, decisionsPage, readDecisions } from './decisions.mjs'
import { smallWorkspace } from '../lib/small-workspace.mjs'

const page = (
  number,
  { status = 'accepted', date = '2026-11-27', headings = ['Context', 'Decision', 'Consequences'] } = {},
) =>
  `# ${number}. One thing\n\n- **Area:** Core\n- **Status:** ${status}\n- **Date:** ${date}\n\n${headings.map((each) => `## ${each}\n\nText.\n`).join('\n')}`

/** The small workspace with these decisions and their index. */
function withDecisions(pages) {
  const root = smallWorkspace(
    Object.fromEntries(Object.entries(pages).map(([file, text]) => [`${DECISIONS}/${file}`, text])),
  )
  writeFileSync(join(root, DECISIONS, 'index.md'), decisionsPage(readDecisions(root)))
  return root
}

test('decisions with an index are accepted, and the index has a row for each', () => {
  const replaced = page(2, { status: 'superseded by [decision 1](0001-one.md)' })
  const root = withDecisions({ '0001-one.md': page(1), '0002-two.md': replaced })
  expect(checkDecisions(root)).toEqual([])
  expect(decisionsPage(readDecisions(root))).toContain('| 1 | [One thing](0001-one.md) | 2026-11-27 | accepted |')
})

test('an index that was not written again is stale', () => {
  const root = withDecisions({ '0001-one.md': page(1) })
  writeFileSync(join(root, DECISIONS, '0002-two.md'), page(2))
  expect(checkDecisions(root)).toEqual([`${DECISIONS}/index.md is stale: run \`npm run generate\`.`])
})

test('a gap in the numbers is refused', () => {
  expect(checkDecisions(withDecisions({ '0002-two.md': page(2) }))[0]).toContain('its number must be 1')
})

test('a decision without a known status, a date or its headings is refused', () => {
  const root = withDecisions({ '0001-one.md': page(1, { status: 'maybe', date: 'soon', headings: ['Context'] }) })
  expect(checkDecisions(root).map((each) => each.replace(`${DECISIONS}/0001-one.md: `, ''))).toEqual([
    'its headings must be Context, Decision, Consequences.',
    'its status must be "accepted", "accepted as a plan" or "superseded by [decision N](….md)".',
    'add its date: "- **Date:** 2026-11-27".',
  ])
})
