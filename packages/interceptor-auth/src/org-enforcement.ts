import type { Interceptor, RunContext, RunOutcome } from '@stageflow/core'
import { StageflowError } from '@stageflow/core'
import { bounded } from './bounded.ts'
import { IDENTITY } from './identity.ts'
import { checkOptions, optionsObject, refusal, shown, unknownProblems } from './refusal.ts'
import { withoutToken } from './without-token.ts'

declare module '@stageflow/core' {
  interface EventMap {
    /** A run was refused because what it is about belongs to another organisation than its user. */
    'tenant.access_denied': {
      readonly userId: string | undefined
      readonly userOrgId: string | undefined
      readonly resourceOrgId: string
    }
  }
}

/** How `orgEnforcement` learns whose a run's subject is. */
export interface OrgEnforcementOptions {
  /** Which organisation (tenant) the thing belongs to that the run is about; undefined: to none, and everybody who is authenticated may. */
  readonly resourceOrgId: (run: RunContext) => string | undefined | PromiseLike<string | undefined>
}

/**
 * Lets a run start only where its verified token is of the organisation that owns what the run is about; stands inside `auth`.
 * A foreign one is `auth/foreign-tenant`, a token without one `auth/org-required`. Bad options: `auth/illegal-option`.
 */
export function orgEnforcement(options: OrgEnforcementOptions): Interceptor {
  const given = optionsObject('orgEnforcement', 'orgEnforcement({ resourceOrgId: (run) => … })', options)
  checkOptions('orgEnforcement', [
    typeof given['resourceOrgId'] === 'function'
      ? undefined
      : `"resourceOrgId" is ${shown(given['resourceOrgId'])}; pass a function that answers with the organisation that owns what the run is about.`,
    ...unknownProblems(given, ['resourceOrgId']),
  ])
  const { resourceOrgId } = options
  return {
    name: 'org-enforcement',
    mustBeInside: ['auth'],
    wrapRun: (next, pipeline) => {
      if (!pipeline.interceptors.includes('auth'))
        throw new StageflowError(
          'auth/illegal-option',
          'orgEnforcement() compares with the organisation of a verified token; put auth({ verify }) before it in the list.',
        )
      return async (run) => {
        let owner: string | undefined
        try {
          owner = await ownerOf(run, resourceOrgId)
        } catch (thrown) {
          if (run.signal.aborted && thrown === run.signal.reason) throw thrown
          return run.fail(thrown)
        }
        const denied = owner === undefined ? undefined : deny(run, owner)
        return denied ?? next(run)
      }
    },
  }
}

async function ownerOf(run: RunContext, find: OrgEnforcementOptions['resourceOrgId']): Promise<string | undefined> {
  let owner: unknown
  try {
    owner = await bounded(
      run,
      Infinity,
      () => new Error('the deadline has passed'),
      () => find(run),
    )
  } catch (thrown) {
    if (run.signal.aborted && thrown === run.signal.reason) throw thrown
    const cause = withoutToken(thrown, run.options.token ?? '')
    throw refusal('auth/resource-failed', `resourceOrgId of orgEnforcement() failed: ${cause.message}`, { cause })
  }
  if (owner === undefined || (typeof owner === 'string' && owner !== '')) return owner
  throw refusal(
    'auth/resource-failed',
    `resourceOrgId of orgEnforcement() answered with ${owner === '' ? 'an empty text' : owner === null ? 'null' : `a ${typeof owner}`}; it answers with an organisation, or undefined for what belongs to none.`,
  )
}

function deny(run: RunContext, resourceOrgId: string): RunOutcome | undefined {
  const identity = run.get(IDENTITY)
  const userOrgId = identity?.orgId
  if (userOrgId === resourceOrgId) return undefined
  run.tryEmitEvent('tenant.access_denied', { userId: identity?.userId, userOrgId, resourceOrgId })
  const { name } = run.pipeline
  return run.fail(
    userOrgId === undefined
      ? refusal(
          'auth/org-required',
          `Pipeline "${name}" is run for something that belongs to an organisation, and the token is of none.`,
        )
      : refusal(
          'auth/foreign-tenant',
          `Pipeline "${name}" is run for something that belongs to another organisation than its user.`,
        ),
  )
}
