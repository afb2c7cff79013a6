import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { compareReports } from './api-report.mjs'
import { ADDING, BREAKING } from './signature-mutants.mjs'
import { childrenOf, parse, walk } from './syntax.mjs'

const ROOT = join(import.meta.dirname, '../..')
/** How many changes by one mutant are compared. */
const LIMIT = 60
/** What no report of ours has. */
const RARE = `export declare enum Level { LOW, HIGH = 4 }
export declare abstract class Shape<const T extends string = 'a'> { #sides: number; protected readonly name: T; abstract area(of: T): number; static of(a: string): Shape; get size(): number; }
export declare function pick(a: string): string
export declare function pick(a: unknown): number
export declare function all(first: string, ...rest: readonly number[]): asserts first is 'x'
export interface Call { (a: string): string; (a: unknown): number; [Symbol.iterator](): Iterator<[string, number?]>; at(a: 1): 2; at(a: 2): 1 }
export type Route<T> = \`/\${string}/\${number}\`
export type Loose<T> = { -readonly [Key in keyof T]?: T[Key] }
export type Pair = [string, number]
export interface Empty {}
export type Writable = { list: string[] }
`
const fenced = (code) => `\`\`\`ts\n${code}\`\`\`\n`
const codeOf = (report) => [...report.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text]) => text).join('')

/** The code of all reports, in pieces of one name each, so that a change of one is compared alone. */
const codes = [
  RARE,
  ...globSync('etc/*.api.md', { cwd: ROOT }).map((file) => codeOf(readFileSync(join(ROOT, file), 'utf8'))),
]
const pieces = codes.flatMap((code) => {
  const named = Map.groupBy(parse('api.d.ts', code).body, ({ declaration, id }) => (declaration ?? { id }).id?.name)
  const texts = [...named.values()].map((nodes) =>
    nodes.map(({ start, end }) => `${code.slice(start, end)}\n`).join(''),
  )
  return texts.map((text) => ({ text, program: { ...parse('api.d.ts', text), start: 0, end: text.length } }))
})

/** The code of a piece after each change that a mutant makes to it. */
function changesOf({ edits }, { text: code, program }) {
  const changed = []
  walk(program, (node, parent) => {
    for (const edit of edits(node, ({ start, end }) => code.slice(start, end), parent)) {
      const list = [edit].flat().toSorted((a, b) => b.start - a.start)
      const mutated = list.reduce(
        (text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end),
        code,
      )
      if (mutated !== code) changed.push(mutated)
    }
  })
  return changed
}

function parses(code) {
  try {
    return parse('api.d.ts', code) !== undefined
  } catch {
    return false
  }
}

/** Up to `LIMIT` changes by a mutant, from all pieces alike: the code before and after. Those that don't parse are left out. */
function trials(mutant) {
  const all = pieces.flatMap((piece) => changesOf(mutant, piece).map((mutated) => ({ piece: piece.text, mutated })))
  const step = Math.ceil(all.length / LIMIT)
  return all.filter(({ mutated }, index) => index % step === 0 && parses(mutated))
}

test.each(BREAKING)('wherever $name in our reports, a signature is gone', (mutant) => {
  const tried = trials(mutant).map(({ piece, mutated }) => {
    const { removed } = compareReports(fenced(piece), fenced(mutated))
    expect(removed, `${piece}\n→\n${mutated}`).not.toEqual([])
  })
  expect(tried.length).toBeGreaterThan(0)
})

test.each(ADDING)('wherever $name in our reports, a signature is new and none is gone', (mutant) => {
  const tried = trials(mutant).map(({ piece, mutated }) => {
    const { removed, added } = compareReports(fenced(piece), fenced(mutated))
    expect({ removed, added: added.length }, `${piece}\n→\n${mutated}`).toEqual({ removed: [], added: 1 })
  })
  expect(tried.length).toBeGreaterThan(0)
})

test.each([
  [
    'two parameters',
    'etc/core.api.md',
    '  list: readonly Interceptor[],\n  name: string,\n  added: Interceptor,',
    '  added: Interceptor,\n  list: readonly Interceptor[],\n  name: string,',
  ],
  [
    'two parameters of a plan',
    'etc/buffer.api.md',
    '  retry: DeliveryRetry | undefined,\n  defaults: DeliveryRetryDefaults,',
    '  defaults: DeliveryRetryDefaults,\n  retry: DeliveryRetry | undefined,',
  ],
  [
    'two type parameters of a method',
    'etc/core.api.md',
    "    Failure extends OnFailure = never,\n    const J extends Join = 'all',\n",
    "    const J extends Join = 'all',\n    Failure extends OnFailure = never,\n",
  ],
  ['the brackets after an object', 'etc/tools.messages.api.md', '\n  }[]\n', '\n  }\n'],
  [
    'the brackets after a type in brackets',
    'etc/core.api.md',
    '  readonly stageOptions?: readonly (keyof StageOptions)[]\n',
    '  readonly stageOptions?: keyof StageOptions\n',
  ],
])('in a whole report, %s count', (_, file, before, now) => {
  const report = readFileSync(join(ROOT, file), 'utf8')
  expect(report).toContain(before)
  expect(compareReports(report, report.replace(before, now)).removed).toHaveLength(1)
})

test('the order of declarations, members and arms of unions never counts, except for overloads', () => {
  const reorder = fc.integer({ min: 1, max: 2 ** 31 })
  fc.assert(
    fc.property(fc.constantFrom(...codes), reorder, (code, seed) => {
      const shuffled = shuffledCode(code, orderBy(seed))
      expect(parses(shuffled), shuffled).toBe(true)
      expect(compareReports(fenced(code), fenced(shuffled))).toEqual({ removed: [], added: [] })
    }),
    { numRuns: 40 },
  )
})

test('line breaks, trailing commas and a leading bar of a union never count', () => {
  const wide = `export declare function f<A, B = 'a' | 'b'>(one: A, two: readonly B[]): { a: A } | undefined\n`
  const tall = `export declare function f<
  A,
  B =
    | 'b'
    | 'a',
>(
  one: A,
  two: readonly B[],
):
  | { a: A; }
  | undefined;
`
  expect(compareReports(fenced(wide), fenced(tall))).toEqual({ removed: [], added: [] })
})

test('a new member of an object in a signature, or in an arm of a union, is new by itself', () => {
  const code = `export interface Run { ended(): Promise<{ status: 'ok'; data: string } | { status: 'failed' }>; last: { at: number }[] }\n`
  const more = code.replace('data: string', 'data: string; ms?: number').replace('at: number', 'at: number; by: string')
  expect(compareReports(fenced(code), fenced(more))).toEqual({
    removed: [],
    added: [
      expect.objectContaining({
        name: 'Run.ended.ms',
        path: expect.stringMatching(/ended.* › \{ status: 'ok'; … \} › ms\?: number$/),
      }),
      expect.objectContaining({ name: 'Run.last.by', path: expect.stringMatching(/last: \{…\}\[\] › by: string$/) }),
    ],
  })
})

/** The code without and with the text at the place of `•`, as reports. */
const withAndWithout = (code, text) =>
  [code.replace('•', ''), code.replace('•', text)].map((each) => fenced(`${each}\n`))

const SHAPE = 'export declare class Shape {• size: number }'
test.each([
  ['a class gets its first constructor', SHAPE, 'constructor(of: string);', 'Shape.constructor'],
  ['a class gets a private constructor', SHAPE, 'private constructor();', 'Shape.constructor'],
  ['a class gets its first private name', SHAPE, '#sides;', 'Shape.#sides'],
  ['a class gets its first private member', SHAPE, 'private sides;', 'Shape.sides'],
  ['a class gets its first protected member', SHAPE, 'protected sides: number;', 'Shape.sides'],
  ['a subclass must have one more method', SHAPE, 'abstract area(): number;', 'Shape.area'],
  ['an option is required', 'export interface WaitOptions {• ms?: number }', 'key: string;', 'WaitOptions.key'],
  ['a method among options is', 'export interface WaitOptions {• ms?: number }', 'next(): number;', 'WaitOptions.next'],
  [
    'an option of an option is',
    'export interface WaitOptions { on?: {• ms?: number } }',
    'key: 1;',
    'WaitOptions.on.key',
  ],
  [
    'what a callback returns is',
    'export type WaitOptions = { next(): {• ms?: 1 } }',
    'key: 1;',
    'WaitOptions.next.key',
  ],
  ['a field of an input is', 'export type RunInput = {• user?: string }', 'org: string;', 'RunInput.org'],
  ['a field for a function is', 'export declare function wait(options?: {• ms?: 1 }): void', 'key: 1;', 'wait.key'],
  ['a field for a constant is', 'export declare const wait: (options: {• ms?: 1 }) => void', 'key: 1;', 'wait.key'],
  [
    'a field of one kind is',
    "export declare const wait: (to: { kind: 'a'; • at?: 1 } | 1) => void",
    'key: string;',
    'wait.key',
  ],
  ['a field for a method is', 'export declare class A { wait(options?: {• ms?: 1 }): void }', 'key: 1;', 'A.wait.key'],
  [
    'a field for a class is',
    'export declare class A { constructor(of?: {• ms?: 1 }) }',
    'key: string;',
    'A.constructor.key',
  ],
])('if %s, something is gone', (_, code, text, name) => {
  const { removed, added } = compareReports(...withAndWithout(code, text))
  expect([removed.map((one) => one.name), added.map((one) => one.name)]).toEqual([[name], [name]])
})

test.each([
  ['a function returns one more field', 'export declare function wait(): {• ms: number }', 'key: string;'],
  ['a constant has one more field', 'export declare const limits: {• ms: number }', 'key: string;'],
  [
    'a callback among options gets one more',
    'export type WaitOptions = { next?: (of: {• ms: 1 }) => void }',
    'key: 1;',
  ],
  [
    'a callback for a function gets one more',
    'export declare function on(f: (of: {• ms: 1 }) => void): void',
    'key: 1;',
  ],
  ['a report has one more', 'export interface RunReport {• ms: number }', 'key: string;'],
  ['a new option has a field', 'export interface WaitOptions {• ms?: number }', 'limits?: { key: string };'],
  ['a class with a private name gets a private member', 'export declare class Shape { #sides;• }', 'private size;'],
  ['a class gets another constructor', 'export declare class Shape { constructor(a: 1);• }', 'constructor(a: 2);'],
])('if %s, nothing is gone', (_, code, text) => {
  const { removed, added } = compareReports(...withAndWithout(code, text))
  expect([removed, added.length]).toEqual([[], 1])
})

test('what differs between two reports has the name of its declaration and member', () => {
  const before = `export interface WaitOptions { readonly ms?: number }\ndeclare module '@stageflow/core' { interface StageOptions { wait?: 1 } }\nexport declare function wait(a: 1): void\n`
  const now = before.replace('number', 'string').replace('wait?: 1', 'wait?: 2').replace('(a: 1)', '(b: 1)')
  const { removed } = compareReports(fenced(before), fenced(now))
  expect(removed.map(({ name }) => name)).toEqual(['WaitOptions.ms', 'StageOptions.wait', 'wait'])
})

/** The code with each list whose order is free in another order. */
function shuffledCode(code, inOrder) {
  const print = (node) => {
    if (node.type === 'Program') return `${inOrder(node.body, slotOf).map(print).join('\n')}\n`
    if (node.type === 'TSUnionType') return inOrder(node.types).map(print).join(' | ')
    const members = node.type === 'TSTypeLiteral' ? node.members : BODY.test(node.type) ? node.body : undefined
    if (members !== undefined)
      return `{\n${inOrder(members, slotOf)
        .map((each) => print(each).replace(/[;,]$/, ''))
        .join('\n')}\n}`
    let [text, at] = ['', node.start]
    for (const child of childrenOf(node).toSorted((a, b) => a.start - b.start)) {
      if (child.start < at) continue
      const gap = code.slice(at, child.start)
      text += (child.type === 'TSUnionType' ? gap.replace(/\|\s*$/, '') : gap) + print(child)
      at = child.end
    }
    return text + code.slice(at, node.end)
  }
  return print(parse('api.d.ts', code))
}

const BODY = /^(TSInterfaceBody|ClassBody|TSModuleBlock)$/

/** Functions and methods of one name keep their order. */
function slotOf({ declaration, ...node }) {
  const { type, id, key } = declaration ?? node
  if (/Call|Construct/.test(type)) return type
  return /Function|Method/.test(type) ? `${id?.name ?? key.name ?? key.property.name}` : undefined
}

/** Sorts by chance: two of one slot stay in their order. */
function orderBy(seed) {
  let state = seed
  const chance = () => (state = (state * 48_271) % 2_147_483_647)
  return (nodes, slot = () => undefined) => {
    const drawn = nodes.map((node) => ({ node, at: chance() }))
    const slots = Map.groupBy(
      drawn.filter(({ node }) => slot(node) !== undefined),
      ({ node }) => slot(node),
    )
    for (const group of slots.values()) {
      const places = group.map(({ at }) => at).toSorted((a, b) => a - b)
      for (const [index, each] of group.entries()) each.at = places[index]
    }
    return drawn.toSorted((a, b) => a.at - b.at).map(({ node }) => node)
  }
}
