import { join } from 'node:path'

import { expect, test } from 'vitest'

import { checkSnippets } from './snippets.mjs'
import { smallWorkspace } from '../lib/small-workspace.mjs'
import { matches } from '../docs/snippet-runner.mjs'

const BIN = join(import.meta.dirname, '../../node_modules/.bin')
const TOOLS = { node: join(BIN, 'node'), tsc: join(BIN, 'tsc') }

const fence = (info, ...lines) => ['```' + info, ...lines, '```', ''].join('\n')

/** What the check says of a workspace with this one page in its docs. */
async function check(...fences) {
  return checkSnippets(smallWorkspace({ 'docs/page.md': ['# A page', '', ...fences].join('\n') }), TOOLS)
}

test('fences that compile and run have no problem, and may use the packages and each other', async () => {
  const found = await check(
    fence(
      'ts',
      '// one.ts',
      `import { broken } from '@stageflow/core'`,
      'export const one = broken().message',
      'console.log(one)',
    ),
    fence('text output', 'core/broken'),
    fence('ts', `import { one } from './one.ts'`, 'export const two: string = one'),
    fence('sh', 'not code'),
  )
  expect(found).toEqual({ problems: [], checked: 2, run: 1, unchecked: 0 })
})

test('a fence that does not compile is refused, at the line that it has in its page', async () => {
  const { problems } = await check('Text.\n', fence('ts', 'const one = 1', `export const two: string = one`))
  expect(problems).toEqual([`docs/page.md:7: error TS2322: Type 'number' is not assignable to type 'string'.`])
})

test('a fence without a file name is compiled, not run', async () => {
  expect(await check(fence('ts', `throw new Error('never run')`))).toMatchObject({ problems: [], run: 0 })
})

test('a file that throws is refused', async () => {
  const { problems } = await check(fence('ts', '// bad.ts', `throw new Error('on purpose')`))
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain('docs/page.md:4: bad.ts ended with 1:')
  expect(problems[0]).toContain('on purpose')
})

test('a file that prints another output than the page promises is refused', async () => {
  const { problems } = await check(fence('ts', '// say.ts', `console.log('goodbye')`), fence('text output', 'hello'))
  expect(problems).toEqual(['docs/page.md:4: say.ts printed another output than the page says. It printed:\ngoodbye'])
})

test('of several files of a page, those that are wrong are refused, each as if it ran alone', async () => {
  const { problems, run } = await check(
    fence('ts', '// right.ts', `console.log('right')`),
    fence('text output', 'right'),
    fence('ts', '// say.ts', `console.log('goodbye')`),
    fence('text output', 'hello'),
    fence('ts', '// bad.ts', `setTimeout(() => { throw new Error('on purpose') }, 1)`),
    fence('ts', '// last.ts', `console.log('last')`),
    fence('text output', 'last'),
  )
  expect(run).toBe(4)
  expect(problems).toEqual([
    'docs/page.md:13: say.ts printed another output than the page says. It printed:\ngoodbye',
    expect.stringMatching(/^docs\/page.md:22: bad.ts ended with 1:\n[^]*on purpose/),
  ])
})

test('a file that is run again finds nothing that its first run left', async () => {
  const first = `const where = 'isShared' in globalThis ? 'shared' : existsSync('left.txt') ? 'left' : 'alone'`
  const { problems, run } = await check(
    fence('ts', '// share.ts', `Object.assign(globalThis, { isShared: true })`, 'export {}'),
    fence(
      'ts',
      '// leave.ts',
      `import { existsSync, writeFileSync } from 'node:fs'`,
      first,
      `writeFileSync('left.txt', where)`,
      'console.log(where)',
    ),
    fence('text output', 'alone'),
  )
  expect({ problems, run }).toEqual({ problems: [], run: 2 })
})

test('a file that another one starts runs there only, and its output is what that run prints', async () => {
  const program = fence('ts', '// ask.ts', `console.log('asked', process.env['ASK_URL'] ?? process.exit(1))`)
  const harness = fence('ts', '// try.ts', `process.env['ASK_URL'] = 'here'`, `await import('./ask.ts')`, 'export {}')
  const right = await check(program, fence('text output', 'asked here'), harness)
  expect(right).toMatchObject({ problems: [], checked: 2, run: 1 })
  const wrong = await check(program, fence('text output', 'asked there'), harness)
  expect(wrong.problems).toEqual([
    expect.stringMatching(/^docs.page.md:\d+: try.ts printed another output[^]*\nasked here$/),
  ])
})

test('a file with an output that starts another one with an output is refused', async () => {
  const output = fence('text output', 'hello')
  const { problems } = await check(
    fence('ts', '// say.ts', `console.log('hello')`),
    output,
    fence('ts', '// try.ts', `import './say.ts'`),
    output,
  )
  expect(problems).toEqual(['docs/page.md:13: try.ts starts say.ts: show one output of both.'])
})

test.each(['ts no-check', 'ts no-check:', 'ts nocheck: it needs a key'])(
  'an opt-out written as "%s" is refused',
  async (info) => {
    const { problems } = await check(fence(info, 'nonsense here'))
    expect(problems.length).toBeGreaterThan(0)
  },
)

test('three fences may opt out with a reason, a fourth is refused', async () => {
  const optOut = fence('ts no-check: it shows a mistake', 'nonsense here')
  expect(await check(optOut, optOut, optOut)).toMatchObject({ problems: [], unchecked: 3, checked: 0 })
  const { problems } = await check(optOut, optOut, optOut, optOut)
  expect(problems[0]).toContain('4 fences opt out of the check; at most 3 may')
})

test('an output may follow npm create, whose page is followed', async () => {
  const made = fence('sh', 'npm create stageflow@latest quota -- --template sink')
  expect(await check(made, fence('text output', 'Made'))).toMatchObject({ problems: [] })
})

test.each([
  [[fence('typescript', 'export {}')], 'write ```ts'],
  [[fence('text output', 'hello')], 'an output follows a fence with a file name'],
  [[fence('sh', 'npm install'), fence('text output', 'hello')], 'an output follows a fence with a file name'],
  [[fence('ts', '// one.ts'), fence('ts', '// one.ts')], 'two fences called one.ts'],
  [[fence('ts', '// ../../one.ts', 'export {}')], 'must stay in the folder'],
])('a page with %j is refused', async (fences, problem) => {
  expect((await check(...fences)).problems.join('\n')).toContain(problem)
})

test('an indented fence is checked like any other', async () => {
  const { problems } = await check('- A point:\n', '  ```ts\n  export const one: string = 1\n  ```\n')
  expect(problems[0]).toContain('docs/page.md:6: error TS2322')
})

test.each([
  ['took 12 ms\n', 'took … ms', true],
  ['took 12 s\n', 'took … ms', false],
  ['a\nb\nc\nd\n', 'a\n…\nd', true],
  ['a\nd\n', 'a\n…\nd', true],
  ['a\nb\n', 'a', false],
  ['a  \n\n', 'a', true],
  ['a.c\n', 'a.c', true],
  ['abc\n', 'a.c', false],
])('%j against the promise %j: %s', (printed, promised, expected) => {
  expect(matches(printed, promised)).toBe(expected)
})
