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
  [endless, /^more than 500 levels at \[0\]\[0\]/],
])('of %o, JSON would lose %s', (value, lost) => {
  expect(lostInJson(value)).toMatch(lost)
})
