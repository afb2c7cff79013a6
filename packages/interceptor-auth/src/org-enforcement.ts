import type { Interceptor, RunContext, RunOutcome } from '@stageflow/core'
import { StageflowError } from '@stageflow/core'
import { functionLike, isPlain, show } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { bounded } from './bounded.ts'
import { IDENTITY } from './identity.ts'
import { checkAuthOptions, refusal } from './refusal.ts'
import { withoutToken } from './without-token.ts'

declare module '@stageflow/core' {
  interface EventMap {
    /** A run was refused because what it is about belongs to another organization than its user. */
    'tenant.access_denied': {
      readonly userId: string | undefined
      readonly userOrgId: string | undefined
      readonly resourceOrgId: string
    }
  }
}

/** How `orgEnforcement` finds the owner. */
export interface OrgEnforcementOptions {
  /**
   * Returns the organization (tenant) that owns what the run is about. Undefined: it belongs to no organization, and every
   * authenticated user may access it.
   */
  readonly resourceOrgId: (run: RunContext) => string | undefined | PromiseLike<string | undefined>
}

/**
 * Lets a run start only if its verified token belongs to the organization that owns what the run is about. Put it inside `auth`. A
 * token of another organization fails the run with `auth/foreign-tenant`, a token without one with `auth/org-required`. Throws
 * `auth/illegal-option`.
 */
export function orgEnforcement(options: OrgEnforcementOptions): Interceptor {
  const rules: OptionRules<OrgEnforcementOptions> = { resourceOrgId: functionLike('(run) => string | undefined') }
  checkAuthOptions('orgEnforcement()', options, rules, {
    resourceOrgId: 'a function that returns the organization that owns what the run is about',
  })
  const { resourceOrgId } = options
  return {
    name: 'org-enforcement',
    core: '^1.0.0',
    mustBeInside: ['auth'],
    // Whatever `allows` of auth() says: a run stays within its organization.
    admit(request) {
      const { action, runId, kept } = request
      const orgId = request.get(IDENTITY)?.orgId ?? null
      if (action === 'start') return { keep: { orgId } }
      if (isPlain(kept) && kept['orgId'] === orgId) return undefined
      throw refusal('auth/foreign-tenant', `Run "${runId}" belongs to another organization than its caller.`)
    },
    wrapRun: (next, pipeline) => {
      if (!pipeline.interceptors.includes('auth'))
        throw new StageflowError(
          'auth/illegal-option',
          'orgEnforcement() reads the organization of a verified token: put auth({ verify }) before it in the list.',
        )
      return async (run) => {
        if (run.kept === undefined) run.keep('org-enforcement', { orgId: run.get(IDENTITY)?.orgId ?? null })
        let owner: string | undefined
        try {
          owner = await ownerOf(run, resourceOrgId)
        } catch (thrown) {
          if (run.signal.aborted && thrown === run.signal.reason) throw thrown
          return run.fail(thrown)
        }
        // What belongs to no organization is open to every authenticated user.
        if (owner === undefined) return next(run)
        return deny(run, owner) ?? next(run)
      }
    },
  }
}

async function ownerOf(run: RunContext, find: OrgEnforcementOptions['resourceOrgId']): Promise<string | undefined> {
  let owner: unknown
  try {
    const late = (): Error => new Error('the deadline has passed')
    owner = await bounded(run, Infinity, late, () => find(run))
  } catch (thrown) {
    if (run.signal.aborted && thrown === run.signal.reason) throw thrown
    const cause = withoutToken(thrown, run.options.token ?? '')
    throw refusal('auth/resource-failed', `resourceOrgId of orgEnforcement() failed: ${cause.message}`, { cause })
  }
  if (owner === undefined || (typeof owner === 'string' && owner !== '')) return owner
  throw refusal(
    'auth/resource-failed',
    `resourceOrgId of orgEnforcement() returned ${show(owner)}. Return the id of an organization, or undefined for what belongs to none.`,
  )
}

/** The outcome of a run whose user belongs to another organization; undefined if it may start. */
function deny(run: RunContext, resourceOrgId: string): RunOutcome | undefined {
  const identity = run.get(IDENTITY)
  const userOrgId = identity?.orgId
  if (userOrgId === resourceOrgId) return undefined
  run.tryEmitEvent('tenant.access_denied', { userId: identity?.userId, userOrgId, resourceOrgId })
  const subject = `Pipeline "${run.pipeline.name}" runs for something that belongs to`
  if (userOrgId === undefined)
    return run.fail(refusal('auth/org-required', `${subject} an organization, but the token belongs to none.`))
  return run.fail(refusal('auth/foreign-tenant', `${subject} another organization than its user.`))
}
