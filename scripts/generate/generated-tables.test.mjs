import { expect, test } from 'vitest'

import { table, withTables } from './generated-tables.mjs'

const PAGE = `# Page

<!-- calls:start: npm run generate writes this -->
old
<!-- calls:end -->

By hand.

<!-- errors:start -->
<!-- errors:end -->
`

test('each table goes between its own markers, and the rest of the page stays', () => {
  const page = withTables(PAGE, { calls: 'new calls', errors: 'new errors' })
  expect(page).toBe(`# Page

<!-- calls:start: npm run generate writes this -->

new calls

<!-- calls:end -->

By hand.

<!-- errors:start -->

new errors

<!-- errors:end -->
`)
  expect(withTables(page, { calls: 'new calls', errors: 'new errors' })).toBe(page)
})

test('a page without the markers of a table is refused: the table would be nowhere, and nothing stale', () => {
  expect(() => withTables(PAGE, { calls: 'new calls', gone: 'new' })).toThrow(
    'The page lacks <!-- gone:start --> and <!-- gone:end -->, between which its table belongs.',
  )
})

test('a bar in a cell does not end the cell', () => {
  expect(table(['a', 'b'], [['x | y', 'z']])).toBe('| a | b |\n| --- | --- |\n| x \\| y | z |')
})
