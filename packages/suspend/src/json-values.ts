import { isPlain, show } from '@stageflow/core/kit'

/** The keys from the outermost object to a value inside it. */
export type Path = readonly (string | number)[]

/** At most this many problems are listed. */
const MOST_PROBLEMS = 10
/** The deepest nesting that is written. */
const DEEPEST = 500

/**
 * The values inside `value` that JSON can't write and read back, each as a part of a sentence. Undefined fields pass,
 * because JSON leaves them out. Adds the path of each undefined item of an array to `gaps`, because JSON writes null there.
 */
export function jsonProblems(value: unknown, gaps: Path[]): readonly string[] {
  const problems: string[] = []
  check(value, [], new Set(), { gaps, problems })
  return problems
}

interface Found {
  readonly gaps: Path[]
  readonly problems: string[]
}

function check(value: unknown, path: Path, above: Set<object>, found: Found): void {
  if (found.problems.length >= MOST_PROBLEMS) return
  const problem = problemOf(value, above)
  if (problem !== undefined) {
    found.problems.push(`${placeOf(path)} is ${problem}`)
    return
  }
  if (typeof value !== 'object' || value === null) return
  above.add(value)
  if (Array.isArray(value)) {
    for (const [place, item] of (value as readonly unknown[]).entries()) {
      if (item === undefined) found.gaps.push([...path, place])
      else check(item, [...path, place], above, found)
    }
  } else {
    for (const [key, held] of Object.entries(value)) if (held !== undefined) check(held, [...path, key], above, found)
  }
  above.delete(value)
}

function problemOf(value: unknown, above: Set<object>): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value)
  if (typeof value !== 'object') return typeof value === 'function' ? 'a function' : `a ${typeof value}`
  if (above.has(value)) return 'an object inside itself'
  if (above.size >= DEEPEST) return `nested more than ${DEEPEST} deep`
  return Array.isArray(value) || isPlain(value) ? undefined : show(value)
}

const SIMPLE_KEY = /^[A-Za-z_$][\w$]*$/

/** A path as code would read it, such as `outputs.price.data.items[3]` or `outputs["a/b"]`. */
export function placeOf(path: Path): string {
  const text = path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`
      return SIMPLE_KEY.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
    })
    .join('')
  const place = text.startsWith('.') ? text.slice(1) : text
  return place.length > 200 ? `${place.slice(0, 199)}…` : place
}
