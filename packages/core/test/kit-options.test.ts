import { describe, expect, test } from 'vitest'
import { StageflowError, systemClock } from '../src/index.ts'
import {
  ANY,
  CLOCK,
  DELAY,
  FLAG,
  MILLISECONDS,
  SINK,
  TEXT,
  checkOptions,
  functionLike,
  objectWith,
  oneOf,
  optionProblems,
  or,
  whole,
} from '../src/kit.ts'
import type { OptionRule, OptionRules } from '../src/kit.ts'

interface TimeoutOptions {
  readonly ms?: number | false
  readonly idleMs?: number
}
const RULES: OptionRules<TimeoutOptions> = { ms: or(MILLISECONDS, false, 'false for no limit'), idleMs: MILLISECONDS }
const check = (options: unknown) => () => checkOptions('timeout()', 'timeout/illegal-option', options, RULES)

test('legal options pass, and an undefined value counts as not given', () => {
  for (const options of [{}, { ms: 5 }, { ms: false }, { ms: undefined, idleMs: 0.5 }])
    expect(check(options)).not.toThrow()
})

test('every problem is in one error with the given code, and unknown names have the list, and a guess if there is one', () => {
  let error: unknown
  try {
    check({ ms: 'fast', idelMs: 5, nope: 1 })()
  } catch (thrown) {
    error = thrown
  }
  expect(StageflowError.is(error, 'timeout/illegal-option')).toBe(true)
  expect((error as Error).message).toBe(
    'timeout(): ms must be a number of milliseconds above 0, or false for no limit, not "fast"; ' +
      'unknown option "idelMs" (did you mean "idleMs"? known: ms, idleMs); unknown option "nope" (known: ms, idleMs).',
  )
})

test.each([
  ['nope', 'scope'],
  ['nope', 'mode'],
  ['nope', 'code'],
  ['nope', 'name'],
  ['on', 'ms'],
  ['size', 'times'],
])('a name with more mistakes than one in three letters has no guess: %s for %s', (name, other) => {
  expect(optionProblems({ [name]: 1 }, { [other]: ANY })).toEqual([`unknown option "${name}" (known: ${other})`])
})

test.each([
  ['moed', 'mode'],
  ['mod', 'mode'],
  ['id', 'ids'],
  ['timoutMss', 'timeoutMs'],
])('a name with at most one mistake in three letters has a guess: %s for %s', (name, other) => {
  const problem = `unknown option "${name}" (did you mean "${other}"? known: ${other})`
  expect(optionProblems({ [name]: 1 }, { [other]: ANY })).toEqual([problem])
})

test.each([undefined, null, 5, 'text', [], new Uint8Array(9)])('options that are %o are refused', (options) => {
  expect(check(options)).toThrow('timeout(): the options must be an object, not ')
})

test('a name of Object.prototype is an unknown option like any other', () => {
  expect(check({ toString: 1 })).toThrow('unknown option "toString"')
  expect(check(JSON.parse('{ "__proto__": 1 }'))).toThrow('unknown option "__proto__"')
})

test('inherited values are checked too, and many unknown names are counted', () => {
  expect(check(Object.create({ ms: 'fast' }))).toThrow('ms must be')
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x${index}`, 1]))
  expect(optionProblems(many, RULES)).toHaveLength(6)
  expect(optionProblems(many, RULES).at(-1)).toBe('495 more unknown options')
})

test('options inside others are named with their path', () => {
  expect(optionProblems({ size: 0 }, { size: whole(1) }, 'breaker.')).toEqual([
    'breaker.size must be a whole number from 1, not 0',
  ])
  expect(optionProblems(5, { size: whole(1) }, 'breaker.')).toEqual(['breaker must be an object, not 5'])
})

test('the type of the rules demands one for each option', () => {
  // @ts-expect-error idleMs is missing
  const missing: OptionRules<TimeoutOptions> = { ms: MILLISECONDS }
  expect(missing).toBeDefined()
})

describe.each<[name: string, rule: OptionRule, legal: readonly unknown[], illegal: readonly unknown[]]>([
  ['whole(1)', whole(1), [1, 5, 2 ** 40], [0, -1, 1.5, NaN, Infinity, '1', 1n, null]],
  ['whole(0, 3)', whole(0, 3), [0, 3], [4, -1]],
  ['MILLISECONDS', MILLISECONDS, [1, 0.5], [0, -1, Infinity, NaN, '5', null]],
  ['DELAY', DELAY, [0, 0.5], [-1, Infinity, NaN, '5']],
  ['FLAG', FLAG, [true, false], [0, 'true', null]],
  ['TEXT', TEXT, ['a'], ['', 5, null]],
  ['functionLike', functionLike('(error) => boolean'), [() => true], [{}, 'f', null]],
  ['objectWith', objectWith('a store', 'get', 'set'), [{ get() {}, set() {} }], [{ get() {} }, null, () => {}]],
  ['CLOCK', CLOCK, [systemClock], [{}, null, Date]],
  ['SINK', SINK, [{ emit() {}, tryEmit() {} }], [{ emit() {} }]],
  ['oneOf', oneOf('a', 'b'), ['a', 'b'], ['c', '', null]],
  ['or', or(FLAG, null), [true, null], [undefined, 0]],
])('%s', (_, [isLegal, must], legal, illegal) => {
  test.each(legal.map((value) => [value]))('allows %s', (value) => expect(isLegal(value)).toBe(true))
  test.each(illegal.map((value) => [value]))('refuses %s', (value) => expect(isLegal(value)).toBe(false))
  test('says what it must be', () => expect(must).not.toBe(''))
})
