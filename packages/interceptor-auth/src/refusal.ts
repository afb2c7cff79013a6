import { StageflowError } from '@stageflow/core'
import { optionProblems, refuseOptions, isError } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

/** Why a token, a run or a stage was refused. */
export type RefusalCode =
  | 'auth/missing-token'
  | 'auth/malformed-token'
  | 'auth/too-large'
  | 'auth/algorithm-refused'
  | 'auth/header-refused'
  | 'auth/unknown-key'
  | 'auth/unavailable'
  | 'auth/bad-signature'
  | 'auth/no-expiry'
  | 'auth/expired'
  | 'auth/not-yet-valid'
  | 'auth/wrong-issuer'
  | 'auth/wrong-audience'
  | 'auth/missing-claim'
  | 'auth/illegal-claim'
  | 'auth/no-claims'
  | 'auth/verify-failed'
  | 'auth/timed-out'
  | 'auth/identity-mismatch'
  | 'auth/foreign-run'
  | 'auth/ownerless-run'
  | 'auth/allows-failed'
  | 'auth/renew-failed'
  | 'auth/revoked'
  | 'auth/forbidden'
  | 'auth/org-required'
  | 'auth/foreign-tenant'
  | 'auth/resource-failed'

/** Makes the error. Its message may hold what the app configured, but never a part of a token. */
export function refusal(code: RefusalCode, message: string, options?: { readonly cause?: unknown }): StageflowError {
  return new StageflowError(code, message, options)
}

const RETRYABLE = new Set(['auth/unavailable', 'auth/timed-out'])

/** Whether the same token may be accepted a little later, because nothing speaks against the token itself. */
export function isRetryable(error: unknown): boolean {
  if (StageflowError.is(error) && RETRYABLE.has(error.code)) return true
  return isError(error) && (error as { readonly retryable?: unknown }).retryable === true
}

/** The options as an app in JavaScript may pass them. */
export type GivenOptions = Readonly<Record<string, unknown>>
/** What to pass for each option that has no default. */
export type RequiredOptions = Readonly<Record<string, string>>

/** Like `checkOptions` of the kit, for options without a default too. `more` finds the problems that take more than one rule. */
export function checkAuthOptions<Options extends object>(
  where: string,
  options: unknown,
  rules: OptionRules<Options>,
  required: RequiredOptions,
  more: (given: GivenOptions) => readonly string[] = () => [],
): void {
  const problems = [...optionProblems(options, rules)]
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) {
    const given = options as GivenOptions
    const missing = Object.keys(required).filter((name) => given[name] === undefined)
    problems.push(...missing.map((name) => `${name} is missing: pass ${required[name]}`), ...more(given))
  }
  refuseOptions(where, 'auth/illegal-option', problems)
}
