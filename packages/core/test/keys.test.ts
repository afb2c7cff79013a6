import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  SOURCE_SUFFIX,
  callKey,
  childPrefix,
  countSuffix,
  formatKey,
  isLimitTimer,
  isWaitTimer,
  limitKey,
  limitTimer,
  namesIn,
  outermostStage,
  parseKey,
  pathText,
  placeSuffix,
  waitTimer,
  waitingKey,
  withoutRound,
} from '../src/contract/keys.ts'
import type { Key, KeyPart, ReadPart } from '../src/contract/keys.ts'
import { propertySettings } from './property-settings.ts'

/** Names with everything that has a meaning in a key, as an app may write them, and as the engine does. */
const hostile = fc.oneof(
  fc.string(),
  fc
    .array(
      fc.constantFrom(
        ...['a', '/', '#', '~', '@', '%', ' ', '%2F', '%6Fver', 'over', '1', '__proto__', 'é', '😀'],
        ...['\ud83d', '\ude00', '%D83D', '\0', '\0' + '0'],
      ),
      { maxLength: 6 },
    )
    .map((letters) => letters.join('')),
)
const count = fc.integer({ min: 2, max: 1_000 })
const part: fc.Arbitrary<KeyPart> = fc.oneof(
  fc.record({ name: hostile, place: hostile, count }, { requiredKeys: ['name'] }),
  fc.record({ name: hostile, isSource: fc.constant<true>(true) }),
)
const key: fc.Arbitrary<Key> = fc.record({
  parts: fc.array(part, { minLength: 1, maxLength: 4 }),
  round: fc.integer({ min: 1, max: 50 }),
})

const withoutPrefix = ({ name, place, isSource, count: number }: ReadPart) => ({ name, place, isSource, count: number })

test('a key that was formatted is read as it was, whatever is in its names', () => {
  fc.assert(
    fc.property(key, (given) => {
      const text = formatKey(given)
      const { parts, round } = parseKey(text)
      // A journal keeps it as UTF-8.
      expect(Buffer.from(text).toString()).toBe(text)
      expect({ parts: parts.map(withoutPrefix), round }).toEqual(given)
      expect(formatKey({ parts, round })).toBe(text)
      expect(outermostStage(text)).toBe(given.parts[0]?.name)
      expect(withoutRound(text)).toBe(formatKey({ ...given, round: 1 }))
    }),
    propertySettings(2_000),
  )
})

test('a key is made of the prefix of its run, and each part that is read has that', () => {
  const place = fc.nat(1_000).map(placeSuffix)
  const suffix = fc.oneof(fc.constant(''), fc.constant(SOURCE_SUFFIX), place, count.map(countSuffix))
  const above = fc.array(fc.tuple(hostile, fc.oneof(fc.constant(''), place)), { maxLength: 3 })
  fc.assert(
    fc.property(above, hostile, suffix, fc.integer({ min: 1, max: 9 }), (around, stage, own, round) => {
      const prefixes = [...around.keys(), around.length].map((depth) =>
        around.slice(0, depth).reduce((prefix, [name, place]) => childPrefix(prefix, name, place), ''),
      )
      const text = callKey(prefixes.at(-1) as string, stage, own, round)
      const read = parseKey(text)
      expect(read.parts.map(({ prefix }) => prefix)).toEqual(prefixes)
      expect(read.parts.map(({ name }) => name)).toEqual([...around.map(([name]) => name), stage])
      expect(formatKey(read)).toBe(text)
    }),
    propertySettings(1_000),
  )
})

test('the path of an answer is read as it was, and no path is the text of another one', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 5 }), (names) => {
      expect(namesIn(pathText(names))).toEqual(names)
      expect(pathText(names).split('/')).toHaveLength(names.length)
    }),
    propertySettings(1_000),
  )
})

test('the timer of a question, of a limit and of a wait for soft dependencies are never taken for each other', () => {
  fc.assert(
    fc.property(key, hostile, count, (question, interceptor, round) => {
      fc.pre(question.parts[0]?.name !== '')
      const waits = formatKey({ ...question, round: 1 })
      const wait = waitTimer(waits, round)
      expect([isWaitTimer(wait), isLimitTimer(wait), waitingKey(wait)]).toEqual([true, false, waits])
      expect(isWaitTimer(formatKey(question))).toBe(false)
      expect(isWaitTimer(limitTimer(`${waits}/`, round))).toBe(false)
      expect(isWaitTimer(limitTimer('', round))).toBe(false)
      expect(isLimitTimer(formatKey(question))).toBe(false)
      const limit = limitTimer(limitKey(formatKey({ ...question, round: 1 }), interceptor), round)
      expect(isLimitTimer(limit)).toBe(true)
      expect(limit).not.toBe(limitTimer(limitKey(formatKey({ ...question, round: 1 }), interceptor), round + 1))
    }),
    propertySettings(500),
  )
})

test.each([
  ['price', [{ name: 'price' }], 1],
  ['kid/check@2', [{ name: 'kid' }, { name: 'check' }], 2],
  ['letters#3@4', [{ name: 'letters', place: '3' }], 4],
  ['letters#over', [{ name: 'letters', isSource: true }], 1],
  ['letters#%6Fver', [{ name: 'letters', place: 'over' }], 1],
  ['draft#2/check', [{ name: 'draft', place: '2' }, { name: 'check' }], 1],
  ['a%2Fb/c%2Fd#0', [{ name: 'a/b' }, { name: 'c/d', place: '0' }], 1],
  ['pay#1~2/bill', [{ name: 'pay', place: '1', count: 2 }, { name: 'bill' }], 1],
])('the key %s is read as %j in round %i', (text, parts, round) => {
  const read = parseKey(text)
  expect({ parts: read.parts.map(withoutPrefix), round: read.round }).toEqual({ parts, round })
  expect(formatKey({ parts, round } as Key)).toBe(text)
})
