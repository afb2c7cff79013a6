import type { Rule } from './option-rules.ts'

/**
 * What happens to an item that finds the queue full. `block`: the put waits for a place. `drop-oldest`: the oldest item makes
 * place. `drop-newest`: it is dropped itself. `error`: the put rejects; of a reader of a broadcast: that reader is ended with
 * an error. `coalesce`: it is merged with the newest item, and the answer takes that one's place.
 */
export type OverflowPolicy<T> =
  | 'block'
  | 'drop-oldest'
  | 'drop-newest'
  | 'error'
  | { readonly coalesce: (queued: T, item: T) => T }

const WORDS: readonly unknown[] = ['block', 'drop-oldest', 'drop-newest', 'error']

export const OVERFLOW: Rule = [
  (value) =>
    WORDS.includes(value) ||
    (typeof value === 'object' &&
      value !== null &&
      Object.keys(value).join() === 'coalesce' &&
      typeof (value as { coalesce: unknown }).coalesce === 'function'),
  "'block', 'drop-oldest', 'drop-newest', 'error' or { coalesce: a function }",
]
