import { expect, test } from 'vitest'

import { checkOptions } from './options.mjs'
import { smallWorkspace } from '../lib/small-workspace.mjs'

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
