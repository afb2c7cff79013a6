import type { KeyObject } from 'node:crypto'
import jsonwebtoken from 'jsonwebtoken'
import { keyProblem } from './jwt-algorithms.ts'
import { checkClaims } from './jwt-claims.ts'
import type { JwtRules } from './jwt-rules.ts'
import type { UnverifiedToken } from './jwt-token.ts'
import type { Claims } from './identity.ts'
import { refusal } from './refusal.ts'

/** The claims of the token if its signature is that of `key`, and they are what the rules ask for. */
export function verifiedClaims(token: UnverifiedToken, key: KeyObject, rules: JwtRules, nowMs: number): Claims {
  const { text, algorithm, claims } = token
  const problem = keyProblem(algorithm, key)
  if (problem !== undefined)
    throw refusal('auth/algorithm-refused', `The key that the token names cannot verify it: ${problem}.`)
  try {
    // Times are judged below, by the run's clock: jsonwebtoken takes 0 for no time given, and does not look at iat.
    jsonwebtoken.verify(text, key, { algorithms: [algorithm], ignoreExpiration: true, ignoreNotBefore: true })
  } catch {
    // Without its cause, whose text may quote the token.
    throw refusal(
      'auth/bad-signature',
      'The signature of the token is wrong: it was changed, cut off, or signed with another key.',
    )
  }
  checkClaims(claims, rules, nowMs)
  return claims
}
