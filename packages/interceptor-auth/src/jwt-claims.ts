import type { JwtRules } from './jwt-rules.ts'
import { refusal } from './refusal.ts'

type ClaimSet = Readonly<Record<string, unknown>>

/** 31 December 9999. A later date is a number of milliseconds by mistake, and would never come. */
const LATEST_DATE = 253_402_300_799

/** Checks the claims of a token whose signature is right. Messages name the claim and what was expected, never its value. */
export function checkClaims(claims: ClaimSet, rules: JwtRules, nowMs: number): void {
  checkTimes(claims, rules, nowMs)
  const { issuers, audiences, requiredClaims } = rules
  for (const name of ['sub', 'iss', 'jti'] as const)
    if (claims[name] !== undefined && typeof claims[name] !== 'string') throw illegal(name, 'a string')
  if (issuers !== undefined && !(typeof claims['iss'] === 'string' && issuers.includes(claims['iss'])))
    throw refusal('auth/wrong-issuer', `The token was not issued by ${issuers.join(' or ')} (issuer).`)
  const meantFor = audiencesOf(claims)
  if (audiences !== undefined && !meantFor.some((one) => audiences.includes(one)))
    throw refusal('auth/wrong-audience', `The token is not meant for ${audiences.join(' or ')} (audience).`)
  const missing = requiredClaims.filter((name) => !Object.hasOwn(claims, name) || isEmpty(claims[name]))
  if (missing.length > 0)
    throw refusal('auth/missing-claim', `The token lacks the claims ${missing.join(', ')} (requiredClaims).`)
}

function checkTimes(claims: ClaimSet, { requireExpiry, clockToleranceMs }: JwtRules, nowMs: number): void {
  const [exp, nbf, iat] = [timeOf(claims, 'exp'), timeOf(claims, 'nbf'), timeOf(claims, 'iat')]
  if (exp === undefined && requireExpiry)
    throw refusal(
      'auth/no-expiry',
      'The token has no expiry ("exp"), so it would be valid forever. Issue tokens that expire, or pass requireExpiry: false.',
    )
  if (exp !== undefined && nowMs >= exp + clockToleranceMs)
    throw refusal('auth/expired', 'The token has expired ("exp").')
  if (nbf !== undefined && nowMs + clockToleranceMs < nbf)
    throw refusal('auth/not-yet-valid', 'The token is not valid yet ("nbf").')
  if (iat !== undefined && nowMs + clockToleranceMs < iat)
    throw refusal(
      'auth/not-yet-valid',
      'The token was issued in the future ("iat"): the clocks differ by more than clockToleranceMs.',
    )
}

/** In milliseconds. JSON can hold Infinity (1e999), strings and null too. */
function timeOf(claims: ClaimSet, name: 'exp' | 'nbf' | 'iat'): number | undefined {
  if (!Object.hasOwn(claims, name)) return undefined
  const value = claims[name]
  if (typeof value === 'number' && value >= 0 && value <= LATEST_DATE) return value * 1_000
  throw illegal(name, 'a number of seconds since 1970')
}

function audiencesOf({ aud }: ClaimSet): readonly string[] {
  if (aud === undefined) return []
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (list.every((one) => typeof one === 'string')) return list
  throw illegal('aud', 'a string or an array of strings')
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === ''

function illegal(name: string, what: string): Error {
  return refusal('auth/illegal-claim', `The token's claim "${name}" is not ${what}.`)
}
