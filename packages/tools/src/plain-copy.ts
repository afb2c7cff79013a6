import { StageflowError } from '@stageflow/core'
import { isPlain } from '@stageflow/core/kit'

/** How much of a value may still be taken, in characters. A number counts as a few. */
export interface Budget {
  left: number
  used: number
}

const DEEPEST = 100
const LEAF = 8

/** The size of a value, in characters; Infinity if it cannot be read. */
export function lengthOf(value: unknown): number {
  const budget = { left: Infinity, used: 0 }
  try {
    frozenCopy(value, budget)
    return budget.used
  } catch {
    return Infinity
  }
}

/**
 * A frozen copy: plain objects and arrays all the way down. Class instances, maps, dates and bytes are kept as they are. Throws
 * `tools/output-too-large` past the budget and `tools/illegal-output` if the value cannot be read.
 */
export function frozenCopy(value: unknown, budget: Budget): unknown {
  try {
    return copy(value, budget, 0)
  } catch (error) {
    if (StageflowError.is(error)) throw error
    throw new StageflowError('tools/illegal-output', 'A getter of the value threw; return plain data.', {
      cause: error,
    })
  }
}

function copy(value: unknown, budget: Budget, depth: number): unknown {
  if (typeof value === 'string') spend(budget, value.length)
  else spend(budget, LEAF)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEEPEST)
    throw new StageflowError(
      'tools/illegal-output',
      `The value is inside itself, or more than ${DEEPEST} levels deep; return plain data.`,
    )
  if (Array.isArray(value)) return copyArray(value, budget, depth + 1)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) spend(budget, value.byteLength)
  else if (value instanceof Map) for (const pair of value) for (const held of pair) copy(held, budget, depth + 1)
  else if (value instanceof Set) for (const held of value) copy(held, budget, depth + 1)
  else return copyObject(value, budget, depth + 1)
  return value
}

function copyArray(value: readonly unknown[], budget: Budget, depth: number): readonly unknown[] {
  // Before the copy is made: an array may be long and empty.
  spend(budget, value.length)
  return Object.freeze(Array.from(value, (held) => copy(held, budget, depth)))
}

function copyObject(value: object, budget: Budget, depth: number): object {
  const plain = isPlain(value)
  const made: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    spend(budget, key.length)
    const held = copy((value as Readonly<Record<string, unknown>>)[key], budget, depth)
    // Defined, not assigned: a key may be `__proto__`.
    if (plain) Object.defineProperty(made, key, { value: held, enumerable: true })
  }
  return plain ? Object.freeze(made) : value
}

function spend(budget: Budget, amount: number): void {
  budget.left -= amount
  budget.used += amount
  if (budget.left < 0) throw new StageflowError('tools/output-too-large', 'The value is too large.')
}

/**
 * A copy that may be changed: plain objects and arrays all the way down. Class instances, maps and dates are kept as they are, and
 * so is a value that cannot be read. Never throws.
 */
export function ownCopy(value: unknown): unknown {
  try {
    return exactCopy(value, new Map(), false)
  } catch {
    return value
  }
}

/** `ownCopy`, frozen: what was checked stays as it was checked, also if it is circular. */
export function frozenInput(value: unknown): unknown {
  try {
    return exactCopy(value, new Map(), true)
  } catch {
    return value
  }
}

function exactCopy(value: unknown, made: Map<object, object>, freeze: boolean): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = made.get(value)
  if (known !== undefined) return known
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== null && prototype !== Object.prototype && prototype !== Array.prototype) return value
  const own = (Array.isArray(value) ? [] : Object.create(prototype)) as Record<PropertyKey, unknown>
  made.set(value, own)
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor
    if ('value' in property) {
      const held = exactCopy(property.value, made, freeze)
      // Assigned where that is the same as defining and a third of its cost (`parseAndResolve` in the benchmarks).
      if (property.enumerable === true && key !== '__proto__') {
        own[key] = held
        continue
      }
      Object.assign(property, { value: held, writable: true })
    }
    // Getters stay what they are.
    Object.defineProperty(own, key, { ...property, configurable: key !== 'length' || !Array.isArray(own) })
  }
  return freeze ? Object.freeze(own) : own
}
