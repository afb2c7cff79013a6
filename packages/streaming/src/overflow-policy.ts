import type { OptionRule } from '@stageflow/core/kit'

/**
 * What happens to an item when the queue is full. `block`: the put waits for a place. `drop-oldest`: the oldest item is dropped.
 * `drop-newest`: the item itself is dropped. `error`: the put rejects; in a broadcast, the reader that is behind ends with an
 * error. `coalesce`: the item is merged into the newest one.
 */
export type OverflowPolicy<T> =
  | 'block'
  | 'drop-oldest'
  | 'drop-newest'
  | 'error'
  | { readonly coalesce: (queued: T, item: T) => T }

const WORDS: readonly unknown[] = ['block', 'drop-oldest', 'drop-newest', 'error']

export const OVERFLOW: OptionRule = [
  (value) =>
    WORDS.includes(value) ||
    (typeof value === 'object' &&
      value !== null &&
      Object.keys(value).join() === 'coalesce' &&
      typeof (value as { coalesce: unknown }).coalesce === 'function'),
  "'block', 'drop-oldest', 'drop-newest', 'error', or { coalesce: (queued, item) => merged }",
]
