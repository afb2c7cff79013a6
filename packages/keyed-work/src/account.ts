import { type OptionRule, read } from '@stageflow/core/kit'

/** Who a record counts for, in a store that is bounded. */
export interface Account {
  /** Whose share of the store the record takes. Undefined: it may take the whole store. */
  readonly owner?: string | undefined
  /** True: the record counts for no bound, because its work removes it soon. */
  readonly uncounted?: boolean
}

/** The owner of a record: the user, or the tenant if there is no user; undefined if there is neither. */
export function ownerOf({
  orgId,
  userId,
}: {
  readonly orgId?: string | undefined
  readonly userId?: string | undefined
}): string | undefined {
  if (userId !== undefined) return JSON.stringify([orgId ?? null, userId])
  return orgId === undefined ? undefined : JSON.stringify([orgId])
}

export const ACCOUNT: OptionRule = [
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    (read(value, 'owner') === undefined || typeof read(value, 'owner') === 'string') &&
    (read(value, 'uncounted') === undefined || typeof read(value, 'uncounted') === 'boolean'),
  "an object such as { owner: 'ada' } or { uncounted: true }",
]
