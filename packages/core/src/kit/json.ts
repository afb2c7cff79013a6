import { textOf } from '../base/errors.ts'
import { fieldOfArray, isPlain } from '../base/objects.ts'
import { printable, show } from '../base/show.ts'

/** The deepest nesting that counts as JSON. */
const DEEPEST = 500
/** How much of the place of a value a message shows, in characters. */
const LONGEST_PLACE = 60

/**
 * Describes the first part of a value that JSON would lose or change, such as `1n at metadata.id`; undefined if JSON keeps all.
 * Undefined fields of objects are left out.
 */
export function lostInJson(value: unknown): string | undefined {
  try {
    return lostIn(value, '', 0, new Map())
  } catch (thrown) {
    return `a value that cannot be read (${printable(textOf(thrown))})`
  }
}

/** `levels`: how many levels are inside each object that loses nothing, so that one that many fields share is looked at once. */
function lostIn(value: unknown, path: string, depth: number, levels: Map<unknown, number>): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (Number.isFinite(value)) return undefined
  const known = levels.get(value)
  if (depth + (known ?? 0) > DEEPEST) return `more than ${DEEPEST} levels at ${placeOf(path)}`
  if (known !== undefined) return undefined
  const isList = Array.isArray(value)
  if (!isList && !isPlain(value)) return `${show(value)} at ${placeOf(path)}`
  let inside = 0
  // The entries of an array have its holes too, which JSON would turn into null.
  const entries: Iterable<[string | number, unknown]> = isList ? value.entries() : Object.entries(value as object)
  for (const [key, inner] of entries) {
    const isLeftOut = inner === undefined && !isList
    if (isLeftOut) continue
    const lost = lostIn(inner, isList ? `${path}[${key}]` : fieldPath(path, String(key)), depth + 1, levels)
    if (lost !== undefined) return lost
    inside = Math.max(inside, (levels.get(inner) ?? 0) + 1)
  }
  const field = isList ? fieldOfArray(value) : undefined
  if (field !== undefined) return `the field ${printable(field, LONGEST_PLACE)} of an array at ${placeOf(path)}`
  levels.set(value, inside)
  return undefined
}

const placeOf = (path: string): string => (path === '' ? 'its top' : printable(path, LONGEST_PLACE))
const fieldPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)
