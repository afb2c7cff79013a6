import { type OptionRule, objectWith, whole } from '@stageflow/core/kit'

/** A hundred years: every store can add that to the present. */
const LONGEST_MS = 100 * 366 * 86_400_000

/** The rules of options that take a store. */
export const KEYED_STORE: OptionRule = objectWith('a store', 'claim', 'complete', 'release')
export const APPROVAL_STORE: OptionRule = objectWith('an approval store', 'request', 'find', 'decide', 'cancel', 'use', 'pending') // prettier-ignore
export const BUDGET_STORE: OptionRule = objectWith('a budget store', 'reserve', 'settle')
export const UNDO_STORE: OptionRule = objectWith('an undo store', 'add', 'find', 'claim', 'release', 'remove')
/** The rule of an option that a store gets as a duration, such as `leaseMs` and `ttlMs`. */
export const STORED_MS: OptionRule = whole(1, LONGEST_MS)
