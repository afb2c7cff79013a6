import { FROM_1, optionsOf, problemsOf, refuse } from './option-rules.ts'

/** The bounds of a store in memory. */
export interface MemoryStoreOptions {
  /** How many entries it keeps. Default: 10,000. */
  readonly maxEntries?: number
  /** How large all entries together may be, in characters. Default: 64 Mi. */
  readonly maxLength?: number
}

const DEFAULTS: Required<MemoryStoreOptions> = { maxEntries: 10_000, maxLength: 2 ** 26 }

/** The bounds, checked, over their defaults. */
export function storeBounds(call: string, options: MemoryStoreOptions): Required<MemoryStoreOptions> {
  const given = optionsOf(call, options, 'an object of bounds such as { maxEntries: 1_000 }')
  refuse(call, problemsOf(given, { maxEntries: FROM_1, maxLength: FROM_1 }))
  return { maxEntries: options.maxEntries ?? DEFAULTS.maxEntries, maxLength: options.maxLength ?? DEFAULTS.maxLength }
}
