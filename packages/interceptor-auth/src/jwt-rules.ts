import { DELAY, FLAG, whole } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import type { JwtAlgorithm } from './jwt-algorithms.ts'
import type { RequiredOptions } from './refusal.ts'

/** What both verifiers demand of a token. */
export interface JwtRulesOptions {
  /** The algorithms that tokens may be signed with. */
  readonly algorithms: readonly JwtAlgorithm[]
  /** Who may have issued the token (`iss`). `false`: not checked. */
  readonly issuer: string | readonly string[] | false
  /** For whom the token must be meant (`aud`): one of these. `false`: not checked, so tokens for other services are accepted too. */
  readonly audience: string | readonly string[] | false
  /** Claims that the token must have. Default: none. */
  readonly requiredClaims?: readonly string[]
  /** Whether the token must have an expiry (`exp`). Default: true. */
  readonly requireExpiry?: boolean
  /** How much the clocks of the issuer and of this machine may differ, in ms. Default: 5,000. */
  readonly clockToleranceMs?: number
  /** Maximum length of a token, in bytes. Longer ones are refused before they are parsed. Default: 8,192. */
  readonly maxTokenBytes?: number
  /** Allowed values of the header's `typ`. A token without `typ` passes. Default: `JWT` and `at+jwt`. */
  readonly types?: readonly string[]
}

export interface JwtRules {
  readonly algorithms: readonly JwtAlgorithm[]
  readonly issuers: readonly string[] | undefined
  readonly audiences: readonly string[] | undefined
  readonly requiredClaims: readonly string[]
  readonly requireExpiry: boolean
  readonly clockToleranceMs: number
  readonly maxTokenBytes: number
  readonly types: readonly string[]
}

const isTextList = (given: unknown): boolean =>
  Array.isArray(given) && given.every((text) => typeof text === 'string' && text !== '')

const TEXTS: OptionRule = [isTextList, 'an array of strings that are not empty']
const isFilledList = (given: unknown): boolean => isTextList(given) && (given as unknown[]).length > 0
const PARTY: OptionRule = [
  (given) => given === false || isFilledList(typeof given === 'string' ? [given] : given),
  'a string, an array of strings, or false for "not checked"',
]

/** The rules of these options. `algorithms` has a check of its own, `algorithmsProblem`. */
export const JWT_RULES: OptionRules<Omit<JwtRulesOptions, 'algorithms'>> = {
  issuer: PARTY,
  audience: PARTY,
  requiredClaims: TEXTS,
  requireExpiry: FLAG,
  clockToleranceMs: DELAY,
  maxTokenBytes: whole(1),
  types: [isFilledList, "an array such as ['JWT']"],
}

/** There are no defaults for these: any would accept tokens that the app doesn't mean. */
export const JWT_REQUIRED: RequiredOptions = {
  issuer: 'who may issue tokens, or false to accept every issuer',
  audience: 'the name of your service, or false to accept tokens for other services too',
}

/** Fills in the defaults. Copies the arrays, so that later changes to them have no effect. */
export function jwtRules(options: JwtRulesOptions): JwtRules {
  const { algorithms, issuer, audience, requiredClaims = [], requireExpiry = true } = options
  const { clockToleranceMs = 5_000, maxTokenBytes = 8_192, types = ['JWT', 'at+jwt'] } = options
  return {
    algorithms: [...algorithms],
    issuers: listOf(issuer),
    audiences: listOf(audience),
    requiredClaims: [...requiredClaims],
    requireExpiry,
    clockToleranceMs,
    maxTokenBytes,
    types: types.map(typeName),
  }
}

/** The form in which types are compared: without `application/` (RFC 7515) and in lower case. */
export const typeName = (type: string): string => type.toLowerCase().replace(/^application\//, '')

function listOf(given: string | readonly string[] | false): readonly string[] | undefined {
  if (given === false) return undefined
  return typeof given === 'string' ? [given] : [...given]
}
