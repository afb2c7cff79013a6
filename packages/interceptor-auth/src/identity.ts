import { type RunContext, type Slot, createSlot } from '@stageflow/core'
import { refusal } from './refusal.ts'

/** What a verified token says; any claim may be of any type, and none is there for certain. */
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

/** Who a run acts for, as its verified token says. */
export interface Identity {
  readonly userId: string | undefined
  readonly orgId: string | undefined
  readonly sessionId: string | undefined
  readonly roles: readonly string[]
}

/** Holds the claims of the run's verified token, deeply frozen. Only `auth` sets it. */
export const CLAIMS: Slot<Claims> = createSlot<Claims>('auth/claims')

/** Holds who the run acts for: what `auth` read from the claims. Only `auth` sets it. */
export const IDENTITY: Slot<Identity> = createSlot<Identity>('auth/identity')

/** Where a value stands in the claims: the name of a claim, or a function for one that lies deeper. */
export type ClaimSource = string | ((claims: Claims) => unknown)

/** Where each part of the identity stands in the claims; `false`: tokens do not say it. */
export interface IdentitySources {
  readonly userId: ClaimSource | false
  readonly orgId: ClaimSource | false
  readonly sessionId: ClaimSource | false
  readonly roles: ClaimSource | false
}

/** Reads the identity; throws where the user is missing, or where something is not what it has to be. */
export function readIdentity(claims: Claims, sources: IdentitySources): Identity {
  const userId = readId(claims, sources, 'userId')
  if (userId === undefined && sources.userId !== false)
    throw refusal(
      'auth/missing-claim',
      `The token does not say who the user is (${placeOf(sources.userId)}). Issue tokens that do, or pass userId: false where no user stands behind them.`,
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
    `What the token gives as ${part} (${placeOf(sources[part])}) is no id: a text of 1 to ${LONGEST_ID} characters, without control characters.`,
  )
}

function readRoles(claims: Claims, source: ClaimSource | false): readonly string[] {
  const value = readClaim(claims, source, 'roles')
  if (value === undefined || value === null) return Object.freeze([])
  // As OAuth writes scopes.
  if (typeof value === 'string') return Object.freeze(value.split(' ').filter((role) => role !== ''))
  if (Array.isArray(value) && value.every((role) => typeof role === 'string')) return Object.freeze([...value])
  throw refusal(
    'auth/illegal-claim',
    `What the token gives as roles (${placeOf(source)}) is neither a list of texts nor a text with spaces between the roles.`,
  )
}

function readClaim(claims: Claims, source: ClaimSource | false, part: string): unknown {
  if (source === false) return undefined
  if (typeof source === 'string') return Object.hasOwn(claims, source) ? claims[source] : undefined
  try {
    const value = source(claims)
    // A promise is refused, as what is no id and no list: that it may reject must not end the process.
    if (value instanceof Promise) value.catch(() => {})
    return value
  } catch {
    // Without its cause: its text may quote the claims.
    throw refusal(
      'auth/illegal-claim',
      `The function that auth() was given as "${part}" threw at the claims of this token.`,
    )
  }
}

function placeOf(source: ClaimSource | false): string {
  return typeof source === 'string' ? `claim "${source}"` : 'as read by its function'
}

const IDS = ['userId', 'orgId', 'sessionId'] as const

/**
 * The run with the ids that its token vouches for. An id that the run was started with stays only where the token says the
 * same; one that the token is asked for and does not say is refused too, since nobody would have verified it.
 */
export function withIdentity(run: RunContext, identity: Identity, sources: IdentitySources): RunContext {
  const missing: { userId?: string; orgId?: string; sessionId?: string } = {}
  for (const id of IDS) {
    if (sources[id] === false) continue
    const [given, verified] = [run[id], identity[id]]
    if (given === verified) continue
    if (given !== undefined && given !== '')
      throw refusal(
        'auth/identity-mismatch',
        `Pipeline "${run.pipeline.name}" was started with a ${id} that its token does not vouch for. Leave ${id} out of the input, or pass the token of that ${id}.`,
      )
    if (verified !== undefined) missing[id] = verified
  }
  return Object.keys(missing).length === 0 ? run : run.with({ snapshot: run.snapshot.withIdentity(missing) })
}
