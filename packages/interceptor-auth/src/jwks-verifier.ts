import type { KeyObject } from 'node:crypto'
import { ANY, DELAY, FLAG, MILLISECONDS, checkArgumentCount, codeOf, isThenable, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import type { Claims } from './identity.ts'
import { type KeysOfId, jwksKeys } from './jwks-keys.ts'
import { type PublicKeyAlgorithm, algorithmsProblem } from './jwt-algorithms.ts'
import { JWT_REQUIRED, JWT_RULES, type JwtRulesOptions, jwtRules } from './jwt-rules.ts'
import { type UnverifiedToken, readToken, verifiedClaims } from './jwt-token.ts'
import { type GivenOptions, checkAuthOptions, refusal } from './refusal.ts'
import type { Verify } from './verification.ts'

/** What tokens must be, where the issuer publishes its keys, and limits for fetching them. */
export interface JwksVerifierOptions extends JwtRulesOptions {
  /** The algorithms that tokens may be signed with. HS… isn't possible, because the keys are public. */
  readonly algorithms: readonly PublicKeyAlgorithm[]
  /** The URL of the issuer's key set (JWKS). It must be `https:`, except for the machine itself. */
  readonly jwksUri: string
  /** Allows `http:` to other machines. Anyone on the network between can then forge keys. Default: false. */
  readonly allowHttp?: boolean
  /** How long a fetched key set is used, in ms. Default: 600,000. */
  readonly ttlMs?: number
  /** Maximum number of requests for the key set per minute. Default: 10. */
  readonly requestsPerMinute?: number
  /** Maximum time of one request, in ms. Default: 5,000. */
  readonly timeoutMs?: number
  /** Maximum size of a response, in bytes. Default: 262,144. */
  readonly maxResponseBytes?: number
}

const RULES: OptionRules<JwksVerifierOptions> = {
  ...JWT_RULES,
  algorithms: ANY,
  jwksUri: ANY,
  allowHttp: FLAG,
  ttlMs: DELAY,
  requestsPerMinute: whole(1),
  timeoutMs: MILLISECONDS,
  maxResponseBytes: whole(1),
}

/**
 * Verifies JWTs with the keys that their issuer publishes. Caches the key set, and fetches it again if a token names a key that isn't
 * in it. Throws `auth/illegal-option`.
 */
export function jwksVerifier(options: JwksVerifierOptions): Verify {
  checkArgumentCount(arguments.length, 1, 'jwksVerifier(options)', 'auth/illegal-option')
  checkAuthOptions('jwksVerifier()', options, RULES, JWT_REQUIRED, problemsOf)
  const { ttlMs = 600_000, requestsPerMinute = 10, timeoutMs = 5_000, maxResponseBytes = 262_144 } = options
  const rules = jwtRules(options)
  const uri = new URL(options.jwksUri)
  const find = jwksKeys({ uri, ttlMs, requestsPerMinute, timeoutMs, maxResponseBytes })
  return (text, request) => {
    const token = readToken(text, rules)
    if (token.kid === undefined) throw refusal('auth/unknown-key', 'The token does not name its key ("kid").')
    const claimsWith = (found: KeysOfId | undefined): Claims =>
      firstThatFits(keysFor(token, found), (key) => verifiedClaims(token, key, rules, request.clock.now()))
    const found = find(token.kid, request)
    return isThenable(found) ? Promise.resolve(found).then(claimsWith) : claimsWith(found)
  }
}

/** The keys that the set allows for the token's algorithm. */
function keysFor({ algorithm }: UnverifiedToken, found: KeysOfId | undefined): readonly KeyObject[] {
  if (found === undefined)
    throw refusal('auth/unknown-key', 'The token names a key ("kid") that its issuer does not publish (jwksUri).')
  const allowed = found.filter((each) => each.algorithm === undefined || each.algorithm === algorithm)
  if (allowed.length > 0) return allowed.map(({ key }) => key)
  throw refusal('auth/algorithm-refused', `The key set does not allow the key of the token for ${algorithm}.`)
}

/** If several keys have the id of the token, the one that made its signature counts. */
function firstThatFits<Found>(keys: readonly KeyObject[], verify: (key: KeyObject) => Found): Found {
  let refused: unknown
  for (const key of keys) {
    try {
      return verify(key)
    } catch (error) {
      const code = codeOf(error)
      if (code !== BAD_SIGNATURE && code !== ALGORITHM_REFUSED) throw error
      // A key of another kind says less than one that fits and has another signature.
      if (refused === undefined || code === BAD_SIGNATURE) refused = error
    }
  }
  throw refused as Error
}
const BAD_SIGNATURE = 'auth/bad-signature'
const ALGORITHM_REFUSED = 'auth/algorithm-refused'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

function problemsOf({ algorithms, jwksUri, allowHttp }: GivenOptions): readonly string[] {
  const problems = [algorithmsProblem(algorithms, false), uriProblem(jwksUri, allowHttp === true)]
  return problems.filter((problem) => problem !== undefined)
}

/** The URL may hold a password, so messages don't show it. */
function uriProblem(given: unknown, allowHttp: boolean): string | undefined {
  const uri = typeof given === 'string' ? URL.parse(given) : null
  if (uri === null) return 'jwksUri must be the URL of a key set, such as https://example.com/.well-known/jwks.json'
  if (uri.username !== '' || uri.password !== '')
    return 'jwksUri must not have a user name or password: key sets are public'
  if (uri.protocol === 'https:') return undefined
  if (uri.protocol === 'http:' && (allowHttp || LOOPBACK.test(uri.hostname))) return undefined
  return `jwksUri must be an https: URL, not ${uri.protocol}. For http: to another machine pass allowHttp: true`
}
