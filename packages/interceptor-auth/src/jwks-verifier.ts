import { type JwtRulesOptions, RULE_NAMES, jwtRules, ruleProblems } from './jwt-rules.ts'
import type { PublicKeyAlgorithm } from './jwt-algorithms.ts'
import { type JwksKey, jwksKeys } from './jwks-keys.ts'
import { verifiedClaims } from './jwt-signature.ts'
import { type UnverifiedToken, readToken } from './jwt-token.ts'
import type { Claims } from './identity.ts'
import { checkOptions, numberProblem, optionsObject, refusal, shown, unknownProblems } from './refusal.ts'
import type { Verify } from './verification.ts'

/** What tokens have to be, where their issuer publishes its keys, and how often and how long it may be asked. */
export interface JwksVerifierOptions extends JwtRulesOptions {
  /** The algorithms that tokens may be signed with; no HS…, since the keys are public. */
  readonly algorithms: readonly PublicKeyAlgorithm[]
  /** Where the issuer publishes its key set. Has to be `https:`, but for the machine itself. */
  readonly jwksUri: string
  /** Allows `http:` to other machines: whoever is between can then let anybody in. Default: false. */
  readonly allowHttp?: boolean
  /** How long a key set is taken for current. Default: 600,000. */
  readonly maxAgeMs?: number
  /** The most requests for the key set in a minute. Default: 10. */
  readonly requestsPerMinute?: number
  /** How long one request may take. Default: 5,000. */
  readonly timeoutMs?: number
  /** A longer answer is given up. Default: 262,144. */
  readonly maxResponseBytes?: number
}

const OWN_NAMES = ['jwksUri', 'allowHttp', 'maxAgeMs', 'requestsPerMinute', 'timeoutMs', 'maxResponseBytes']

/** Verifies JWTs with the keys that their issuer publishes; keys are cached, and fetched anew when a token names one that is not known. Bad options: `auth/illegal-option`. */
export function jwksVerifier(options: JwksVerifierOptions): Verify {
  const example = "jwksVerifier({ jwksUri, algorithms: ['RS256'], issuer, audience })"
  const given = optionsObject('jwksVerifier', example, options)
  const { allowHttp = false, maxAgeMs = 600_000, requestsPerMinute = 10, timeoutMs = 5_000 } = options
  const { maxResponseBytes = 262_144 } = options
  checkOptions('jwksVerifier', [
    ...ruleProblems(given, false),
    typeof allowHttp === 'boolean' ? undefined : `"allowHttp" is ${shown(allowHttp)}; pass true or false.`,
    uriProblem(given['jwksUri'], allowHttp),
    numberProblem('maxAgeMs', maxAgeMs, 0, 'milliseconds'),
    numberProblem('requestsPerMinute', requestsPerMinute, 1, 'requests'),
    numberProblem('timeoutMs', timeoutMs, 1, 'milliseconds'),
    numberProblem('maxResponseBytes', maxResponseBytes, 1, 'bytes'),
    ...unknownProblems(given, [...RULE_NAMES, ...OWN_NAMES]),
  ])
  const rules = jwtRules(options)
  const uri = new URL(options.jwksUri)
  const find = jwksKeys({ uri, maxAgeMs, requestsPerMinute, timeoutMs, maxResponseBytes })
  return (text, request) => {
    const token = readToken(text, rules)
    if (token.kid === undefined) throw refusal('auth/unknown-key', 'The token does not name its key ("kid").')
    const check = (found: JwksKey | undefined): Claims =>
      verifiedClaims(token, keyFor(token, found), rules, request.clock.now())
    const found = find(token.kid, request)
    return found instanceof Promise ? found.then(check) : check(found)
  }
}

function keyFor({ algorithm }: UnverifiedToken, found: JwksKey | undefined): JwksKey['key'] {
  if (found === undefined)
    throw refusal('auth/unknown-key', 'The token names a key ("kid") that its issuer does not publish (jwksUri).')
  if (found.algorithm === undefined || found.algorithm === algorithm) return found.key
  throw refusal('auth/algorithm-refused', `The key that the token names is not published for ${algorithm}.`)
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

function uriProblem(given: unknown, allowHttp: boolean): string | undefined {
  const uri = typeof given === 'string' ? URL.parse(given) : null
  // A URL may hold a password: it is not shown.
  if (uri === null)
    return '"jwksUri" is no URL; pass the address of the key set, such as https://example.com/.well-known/jwks.json.'
  if (uri.username !== '' || uri.password !== '') return '"jwksUri" holds a user name or password; key sets are public.'
  if (uri.protocol === 'https:') return undefined
  if (uri.protocol === 'http:' && (allowHttp || LOOPBACK.test(uri.hostname))) return undefined
  return `"jwksUri" begins with ${uri.protocol}; pass an https: address (http: is taken for the machine itself, or with allowHttp: true).`
}
