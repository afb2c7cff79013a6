import { expect, test } from 'vitest'

import { checkAnatomy } from './anatomy.mjs'
import { manifestOf, readmeOf, smallWorkspace } from '../lib/small-workspace.mjs'

const problemsWith = (changes) => checkAnatomy(smallWorkspace(changes))
const REPORT = 'packages/report'

test('a workspace whose packages are whole has no problem', () => {
  expect(problemsWith({})).toEqual([])
})

test.each(['README.md', 'CHANGELOG.md', 'tsconfig.json', 'src/index.ts'])('a package without %s is refused', (file) => {
  expect(problemsWith({ [`${REPORT}/${file}`]: undefined })).toContain(`${REPORT}: ${file} is missing.`)
})

test('a licence that differs from the one at the root is refused', () => {
  expect(problemsWith({ [`${REPORT}/LICENSE`]: 'Do what you like.' })[0]).toContain('make it a copy')
})

test.each([
  ['# report\n\n## 1.0.0\n\nDoes it.\n', 'the first line must be "# @stageflow/report"'],
  ['# @stageflow/report\n\n## 0.9.0\n\nDoes it.\n', 'the newest heading must be "## 1.0.0"'],
  ['# @stageflow/report\n', 'the newest heading must be "## 1.0.0"'],
  ['# @stageflow/report\n\n## 1.0.0\n', 'say below "## 1.0.0" what users get'],
])('a changelog like %j is refused', (changelog, problem) => {
  expect(problemsWith({ [`${REPORT}/CHANGELOG.md`]: changelog }).join('\n')).toContain(problem)
})

test('a package without a test is refused', () => {
  expect(problemsWith({ [`${REPORT}/src/again.test.ts`]: undefined })[0]).toContain('there is no test')
})

test.each([
  [{ sideEffects: undefined }, '"sideEffects" must be false'],
  [{ engines: { node: '>=20' } }, '"engines.node" must be'],
  [{ keywords: ['pipeline'] }, '"keywords" must contain "stageflow"'],
  [{ keywords: ['stageflow', 'stageflow-interceptor', 'small'] }, 'at least two words that people search for'],
  [{ homepage: 'https://example.com' }, '"homepage" must be'],
  [{ bugs: undefined }, '"bugs.url" must be'],
  [{ repository: { url: 'git+https://example.com/report.git' } }, '"repository.url" must be'],
  [{ exports: { '.': './src/index.ts' } }, '"exports" must map "." to {"@stageflow/source":"./src/index.ts",'],
  [{ files: ['dist'] }, '"files" must contain "src"'],
  [{ license: 'ISC' }, '"license" must be "MIT"'],
  [{ type: 'commonjs' }, '"type" must be "module"'],
  [{ description: 'no sentence' }, '"description" must be a sentence'],
  [{ repository: { directory: 'packages/other' } }, '"repository.directory" must be'],
  [{ name: '@stageflow/other' }, '"name" must be "@stageflow/report"'],
  [{ publishConfig: { access: 'public', provenance: true } }, '"publishConfig.exports" must map'],
  [{ scripts: { build: 'tsc' } }, '"scripts" must be {"prepublishOnly":'],
  [{ scripts: undefined }, '"scripts" must be {"prepublishOnly":'],
  [{ peerDependencies: { '@stageflow/core': 'workspace:^' } }, 'needs a floor written by hand'],
  [{ dependencies: { '@stageflow/models': 'workspace:^1.0.0' } }, 'must be "workspace:^", not "workspace:^1.0.0"'],
  [{ devDependencies: {} }, 'add "@stageflow/core": "workspace:*" to devDependencies'],
])('a package.json with %j is refused', (changes, problem) => {
  expect(problemsWith({ [`${REPORT}/package.json`]: manifestOf('report', changes) }).join('\n')).toContain(problem)
})

test.each([
  ['# report\n', 'the first line must be "# @stageflow/report"'],
  [
    readmeOf('report').replace('A small package.', 'Another package.'),
    'must begin with the "description" of package.json: A small',
  ],
  [readmeOf('report').replace('Use it if', 'It is for when'), 'must say when to use the package'],
  [readmeOf('report').replace('## Errors', '## Faults'), 'add "## Errors"'],
  [readmeOf('report').replace('## Install', '## Why'), '"## Why" is none of the headings'],
  [readmeOf('report').replace('## Install\n\n## Use', '## Use\n\n## Install'), 'order the headings: Install · Use'],
  [readmeOf('report') + '\n'.repeat(100) + 'end\n', 'lines of text; the longest allowed is 100'],
  [
    `${readmeOf('report')}\`\`\`sh\n${'npm test\n'.repeat(99)}\`\`\`\n`,
    '101 lines of code; the longest allowed is 100',
  ],
])('a README like %j is refused', (readme, problem) => {
  expect(problemsWith({ [`${REPORT}/README.md`]: readme }).join('\n')).toContain(problem)
})

test('rows of option tables do not count as lines of a README', () => {
  const options = `## Options\n\n${'| `a` | number | 1 | Does it. |\n'.repeat(120)}\n`
  expect(problemsWith({ [`${REPORT}/README.md`]: readmeOf('report', 'None.', options) })).toEqual([])
})

test('a heading within a code fence does not count', () => {
  const readme = readmeOf('report').replace('## Use\n', '## Use\n\n```sh\n## not a heading\n```\n')
  expect(problemsWith({ [`${REPORT}/README.md`]: readme })).toEqual([])
})

test('a README that leaves a dependency out is refused', () => {
  const manifest = manifestOf('report', { dependencies: { 'small-vendor': '^1.0.0' } })
  const problems = (readme) =>
    problemsWith({ [`${REPORT}/package.json`]: manifest, [`${REPORT}/README.md`]: readme }).join('\n')
  expect(problems(readmeOf('report'))).toContain(`${REPORT}/README.md: name the dependency small-vendor.`)
  expect(problems(`${readmeOf('report')}\nIts only dependency is small-vendor.\n`)).not.toContain('name the dependency')
})

test('an option without a row in the Options section is refused', () => {
  const source = `export interface AgainOptions {\n  /** How often. */\n  readonly times?: number\n}\n`
  const changes = { [`${REPORT}/src/options.ts`]: source }
  const options = (text) => ({
    ...changes,
    [`${REPORT}/README.md`]: readmeOf('report', 'None.', `## Options\n\n${text}\n\n`),
  })
  const missing = [`${REPORT}/README.md: give AgainOptions.times a row in "## Options".`]
  expect(problemsWith(options('| `delay` | `number` | 1 | How long, unlike `times`. |'))).toEqual(missing)
  expect(problemsWith(options('Others: `times` (3).'))).toEqual(missing)
  expect(problemsWith(options('| `times` | `number` | 3 | How often. |'))).toEqual([])
  expect(problemsWith(options('| `again` | `times` | 3 | How often. |'))).toEqual([])
})

test.each([
  ['file', 'path'],
  ['ms', 'timeoutMs'],
  ['keepMs', 'ttlMs for a record, retentionMs for an ended run'],
])('the option %s is refused, because other packages have %s for that idea', (option, word) => {
  const problems = problemsWith({
    [`${REPORT}/src/options.ts`]: `export interface AgainOptions {\n  readonly ${option}?: number\n}\n`,
  })
  expect(problems).toEqual([
    `${REPORT}/src/options.ts: call AgainOptions.${option} what other packages call it: ${word}.`,
  ])
})

test('a refused word is found in any interface that an entry exports, and not in counts', () => {
  const withTool = (owner, index) =>
    problemsWith({
      [`${REPORT}/src/tool.ts`]: `export interface ${owner} {\n  readonly redact?: boolean\n}\n`,
      [`${REPORT}/src/index.ts`]: index,
    })
  const exporting = (owner) => `export type { ${owner} } from './tool.ts'\n`
  expect(withTool('Definition', exporting('Definition'))).toContain(
    `${REPORT}/src/tool.ts: call Definition.redact what other packages call it: redaction.`,
  )
  expect(withTool('Definition', '').join()).not.toContain('Definition.redact')
  expect(withTool('ToolStats', exporting('ToolStats')).join()).not.toContain('ToolStats.redact')
})

test('a plugin that states another range of core than its manifest is refused', () => {
  const stating = (range) =>
    problemsWith({
      [`${REPORT}/src/cache.ts`]: `export const cache = {\n    name: 'cache',\n    core: '${range}',\n}\n`,
    })
  expect(stating('^1.0.0')).toEqual([])
  expect(stating('^1.2.0')).toEqual([expect.stringContaining("core is '^1.2.0', but the manifest has the peer")])
})

test('a plugin that states no range of core is refused', () => {
  const folder = 'packages/sink-lines'
  const problems = problemsWith({
    [`${folder}/package.json`]: manifestOf('sink-lines', { peerDependencies: { '@stageflow/core': '^1.0.0' } }),
    [`${folder}/src/index.ts`]: "export { LineSink } from './line-sink.ts'\n",
  })
  expect(problems).toContainEqual(`${folder}: state the versions of core that the plugin needs: core: '^1.0.0'.`)
})

test('an interceptor says what it does to a call, and where to put it', () => {
  const short = 'interceptor-retry'
  const files = { 'package.json': manifestOf(short), 'README.md': readmeOf(short) }
  const changes = Object.entries(files).map(([file, text]) => [`packages/${short}/${file}`, text])
  const problems = problemsWith(Object.fromEntries(changes)).join('\n')
  expect(problems).toContain('add "## What it does to a call"')
  expect(problems).toContain('add "## Where to put it"')
})

test.each([
  [`export * from './again.ts'\n`, 'name what is exported'],
  [`export const two = 2\n`, 'exports only; move the logic out'],
])('an index like %j is refused', (index, problem) => {
  expect(problemsWith({ [`${REPORT}/src/index.ts`]: index }).join('\n')).toContain(problem)
})

test.each([
  ['src/utils.ts', 'name the file after what it holds'],
  ['src/runStage.ts', 'file names are kebab-case'],
])('a source called %s is refused', (file, problem) => {
  expect(problemsWith({ [`${REPORT}/${file}`]: 'export const one = 1\n' }).join('\n')).toContain(problem)
})
