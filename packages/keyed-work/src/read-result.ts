import { readValue } from './record-value.ts'
import type { Ending, KeyedWorkOptions } from './work.ts'

/** What a record says, as the ending of a call that did not do the work. */
export function readResult<Result>(
  value: string,
  by: 'shared' | 'hit',
  { fromText }: KeyedWorkOptions<Result>,
): Ending<Result, never> {
  try {
    const read = readValue(value)
    if ('unstorable' in read) return { status: 'not-json', by, reason: read.unstorable }
    return { status: by, result: fromText(read.text) }
  } catch (cause) {
    return { status: 'unreadable', cause }
  }
}
