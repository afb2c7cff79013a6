import { hash, timingSafeEqual } from 'node:crypto'
import { type Interceptor, type RunContext, type RunOutcome, StageOutput, createSlot } from '@stageflow/core'
import { CLAIMS, IDENTITY, readIdentity, withIdentity } from './identity.ts'
import type { ClaimSource, Identity, IdentitySources } from './identity.ts'
import { checkOptions, isRetryable, numberProblem, optionsObject, refusal, shown, unknownProblems } from './refusal.ts'
import { type Authorization, rolesOf } from './roles.ts'
import { type Verify, claimsOf } from './verification.ts'

/** Where a request came from, for the audit trail; `auth` only passes it on to its events. */
export interface AuthClient {
  readonly ipAddress?: string | undefined
  readonly userAgent?: string | undefined
}

declare module '@stageflow/core' {
  interface RunOptions {
    /** The bare token of whoever asks, without `Bearer`. It never enters the snapshot, events or the report. */
    readonly token?: string | undefined
    /** Where the request came from, for the events of `auth`. */
    readonly client?: AuthClient | undefined
  }
  interface StageOptions {
    /** The roles that the token must give for this stage to run, all of them; without them it fails with `auth/forbidden`. */
    readonly authorize?: Authorization | false
  }
  interface EventMap {
    /** A token was verified; once per run, child runs not counted. */
    'auth.login': AuthClient & { readonly userId: string | undefined; readonly orgId: string | undefined }
    /** A run was refused. `reason` is the code of its error; `retryable`: nothing is known against the token. */
    'auth.failure': AuthClient & { readonly reason: string; readonly retryable: boolean }
  }
}

/** What `auth` verifies tokens with, and where their claims say what. */
export interface AuthOptions {
  /** Answers with the claims of a good token, and throws for any other: `jwtVerifier`, `jwksVerifier`, or one of your own. */
  readonly verify: Verify
  /** How long `verify` may take. Default: 10,000. */
  readonly verifyTimeoutMs?: number
  /** Where the claims say who the user is. `false`: they do not. Default: `sub`. */
  readonly userId?: ClaimSource | false
  /** Where the claims say which organisation (tenant) the user belongs to. Default: `org_id`. */
  readonly orgId?: ClaimSource | false
  /** Where the claims name the session. Default: false. */
  readonly sessionId?: ClaimSource | false
  /** Where the claims list the roles: a list, or a text with spaces between them. Default: `roles`. */
  readonly roles?: ClaimSource | false
}

interface Verified {
  readonly identity: Identity
  /** Tells whether a child run was given another token than its parent, without keeping the token. */
  readonly digest: Buffer
}

const OPTIONS = ['verify', 'verifyTimeoutMs', 'userId', 'orgId', 'sessionId', 'roles']
const PARTS = ['userId', 'orgId', 'sessionId', 'roles'] as const

/** Lets a run start only with a token that `verify` accepts, and a stage with `authorize` only with its roles. Bad options: `auth/illegal-option`. */
export function auth(options: AuthOptions): Interceptor {
  checkAuthOptions(options)
  const {
    verify,
    verifyTimeoutMs = 10_000,
    userId = 'sub',
    orgId = 'org_id',
    sessionId = false,
    roles = 'roles',
  } = options
  const sources: IdentitySources = { userId, orgId, sessionId, roles }
  // Of this very interceptor: a child graph with another `auth` does not take this one's word.
  const verified = createSlot<Verified>('auth/verified')

  async function admit(run: RunContext): Promise<RunContext> {
    const { token } = run.options
    const above = run.get(verified)
    if (above !== undefined && (token === undefined || sameToken(above, token)))
      return withIdentity(run, above.identity, sources)
    const text = requireToken(run, token)
    const claims = await claimsOf(run, text, verify, verifyTimeoutMs)
    const identity = readIdentity(claims, sources)
    const admitted = withIdentity(run, identity, sources)
    run.set(verified, { identity, digest: digestOf(text) })
    run.set(CLAIMS, claims)
    run.set(IDENTITY, identity)
    run.tryEmitEvent('auth.login', { userId: identity.userId, orgId: identity.orgId, ...clientOf(run) })
    return admitted
  }

  return {
    name: 'auth',
    stageOptions: ['authorize'],
    runOptions: ['token', 'client'],
    // An answer from a cache or a fallback must not stand in for a stage that this user may not run, nor a refusal open a circuit.
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
            `Stage "${stage.name}" of "${stage.pipeline.name}" demands the roles ${needed.join(', ')}; the token does not give all of them.`,
          ),
          { retryable: false },
        )
      }
    },
  }
}

function checkAuthOptions(given: unknown): void {
  const example = 'auth({ verify }) with a function that verifies tokens, such as jwtVerifier({ … })'
  const options = optionsObject('auth', example, given)
  checkOptions('auth', [
    typeof options['verify'] === 'function'
      ? undefined
      : `"verify" is ${shown(options['verify'])}; pass a function that answers with the claims of a good token and throws for any other, such as jwtVerifier({ … }). There is no default.`,
    options['verifyTimeoutMs'] === undefined
      ? undefined
      : numberProblem('verifyTimeoutMs', options['verifyTimeoutMs'], 1, 'milliseconds'),
    ...PARTS.map((part) => sourceProblem(part, options[part])),
    ...unknownProblems(options, OPTIONS),
  ])
}

function sourceProblem(name: string, source: unknown): string | undefined {
  if (source === undefined || source === false || typeof source === 'function') return undefined
  if (typeof source === 'string' && source !== '') return undefined
  return `"${name}" is ${shown(source)}; pass the name of a claim, a function that reads the claims, or false.`
}

function requireToken(run: RunContext, token: unknown): string {
  if (token === undefined || token === null || token === '')
    throw refusal(
      'auth/missing-token',
      `Pipeline "${run.pipeline.name}" was run without a token; pass one: graph.run(input, { token }).`,
    )
  if (typeof token === 'string') return token
  throw refusal(
    'auth/malformed-token',
    `The token of a run is a text; pipeline "${run.pipeline.name}" was given a ${typeof token}.`,
  )
}

const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer')

function sameToken({ digest }: Verified, token: unknown): boolean {
  return typeof token === 'string' && timingSafeEqual(digest, digestOf(token))
}

function refuse(run: RunContext, error: unknown): RunOutcome {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'auth/verify-failed'
  run.tryEmitEvent('auth.failure', { reason, retryable: isRetryable(error), ...clientOf(run) })
  return run.fail(error)
}

const LONGEST_CLIENT_FIELD = 256

/** What a client says of itself is cut short: it may be anything. */
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
