import { type Clock, StageflowError } from '@stageflow/core'
import { isError, isPlain, lostInJson } from '@stageflow/core/kit'
import { bounded } from './bounded.ts'
import type { Waiting } from './bounded.ts'
import type { Claims } from './identity.ts'
import { refusal } from './refusal.ts'
import { withoutToken } from './without-token.ts'

/** The second argument of `verify`. */
export interface VerifyRequest {
  /** Aborts if the run stops or `verifyTimeoutMs` has passed. */
  readonly signal: AbortSignal
  /** The run's clock. Check expiry with it. */
  readonly clock: Clock
}

/** Returns the claims of a good token, and throws for any other. */
export type Verify = (token: string, request: VerifyRequest) => Claims | PromiseLike<Claims>

/** Calls `verify`. Anything but a plain object of claims refuses the run. */
export async function claimsOf(by: Waiting, token: string, verify: Verify, limitMs: number): Promise<Claims> {
  const expired = (): Error =>
    refusal(
      'auth/timed-out',
      `The token was not verified within ${limitMs} ms (verifyTimeoutMs) or before the deadline of the run.`,
    )
  let claims: unknown
  try {
    claims = await bounded(by, limitMs, expired, (signal) => verify(token, { signal, clock: by.clock }))
  } catch (thrown) {
    if (by.signal.aborted && thrown === by.signal.reason) throw thrown
    throw toRefusal(thrown, token)
  }
  return frozenClaims(claims)
}

function toRefusal(thrown: unknown, token: string): Error {
  const clean = withoutToken(thrown, token)
  let error = clean
  if (!StageflowError.is(clean)) {
    error = refusal('auth/verify-failed', `The verify function of auth() failed: ${clean.message}`, { cause: clean })
  }
  // The copy without the token has lost this field.
  const retryable = isError(thrown) && 'retryable' in thrown && thrown.retryable === true
  return retryable ? Object.assign(error, { retryable }) : error
}

/** Returns a deeply frozen copy, because stages and child runs share it. */
function frozenClaims(claims: unknown): Claims {
  if (!isPlain(claims)) {
    throw refusal(
      'auth/no-claims',
      'The verify function of auth() did not return claims. Return the claims of a good token as a plain object, and throw for any other token.',
    )
  }
  const lost = lostInJson(claims)
  if (lost !== undefined)
    throw refusal(
      'auth/no-claims',
      `The verify function of auth() returned claims that JSON cannot hold: ${lost}. Return plain data, as tokens have it.`,
    )
  return freeze(structuredClone(claims)) as Claims
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) freeze(inner)
  return value
}
