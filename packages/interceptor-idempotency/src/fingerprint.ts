import { sha256 } from './storage-key.ts'

/** Why a value has no fingerprint, and where in it. */
export class NoFingerprint extends Error {}

/**
 * A hash that is the same for values that say the same: whatever the order of their keys, and whether a date comes as a
 * Date or as its text. Throws `NoFingerprint` for what cannot be told apart, such as functions.
 */
export function fingerprint(value: unknown): string {
  return sha256(canonical(value, '', []))
}

function canonical(value: unknown, path: string, above: readonly object[]): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return value === 0 ? '0' : String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'object') return canonicalObject(value, path, above)
  throw new NoFingerprint(`${path === '' ? 'the value' : path} is a ${typeof value}`)
}

function canonicalObject(value: object, path: string, above: readonly object[]): string {
  if (above.includes(value)) throw new NoFingerprint(`${path} is inside itself`)
  if (above.length >= DEEPEST) throw new NoFingerprint(`${path.slice(0, 60)}… is more than ${DEEPEST} levels deep`)
  const inside = [...above, value]
  const each = (items: readonly unknown[]): string =>
    items.map((item, index) => canonical(item, `${path}[${index}]`, inside)).join(',')
  if (Array.isArray(value)) return `[${each(value)}]`
  if (ArrayBuffer.isView(value))
    return `bytes(${hex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))})`
  if (value instanceof ArrayBuffer) return `bytes(${hex(new Uint8Array(value))})`
  if (value instanceof Map) return `Map(${each([...value].flat(1))})`
  if (value instanceof Set) return `Set(${each([...value])})`
  if (value instanceof RegExp) return String(value)
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return canonical((value as { toJSON(): unknown }).toJSON(), path, inside)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new NoFingerprint(`${path === '' ? 'the value' : path} is an instance of ${value.constructor.name}`)
  const entries = Object.entries(value).filter(([, held]) => held !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${canonical(held, `${path}.${key}`, inside)}`).join(',')}}`
}

const DEEPEST = 500

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
