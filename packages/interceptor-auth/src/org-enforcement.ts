import type { Interceptor, RunContext, RunIdentity } from '@stageflow/core'
import { StageflowError } from '@stageflow/core'
import { checkArgumentCount, functionLike, isPlain, show } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { bounded } from './bounded.ts'
import type { Waiting } from './bounded.ts'
import { IDENTITY } from './identity.ts'
import type { Identity } from './identity.ts'
import { checkAuthOptions, refusal } from './refusal.ts'
import { withoutToken } from './without-token.ts'

declare module '@stageflow/core' {
  interface EventMap {
    /** A run, or a request to one, was refused because what it is about belongs to another organization than its user. */
    'tenant.access_denied': {
      readonly userId: string | undefined
      readonly userOrgId: string | undefined
      readonly resourceOrgId: string
    }
  }
}

/** What `resourceOrgId` can read: of a run that is about to begin, or of one that begins a leg. */
export interface OrgSubject
  extends
    Omit<RunIdentity, 'pipelineRunId'>,
    Pick<RunContext, 'pipeline' | 'snapshot' | 'options' | 'signal' | 'get'> {}

/** How `orgEnforcement` finds the owner. */
export interface OrgEnforcementOptions {
  /**
   * Returns the organization (tenant) that owns what the run is about. Undefined: it belongs to no organization, and every
   * authenticated user may access it.
   */
  readonly resourceOrgId: (run: OrgSubject) => string | undefined | PromiseLike<string | undefined>
}

/**
 * Lets a run start only if its verified token belongs to the organization that owns what the run is about. Put it inside `auth`. A
 * token of another organization fails the run with `auth/foreign-tenant`, a token without one with `auth/org-required`. Throws
 * `auth/illegal-option`.
 */
export function orgEnforcement(options: OrgEnforcementOptions): Interceptor {
  checkArgumentCount(arguments.length, 1, 'orgEnforcement(options)', 'auth/illegal-option')
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
    async admit(request) {
      const { action, runId, kept } = request
      const own = boundOf(request.get(IDENTITY))
      if (action === 'start') {
        // Before the run is there: otherwise its starter would own it until its first leg is refused.
        const owner = await ownerOf(request, resourceOrgId)
        const refused = owner === undefined ? undefined : refusalOf(request, owner)
        if (refused !== undefined) {
          tellDenied(request, owner as string)
          throw refused
        }
        return { keep: own }
      }
      const { orgId: keptOrgId, userId: keptUserId }: Readonly<Record<string, unknown>> = isPlain(kept) ? kept : {}
      if (keptOrgId === own.orgId && keptUserId === own.userId) return undefined
      if (typeof keptOrgId === 'string') tellDenied(request, keptOrgId)
      throw refusal('auth/foreign-tenant', `Run "${runId}" belongs to another organization than its caller.`)
    },
    wrapRun: (next, pipeline) => {
      if (!pipeline.interceptors.includes('auth'))
        throw new StageflowError(
          'auth/illegal-option',
          'orgEnforcement() reads the organization of a verified token: put auth({ verify }) before it in the list.',
        )
      return async (run) => {
        if (run.kept === undefined) run.keep('org-enforcement', boundOf(run.get(IDENTITY)))
        let owner: string | undefined
        try {
          owner = await ownerOf(run, resourceOrgId)
        } catch (thrown) {
          if (run.signal.aborted && thrown === run.signal.reason) throw thrown
          return run.fail(thrown)
        }
        // What belongs to no organization is open to every authenticated user.
        if (owner === undefined) return next(run)
        const refused = refusalOf(run, owner)
        if (refused === undefined) return next(run)
        tellDenied(run, owner)
        return run.fail(refused)
      }
    },
  }
}

/** What a run stays within: an organization. Users without one share none, so then it is the user. */
const boundOf = ({ orgId, userId }: Partial<Identity> = {}): {
  readonly orgId: string | null
  readonly userId?: string
} => (orgId === undefined ? { orgId: null, ...(userId !== undefined && { userId }) } : { orgId })

function tellDenied({ get, tryEmitEvent }: Pick<RunContext, 'get' | 'tryEmitEvent'>, resourceOrgId: string): void {
  const { userId, orgId: userOrgId } = get(IDENTITY) ?? {}
  tryEmitEvent('tenant.access_denied', { userId, userOrgId, resourceOrgId })
}

async function ownerOf(
  run: OrgSubject & Waiting,
  find: OrgEnforcementOptions['resourceOrgId'],
): Promise<string | undefined> {
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

/** Why a run may not start: its user belongs to another organization. Undefined if it may. */
function refusalOf(run: OrgSubject, resourceOrgId: string): StageflowError | undefined {
  const userOrgId = run.get(IDENTITY)?.orgId
  if (userOrgId === resourceOrgId) return undefined
  const subject = `Pipeline "${run.pipeline.name}" runs for something that belongs to`
  if (userOrgId === undefined)
    return refusal('auth/org-required', `${subject} an organization, but the token belongs to none.`)
  return refusal('auth/foreign-tenant', `${subject} another organization than its user.`)
}
