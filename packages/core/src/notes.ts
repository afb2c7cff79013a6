import { StageflowError, textOf } from './errors.ts'
import { isArray } from './rules.ts'

/** How deep a note is looked at before JSON itself is asked. Usage and the like are flat. */
const QUICK_DEPTH = 3

/** A note as it was given. One that would break the JSON of the report is refused where it is made. */
export function checkedNote<T>(key: unknown, value: T): T {
  let why: string | undefined
  let cause: unknown
  try {
    if (isQuick(value, QUICK_DEPTH) || JSON.stringify(value) !== undefined) return value
    why = `JSON has nothing for a ${typeof value}`
  } catch (thrown) {
    cause = thrown
    why = textOf(thrown).split('\n', 1)[0]
  }
  throw new StageflowError(
    'core/note',
    `The note "${String(key)}" cannot be written as JSON: ${why}. Note plain data, such as a number or { inputTokens: 12 }.`,
    { cause },
  )
}

/** Whether a value is surely JSON: asking JSON costs five times as much. */
function isQuick(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'bigint' && typeof value !== 'function' && typeof value !== 'symbol'
  if (depth === 0) return false
  if (isArray(value)) return value.every((one) => isQuick(one, depth - 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const key in value) {
    if (!isQuick((value as Record<string, unknown>)[key], depth - 1)) return false
  }
  return true
}
