import { describe, expect, test } from 'vitest'

import { smallWorkspace } from '../lib/small-workspace.mjs'
import { checkExports, checkNames } from './exports.mjs'

const INDEX = `
export interface Result { readonly parts: readonly Part[] }
export interface Part { readonly size: number }
export declare function run(): Result
export declare function stop(): void
export type { Message } from 'ai'
declare module '@stageflow/core' { interface StageOptions { readonly gap?: Gap } }
export type Gap = number
`
const PAGE = '# Core\n\n```ts\nrun()\n```\n\nA `Wait` stops, and `stop()` too.\n'
const check = (files) =>
  checkExports(
    smallWorkspace({
      'packages/core/dist/index.d.ts': INDEX,
      'packages/report/dist/index.d.ts': 'export {}',
      'docs/start.md': PAGE,
      ...files,
    }),
  )

test('an export that is named in code, or that something named refers to, is found', () => {
  expect(check({})).toEqual({ problems: [], exported: 6 })
})

test('an export that no page names is refused', () => {
  const { problems } = check({ 'docs/start.md': PAGE.replace('`stop()`', 'stop') })
  expect(problems).toEqual(['@stageflow/core exports stop, which no page names: show its use, or remove the export.'])
})

test('what only an export without a name refers to is refused too, and pages for contributors do not count', () => {
  const { problems } = check({ 'docs/start.md': '`stop`', 'docs/project/architecture.md': '`run`' })
  expect(problems.map((problem) => problem.match(/exports (\w+)/)[1])).toEqual(['Result', 'Part', 'run'])
})

describe('a name means one thing', () => {
  const names = (core, report) =>
    checkNames(smallWorkspace({ 'packages/core/dist/index.d.ts': core, 'packages/report/dist/index.d.ts': report }))

  test('two declarations of one name are refused, even if they say the same', () => {
    const declared = 'export interface CloseReport { readonly lost: number }\n'
    expect(names(declared, declared)).toEqual([
      '@stageflow/core and @stageflow/report export CloseReport, each for a thing of its own: share one, or rename all but one.',
    ])
  })

  test('a name that a package passes on, from its own files or from another package, is one thing', () => {
    const passed = "export type { CloseReport } from '@stageflow/core'\nexport type { Message } from 'ai'\n"
    const declared = "export interface CloseReport {}\nexport type { Message } from 'ai'\n"
    expect(names(declared, passed)).toEqual([])
  })

  test('something else under the name of what another package exports is refused', () => {
    const declared = 'export interface CloseReport {}\nexport interface Lost {}\n'
    const passed = "export type { Lost as CloseReport } from '@stageflow/core'\n"
    expect(names(declared, passed)[0]).toContain('export CloseReport, each for a thing of its own')
  })
})
