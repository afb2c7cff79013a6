import { expect, test } from 'vitest'

import { smallWorkspace } from '../lib/small-workspace.mjs'
import { checkExports } from './exports.mjs'

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
