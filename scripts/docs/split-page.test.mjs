import { expect, test } from 'vitest'

import { followMoved, splitPage } from '../../website/split-page.mjs'

const PAGE = `# @stageflow/core

## Classes

### Pipeline

Defined in: [packages/core/src/pipeline/pipeline.ts:5](https://example.com)

Describes stages. It has more.

#### clock

See [\`Clock\`](#clock-1) and [\`retry\`](retry.md#retry).

\`\`\`ts
# not a heading
\`\`\`

## Interfaces

### Clock

Defined in: [packages/core/src/base/clock.ts:9](https://example.com)

#### Methods

##### now()

Returns to [\`Pipeline\`](#pipeline).
`

test('the exports of each source file get a page, and the old page lists all of them with their first sentence', () => {
  const { pages } = splitPage('core.md', PAGE)
  expect([...pages.keys()]).toEqual(['core.md', 'core/pipeline/pipeline.md', 'core/base/clock.md'])
  expect(pages.get('core.md')).toBe(`# @stageflow/core


## Classes

- [\`Pipeline\`](core/pipeline/pipeline.md#pipeline): Describes stages.

## Interfaces

- [\`Clock\`](core/base/clock.md#clock)
`)
  expect(pages.get('core/base/clock.md')).toContain('\n## Clock\n')
  expect(pages.get('core/base/clock.md')).toContain('\n#### now()\n')
})

test('an anchor with a number leads to the heading that had it, on its new page', () => {
  const { pages, moved } = splitPage('core.md', PAGE)
  const from = 'core/pipeline/pipeline.md'
  const text = followMoved(pages.get(from), { from, at: 'core.md', file: 'core.md', moved })
  expect(text).toContain('[`Clock`](../base/clock.md#clock)')
  expect(text).toContain('[`retry`](../../retry.md#retry)')
})

test('the links of other pages lead to the new pages, and their other links stay', () => {
  const { moved } = splitPage('core.md', PAGE)
  const text = '[a](../core.md#clock-1) [b](#clock) [c](https://example.com#clock) [d](../core.md)'
  expect(followMoved(text, { from: 'core/kit.md', file: 'core.md', moved })).toBe(
    '[a](base/clock.md#clock) [b](#clock) [c](https://example.com#clock) [d](../core.md)',
  )
})
