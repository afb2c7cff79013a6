import { type RunContext, type Slot, createSlot } from '@stageflow/core'
import { onRejection } from '@stageflow/core/kit'
import { refusal } from './refusal.ts'

/** The claims of a verified token. Any claim may be missing, and have any type. */
export interface Claims {
  readonly iss?: unknown
  readonly sub?: unknown
  readonly aud?: unknown
  readonly exp?: unknown
  readonly nbf?: unknown
  readonly iat?: unknown
  readonly jti?: unknown
  readonly [claim: string]: unknown
}

/** The user that a run acts for, as the verified token says. */
export interface Identity {
  readonly userId: string | undefined
  readonly orgId: string | undefined
  readonly sessionId: string | undefined
  readonly roles: readonly string[]
}

/** Holds the claims of the run's verified token, deeply frozen. Only `auth` sets it. */
export const CLAIMS: Slot<Claims> = createSlot<Claims>('auth/claims')

/** Holds the user that the run acts for: what `auth` read from the claims. Only `auth` sets it. */
export const IDENTITY: Slot<Identity> = createSlot<Identity>('auth/identity')

/** Where a value is in the claims: the name of a claim, or a function for one that is nested deeper. */
export type ClaimSource = string | ((claims: Claims) => unknown)

/** Where each part of the identity is in the claims. `false`: tokens don't have it. */
export interface IdentitySources {
  readonly userId: ClaimSource | false
  readonly orgId: ClaimSource | false
  readonly sessionId: ClaimSource | false
  readonly roles: ClaimSource | false
}

/** Reads the identity. Throws if the user is missing or a value has the wrong type. */
export function readIdentity(claims: Claims, sources: IdentitySources): Identity {
  const userId = readId(claims, sources, 'userId')
  if (userId === undefined && sources.userId !== false)
    throw refusal(
      'auth/missing-claim',
      `The token does not say who the user is (${placeOf(sources.userId)}). Issue tokens that do, or pass userId: false if they are not for users.`,
    )
  return Object.freeze({
    userId,
    orgId: readId(claims, sources, 'orgId'),
    sessionId: readId(claims, sources, 'sessionId'),
    roles: readRoles(claims, sources.roles),
  })
}

const LONGEST_ID = 512

function readId(claims: Claims, sources: IdentitySources, part: 'userId' | 'orgId' | 'sessionId'): string | undefined {
  const value = readClaim(claims, sources[part], part)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_ID && !/[\0-\x1f\x7f]/.test(value))
    return value
  throw refusal(
    'auth/illegal-claim',
    `The ${part} of the token (${placeOf(sources[part])}) is not an id: a string of 1 to ${LONGEST_ID} characters without control characters.`,
  )
}

function readRoles(claims: Claims, source: ClaimSource | false): readonly string[] {
  const value = readClaim(claims, source, 'roles')
  if (value === undefined || value === null) return Object.freeze([])
  // OAuth writes scopes in this way.
  if (typeof value === 'string') return Object.freeze(value.split(' ').filter((role) => role !== ''))
  if (Array.isArray(value) && value.every((role) => typeof role === 'string')) return Object.freeze([...value])
  throw refusal(
    'auth/illegal-claim',
    `The roles of the token (${placeOf(source)}) are neither an array of strings nor a string with spaces between them.`,
  )
}

function readClaim(claims: Claims, source: ClaimSource | false, part: string): unknown {
  if (source === false) return undefined
  if (typeof source === 'string') return Object.hasOwn(claims, source) ? claims[source] : undefined
  try {
    const value = source(claims)
    // A promise is refused later, because it is neither an id nor a list. Its rejection must not end the process.
    onRejection(value, () => {})
    return value
  } catch {
    // The error isn't kept as cause: its text may quote the claims.
    throw refusal('auth/illegal-claim', `The function ${part} of auth() threw for the claims of this token.`)
  }
}

function placeOf(source: ClaimSource | false): string {
  return typeof source === 'string' ? `claim "${source}"` : 'from your function'
}

const IDS = ['userId', 'orgId', 'sessionId'] as const

/** The ids that someone gave, or that a run has. */
type GivenIds = { readonly [Id in (typeof IDS)[number]]: string | undefined }

/**
 * Refuses ids that are not those of the token, and ids that the token should have and doesn't: they would be unverified. `pipeline`: its
 * name.
 */
export function refuseOtherIds(pipeline: string, given: GivenIds, identity: Identity, sources: IdentitySources): void {
  for (const id of IDS) {
    if (sources[id] === false || given[id] === undefined || given[id] === '' || given[id] === identity[id]) continue
    throw refusal(
      'auth/identity-mismatch',
      `Pipeline "${pipeline}" was started with another ${id} than its token has. Leave ${id} out of the input, or pass the token of that ${id}.`,
    )
  }
}

/** Returns the run with the ids of its token. Refuses a run that was started with others. */
export function withIdentity(run: RunContext, identity: Identity, sources: IdentitySources): RunContext {
  refuseOtherIds(run.pipeline.name, run, identity, sources)
  const missing: { userId?: string; orgId?: string; sessionId?: string } = {}
  for (const id of IDS) {
    const verified = identity[id]
    if (sources[id] !== false && verified !== undefined && run[id] !== verified) missing[id] = verified
  }
  return Object.keys(missing).length === 0 ? run : run.with({ snapshot: run.snapshot.withIdentity(missing) })
}
