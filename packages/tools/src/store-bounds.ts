import { checkOptions, type OptionRules, or, whole } from '@stageflow/core/kit'

/** The bounds of a store in memory. */
export interface MemoryStoreOptions {
  /** Maximum number of entries. Default: 10,000. */
  readonly maxEntries?: number
  /** Maximum size of all entries together, in characters. Default: 67,108,864 (64 Mi). */
  readonly maxLength?: number
}

export const BOUNDS: OptionRules<MemoryStoreOptions> = {
  maxEntries: or(whole(1), Infinity),
  maxLength: or(whole(1), Infinity),
}

/** The bounds with their defaults; throws `tools/illegal-option`. */
export function storeBounds(
  where: string,
  options: MemoryStoreOptions,
  rules: OptionRules = BOUNDS,
): Required<MemoryStoreOptions> {
  checkOptions(where, 'tools/illegal-option', options, rules)
  return { maxEntries: options.maxEntries ?? 10_000, maxLength: options.maxLength ?? 2 ** 26 }
}
