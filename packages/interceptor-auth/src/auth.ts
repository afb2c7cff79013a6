import { hash, timingSafeEqual } from 'node:crypto'
import { type Interceptor, type RunContext, type RunOutcome, StageOutput, createSlot } from '@stageflow/core'
import { MILLISECONDS, codeOf, functionLike } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { CLAIMS, IDENTITY, readIdentity, withIdentity } from './identity.ts'
import type { ClaimSource, Identity, IdentitySources } from './identity.ts'
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
    /** The roles that the token must have for this stage to run: all of them. Otherwise the stage fails with `auth/forbidden`. */
    readonly authorize?: Authorization | false
  }
  interface EventMap {
    /** A token was verified. Emitted once per tree of runs. */
    'auth.login': AuthClient & { readonly userId: string | undefined; readonly orgId: string | undefined }
    /** A run was refused. `reason` is the code of its error. `retryable`: the same token may be accepted later. */
    'auth.failure': AuthClient & { readonly reason: string; readonly retryable: boolean }
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
}

interface Verified {
  readonly identity: Identity
  /** Shows whether a child run got another token than its parent, without storing the token. */
  readonly digest: Buffer
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
}
const REQUIRED = {
  verify: 'a function that returns the claims of a good token and throws for any other, such as jwtVerifier({ … })',
}

/** Lets a run start only with a token that `verify` accepts, and a stage with `authorize` only with its roles. Throws `auth/illegal-option`. */
export function auth(options: AuthOptions): Interceptor {
  checkAuthOptions('auth()', options, RULES, REQUIRED)
  const {
    verify,
    verifyTimeoutMs = 10_000,
    userId = 'sub',
    orgId = 'org_id',
    sessionId = false,
    roles = 'roles',
  } = options
  const sources: IdentitySources = { userId, orgId, sessionId, roles }
  // Each interceptor has its own slot: a child graph with another `auth` verifies by itself.
  const verified = createSlot<Verified>('auth/verified')

  async function admit(run: RunContext): Promise<RunContext> {
    const { token } = run.options
    // A child run with the token of its parent, or with none, isn't verified again.
    const above = run.get(verified)
    if (above !== undefined && (token === undefined || sameToken(above, token)))
      return withIdentity(run, above.identity, sources)
    const text = requireToken(run, token)
    const claims = await claimsOf(run, text, verify, verifyTimeoutMs)
    const identity = readIdentity(claims, sources)
    // Before the slots are set: it refuses a run that was started as another user.
    const admitted = withIdentity(run, identity, sources)
    run.set(verified, { identity, digest: digestOf(text) })
    run.set(CLAIMS, claims)
    run.set(IDENTITY, identity)
    run.tryEmitEvent('auth.login', { userId: identity.userId, orgId: identity.orgId, ...clientOf(run) })
    return admitted
  }

  return {
    name: 'auth',
    core: '^1.0.0',
    stageOptions: ['authorize'],
    runOptions: ['token', 'client'],
    // A user must not get the output of a forbidden stage from a cache or a fallback, and a refusal must not open a circuit.
    mustBeOutside: ['idempotency', 'circuit-breaker', 'fallback'],
    wrapRun: (next) => async (run) => {
      let admitted: RunContext
      try {
        admitted = await admit(run)
      } catch (thrown) {
        if (run.signal.aborted && thrown === run.signal.reason) throw thrown
        return refuse(run, thrown)
      }
      return next(admitted)
    },
    onCall: (stage) => {
      const needed = rolesOf(stage)
      if (needed === undefined) return undefined
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

function requireToken(run: RunContext, token: unknown): string {
  if (token === undefined || token === null || token === '')
    throw refusal(
      'auth/missing-token',
      `Pipeline "${run.pipeline.name}" was run without a token. Pass it: graph.run(input, { token }).`,
    )
  if (typeof token === 'string') return token
  throw refusal(
    'auth/malformed-token',
    `The token for pipeline "${run.pipeline.name}" must be a string, not a value of type ${typeof token}.`,
  )
}

const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer')

function sameToken({ digest }: Verified, token: unknown): boolean {
  return typeof token === 'string' && timingSafeEqual(digest, digestOf(token))
}

function refuse(run: RunContext, error: unknown): RunOutcome {
  const reason = codeOf(error) ?? 'auth/verify-failed'
  run.tryEmitEvent('auth.failure', { reason, retryable: isRetryable(error), ...clientOf(run) })
  return run.fail(error)
}

const LONGEST_CLIENT_FIELD = 256

/** Cuts the fields, because a client can send anything. */
function clientOf(run: RunContext): AuthClient {
  const { ipAddress, userAgent } = (run.options.client ?? {}) as {
    readonly ipAddress?: unknown
    readonly userAgent?: unknown
  }
  return {
    ...(typeof ipAddress === 'string' ? { ipAddress: ipAddress.slice(0, LONGEST_CLIENT_FIELD) } : undefined),
    ...(typeof userAgent === 'string' ? { userAgent: userAgent.slice(0, LONGEST_CLIENT_FIELD) } : undefined),
  }
}
