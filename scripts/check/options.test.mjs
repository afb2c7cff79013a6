import { expect, test } from 'vitest'

import { checkDefaults, checkOptions } from './options.mjs'
import { readmeOf, smallWorkspace } from '../lib/small-workspace.mjs'

const head = ['| name | type | default | what it does | declared by |', '| --- | --- | --- | --- | --- |']
const row = (name, byDefault, owner) => `| \`${name}\` | \`number\` | ${byDefault} | Does it. | ${owner} |`
const stageRows = [row('join', 'none', 'core'), row('brokenMs', '30,000', '`report`')]
const runRows = [row('timeoutMs', 'no limit', 'core'), row('ports', 'none', 'core')]
const pageOf = (stage, run) =>
  [
    '# Options',
    '',
    '## Options of a stage',
    '',
    ...head,
    ...stage,
    '',
    '## Options of a run',
    '',
    ...head,
    ...run,
    '',
  ].join('\n')

const CORE = `export interface SharedOptions { readonly join?: string }
export interface RunOptions {
  /** No limit by default. */
  readonly timeoutMs?: number
}
`
const PLUGIN = `declare module '@stageflow/core' {
  interface StageOptions {
    /** Maximum time, in ms. Default: 30,000. */
    readonly brokenMs?: number
  }
  interface StageNotes { readonly broken?: string }
}
export interface RunOptions { readonly unrelated?: string }
`
const problemsOf = (stage = stageRows, run = runRows) =>
  checkOptions(
    smallWorkspace({
      'packages/core/src/options.ts': CORE,
      'packages/report/src/options.ts': PLUGIN,
      'docs/reference/options.md': pageOf(stage, run),
    }),
  ).problems

test('a page that lists every option has no problem, and interfaces of the same name in other packages do not count', () => {
  expect(problemsOf()).toEqual([])
})

test('an option without a row is refused, in core and in a plugin', () => {
  expect(problemsOf([])).toEqual([
    'docs/reference/options.md: "Options of a stage" lacks `join` of core; add its row.',
    'docs/reference/options.md: "Options of a stage" lacks `brokenMs` of report; add its row.',
  ])
})

test('a row that no type declares, or another package, is refused', () => {
  expect(problemsOf([...stageRows, row('gone', 'none', 'core')])).toEqual([
    'docs/reference/options.md: "Options of a stage" has `gone` of core, which no type declares; remove the row.',
  ])
  expect(problemsOf(stageRows, [row('timeoutMs', 'no limit', '`report`'), row('ports', 'none', 'core')])).toHaveLength(
    2,
  )
})

test('a default that differs from the docstring is refused', () => {
  expect(problemsOf([row('join', 'none', 'core'), row('brokenMs', '10,000', '`report`')])).toEqual([
    'docs/reference/options.md: the default of `brokenMs` is "10,000"; its type says 30,000.',
  ])
})

const CODE = `const DAY_MS = 24 * 60 * 60 * 1_000
const DEFAULTS = { attempts: 3, backoff: 'full' }
export function settings(options) {
  const { keepLast = false, ttlMs = DAY_MS, name = nameOf(options) } = options
  return { ...DEFAULTS, keepLast, ttlMs, name, leaseMs: options.leaseMs ?? 5_000, retry: { attempts: 3, baseMs: 100 } }
}
`
const DEFAULT_ROWS = {
  attempts: '`3`',
  backoff: "`'full'`",
  keepLast: 'false',
  ttlMs: '86,400,000',
  leaseMs: '5_000',
  'retry.baseMs': '100',
  name: 'none',
  unread: '7',
}
const defaultsWith = (changes, code = CODE) => {
  const rows = Object.entries({ ...DEFAULT_ROWS, ...changes }).map(([name, value]) => `| \`${name}\` | ${value} |`)
  const table = `## Options\n\n| name | default |\n| --- | --- |\n${rows.join('\n')}\n\n`
  return checkDefaults(
    smallWorkspace({
      'packages/core/README.md': readmeOf('core', 'None.', table),
      'packages/core/src/settings.ts': code,
    }),
  )
}

test('a README with the defaults of the code has no problem; what code computes, or has elsewhere, is not compared', () => {
  expect(defaultsWith({})).toEqual({ problems: [], checked: 6 })
})

test.each([
  ['attempts', '`4`', '3'],
  ['backoff', "`'equal'`", "'full'"],
  ['keepLast', 'true', 'false'],
  ['ttlMs', '3,600,000', '86400000'],
  ['leaseMs', '50', '5000'],
  ['retry.baseMs', '10', '100'],
])('the default %s in a README is refused if it is %s, and the code says %s', (name, value, inCode) => {
  expect(defaultsWith({ [name]: value }).problems).toEqual([
    `packages/core/README.md: the default of \`${name.split('.').at(-1)}\` is ${value.replaceAll('`', '')}; the code says ${inCode}.`,
  ])
})

test('a default that only the code changes is refused', () => {
  expect(defaultsWith({}, CODE.replaceAll('attempts: 3', 'attempts: 1')).problems).toEqual([
    'packages/core/README.md: the default of `attempts` is 3; the code says 1.',
  ])
})
