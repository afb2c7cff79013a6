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
  const root = withDecisions({ '0001-one.md': page(1), '0003-three.md': page(3, { status: 'accepted as a plan' }) })
  expect(checkDecisions(root)).toEqual([])
  expect(decisionsPage(readDecisions(root))).toContain('| 1 | [One thing](0001-one.md) | 2026-11-27 | accepted |')
})

test('an index that was not written again is stale', () => {
  const root = withDecisions({ '0001-one.md': page(1) })
  writeFileSync(join(root, DECISIONS, '0002-two.md'), page(2))
  expect(checkDecisions(root)).toEqual([`${DECISIONS}/index.md is stale: run \`npm run generate\`.`])
})

test('a number that two decisions have is refused, and one that differs from the title', () => {
  expect(checkDecisions(withDecisions({ '0002-one.md': page(2), '0002-two.md': page(2) }))).toEqual([
    `${DECISIONS}/0002-two.md: 0002-one.md has its number; take the next one.`,
  ])
  expect(checkDecisions(withDecisions({ '0002-two.md': page(3) }))).toEqual([
    `${DECISIONS}/0002-two.md: its title must begin with "# 2. ".`,
  ])
})

test.each(['superseded by [decision 1](0001-one.md)', 'accepted; replaces [decision 1](0001-one.md)'])(
  'the status "%s" is refused: a decision that no longer holds is folded into the one that replaces it',
  (status) => {
    expect(checkDecisions(withDecisions({ '0002-two.md': page(2, { status }) }))).toEqual([
      `${DECISIONS}/0002-two.md: its status must be "accepted" or "accepted as a plan".`,
    ])
  },
)

test('a decision without a known status, a date or its headings is refused', () => {
  const root = withDecisions({ '0001-one.md': page(1, { status: 'maybe', date: 'soon', headings: ['Context'] }) })
  expect(checkDecisions(root).map((each) => each.replace(`${DECISIONS}/0001-one.md: `, ''))).toEqual([
    'its headings must be Context, Decision, Consequences.',
    'its status must be "accepted" or "accepted as a plan".',
    'add its date: "- **Date:** 2026-11-27".',
  ])
})
