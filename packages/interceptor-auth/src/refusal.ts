import { StageflowError } from '@stageflow/core'

/** Why a token, a run or a stage was refused; these codes are the errors of this package. */
export type RefusalCode =
  | 'auth/missing-token'
  | 'auth/malformed-token'
  | 'auth/token-too-large'
  | 'auth/algorithm-refused'
  | 'auth/header-refused'
  | 'auth/unknown-key'
  | 'auth/keys-unavailable'
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
  | 'auth/verify-timeout'
  | 'auth/identity-mismatch'
  | 'auth/forbidden'
  | 'auth/org-required'
  | 'auth/foreign-tenant'
  | 'auth/resource-failed'

/** Its message may hold what the app configured, and never anything that came with a token. */
export function refusal(code: RefusalCode, message: string, options?: { readonly cause?: unknown }): StageflowError {
  return new StageflowError(code, message, options)
}

const RETRYABLE = new Set(['auth/keys-unavailable', 'auth/verify-timeout'])

/** Whether the same token may be accepted a little later: nothing is known against it. */
export function isRetryable(error: unknown): boolean {
  if (StageflowError.is(error) && RETRYABLE.has(error.code)) return true
  return error instanceof Error && (error as { readonly retryable?: unknown }).retryable === true
}

/** Throws what is wrong with the options of `factory`, all of it in one error. */
export function checkOptions(factory: string, problems: readonly (string | undefined)[]): void {
  const found = problems.filter((problem) => problem !== undefined)
  if (found.length > 0) throw new StageflowError('auth/illegal-option', `${factory}: ${found.join(' ')}`)
}

/** A problem with a number that has to be finite and at least `least`. */
export function numberProblem(name: string, value: unknown, least: number, unit: string): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value) && value >= least) return undefined
  return `"${name}" is ${shown(value)}; pass a finite number of ${unit}, ${least} or more.`
}

/** A value of an option in a message: secrets are never given to it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return String(value)
}

/** The options of a JavaScript caller, who may have passed anything. */
export function optionsObject(factory: string, example: string, options: unknown): Readonly<Record<string, unknown>> {
  if (typeof options === 'object' && options !== null && !Array.isArray(options))
    return options as Readonly<Record<string, unknown>>
  throw new StageflowError('auth/illegal-option', `${factory} was given ${shown(options)}; pass ${example}.`)
}

/** Problems with names that no option has: a misspelt limit would be no limit. */
export function unknownProblems(options: Readonly<Record<string, unknown>>, known: readonly string[]): string[] {
  return Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) => `There is no option ${shown(name)}; there are: ${known.join(', ')}.`)
}
