import { StageflowError } from '@stageflow/core'
import { isPlain } from '@stageflow/core/kit'

/** How much may still be copied, in characters. A number counts as a few. */
export interface Budget {
  left: number
}

const DEEPEST = 100
const LEAF = 8

/**
 * A frozen copy: plain objects and arrays all the way down. Class instances, maps, dates and bytes are kept as they are. Throws
 * `tool-executor/too-large` past the budget and `tool-executor/not-json` if the value cannot be read.
 */
export function frozenCopy(value: unknown, budget: Budget): unknown {
  try {
    return copy(value, budget, 0)
  } catch (error) {
    if (StageflowError.is(error)) throw error
    throw new StageflowError('tool-executor/not-json', 'A getter of the value threw; return plain data.', {
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
      'tool-executor/not-json',
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
  if (budget.left < 0) throw new StageflowError('tool-executor/too-large', 'The value is too large.')
}
