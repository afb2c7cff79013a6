import { expect, test } from 'vitest'

import { checkModuleState } from './module-state.mjs'
import { smallWorkspace } from '../lib/small-workspace.mjs'

const FILE = 'packages/report/src/state.ts'

/** What the check says of the small workspace with this source in it, without exceptions unless some are given. */
function problemsOf(text, { allowed = {}, more = {} } = {}) {
  return checkModuleState(smallWorkspace({ [FILE]: text, ...more }), allowed)
}

test('a module without state has no problem', () => {
  expect(problemsOf(`const NAMES = new Set(['a'])\n\nexport const has = (name: string) => NAMES.has(name)\n`)).toEqual(
    [],
  )
})

test('a variable that a function assigns is refused, with the line of the assignment', () => {
  expect(problemsOf(`let last = 0\n\nexport function keep(value: number): void {\n  last = value\n}\n`)).toEqual([
    `${FILE}:4 changes "last", a variable of the module, inside a function. Keep it in an object that the app creates, such as a run or an interceptor.`,
  ])
})

test.each([
  ['an arrow function', `let last = 0\nexport const keep = (value: number) => (last = value)\n`],
  ['a method', `let last = 0\nexport class Keeper {\n  keep() {\n    last++\n  }\n}\n`],
  ['a field of an instance', `let last = 0\nexport class Keeper {\n  id = ++last\n}\n`],
  ['a pattern', `let last = 0\nexport const keep = (it: { at: number }) => ({ at: last } = it)\n`],
  ['a list pattern', `let last = 0\nexport const keep = (it: number[]) => ([, ...[last]] = it)\n`],
  ['a loop', `let last = 0\nexport function keep(all: number[]) {\n  for (last of all) continue\n}\n`],
  ['a logical assignment', `export let last: number | undefined\nexport const get = () => (last ??= 1)\n`],
  [
    'an inner function of a static block',
    `let last = 0\nexport class A {\n  static {\n    A.keep = () => last++\n  }\n}\n`,
  ],
])('an assignment is found in or as %s', (_, text) => {
  expect(problemsOf(text)).toHaveLength(1)
})

test.each([
  ['Map.set', `const all = new Map()\nexport const keep = (key: string) => all.set(key, 1)\n`],
  ['Set.add', `const all = new Set()\nexport const keep = (key: string) => all.add(key)\n`],
  ['Map.delete', `const all = new Map()\nexport const drop = (key: string) => all.delete(key)\n`],
  ['push', `const all: string[] = []\nexport const keep = (key: string) => all.push(key)\n`],
  [
    'push to a part',
    `const all = { names: [] as string[] }\nexport const keep = (key: string) => all.names.push(key)\n`,
  ],
  ['a cast', `const all: readonly string[] = []\nexport const keep = (key: string) => (all as string[]).push(key)\n`],
  ['an index', `const all: string[] = []\nexport const keep = (key: string) => (all[0] = key)\n`],
  ['a count', `const all = { count: 0 }\nexport const keep = () => all.count++\n`],
  ['delete', `const all: Record<string, 1> = {}\nexport const drop = (key: string) => delete all[key]\n`],
  ['Object.assign', `const all = {}\nexport const keep = (more: object) => Object.assign(all, more)\n`],
  ['Reflect.set', `const all = {}\nexport const keep = (key: string) => Reflect.set(all, key, 1)\n`],
  ['a static field', `export class Counter {\n  static count = 0\n  add() {\n    Counter.count++\n  }\n}\n`],
  ['a property of a function', `export function keep(): void {\n  keep.calls = 1\n}\nkeep.calls = 0\n`],
  ['a list of another module', `import { all } from './all.ts'\n\nexport const keep = () => all.push(1)\n`],
])('content that a function changes is refused: %s', (_, text) => {
  expect(problemsOf(text)).toHaveLength(1)
})

test('changes while the module loads are allowed', () => {
  const text = `let read!: (it: Box) => number\nconst all = new Map<string, number>()\nall.set('a', 1)\nfor (const key of ['b']) all.set(key, 2)\nlet count = 0\ncount++\nexport class Box {\n  #value = 1\n  static seen: number[] = []\n  static {\n    read = (it) => it.#value\n    Box.seen.push(1)\n  }\n}\nexport { all, count, read }\n`
  expect(problemsOf(text)).toEqual([])
})

test('a function may change a WeakMap or a WeakSet, which keep no key alive, but may not replace it', () => {
  const text = `export let seen = new WeakSet<object>()\nconst facts: WeakMap<object, number> = new WeakMap()\nexport function keep(it: object): void {\n  seen.add(it)\n  facts.set(it, 1)\n}\n`
  expect(problemsOf(text)).toEqual([])
  const more = {
    'packages/report/src/user.ts': `import { seen as all } from './state.ts'\n\nexport const keep = (it: object) => all.add(it)\n`,
  }
  expect(problemsOf(text, { more })).toEqual([])
  expect(problemsOf(`${text}export const forget = () => (seen = new WeakSet())\n`)).toHaveLength(1)
})

test.each([
  ['a parameter', `export const keep = (all: number[]) => all.push(1)\n`],
  ['a pattern in the parameters', `export const keep = ({ it: [all = [1]] }: { it: number[][] }) => all.push(1)\n`],
  ['a local variable', `export function keep() {\n  const all = []\n  all.push(1)\n}\n`],
  ['a variable of a block', `export function keep() {\n  if (one) {\n    let all = []\n    all = [1]\n  }\n}\n`],
  ['a variable of a loop', `export function keep() {\n  for (const all of [[1]]) all.push(1)\n}\n`],
  [
    'a variable of a case',
    `export function keep(it: 1) {\n  switch (it) {\n    case 1:\n      const all = []\n      all.push(1)\n  }\n}\n`,
  ],
  [
    'the error of a catch',
    `export function keep() {\n  try {\n    one()\n  } catch (all) {\n    all.push(1)\n  }\n}\n`,
  ],
])('a variable of the same name inside a function is another one: %s', (_, text) => {
  expect(problemsOf(`const all: number[] = []\nconst one = () => all.length\n${text}`)).toEqual([])
})

test('a variable of a block leaves the one of the module outside of it', () => {
  const text = `let all = []\nexport function keep() {\n  {\n    let all = []\n    all = [1]\n  }\n  all = [2]\n}\n`
  expect(problemsOf(text)[0]).toContain(`${FILE}:7 `)
})

test('tests may keep state', () => {
  expect(
    problemsOf('', { more: { 'packages/report/src/state.test.ts': 'let n = 0\nexport const up = () => n++\n' } }),
  ).toEqual([])
})

test('an exception is by package and name, and has to be needed', () => {
  const text = `let last = 0\nexport const keep = () => last++\n`
  const exception = { last: 'it is the last one' }
  expect(problemsOf(text, { allowed: { '@stageflow/report': exception } })).toEqual([])
  expect(problemsOf(text, { allowed: { '@stageflow/core': exception } })).toEqual([
    'packages/core: nothing changes "last". Remove it from ALLOWED in scripts/check/module-state.mjs.',
    expect.stringContaining('changes "last"'),
  ])
})
