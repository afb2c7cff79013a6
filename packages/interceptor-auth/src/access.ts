import { type RunAction, type StageInfo, StageflowError } from '@stageflow/core'
import { isPlain, textOf } from '@stageflow/core/kit'
import { bounded } from './bounded.ts'
import type { Waiting } from './bounded.ts'
import type { Claims, Identity } from './identity.ts'
import { refusal } from './refusal.ts'
import { rolesOf } from './roles.ts'

/** What a verified caller asks of a run that `owner` began. */
export interface AccessRequest {
  readonly action: Exclude<RunAction, 'start'>
  readonly runId: string
  /** The stages that an answer is for. */
  readonly asked: readonly StageInfo[]
  readonly caller: Identity
  readonly owner: Identity
}

/** Whether a verified caller may do something with a run. */
export type Allows = (request: AccessRequest) => boolean | PromiseLike<boolean>

/** Finds out who the user of a run is today; undefined if the run may not go on. */
export type Renew = (
  identity: Identity,
  request: { readonly signal: AbortSignal },
) => Identity | undefined | PromiseLike<Identity | undefined>

/** What `auth` keeps with a run: who began it, and never the token. */
export interface Owner {
  /** The part of the app that started the run by its name, such as a schedule. Then no token was verified. */
  readonly system?: string
  readonly identity: Identity
  readonly claims: Claims
}

/** What `auth` kept with a run; undefined if the run began without it. */
export function ownerIn(kept: unknown): Owner | undefined {
  return isPlain(kept) ? (kept as unknown as Owner) : undefined
}

/**
 * The default of `allows`: the same user of the same organization. A stage with `answeredBy` is answered by users of the
 * organization with its roles. The user who began the run needs them too. `hasOrgs`: whether tokens have organizations; then users without
 * one are kept apart.
 */
export const ownerOrRoles =
  (hasOrgs: boolean): Allows =>
  ({ action, asked, caller, owner }) => {
    if (caller.orgId !== owner.orgId) return false
    // Tokens without a user and an organization don't tell one caller from another.
    const isOwner = caller.userId === owner.userId && (owner.userId ?? owner.orgId) !== undefined
    // An answer for a stage that this version of the graph lacks asks for no role.
    if (action !== 'answer' || asked.length === 0) return isOwner
    return asked.every((stage) => {
      const roles = rolesOf(stage, 'answeredBy')
      if (roles === undefined) return isOwner
      const isColleague = isOwner || caller.orgId !== undefined || !hasOrgs
      return isColleague && roles.every((role) => caller.roles.includes(role))
    })
  }

/** Throws `auth/foreign-run` unless `allows` lets the caller do it. Anything but true refuses. */
export async function requireAccess(
  request: AccessRequest,
  allows: Allows,
  by: Waiting,
  limitMs: number,
): Promise<void> {
  const { action, runId } = request
  let isAllowed: unknown
  try {
    isAllowed = await bounded(by, limitMs, timedOut('allows', limitMs), () => allows(request))
  } catch (thrown) {
    throw failureOf('allows', thrown, by)
  }
  if (isAllowed === true) return
  throw refusal(
    'auth/foreign-run',
    `The caller may not do this with run "${runId}" (${action}). Unless you pass auth({ allows }), ${action === 'answer' ? WHO_ANSWERS : 'only the user who began the run may.'}`,
  )
}

const WHO_ANSWERS =
  'a stage with answeredBy is answered by users with its roles, in the organization of the run, and any other stage by the user who began the run. If tokens never have an organization, pass auth({ orgId: false }).'

/** Who the user of a run is today. Throws `auth/revoked` if the run may not go on. */
export async function renewed(identity: Identity, renew: Renew, by: Waiting, limitMs: number): Promise<Identity> {
  let today: unknown
  try {
    today = await bounded(by, limitMs, timedOut('renew', limitMs), (signal) => renew(identity, { signal }))
  } catch (thrown) {
    throw failureOf('renew', thrown, by)
  }
  if (today === undefined)
    throw refusal(
      'auth/revoked',
      'The user who began the run may not go on with it: renew of auth() returned undefined.',
    )
  if (isPlain(today) && today['userId'] === identity.userId && today['orgId'] === identity.orgId)
    return Object.freeze({ ...identity, ...(today as Partial<Identity>) })
  throw refusal(
    'auth/renew-failed',
    'renew of auth() returned another user than the one who began the run. Return the same user with the roles of today, or undefined.',
  )
}

const timedOut = (name: string, limitMs: number) => () =>
  refusal('auth/timed-out', `${name} of auth() took more than ${limitMs} ms (verifyTimeoutMs).`)

/** Why a function of the app did not answer. An error with a code is the app's own refusal. */
function failureOf(name: 'allows' | 'renew', thrown: unknown, { signal }: Waiting): unknown {
  if (StageflowError.is(thrown) || (signal.aborted && thrown === signal.reason)) return thrown
  return refusal(`auth/${name}-failed`, `${name} of auth() failed: ${textOf(thrown)}`, { cause: thrown })
}
