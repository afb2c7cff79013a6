import { hash, timingSafeEqual } from 'node:crypto'
import { StageOutput, StageflowError, createSlot } from '@stageflow/core'
import type {
  Admission,
  Interceptor,
  PipelineInfo,
  RunAction,
  RunContext,
  RunOptions,
  RunOutcome,
  RunRequest,
  StageInfo,
} from '@stageflow/core'
import { MILLISECONDS, checkArgumentCount, codeOf, functionLike } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { ownerIn, ownerOrRoles, renewed, requireAccess } from './access.ts'
import type { Allows, Owner, Renew } from './access.ts'
import { CLAIMS, IDENTITY, readIdentity, refuseOtherIds, withIdentity } from './identity.ts'
import type { ClaimSource, Identity, IdentitySources } from './identity.ts'
import type { Waiting } from './bounded.ts'
import { checkAuthOptions, isRetryable, refusal } from './refusal.ts'
import { type Authorization, rolesOf } from './roles.ts'
import { type Verify, claimsOf } from './verification.ts'

/** Where a request came from, for the audit trail. `auth` only copies it into its events. */
export interface AuthClient {
  readonly ipAddress?: string | undefined
  readonly userAgent?: string | undefined
}

declare module '@stageflow/core' {
  interface RunOptions {
    /** The bare token of the user, without `Bearer`. It never gets into the snapshot, events or the report. */
    readonly token?: string | undefined
    /** Where the request came from, for the events of `auth`. */
    readonly client?: AuthClient | undefined
  }
  interface StageOptions {
    /**
     * The roles that the token must have for this stage to run: all of them. Otherwise the stage fails with `auth/forbidden`. A map is
     * checked before its source is read, and its items aren't checked again.
     */
    readonly authorize?: Authorization | false
    /**
     * The roles that a user needs to answer this suspended stage: all of them, in the organization of the user who began the run.
     * Default: only the user who began the run answers.
     */
    readonly answeredBy?: Authorization | false
  }
  interface EventMap {
    /**
     * A token was verified. Emitted once per tree of runs in process, and for each request that is admitted to a run that outlives its caller.
     * `action`: what the request asks.
     */
    'auth.login': AuthClient & {
      readonly userId: string | undefined
      readonly orgId: string | undefined
      readonly action?: RunAction
    }
    /**
     * `auth` refused a run, or a request to one. `reason` is the code of its error. `retryable`: the same token may be accepted later.
     * `action`: what the request asked, and with the ids of its user if the token was good.
     */
    'auth.failure': AuthClient & {
      readonly reason: string
      readonly retryable: boolean
      readonly action?: RunAction
      readonly userId?: string
      readonly orgId?: string
    }
  }
}

/** How `auth` verifies tokens and reads their claims. */
export interface AuthOptions {
  /** Returns the claims of a good token, and throws for any other: `jwtVerifier`, `jwksVerifier`, or a function of your own. */
  readonly verify: Verify
  /** Maximum time for `verify`, in ms. Default: 10,000. */
  readonly verifyTimeoutMs?: number
  /** Where the claims have the user's id. `false`: nowhere. Default: `sub`. */
  readonly userId?: ClaimSource | false
  /** Where the claims have the id of the user's organization (tenant). `false`: nowhere. Default: `org_id`. */
  readonly orgId?: ClaimSource | false
  /** Where the claims have the id of the session. `false`: nowhere. Default: false. */
  readonly sessionId?: ClaimSource | false
  /** Where the claims have the roles: an array, or a string with spaces between them. `false`: nowhere. Default: `roles`. */
  readonly roles?: ClaimSource | false
  /**
   * Whether a verified caller may attach to, answer, cancel, interrupt, retry or read a run that was begun earlier. Default: the same user of the
   * same organization, and for answers users with the roles of `answeredBy`.
   */
  readonly allows?: Allows
  /**
   * Called in every leg of a run that outlives its caller, because no leg has a token. Returns the user who began the run with the roles
   * of today, or undefined if the run may not go on. Default: the user as verified at the start.
   */
  readonly renew?: Renew
}

type Who = Pick<Identity, 'userId' | 'orgId'>

interface Verified {
  readonly identity: Identity
  /**
   * Shows whether a child run got another token than its parent, without storing the token. Undefined if the run was admitted before: it
   * has no token.
   */
  readonly digest: Buffer | undefined
}

const isSource = (given: unknown): boolean =>
  given === false || typeof given === 'function' || (typeof given === 'string' && given !== '')
const SOURCE: OptionRule = [isSource, 'the name of a claim, a function (claims) => value, or false']
const RULES: OptionRules<AuthOptions> = {
  verify: functionLike('(token, { signal, clock }) => claims'),
  verifyTimeoutMs: MILLISECONDS,
  userId: SOURCE,
  orgId: SOURCE,
  sessionId: SOURCE,
  roles: SOURCE,
  allows: functionLike('({ action, caller, owner }) => boolean'),
  renew: functionLike('(identity) => identity or undefined'),
}
const REQUIRED = {
  verify: 'a function that returns the claims of a good token and throws for any other, such as jwtVerifier({ … })',
}

/**
 * Lets a run start only with a token that `verify` accepts, and a stage with `authorize` only with its roles. A run that outlives its
 * caller belongs to who began it. Throws `auth/illegal-option`.
 */
export function auth(options: AuthOptions): Interceptor {
  checkArgumentCount(arguments.length, 1, 'auth(options)', 'auth/illegal-option')
  checkAuthOptions('auth()', options, RULES, REQUIRED)
  const {
    verify,
    verifyTimeoutMs = 10_000,
    userId = 'sub',
    orgId = 'org_id',
    sessionId = false,
    roles = 'roles',
    allows = ownerOrRoles(options.orgId !== false),
    renew = (identity: Identity) => identity,
  } = options
  const sources: IdentitySources = { userId, orgId, sessionId, roles }
  // Each interceptor has its own slot: a child graph with another `auth` verifies by itself.
  const verified = createSlot<Verified>('auth/verified')

  /** Verifies the token of a caller. */
  async function verifiedOwner(caller: Waiting, token: string): Promise<Owner> {
    const claims = await claimsOf(caller, token, verify, verifyTimeoutMs)
    return { identity: readIdentity(claims, sources), claims }
  }

  /** Lets a request to a run count, or throws. */
  async function admitted(request: RunRequest): Promise<Admission & { readonly who: Who }> {
    const { action, runId, asked, pipeline, options } = request
    const without = `The request to ${action} run "${runId}" of pipeline "${pipeline.name}" has no token. Pass it in the options of the call: { token }.`
    const caller = await verifiedOwner(request, requireToken(pipeline, options.token, without))
    const { identity } = caller
    request.set(CLAIMS, caller.claims)
    request.set(IDENTITY, identity)
    const who = { userId: identity.userId, orgId: identity.orgId }
    if (action === 'start') {
      refuseOtherIds(pipeline.name, request, identity, sources)
      return { keep: caller, who }
    }
    const owner = requireOwner(runId, request.kept).identity
    await requireAccess({ action, runId, asked, caller: identity, owner }, allows, request, verifyTimeoutMs)
    return { who }
  }

  /** Lets a run begin, or throws. */
  async function enter(run: RunContext): Promise<RunContext> {
    if (run.kept !== undefined) return goOn(run)
    const { token } = run.options
    // A child run with the token of its parent, or with none, isn't verified again.
    const above = run.get(verified)
    if (above !== undefined && (token === undefined || sameToken(above, token)))
      return withIdentity(run, above.identity, sources)
    const without = `Pipeline "${run.pipeline.name}" was run without a token. Pass it: graph.run(input, { token }).`
    const owner = await verifiedOwner(run, requireToken(run.pipeline, token, without))
    const { identity } = owner
    // Before the slots are set: it refuses a run that was started as another user.
    const entered = withIdentity(run, identity, sources)
    run.keep('auth', owner)
    actFor(run, owner, digestOf(token as string))
    run.tryEmitEvent('auth.login', { userId: identity.userId, orgId: identity.orgId, ...clientOf(run.options) })
    return entered
  }

  /** Lets a leg of an admitted run go on as the one who began it. Callers of a later leg have no part in it. */
  async function goOn(run: RunContext): Promise<RunContext> {
    const owner = requireOwner(run.pipelineRunId, run.kept?.['auth'])
    const isOfSystem = owner.system !== undefined
    const identity = isOfSystem ? owner.identity : await renewed(owner.identity, renew, run, verifyTimeoutMs)
    const entered = withIdentity(run, identity, sources)
    actFor(run, { ...owner, identity }, undefined)
    return entered
  }

  function actFor(run: RunContext, { identity, claims }: Owner, digest: Buffer | undefined): void {
    run.set(verified, { identity, digest })
    run.set(CLAIMS, claims)
    run.set(IDENTITY, identity)
  }

  return {
    name: 'auth',
    core: '^1.0.0',
    stageOptions: ['authorize', 'answeredBy'],
    runOptions: ['token', 'client'],
    // A user must not get the output of a forbidden stage from a cache or a fallback, and a refusal must not open a circuit.
    mustBeOutside: ['idempotency', 'circuit-breaker', 'fallback'],
    async admit(request) {
      const { action, system } = request
      if (action === 'start' && system !== undefined) return admitSystem(request, system)
      const about = { action, ...clientOf(request.options) }
      try {
        const { who, ...admission } = await admitted(request)
        request.tryEmitEvent('auth.login', { ...who, ...about })
        return { who, ...admission }
      } catch (thrown) {
        const { userId, orgId } = request.get(IDENTITY) ?? {}
        const verified = { ...(userId !== undefined && { userId }), ...(orgId !== undefined && { orgId }) }
        request.tryEmitEvent('auth.failure', { ...failureOf(thrown), ...verified, ...about })
        throw thrown
      }
    },
    wrapRun: (next) => async (run) => {
      let entered: RunContext
      try {
        entered = await enter(run)
      } catch (thrown) {
        if (run.signal.aborted && thrown === run.signal.reason) throw thrown
        return refuse(run, thrown)
      }
      return next(entered)
    },
    aroundMaps: true,
    onCall: (stage) => {
      // Read here, so that an illegal value is a problem of `build()`.
      if (rolesOf(stage, 'answeredBy') !== undefined) mustAskItself(stage)
      const needed = rolesOf(stage, 'authorize')
      const isCheckedWithItsMap = stage.itemOf !== undefined
      if (needed === undefined || isCheckedWithItsMap) return undefined
      return (context) => {
        const held = context.get(verified)?.identity.roles ?? []
        if (needed.every((role) => held.includes(role))) return undefined
        return StageOutput.fail(
          refusal(
            'auth/forbidden',
            `Stage "${stage.name}" of pipeline "${stage.pipeline.name}" needs the roles ${needed.join(', ')}; the token does not have all of them.`,
          ),
          { retryable: false },
        )
      }
    },
  }
}

/** Lets a part of the app start a run by its name. The run has the ids that it was started for, and no roles. */
function admitSystem(request: RunRequest, system: string): Admission {
  const { userId, orgId } = request
  const identity: Identity = Object.freeze({ userId, orgId, sessionId: undefined, roles: [] })
  request.set(IDENTITY, identity)
  return { keep: { system, identity, claims: {} } }
}

/** Throws if the stages of a child pipeline ask instead of this one: their own `answeredBy` counts. */
function mustAskItself({ name, child }: StageInfo): void {
  if (child === undefined) return
  throw new StageflowError(
    'auth/illegal-option',
    `answeredBy of stage "${name}" would not hold: the stages of "${child.name}" ask, and not the stage around them. Give answeredBy to those stages.`,
  )
}

/** What was kept about who began a run. Throws `auth/ownerless-run` if that was not checked. */
function requireOwner(runId: string, kept: unknown): Owner {
  const owner = ownerIn(kept)
  if (owner !== undefined) return owner
  throw refusal(
    'auth/ownerless-run',
    `Run "${runId}" began without auth(), so it has no owner. Continue it with the graph that it began with.`,
  )
}

/** `without`: the message if the caller has passed no token. */
function requireToken(pipeline: PipelineInfo, token: unknown, without: string): string {
  if (token === undefined || token === null || token === '') throw refusal('auth/missing-token', without)
  if (typeof token === 'string') return token
  throw refusal(
    'auth/malformed-token',
    `The token for pipeline "${pipeline.name}" must be a string, not a value of type ${typeof token}.`,
  )
}

const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer')

function sameToken({ digest }: Verified, token: unknown): boolean {
  return digest !== undefined && typeof token === 'string' && timingSafeEqual(digest, digestOf(token))
}

function refuse(run: RunContext, error: unknown): RunOutcome {
  run.tryEmitEvent('auth.failure', { ...failureOf(error), ...clientOf(run.options) })
  return run.fail(error)
}

const failureOf = (error: unknown): { readonly reason: string; readonly retryable: boolean } => ({
  reason: codeOf(error) ?? 'auth/verify-failed',
  retryable: isRetryable(error),
})

const LONGEST_CLIENT_FIELD = 256

/** Cuts the fields, because a client can send anything. */
function clientOf({ client }: Pick<RunOptions, 'client'>): AuthClient {
  const { ipAddress, userAgent } = (client ?? {}) as {
    readonly ipAddress?: unknown
    readonly userAgent?: unknown
  }
  return {
    ...(typeof ipAddress === 'string' ? { ipAddress: ipAddress.slice(0, LONGEST_CLIENT_FIELD) } : undefined),
    ...(typeof userAgent === 'string' ? { userAgent: userAgent.slice(0, LONGEST_CLIENT_FIELD) } : undefined),
  }
}
