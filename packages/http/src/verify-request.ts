import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import {
  CLOCK,
  MILLISECONDS,
  checkArgumentCount,
  checkOptions,
  functionLike,
  isPlain,
  required,
  textOf,
  withinLimit,
} from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { REQUEST_RULES } from './web-request.ts'

/** Returns the claims of a good token, and throws for any other, as `jwtVerifier` of `@stageflow/interceptor-auth` does. */
export type VerifyToken<Claims extends object> = (
  token: string,
  request: { readonly signal: AbortSignal; readonly clock: Clock },
) => Claims | PromiseLike<Claims>

export interface VerifyRequestOptions {
  /** Maximum time for `verify`, in ms. Default: 10,000. */
  readonly timeoutMs?: number
  /** Measures the limit, and is passed to `verify`. Default: the system's. */
  readonly clock?: Clock
}

const RULES: OptionRules<VerifyRequestOptions> = { timeoutMs: MILLISECONDS, clock: CLOCK }

const ARGUMENT_RULES: OptionRules<{ readonly request: unknown; readonly verify: unknown }> = {
  ...REQUEST_RULES,
  verify: required(functionLike('(token) => claims')),
}

/** The token of `Authorization: Bearer …`; undefined without one. Throws `http/illegal-option`. */
export function bearerToken(request: Request): string | undefined {
  checkArgumentCount(arguments.length, 1, 'bearerToken(request)', 'http/illegal-option')
  checkOptions('bearerToken()', 'http/illegal-option', { request }, REQUEST_RULES)
  return /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

/**
 * Verifies the token of a request, for a route that runs no pipeline. A run verifies its own: pass it `token: bearerToken(request)`. Rejects with
 * `http/missing-token`, `http/timed-out`, `http/verify-failed`, `http/illegal-option`, or the `StageflowError` of `verify`.
 */
export async function verifyRequest<Claims extends object>(
  request: Request,
  verify: VerifyToken<Claims>,
  options: VerifyRequestOptions = {},
): Promise<{ readonly token: string; readonly claims: Claims }> {
  checkArgumentCount(arguments.length, 3, 'verifyRequest(request, verify, options)', 'http/illegal-option')
  checkOptions('verifyRequest()', 'http/illegal-option', { request, verify }, ARGUMENT_RULES)
  checkOptions('verifyRequest()', 'http/illegal-option', options, RULES)
  const { timeoutMs = 10_000, clock = systemClock } = options
  const token = bearerToken(request)
  if (token === undefined)
    throw new StageflowError(
      'http/missing-token',
      'The request has no token. Send it as the header Authorization: Bearer <token>.',
    )
  const limit = new AbortController()
  const signal = AbortSignal.any([request.signal, limit.signal])
  const late = (): StageflowError =>
    new StageflowError(
      'http/timed-out',
      `The token was not verified within ${timeoutMs} ms (timeoutMs of verifyRequest).`,
    )
  try {
    const verified = (async () => verify(token, { signal, clock }))()
    const claims = await withinLimit(verified, { clock, limitMs: timeoutMs, signal: request.signal, late })
    if (!isPlain(claims)) throw failed('it returned something other than a plain object of claims')
    return { token, claims }
  } catch (thrown) {
    if (StageflowError.is(thrown) || request.signal.aborted) throw thrown
    // Libraries quote the token in their messages, so the error itself isn't kept.
    throw failed(`it threw: ${textOf(thrown).replaceAll(token, '…')}`)
  } finally {
    limit.abort()
  }
}

const failed = (why: string): StageflowError =>
  new StageflowError(
    'http/verify-failed',
    `The verify function of verifyRequest() failed: ${why}. Return the claims of a good token, and throw a StageflowError for any other.`,
  )
