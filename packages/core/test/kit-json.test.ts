import { expect, test } from 'vitest'
import { lostInJson } from '../src/kit.ts'

test.each([null, 'text', 0, true, [], {}, { a: [{ b: null }], left: undefined }, Object.create(null)])(
  'JSON keeps %j',
  (value) => {
    expect(lostInJson(value)).toBeUndefined()
  },
)

const endless: unknown[] = []
endless.push(endless)

test.each<[value: unknown, lost: RegExp]>([
  [undefined, /^undefined at its top$/],
  [NaN, /^NaN at its top$/],
  [{ list: [1, [Infinity]] }, /^Infinity at list\[1\]\[0\]$/],
  [{ a: { at: new Date(0) } }, / at a\.at$/],
  [{ list: [undefined] }, /^undefined at list\[0\]$/],
  [{ list: [1, , 3] }, /^undefined at list\[1\]$/], // oxlint-disable-line no-sparse-arrays
  [Array(3), /^undefined at \[0\]$/],
  [{ found: 'a1'.match(/\d/) }, /^the field groups of an array at found$/],
  [endless, /^more than 500 levels at \[0\]\[0\]/],
])('of %o, JSON would lose %s', (value, lost) => {
  expect(lostInJson(value)).toMatch(lost)
})

test('an object that many fields share is read once', () => {
  let reads = 0
  let value: object = Object.defineProperty({}, 'once', {
    enumerable: true,
    get: () => {
      reads++
      return 1
    },
  })
  for (let level = 0; level < 200; level++) value = { left: value, right: [value] }
  expect(lostInJson(value)).toBeUndefined()
  expect(reads).toBe(1)
})

test('a value is too deep whether the deep part is shared or not', () => {
  const nested = (levels: number, inner: object): object =>
    levels === 0 ? inner : { inner: nested(levels - 1, inner) }
  const part = nested(300, {})
  expect(lostInJson([part, nested(300, part)])).toMatch(/^more than 500 levels at/)
  expect(lostInJson([part, nested(100, part)])).toBeUndefined()
})
