import { expect, test } from 'vitest'

import { importedPackages, installedPackages, missingInstalls } from './installs.mjs'

test('imports count by package, without node: and files', () => {
  const body = `import { a } from '@stageflow/core/kit'\nimport b from 'node:fs'\nimport c from './c.ts'\nimport d from 'ai'`
  expect(importedPackages(body)).toStrictEqual(['@stageflow/core', 'ai'])
})

test('install commands are read over continued lines, without flags, comments and versions', () => {
  const text = 'npm install a @b/c@1.2 \\\n  d\nnpm install --save-dev e # f\nrun `npm install g` too'
  expect([...installedPackages(text)]).toStrictEqual(['a', '@b/c', 'd', 'e', 'g'])
})

test('a page that makes a package installs what that package names', () => {
  const text = '```sh\nnpm create stageflow@latest table -- --template store\n```'
  expect([...installedPackages(text)]).toEqual(
    expect.arrayContaining(['@stageflow/core', '@stageflow/interceptor-idempotency', 'typescript']),
  )
})

test('a guide that lacks an install line for what its code imports is refused by name, other pages are not', () => {
  const snippets = [{ body: `import { tools } from '@stageflow/tools'` }]
  const [problem] = missingInstalls('docs/how-to/page.md', 'npm install @stageflow/core', snippets)
  expect(problem).toMatch(/^docs\/how-to\/page\.md: its code imports @stageflow\/tools;/)
  expect(missingInstalls('docs/how-to/page.md', 'npm install @stageflow/tools', snippets)).toStrictEqual([])
  expect(missingInstalls('docs/concepts/page.md', '', snippets)).toStrictEqual([])
})
