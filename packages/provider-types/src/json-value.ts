import type { Problems } from './problems.ts'

/** A value that JSON can hold, read-only. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A JSON object, such as the arguments of a tool call. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** Far more than a model writes, and far less than a stack holds. It ends circular values too. */
const DEEPEST = 100
/** Objects, arrays, strings and numbers together. Objects that share parts must not grow without end when they are copied. */
const MOST_VALUES = 100_000

/** A deep frozen copy. A value that JSON cannot hold is a problem; undefined members are left out, as JSON does. */
export function frozenJson(value: unknown, field: string, problems: Problems): JsonValue {
  let count = 0

  const copyOf = (given: unknown, path: string, depth: number): JsonValue => {
    count++
    // Said once, for the first value that is too many.
    if (count === MOST_VALUES + 1) problems.range(field, `made of at most ${MOST_VALUES} values`, value)
    if (count > MOST_VALUES) return null
    if (given === null || typeof given === 'string' || typeof given === 'boolean') return given
    if (typeof given === 'number') {
      if (!Number.isFinite(given)) problems.range(path, 'a finite number', given)
      // JSON has no -0.
      return given === 0 ? 0 : given
    }
    if (!isPlain(given)) {
      problems.type(path, 'a JSON value', given)
      return null
    }
    if (depth < DEEPEST) return copyInside(given, path, depth + 1)
    problems.range(path, `nested at most ${DEEPEST} deep`, given)
    return null
  }

  const copyInside = (given: object, path: string, depth: number): JsonValue => {
    if (Array.isArray(given)) {
      const items = Array.from(given as unknown[], (item, index) => copyOf(item, `${path}[${index}]`, depth))
      return Object.freeze(items)
    }
    const copy: Record<string, JsonValue> = {}
    for (const [key, member] of Object.entries(given)) {
      if (member === undefined) continue
      const kept = copyOf(member, `${path}.${key}`, depth)
      // An assignment to `__proto__` would change what the copy inherits.
      if (key === '__proto__') Object.defineProperty(copy, key, { value: kept, enumerable: true })
      else copy[key] = kept
    }
    return Object.freeze(copy)
  }

  return copyOf(value, field, 0)
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  // An object of another realm has another Object.prototype, whose own prototype is null too.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
