import { isThenable } from '../base/check.ts'
import { textOf } from '../base/errors.ts'

export { isThenable, textOf }

/** Reads a property of any value; undefined if the value has none or its getter throws. */
export function read(value: unknown, key: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  } catch {
    return undefined
  }
}

/** The `code` of an error, if it is a string. */
export function codeOf(error: unknown): string | undefined {
  const code = read(error, 'code')
  return typeof code === 'string' ? code : undefined
}
