import { isError } from '@stageflow/core/kit'
// Turns values that JSON.stringify can't write, or writes incompletely, into values that it can.

/** Maximum depth. */
const MAX_DEPTH = 64

type Fields = Readonly<Record<string, unknown>>

interface Budget {
  /** How much may still be read, in characters and values, so that reading ends. */
  left: number
  /** The objects around the one that is read. */
  readonly above: object[]
}

/** Whether JSON.stringify writes all of `value` in about `most` characters. Throws what getters throw. */
export function isPlain(value: unknown, most: number): boolean {
  return isPlainPart(value, 0, { left: most, above: [] })
}

function isPlainPart(value: unknown, depth: number, budget: Budget): boolean {
  if (--budget.left < 0) return false
  if (typeof value === 'string') return (budget.left -= value.length) >= 0
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object') return typeof value === 'boolean' || value === undefined
  if (value === null) return true
  if (depth === MAX_DEPTH) return false
  if ('toJSON' in value) return false
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) if (!isPlainPart(item, depth + 1, budget)) return false
    return true
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const key of Object.keys(value)) {
    budget.left -= key.length
    if (!isPlainPart((value as Fields)[key], depth + 1, budget)) return false
  }
  return true
}

/** A copy of `value` that JSON.stringify writes completely, in about `most` characters. Doesn't throw. */
export function jsonValue(value: unknown, most: number): unknown {
  return copyOf(value, 0, { left: most, above: [] })
}

function copyOf(value: unknown, depth: number, budget: Budget): unknown {
  budget.left--
  if (typeof value === 'string') return textOf(value, budget)
  if (typeof value === 'bigint') return textOf(`${value}`, budget)
  if (typeof value === 'number') return Number.isFinite(value) ? value : `${value}`
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  if (typeof value !== 'object' || value === null) return value
  if (budget.above.includes(value)) return '[circular]'
  budget.above.push(value)
  try {
    return compoundOf(value, depth, budget)
  } catch {
    return '[cannot be read]' // a getter, toJSON or proxy that throws
  } finally {
    budget.above.pop()
  }
}

function compoundOf(value: object, depth: number, budget: Budget): unknown {
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`
  if (value instanceof ArrayBuffer) return `[ArrayBuffer of ${value.byteLength} bytes]`
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? '[array]' : '[object]'
  if (isError(value)) return fieldsOf(errorFields(value), depth + 1, budget)
  const { toJSON } = value as { readonly toJSON?: unknown }
  if (typeof toJSON === 'function') {
    const said: unknown = toJSON.call(value)
    if (said !== value) return copyOf(said, depth + 1, budget)
  }
  if (Array.isArray(value) || value instanceof Set) return listOf(value, depth + 1, budget)
  if (value instanceof Map) return fieldsOf(pairsOf(value), depth + 1, budget)
  return fieldsOf(ownFields(value), depth + 1, budget)
}

function listOf(items: Iterable<unknown>, depth: number, budget: Budget): readonly unknown[] {
  const copy: unknown[] = []
  for (const item of items) {
    if (budget.left <= 0) {
      copy.push('…')
      break
    }
    copy.push(copyOf(item, depth, budget) ?? null)
  }
  return copy
}

function fieldsOf(pairs: Iterable<readonly [string, () => unknown]>, depth: number, budget: Budget): object {
  const copy = {}
  for (const [key, read] of pairs) {
    if (budget.left <= 0) {
      define(copy, '…', 'cut')
      break
    }
    define(copy, textOf(key, budget), readPart(read, depth, budget))
  }
  return copy
}

function readPart(read: () => unknown, depth: number, budget: Budget): unknown {
  try {
    return copyOf(read(), depth, budget)
  } catch {
    return '[cannot be read]'
  }
}

function* ownFields(value: object): Iterable<readonly [string, () => unknown]> {
  for (const key of Object.keys(value)) yield [key, () => (value as Fields)[key]]
}

function* pairsOf(map: ReadonlyMap<unknown, unknown>): Iterable<readonly [string, () => unknown]> {
  for (const [key, value] of map) {
    const isName = typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean'
    yield [isName ? String(key) : `[${typeof key}]`, () => value]
  }
}

/** First what JSON leaves out of an error, then its own fields. */
function* errorFields(error: Error): Iterable<readonly [string, () => unknown]> {
  yield ['type', () => error.name]
  yield ['message', () => error.message]
  if ('cause' in error) yield ['cause', () => error.cause]
  if ('errors' in error) yield ['errors', () => error.errors]
  for (const [key, read] of ownFields(error)) if (key !== 'cause' && key !== 'errors') yield [key, read]
}

function textOf(text: string, budget: Budget): string {
  const { left } = budget
  budget.left -= text.length
  return text.length <= left ? text : `${text.slice(0, Math.max(0, left))}… (${text.length} characters)`
}

/** Makes a property of its own, even if its name is `__proto__`. */
function define(copy: object, key: string, value: unknown): void {
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true })
}
