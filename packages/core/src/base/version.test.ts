import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rangeIncludes } from './version.ts'

/** How npm itself reads ranges. The package has no types. */
const semver = createRequire(import.meta.url)('semver') as {
  readonly satisfies: (version: string, range: string) => boolean
  readonly validRange: (range: string) => string | null
}

test.each([
  '>=1.0.0',
  '1.x',
  '~1.0.0',
  '^1',
  '1.0.0',
  '^0.9.0||^1.0.0',
  '^1.0.0 || ^2.0.0-0',
  '*',
  '',
  '1',
  '>0.9 <=1',
  '0.5 - 1',
])('the range "%s" includes 1.0.0', (range) => {
  expect(rangeIncludes(range, '1.0.0')).toBe(true)
})

test.each(['latest', 'workspace:^', '1.0.0.0', '^1.0.0 ||| 2', 'one', '> ', '[object Object]', '^^1', 'npm:x@1'])(
  'npm cannot read "%s"',
  (range) => {
    expect(semver.validRange(range)).toBe(null)
    expect(rangeIncludes(range, '1.0.0')).toBe(undefined)
  },
)

const number = fc.constantFrom('0', '1', '2', '3', '10')
const part = fc.oneof({ weight: 5, arbitrary: number }, fc.constantFrom('x', '*', 'X'))
const partial = fc.oneof(
  fc.tuple(part).map((parts) => parts.join('.')),
  fc.tuple(part, part).map((parts) => parts.join('.')),
  fc
    .tuple(part, part, part, fc.constantFrom('', '', '', '-0', '-rc.1'))
    .map(([major, minor, patch, end]) => `${major}.${minor}.${patch}${/[xX*]/.test(major + minor + patch) ? '' : end}`),
)
const comparator = fc
  .tuple(fc.constantFrom('', '=', '>', '>=', '<', '<=', '^', '~', '~>'), fc.constantFrom('', '', ' '), partial)
  .map((parts) => parts.join(''))
const simple = fc.oneof(
  fc.array(comparator, { minLength: 1, maxLength: 3 }).map((list) => list.join(' ')),
  fc.tuple(partial, partial).map(([from, to]) => `${from} - ${to}`),
)
const range = fc
  .array(simple, { minLength: 1, maxLength: 3 })
  .chain((list) => fc.constantFrom(' || ', '||').map((or) => list.join(or)))

test('a range includes the versions that npm includes', () => {
  fc.assert(
    fc.property(range, fc.tuple(number, number, number), (text, version) => {
      const written = version.join('.')
      fc.pre(semver.validRange(text) !== null)
      expect(rangeIncludes(text, written)).toBe(semver.satisfies(written, text))
    }),
    { numRuns: 3_000 },
  )
})
