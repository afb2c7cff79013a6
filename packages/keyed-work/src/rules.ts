import { type OptionRule, objectWith, whole } from '@stageflow/core/kit'

/** A hundred years: every store can add that to the present. */
const LONGEST_MS = 100 * 366 * 86_400_000

/** The rule of an option that takes a `KeyedStore`. */
export const KEYED_STORE: OptionRule = objectWith('a store', 'claim', 'complete', 'release')
/** The rule of an option that a store gets as a duration, such as `leaseMs` and `ttlMs`. */
export const STORED_MS: OptionRule = whole(1, LONGEST_MS)
