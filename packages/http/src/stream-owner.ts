import { lostInJson } from '@stageflow/core/kit'
import type { OptionRule } from '@stageflow/core/kit'

/** Who a stream belongs to. What JSON would make equal to others is refused, such as a promise that was not awaited: all would share one stream. */
export const OWNER: OptionRule = [
  isOwner,
  'the verified user as plain data, such as [claims.sub, claims.org_id], or null if your app has no users',
]

function isOwner(owner: unknown): boolean {
  if (owner === null) return true
  // A claim may be missing, such as that of an organization.
  const parts: unknown = Array.isArray(owner) ? owner.map((part: unknown) => part ?? null) : owner
  return lostInJson(parts) === undefined && saysWho(parts)
}

/** Whether there is anything that tells one user from others: not if all claims are missing. */
function saysWho(part: unknown): boolean {
  if (typeof part === 'object' && part !== null) return Object.values(part).some(saysWho)
  return part !== undefined && part !== null && part !== ''
}

export const ownerText = (owner: unknown): string => JSON.stringify(owner)
