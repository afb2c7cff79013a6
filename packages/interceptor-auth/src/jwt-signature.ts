import { type KeyObject, verify } from 'node:crypto'
import jsonwebtoken from 'jsonwebtoken'
import { keyProblem } from './jwt-algorithms.ts'
import { checkClaims } from './jwt-claims.ts'
import type { JwtRules } from './jwt-rules.ts'
import type { UnverifiedToken } from './jwt-token.ts'
import type { Claims } from './identity.ts'
import { refusal } from './refusal.ts'

/** Returns the claims if the token's signature was made with `key` and the claims follow the rules; otherwise throws. */
export function verifiedClaims(token: UnverifiedToken, key: KeyObject, rules: JwtRules, nowMs: number): Claims {
  const { algorithm, claims } = token
  const problem = keyProblem(algorithm, key)
  if (problem !== undefined)
    throw refusal('auth/algorithm-refused', `The key that the token names cannot verify it: ${problem}.`)
  if (!isSignedWith(key, token))
    throw refusal(
      'auth/bad-signature',
      'The signature of the token is wrong: the token was changed or cut, or signed with another key.',
    )
  checkClaims(claims, rules, nowMs)
  return claims
}

function isSignedWith(key: KeyObject, { text, algorithm }: UnverifiedToken): boolean {
  try {
    if (algorithm === 'EdDSA') return isEd25519(key, text)
    // checkClaims() checks the times, on the run's clock: jsonwebtoken takes time 0 for "not given", and doesn't check iat.
    jsonwebtoken.verify(text, key, { algorithms: [algorithm], ignoreExpiration: true, ignoreNotBefore: true })
    return true
  } catch {
    // The error isn't kept: its text may quote the token.
    return false
  }
}

/** jsonwebtoken can't verify EdDSA. */
function isEd25519(key: KeyObject, text: string): boolean {
  const end = text.lastIndexOf('.')
  return verify(null, Buffer.from(text.slice(0, end)), key, Buffer.from(text.slice(end + 1), 'base64url'))
}
