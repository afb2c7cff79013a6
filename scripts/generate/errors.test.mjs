import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { readErrorCodes } from './error-codes.mjs'
import { checkErrors, ERRORS_PAGE, errorsPage } from './errors.mjs'
import { manifestOf, readmeOf, smallWorkspace } from '../lib/small-workspace.mjs'

/** The small workspace with its page of errors written. */
function withPage(changes = {}) {
  const root = smallWorkspace(changes)
  mkdirSync(dirname(join(root, ERRORS_PAGE)), { recursive: true })
  writeFileSync(join(root, ERRORS_PAGE), errorsPage(root, readErrorCodes(root)))
  return root
}

const row = (code, when = 'it is so', fix = 'fix it', status = '503') =>
  `| \`${code}\` | ${status} | ${when} | ${fix} |`
const TABLE = '| code | status | when | fix |\n| --- | --- | --- | --- |\n'

test('the page has every code of the sources, with the words of its table', () => {
  const root = withPage()
  expect(checkErrors(root)).toEqual([])
  expect(readFileSync(join(root, ERRORS_PAGE), 'utf8')).toContain(
    '### core/broken\n\n*Cause:* It is broken.\n\n*Fix:* Fix it.\n',
  )
})

test('a page that was not written again is stale', () => {
  const root = withPage()
  writeFileSync(join(root, 'packages/core/README.md'), readmeOf('core', TABLE + row('core/broken', 'it fell')))
  expect(checkErrors(root)).toEqual([`${ERRORS_PAGE} is stale: run \`npm run generate\`.`])
})

test('a code without a row is refused', () => {
  const root = withPage({ 'packages/core/README.md': readmeOf('core') })
  expect(checkErrors(root)[0]).toContain('packages/core/README.md: add a row for core/broken')
})

test('two rows of one code are refused', () => {
  const readme = readmeOf('core', TABLE + row('core/broken') + '\n' + row('core/broken'))
  expect(checkErrors(withPage({ 'packages/core/README.md': readme }))).toEqual([
    'packages/core/README.md: make one row of the 2 rows of core/broken.',
  ])
})

test.each([
  ['core/run-timeout', 'timed-out'],
  ['core/exceeded', 'timed-out'],
  ['core/illegal-argument', 'illegal-option'],
  ['core/other-graph', 'changed-graph'],
  ['core/store-unavailable', 'unavailable'],
  ['core/queue-full', 'full'],
  ['core/unserializable', 'not-json'],
])('the code %s is refused, because other packages have %s for that idea', (code, word) => {
  const root = withPage({
    'packages/core/README.md': readmeOf('core', TABLE + row(code)),
    'packages/core/src/broken.ts': `export const broken = () => fail('${code}')\n`,
    'packages/core/src/broken.test.ts': `test('${code}', () => {})\n`,
  })
  expect(checkErrors(root)).toEqual([`packages/core/src/broken.ts: call ${code} what other packages call it: ${word}.`])
})

test('the first half of a code is the name of the package without interceptor-', () => {
  const withCode = (code) => {
    const root = withPage({
      'packages/interceptor-retry/package.json': manifestOf('interceptor-retry'),
      'packages/interceptor-retry/README.md': readmeOf('interceptor-retry', TABLE + row(code)),
      'packages/interceptor-retry/src/retry.ts': `export const broken = () => fail('${code}')\n`,
      'packages/interceptor-retry/src/retry.test.ts': `test('${code}', () => {})\n`,
    })
    return checkErrors(root)
  }
  expect(withCode('retry/torn')).toEqual([])
  expect(withCode('interceptor-retry/torn')).toEqual([
    'packages/interceptor-retry/src/retry.ts: begin interceptor-retry/torn with "retry/".',
  ])
})

test('timed-out, full, unavailable and the like are the words', () => {
  for (const [code, status] of [
    ['core/timed-out', '504'],
    ['core/cleanup-timed-out', '503'],
    ['core/full', '503'],
    ['core/unavailable', '503'],
    ['core/changed-graph', '500'],
  ]) {
    const root = withPage({
      'packages/core/README.md': readmeOf('core', TABLE + row(code, 'it is so', 'fix it', status)),
      'packages/core/src/broken.ts': `export const broken = () => fail('${code}')\n`,
      'packages/core/src/broken.test.ts': `test('${code}', () => {})\n`,
    })
    expect(checkErrors(root)).toEqual([])
  }
})

test('a row without a code is refused', () => {
  const readme = readmeOf('core', TABLE + row('core/broken') + '\n' + row('core/gone'))
  expect(checkErrors(withPage({ 'packages/core/README.md': readme }))[0]).toContain('remove the row of core/gone')
})

test('a row that does not say how to fix it is refused', () => {
  const readme = readmeOf('core', TABLE + row('core/broken', 'it is so', ''))
  expect(checkErrors(withPage({ 'packages/core/README.md': readme }))[0]).toContain('how to fix it')
})

test('a code that no test provokes is refused', () => {
  const root = withPage({ 'packages/core/src/broken.test.ts': '' })
  expect(checkErrors(root)).toEqual([
    'packages/core: no test provokes core/broken (made in packages/core/src/broken.ts).',
  ])
})

test('a long table lives in docs/errors.md of the package', () => {
  const root = withPage({
    'packages/core/README.md': readmeOf('core'),
    'packages/core/docs/errors.md': TABLE + row('core/broken'),
  })
  expect(checkErrors(root)).toEqual([])
})

test('a code is found in any quotes, and over several lines', () => {
  const source = 'export const broken = () => fail(\n  `core/one`,\n  "core/two-words",\n)\n'
  const codes = (changes) => readErrorCodes(smallWorkspace(changes)).flatMap((each) => [...each.codes.keys()])
  expect(codes({ 'packages/core/src/broken.ts': source })).toEqual(['core/one', 'core/two-words'])
})

test('comments, run notes, slots and other words with a slash are not codes', () => {
  const source = `// 'core/comment'\n/** 'core/doc' */\nrun.note('core/problems', [])\nconst PROBLEMS_NOTE = 'core/x'\ninterface Notes { 'core/y'?: string }\nconst run = createSlot<Run>('core/run')\nif (request.method === 'core/call') call()\nconst type = 'text/plain'\n`
  const root = smallWorkspace({ 'packages/core/src/broken.ts': source })
  expect(readErrorCodes(root).flatMap((each) => [...each.codes.keys()])).toEqual([])
})

const withStatus = (status) => readmeOf('core', TABLE + row('core/broken', 'it is so', 'fix it', status))

test.each(['400', '401', '403', '404', '409', '413', '422', '429', '499', '500', '502', '503', '504'])(
  'the page shows the HTTP status %s of a code',
  (status) => {
    const root = withPage({ 'packages/core/README.md': withStatus(status) })
    expect(checkErrors(root)).toEqual([])
    expect(readFileSync(join(root, ERRORS_PAGE), 'utf8')).toContain(
      `*Cause:* It is so.\n\n*Fix:* Fix it.\n\n*HTTP status:* ${status}\n`,
    )
  },
)

test('a code that ends no request has a dash, and the page shows no status for it', () => {
  const root = withPage({ 'packages/core/README.md': withStatus('–') })
  expect(checkErrors(root)).toEqual([])
  expect(readFileSync(join(root, ERRORS_PAGE), 'utf8')).not.toContain('*HTTP status:*')
})

test.each(['', 'none', '200', '418', '599', '-'])('a status like "%s" is refused', (status) => {
  expect(checkErrors(withPage({ 'packages/core/README.md': withStatus(status) }))[0]).toContain(
    `the status of core/broken is "${status}". Write one of 400, 401, `,
  )
})

test('a code has the status that its second half has in every package', () => {
  const root = withPage({
    'packages/core/README.md': readmeOf('core', TABLE + row('core/timed-out', 'it is so', 'fix it', '503')),
    'packages/core/src/broken.ts': `export const broken = () => fail('core/timed-out')\n`,
    'packages/core/src/broken.test.ts': `test('core/timed-out', () => {})\n`,
  })
  expect(checkErrors(root)).toEqual([
    'packages/core/README.md: the status of core/timed-out is 503; by scripts/lib/vocabulary.mjs it is 504. Change it, or say in "when" where else the code comes.',
  ])
})

test('a second half that two packages have is refused until it has one status', () => {
  const files = (short, code) => ({
    [`packages/${short}/package.json`]: manifestOf(short),
    [`packages/${short}/README.md`]: readmeOf(short, TABLE + row(code)),
    [`packages/${short}/src/broken.ts`]: `export const broken = () => fail('${code}')\n`,
    [`packages/${short}/src/broken.test.ts`]: `test('${code}', () => {})\n`,
  })
  expect(checkErrors(withPage({ ...files('core', 'core/sold-out'), ...files('shop', 'shop/sold-out') }))).toEqual([
    'Several packages have a code sold-out: give it one HTTP status in STATUSES of scripts/lib/vocabulary.mjs.',
  ])
})

test('an example of a page gives a code the status of its table', () => {
  const page = (status) => ({
    'docs/serve.md': `\`\`\`ts\nconst STATUSES = { 'core/broken': ${status}, 'app/own': 418 }\n\`\`\`\n`,
  })
  expect(checkErrors(withPage(page(503)))).toEqual([])
  expect(checkErrors(withPage(page(500)))).toEqual([
    'docs/serve.md: the status of core/broken is 500; in its table it is 503.',
  ])
})

test('a table without the column status is refused', () => {
  const table = '| code | when | fix |\n| --- | --- | --- |\n| `core/broken` | it is so | fix it |'
  expect(checkErrors(withPage({ 'packages/core/README.md': readmeOf('core', table) }))[0]).toContain(
    'the status of core/broken is missing. Write one of 400, 401, ',
  )
})

test('the page links to the guide of a code, under the title of that page', () => {
  const root = withPage({ 'docs/concepts/pipelines.md': '# Pipelines\n' })
  expect(readFileSync(join(root, ERRORS_PAGE), 'utf8')).toContain('*Guide:* [Pipelines](../concepts/pipelines.md)')
})
