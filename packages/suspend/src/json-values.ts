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
  /** The objects around the value that is being checked. */
  const around = new Set<object>()

  function check(inner: unknown, path: Path): void {
    if (problems.length >= MOST_PROBLEMS) return
    const problem = problemOf(inner, around)
    if (problem !== undefined) {
      problems.push(`${placeOf(path)} is ${problem}`)
      return
    }
    if (typeof inner !== 'object' || inner === null) return
    around.add(inner)
    if (Array.isArray(inner)) checkItems(inner, path)
    else checkFields(inner, path)
    around.delete(inner)
  }
  function checkItems(items: readonly unknown[], path: Path): void {
    for (const [place, item] of items.entries()) {
      if (item === undefined) gaps.push([...path, place])
      else check(item, [...path, place])
    }
  }
  function checkFields(fields: object, path: Path): void {
    for (const [key, field] of Object.entries(fields)) {
      if (field !== undefined) check(field, [...path, key])
    }
  }

  check(value, [])
  return problems
}

/** What is wrong with a value itself, without what is inside it. `around`: the objects that it is in. */
function problemOf(value: unknown, around: ReadonlySet<object>): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value)
  if (typeof value === 'object') return objectProblem(value, around)
  return `a ${typeof value}`
}

function objectProblem(value: object, around: ReadonlySet<object>): string | undefined {
  if (around.has(value)) return 'an object inside itself'
  if (around.size >= DEEPEST) return `nested more than ${DEEPEST} deep`
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
