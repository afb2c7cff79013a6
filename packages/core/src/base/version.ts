/** The version of this package: `npm run generate` writes this line. */
export const VERSION = '1.0.0'

/** A version as numbers: major, minor and patch. Prereleases count as the release that they lead to. */
type Version = readonly [major: number, minor: number, patch: number]
/** The versions from `from` up to, but not including, `to`. */
type Span = readonly [from: Version, to: Version]

const FIRST: Version = [0, 0, 0]
const END: Version = [Infinity, 0, 0]

/** An operator and a version, of which parts may be missing or a wildcard: `>=1.2`, `^1.x`, `*`. */
const COMPARATOR = /^(>=|<=|~>|[<>=~^]|)v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*])(-[\w.-]+)?(?:\+[\w.-]+)?)?$/
const OPERATOR_BEFORE_SPACE = /(>=|<=|~>|[<>=~^])\s+/g
const HYPHEN = /^(\S+)\s+-\s+(\S+)$/

/**
 * Whether a range includes `version`, as npm reads ranges: `^1.2.0`, `>=1 <3`, `1.x`, `1.2 - 2`, `^1.0.0 || ^2.0.0`, `*`. Undefined
 * if npm can't read it. Grammar: https://docs.npmjs.com/cli/v11/using-npm/semver#range-grammar
 */
export function rangeIncludes(ranges: string, version: string = VERSION): boolean | undefined {
  const wanted = filled(version.split(/[.+-]/).map(Number))
  let isIncluded = false
  for (const range of ranges.split('||')) {
    const spans = spansOf(range.trim().replaceAll(OPERATOR_BEFORE_SPACE, '$1'))
    if (spans.includes(undefined)) return undefined
    if (spans.every((span) => span !== undefined && isIn(wanted, span))) isIncluded = true
  }
  return isIncluded
}

/** The spans that a version must all be in; undefined for a part that npm can't read. */
function spansOf(range: string): readonly (Span | undefined)[] {
  if (range === '') return []
  const [, from, to] = HYPHEN.exec(range) ?? []
  const comparators = from === undefined ? range.split(/\s+/) : [`>=${from}`, `<=${to}`]
  return comparators.map(spanOf)
}

function spanOf(comparator: string): Span | undefined {
  const match = COMPARATOR.exec(comparator)
  if (match === null) return undefined
  const [, operator = '', ...parts] = match
  const known: number[] = []
  for (const part of parts.slice(0, 3)) {
    const number = Number(part)
    if (Number.isNaN(number)) break
    known.push(number)
  }
  const first = filled(known)
  // These parts stand for one version, all of a minor, all of a major, or all. A prerelease stands for none.
  const isPrerelease = parts[3] !== undefined && known.length === 3
  const next = isPrerelease ? first : increased(known, known.length - 1)
  switch (operator) {
    case '>=':
      return [first, END]
    case '>':
      return [next, END]
    case '<':
      return [FIRST, first]
    case '<=':
      return [FIRST, next]
    case '~':
    case '~>':
      return [first, increased(known, Math.min(known.length - 1, 1))]
    case '^':
      return [first, increased(known, compatiblePlace(known))]
    default:
      return [first, next]
  }
}

/** The place of the number that must not change: the first that isn't 0, or the last one. */
function compatiblePlace(known: readonly number[]): number {
  const place = known.findIndex((number) => number > 0)
  return place < 0 ? known.length - 1 : place
}

const filled = ([major = 0, minor = 0, patch = 0]: readonly number[]): Version => [major, minor, patch]
/** The first version after those that have the same numbers up to `place`. Without a number, they are all versions. */
const increased = (known: readonly number[], place: number): Version =>
  place < 0 ? END : filled([...known.slice(0, place), (known[place] as number) + 1])

const isIn = (version: Version, [from, to]: Span): boolean => !isBefore(version, from) && isBefore(version, to)

function isBefore(one: Version, other: Version): boolean {
  const place = one.findIndex((number, at) => number !== other[at])
  return place >= 0 && (one[place] as number) < (other[place] as number)
}
