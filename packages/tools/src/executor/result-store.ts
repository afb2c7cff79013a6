import { StageflowError } from '@stageflow/core'

import { lengthOf } from './frozen-copy.ts'
import type { CompletedCall } from './result-types.ts'
import { storeBounds, type MemoryStoreOptions } from './store-bounds.ts'

/** The result of a call that had an idempotency key. */
export interface StoredResult {
  /** Tells calls with other arguments, or of another tool, apart. */
  readonly fingerprint: string
  readonly result: CompletedCall
  /** When it is forgotten, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** Where results of calls with an idempotency key are kept. What it throws fails the call before its handler runs. */
export interface ToolResultStore {
  get(key: string): StoredResult | undefined | Promise<StoredResult | undefined>
  set(key: string, stored: StoredResult): void | Promise<void>
  delete(key: string): void | Promise<void>
}

/** Results in this process's memory. Past its bounds the one that was used longest ago is forgotten, and its work can be done again. */
export function memoryResultStore(options: MemoryStoreOptions = {}): ToolResultStore {
  const { maxEntries, maxLength } = storeBounds('memoryResultStore()', options)
  const entries = new Map<string, { readonly stored: StoredResult; readonly length: number }>()
  let total = 0
  const remove = (key: string): void => {
    total -= entries.get(key)?.length ?? 0
    entries.delete(key)
  }
  // Kept, so that it goes on where it was: a new one would pass by all that was removed before, each time.
  let keys = entries.keys()
  const removeOldest = (): void => {
    let oldest = keys.next()
    if (oldest.done === true) oldest = (keys = entries.keys()).next()
    remove(oldest.value as string)
  }
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.stored
    },
    set(key, stored) {
      const length = key.length + lengthOf([stored.result.output, stored.result.partials])
      if (length > maxLength)
        throw new StageflowError(
          'tools/result-not-stored',
          `The result is larger than all of memoryResultStore may be, ${maxLength} characters; raise maxLength.`,
        )
      remove(key)
      entries.set(key, { stored, length })
      total += length
      while (entries.size > maxEntries || total > maxLength) removeOldest()
    },
    delete: remove,
  }
}
