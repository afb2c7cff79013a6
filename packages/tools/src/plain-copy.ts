import { StageflowError } from '@stageflow/core'

/** How much of a value may still be taken, in characters; a number or a key counts as some. */
export interface Budget {
  left: number
  used: number
}

const DEEPEST = 100
const LEAF = 8

/** How large a value is, in characters; Infinity for one that cannot be read. */
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
 * A copy that nobody can change: plain objects and arrays all the way down; class instances, maps, dates and bytes are
 * kept as they are. Throws `tools/output-too-large` past the budget and `tools/illegal-output` for what cannot be read.
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
  // Before anything is made of it: an array may be long and empty.
  spend(budget, value.length)
  return Object.freeze(Array.from(value, (held) => copy(held, budget, depth)))
}

function copyObject(value: object, budget: Budget, depth: number): object {
  const plain = isPlain(value)
  const made: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    spend(budget, key.length)
    const held = copy((value as Readonly<Record<string, unknown>>)[key], budget, depth)
    // Defined, not assigned: a key may be called `__proto__`.
    if (plain) Object.defineProperty(made, key, { value: held, enumerable: true })
  }
  return plain ? Object.freeze(made) : value
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function spend(budget: Budget, amount: number): void {
  budget.left -= amount
  budget.used += amount
  if (budget.left < 0) throw new StageflowError('tools/output-too-large', 'The value is larger than is taken.')
}
