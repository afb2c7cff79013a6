import { readValue } from './record-value.ts'
import type { Ending, KeyedWorkOptions } from './work.ts'

/** What a record says, as the ending of a call that did not do the work. */
export function readResult<Result>(
  value: string,
  by: 'shared' | 'hit',
  { fromText }: KeyedWorkOptions<Result>,
): Ending<Result, never> {
  try {
    const kept = readValue(value)
    return 'text' in kept ? { status: by, result: fromText(kept.text) } : { ...kept, by }
  } catch (cause) {
    return { status: 'unreadable', cause }
  }
}
