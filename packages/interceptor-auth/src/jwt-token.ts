import { type KeyObject, verify } from 'node:crypto'
import jsonwebtoken from 'jsonwebtoken'
import type { Claims } from './identity.ts'
import { type JwtAlgorithm, keyProblem } from './jwt-algorithms.ts'
import { type JwtRules, typeName } from './jwt-rules.ts'
import { refusal } from './refusal.ts'
import { parseStrictObject } from './strict-json.ts'

// A token is verified in this order: its shape, its header, its signature, its claims.

type JsonObject = Readonly<Record<string, unknown>>

/** A token whose shape and header are right. Its signature isn't verified yet. */
export interface UnverifiedToken {
  readonly text: string
  readonly algorithm: JwtAlgorithm
  readonly kid: string | undefined
  readonly claims: JsonObject
}

const SHAPE = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/

/** Reads a token before any library sees it. Refuses everything in it that could change how it is verified. */
export function readToken(text: unknown, rules: JwtRules): UnverifiedToken {
  if (typeof text !== 'string') throw malformed('it is not a string')
  if (text.length > rules.maxTokenBytes)
    throw refusal('auth/too-large', `The token is longer than ${rules.maxTokenBytes} bytes (maxTokenBytes).`)
  const parts = SHAPE.exec(text)
  if (parts === null)
    throw malformed('it is not three parts of base64url with dots between them. Pass it bare, without "Bearer "')
  const [header, claims] = parts.slice(1).map(decode).map(parseStrictObject)
  if (header === undefined) throw malformed('its header is not a JSON object with each key once')
  const algorithm = checkAlgorithm(header, rules)
  const kid = checkHeader(header, rules)
  if (claims === undefined) throw malformed('its claims are not a JSON object with each key once')
  return { text, algorithm, kid, claims }
}

/** Accepts only the canonical spelling of the bytes. Otherwise one token could be written in several ways. */
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) throw malformed('one of its parts is not canonical base64url')
  return bytes
}

function checkAlgorithm(header: JsonObject, { algorithms }: JwtRules): JwtAlgorithm {
  const given = Object.hasOwn(header, 'alg') ? header['alg'] : undefined
  const algorithm = algorithms.find((name) => name === given)
  if (algorithm !== undefined) return algorithm
  throw refusal('auth/algorithm-refused', `The token is not signed with ${algorithms.join(' or ')} (algorithms).`)
}

/** Parameters that hold a key, say where one is, or change how the token is read. */
const REFUSED = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'enc', 'zip']
/** A key id is only looked up. Longer or stranger ones are attacks on software that does more with them. */
const KID = /^[\x21-\x7e]{1,256}$/

function checkHeader(header: JsonObject, { types }: JwtRules): string | undefined {
  const refused = REFUSED.find((name) => Object.hasOwn(header, name))
  if (refused !== undefined)
    throw refusal('auth/header-refused', `The token's header has "${refused}", which a token must not decide.`)
  const { typ, kid } = header
  if (typ !== undefined && (typeof typ !== 'string' || !types.includes(typeName(typ))))
    throw refusal('auth/header-refused', `The type of the token ("typ") is not ${types.join(' or ')} (types).`)
  if (kid === undefined) return undefined
  if (typeof kid === 'string' && KID.test(kid)) return kid
  throw refusal(
    'auth/header-refused',
    'The "kid" of the token is not a key id: 1 to 256 printable ASCII characters without spaces.',
  )
}

function malformed(why: string): Error {
  // Not "JWT: …": a log would redact the word after it, as it does a token.
  return refusal('auth/malformed-token', `The token is not a signed JWT, because ${why}.`)
}

// The signature

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

// The claims

/** 31 December 9999. A later date is a number of milliseconds by mistake, and would never come. */
const LATEST_DATE = 253_402_300_799

/** Checks the claims of a token whose signature is right. Messages name the claim and what was expected, never its value. */
function checkClaims(claims: JsonObject, rules: JwtRules, nowMs: number): void {
  checkTimes(claims, rules, nowMs)
  const { issuers, audiences, requiredClaims } = rules
  checkText(claims, 'sub')
  const issuer = checkText(claims, 'iss')
  checkText(claims, 'jti')
  if (issuers !== undefined && (issuer === undefined || !issuers.includes(issuer)))
    throw refusal('auth/wrong-issuer', `The token was not issued by ${issuers.join(' or ')} (issuer).`)
  const meantFor = audiencesOf(claims)
  if (audiences !== undefined && !meantFor.some((one) => audiences.includes(one)))
    throw refusal('auth/wrong-audience', `The token is not meant for ${audiences.join(' or ')} (audience).`)
  const missing = requiredClaims.filter((name) => !Object.hasOwn(claims, name) || isEmpty(claims[name]))
  if (missing.length > 0)
    throw refusal('auth/missing-claim', `The token lacks the claims ${missing.join(', ')} (requiredClaims).`)
}

function checkTimes(claims: JsonObject, { requireExpiry, clockToleranceMs }: JwtRules, nowMs: number): void {
  const exp = timeOf(claims, 'exp')
  const nbf = timeOf(claims, 'nbf')
  const iat = timeOf(claims, 'iat')
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
function timeOf(claims: JsonObject, name: 'exp' | 'nbf' | 'iat'): number | undefined {
  if (!Object.hasOwn(claims, name)) return undefined
  const value = claims[name]
  if (typeof value === 'number' && value >= 0 && value <= LATEST_DATE) return value * 1_000
  throw illegal(name, 'a number of seconds since 1970')
}

function checkText(claims: JsonObject, name: 'sub' | 'iss' | 'jti'): string | undefined {
  const value = claims[name]
  if (value === undefined || typeof value === 'string') return value
  throw illegal(name, 'a string')
}

function audiencesOf({ aud }: JsonObject): readonly string[] {
  if (aud === undefined) return []
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (list.every((one) => typeof one === 'string')) return list
  throw illegal('aud', 'a string or an array of strings')
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === ''

function illegal(name: string, what: string): Error {
  return refusal('auth/illegal-claim', `The token's claim "${name}" is not ${what}.`)
}
