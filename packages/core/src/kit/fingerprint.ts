import { textOf } from '../base/errors.ts'

/** The deepest nesting that is compared. */
const DEEPEST = 500

/**
 * A string that is the same for equal values, whatever the order of the keys of plain objects. Throws a `TypeError` that says where, if a
 * value cannot be compared: a function, a symbol, or an instance of a class without `toJSON`, whose private fields it cannot see.
 * Hash it if it must be short.
 */
export function fingerprint(value: unknown): string {
  try {
    return canonical(value, '', [])
  } catch (thrown) {
    if (thrown instanceof TypeError) throw thrown
    throw new TypeError(`the value cannot be read: ${textOf(thrown)}`, { cause: thrown })
  }
}

function canonical(value: unknown, path: string, above: readonly object[]): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return value === 0 ? '0' : String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'object') return canonicalObject(value, path, above)
  throw new TypeError(`${placeOf(path)} is a ${typeof value}`)
}

function canonicalObject(value: object, path: string, above: readonly object[]): string {
  if (above.includes(value)) throw new TypeError(`${placeOf(path)} is inside itself`)
  if (above.length >= DEEPEST) throw new TypeError(`${path.slice(0, 60)}… is more than ${DEEPEST} levels deep`)
  const inside = [...above, value]
  const each = (items: readonly unknown[]): string =>
    items.map((item, index) => canonical(item, `${path}[${index}]`, inside)).join(',')
  if (Array.isArray(value)) return `[${each(value)}]`
  if (ArrayBuffer.isView(value)) {
    const bytes = bytesOf(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    return value instanceof Uint8Array ? bytes : `${kindOf(value)}:${bytes}`
  }
  if (value instanceof ArrayBuffer) return bytesOf(new Uint8Array(value))
  if (value instanceof Map) return `Map(${each([...value].flat(1))})`
  if (value instanceof Set) return `Set(${each([...value])})`
  if (value instanceof RegExp) return String(value)
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return canonical((value as { toJSON(): unknown }).toJSON(), path, inside)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new TypeError(`${placeOf(path)} is an instance of ${value.constructor?.name ?? 'a class'}`)
  const entries = Object.entries(value).filter(([, held]) => held !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  const written = entries.map(([key, held]) => `${JSON.stringify(key)}:${canonical(held, `${path}.${key}`, inside)}`)
  return `{${written.join(',')}}`
}

/** Such as `Float32Array`. */
const kindOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1)
const placeOf = (path: string): string => (path === '' ? 'the value' : path)
const bytesOf = (bytes: Uint8Array): string =>
  `bytes(${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')})`
