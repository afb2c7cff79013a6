import { type Clock, type RunContext, StageflowError } from '@stageflow/core'
import { bounded } from './bounded.ts'
import type { Claims } from './identity.ts'
import { refusal } from './refusal.ts'
import { withoutToken } from './without-token.ts'

/** What a `verify` gets beside the token. */
export interface VerifyRequest {
  /** Aborts when the run stops, or when `verifyTimeoutMs` has passed. */
  readonly signal: AbortSignal
  /** The run's clock: the time that expiry is judged by. */
  readonly clock: Clock
}

/** Answers with the claims of a token that is good, and throws for any other. */
export type Verify = (token: string, request: VerifyRequest) => Claims | PromiseLike<Claims>

/** Asks `verify` about the token; whatever it does but answering with claims is a refusal. */
export async function claimsOf(run: RunContext, token: string, verify: Verify, limitMs: number): Promise<Claims> {
  const expired = (): Error =>
    refusal(
      'auth/verify-timeout',
      `The token was not verified within ${limitMs} ms (verifyTimeoutMs), or before the deadline.`,
    )
  let claims: unknown
  try {
    claims = await bounded(run, limitMs, expired, (signal) => verify(token, { signal, clock: run.clock }))
  } catch (thrown) {
    if (run.signal.aborted && thrown === run.signal.reason) throw thrown
    throw toRefusal(thrown, token)
  }
  return frozenClaims(claims)
}

function toRefusal(thrown: unknown, token: string): Error {
  const clean = withoutToken(thrown, token)
  const error = StageflowError.is(clean)
    ? clean
    : refusal('auth/verify-failed', `The verify function of auth() failed: ${clean.message}`, { cause: clean })
  const retryable = thrown instanceof Error && 'retryable' in thrown && thrown.retryable === true
  return retryable ? Object.assign(error, { retryable }) : error
}

/** A copy that nobody can change any more: stages and child runs share it. */
function frozenClaims(claims: unknown): Claims {
  if (!isPlain(claims)) {
    throw refusal(
      'auth/no-claims',
      'The verify function of auth() answered with no claims. It returns the claims of a good token as a plain object, and throws for any other.',
    )
  }
  try {
    return freeze(structuredClone(claims)) as Claims
  } catch {
    throw refusal('auth/no-claims', 'The verify function of auth() answered with claims that are not plain data.')
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  // Buffers cannot be frozen, and claims that hold one are the app's own.
  if (ArrayBuffer.isView(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) freeze(inner)
  return value
}
