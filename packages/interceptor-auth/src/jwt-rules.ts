import { type JwtAlgorithm, algorithmsProblem } from './jwt-algorithms.ts'
import { numberProblem, shown } from './refusal.ts'

/** What a token has to be, whichever way its key is found. */
export interface JwtRulesOptions {
  /** The algorithms that tokens may be signed with. */
  readonly algorithms: readonly JwtAlgorithm[]
  /** Who may have issued the token (`iss`); `false`: anybody who has the key. */
  readonly issuer: string | readonly string[] | false
  /** Whom the token may be meant for (`aud`), one of them; `false`: tokens for other services are taken too. */
  readonly audience: string | readonly string[] | false
  /** Claims that have to be there. Default: none. */
  readonly requiredClaims?: readonly string[]
  /** Whether a token needs an expiry (`exp`). Default: true. */
  readonly requireExpiry?: boolean
  /** How far the clocks of issuer and verifier may be apart. Default: 5,000. */
  readonly clockToleranceMs?: number
  /** Longer tokens are refused before anything of them is read. Default: 8,192. */
  readonly maxTokenBytes?: number
  /** What the header's `typ` may be where it is given. Default: `JWT` and `at+jwt`. */
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

export const RULE_NAMES = [
  'algorithms',
  'issuer',
  'audience',
  'requiredClaims',
  'requireExpiry',
  'clockToleranceMs',
  'maxTokenBytes',
  'types',
] as const

/** The rules with their defaults, copied: what the caller does with his lists later changes nothing. */
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

/** How types are compared: RFC 7515 leaves out `application/`, and case does not count. */
export const typeName = (type: string): string => type.toLowerCase().replace(/^application\//, '')

const listOf = (given: string | readonly string[] | false): readonly string[] | undefined =>
  given === false ? undefined : typeof given === 'string' ? [given] : [...given]

/** What is wrong with these options of a caller who may have passed anything. */
export function ruleProblems(
  options: Readonly<Record<string, unknown>>,
  secretsAllowed: boolean,
): readonly (string | undefined)[] {
  const {
    requireExpiry = true,
    clockToleranceMs = 0,
    maxTokenBytes = 1,
    requiredClaims = [],
    types = ['JWT'],
  } = options
  return [
    algorithmsProblem(options['algorithms'], secretsAllowed),
    partyProblem('issuer', options['issuer'], 'who may issue tokens'),
    partyProblem('audience', options['audience'], 'whom tokens may be meant for'),
    isTextList(requiredClaims) ? undefined : `"requiredClaims" is ${shown(requiredClaims)}; pass a list of names.`,
    typeof requireExpiry === 'boolean' ? undefined : `"requireExpiry" is ${shown(requireExpiry)}; pass true or false.`,
    numberProblem('clockToleranceMs', clockToleranceMs, 0, 'milliseconds'),
    numberProblem('maxTokenBytes', maxTokenBytes, 1, 'bytes'),
    isTextList(types) && types.length > 0 ? undefined : `"types" is ${shown(types)}; pass a list such as ['JWT'].`,
  ]
}

function partyProblem(name: string, given: unknown, what: string): string | undefined {
  if (given === false || (typeof given === 'string' && given !== '')) return undefined
  if (isTextList(given) && given.length > 0) return undefined
  return `"${name}" is ${shown(given)}; say ${what} (a text or a list of texts), or pass false to take tokens whatever they say.`
}

function isTextList(given: unknown): given is readonly string[] {
  return Array.isArray(given) && given.every((text) => typeof text === 'string' && text !== '')
}
