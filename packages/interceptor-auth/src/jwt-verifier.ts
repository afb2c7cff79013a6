import type { KeyObject } from 'node:crypto'
import { ANY } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { type JwtAlgorithm, algorithmsProblem, isSecretAlgorithm } from './jwt-algorithms.ts'
import { type JwtPublicKey, type JwtSecret, type ReadKey, readKey } from './jwt-key.ts'
import { JWT_REQUIRED, JWT_RULES, type JwtRulesOptions, jwtRules } from './jwt-rules.ts'
import { verifiedClaims } from './jwt-signature.ts'
import { readToken } from './jwt-token.ts'
import { type GivenOptions, checkAuthOptions, refusal } from './refusal.ts'
import type { Verify } from './verification.ts'

/** What tokens must be, and the keys to verify them with: exactly one of `secret`, `key` and `keys`. */
export interface JwtVerifierOptions extends JwtRulesOptions {
  /** The secret of HS…. It has at least as many bytes as the hash: 32, 48 or 64. */
  readonly secret?: JwtSecret
  /** The public key of RS…, PS…, ES… or EdDSA. */
  readonly key?: JwtPublicKey
  /** Several keys or secrets by key id (`kid`), for rotation. */
  readonly keys?: Readonly<Record<string, JwtSecret | JwtPublicKey>>
}

const SOURCES = ['secret', 'key', 'keys'] as const
/** `readKeys` checks the keys, so that no message shows one. */
const RULES: OptionRules<JwtVerifierOptions> = { ...JWT_RULES, algorithms: ANY, secret: ANY, key: ANY, keys: ANY }

/** Verifies JWTs with keys that the app has. Each reason for a refusal has its own code, such as `auth/expired`. Throws `auth/illegal-option`. */
export function jwtVerifier(options: JwtVerifierOptions): Verify {
  const keys: Map<KeyId, KeyObject> = new Map()
  checkAuthOptions('jwtVerifier()', options, RULES, JWT_REQUIRED, (given) => {
    const problem = algorithmsProblem(given['algorithms'], true)
    return problem === undefined ? readKeys(given, keys) : [problem]
  })
  const rules = jwtRules(options)
  return (text, { clock }) => {
    const token = readToken(text, rules)
    const key = keys.get(token.kid) ?? keys.get(ANY_KID)
    if (key !== undefined) return verifiedClaims(token, key, rules, clock.now())
    throw refusal('auth/unknown-key', 'The token does not name ("kid") a key of this verifier (keys).')
  }
}

/** The place of a key that is used for every token. */
const ANY_KID = Symbol('any')
type KeyId = string | symbol | undefined

/** Fills `keys` and returns the problems. */
function readKeys(given: GivenOptions, keys: Map<KeyId, KeyObject>): readonly string[] {
  const algorithms = given['algorithms'] as readonly JwtAlgorithm[]
  const sources = SOURCES.filter((name) => given[name] !== undefined)
  const [source] = sources
  if (source === undefined || sources.length > 1)
    return [`pass exactly one of secret, key and keys, not ${sources.length === 0 ? 'none' : sources.join(' and ')}`]
  const wanted = algorithms.every(isSecretAlgorithm) ? 'secret' : 'key'
  if (source !== 'keys' && source !== wanted)
    return [`${algorithms.join(', ')} cannot verify with ${source}: pass ${wanted}`]
  const material = given[source]
  if (source !== 'keys') return readInto(keys, ANY_KID, readKey(source, material, algorithms, 'every'))
  if (!isKeyRecord(material)) return ['keys must be an object with at least one key by its id']
  return Object.entries(material).flatMap(([kid, key]) =>
    readInto(keys, kid, readKey(`keys[${JSON.stringify(kid)}]`, key, algorithms, 'some')),
  )
}

function readInto(keys: Map<KeyId, KeyObject>, kid: KeyId, read: ReadKey): readonly string[] {
  if (read.problem !== undefined) return [read.problem]
  keys.set(kid, read.key)
  return []
}

function isKeyRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && Object.keys(given).length > 0
}
