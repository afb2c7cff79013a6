/** The version of this package: `npm run generate` writes this line. */
export const VERSION = '1.0.0'

/** The versions from `from` up to, but not including, `to`, each as one number. Prereleases count as the release that they lead to. */
type Span = readonly [from: number, to: number]

/** An operator and a version, of which parts may be missing or a wildcard: `>=1.2`, `^1.x`, `*`. */
const COMPARATOR = /^(>=|<=|~>|[<>=~^]|)v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*])(-[\w.-]+)?(?:\+[\w.-]+)?)?$/
const OPERATOR_BEFORE_SPACE = /(>=|<=|~>|[<>=~^])\s+/g
const HYPHEN = /^(\S+)\s+-\s+(\S+)$/

/**
 * Whether a range includes `version`, as npm reads ranges: `^1.2.0`, `>=1 <3`, `1.x`, `1.2 - 2`, `^1.0.0 || ^2.0.0`, `*`. Undefined
 * if npm can't read it. Grammar: https://docs.npmjs.com/cli/v11/using-npm/semver#range-grammar
 */
export function rangeIncludes(ranges: string, version: string = VERSION): boolean | undefined {
  const wanted = inOrder(version.split(/[.+-]/).map(Number))
  const alternatives = ranges.split('||').map(spansOf)
  if (alternatives.flat().includes(undefined)) return undefined
  const isInSpan = ([from, to]: Span): boolean => from <= wanted && wanted < to
  return alternatives.some((spans) => (spans as readonly Span[]).every(isInSpan))
}

/** The spans that a version must all be in; undefined for a part that npm can't read. */
function spansOf(range: string): readonly (Span | undefined)[] {
  const comparators = (range.trim() || '*').replace(HYPHEN, '>=$1 <=$2').replaceAll(OPERATOR_BEFORE_SPACE, '$1')
  return comparators.split(/\s+/).map(spanOf)
}

function spanOf(comparator: string): Span | undefined {
  const match = COMPARATOR.exec(comparator)
  if (match === null) return undefined
  const [, operator = '', ...parts] = match
  const numbers = [...parts.slice(0, 3).map(Number), NaN]
  const known = numbers.slice(0, numbers.findIndex(Number.isNaN)) // up to a part that is missing, or a wildcard
  const first = inOrder(known)
  // These parts stand for one version, all of a minor, all of a major, or all. A prerelease stands for none.
  const isPrerelease = parts[3] !== undefined && known.length === 3
  const next = isPrerelease ? first : increased(known, known.length - 1)
  if (operator === '>=') return [first, Infinity]
  if (operator === '>') return [next, Infinity]
  if (operator === '<') return [0, first]
  if (operator === '<=') return [0, next]
  if (operator.startsWith('~')) return [first, increased(known, Math.min(known.length - 1, 1))]
  return [first, operator === '^' ? increased(known, compatiblePlace(known)) : next]
}

/** The place of the number that must not change: the first that isn't 0, or the last one. */
function compatiblePlace(known: readonly number[]): number {
  const place = known.findIndex((number) => number > 0)
  return place < 0 ? known.length - 1 : place
}

/** A version as a number that is larger for later versions, as long as none of its numbers has more than five digits. */
const inOrder = ([major = 0, minor = 0, patch = 0]: readonly number[]): number => (major * 1e5 + minor) * 1e5 + patch
/** The first version after those that have the same numbers up to `place`. Without a number, they are all versions. */
const increased = (known: readonly number[], place: number): number =>
  place < 0 ? Infinity : inOrder([...known.slice(0, place), (known[place] as number) + 1])
