import type { KeyObject } from 'node:crypto'
import { ANY, checkArgumentCount } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { type JwtAlgorithm, algorithmsProblem, isSecretAlgorithm } from './jwt-algorithms.ts'
import { type JwtPublicKey, type JwtSecret, type ReadKey, readKey } from './jwt-key.ts'
import { JWT_REQUIRED, JWT_RULES, type JwtRulesOptions, jwtRules } from './jwt-rules.ts'
import { readToken, verifiedClaims } from './jwt-token.ts'
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
  checkArgumentCount(arguments.length, 1, 'jwtVerifier(options)', 'auth/illegal-option')
  let keys: ReadonlyMap<KeyId, KeyObject> = new Map()
  checkAuthOptions('jwtVerifier()', options, RULES, JWT_REQUIRED, (given) => {
    const problem = algorithmsProblem(given['algorithms'], true)
    if (problem !== undefined) return [problem]
    const read = readKeys(given)
    keys = read.keys
    return read.problems
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

/** The keys of the options by their ids, and what is wrong with the others. */
interface ReadKeys {
  readonly keys: ReadonlyMap<KeyId, KeyObject>
  readonly problems: readonly string[]
}

function readKeys(given: GivenOptions): ReadKeys {
  const algorithms = given['algorithms'] as readonly JwtAlgorithm[]
  const sources = SOURCES.filter((name) => given[name] !== undefined)
  const [source] = sources
  if (source === undefined || sources.length > 1) {
    const passed = sources.length === 0 ? 'none' : sources.join(' and ')
    return withProblem(`pass exactly one of secret, key and keys, not ${passed}`)
  }
  const material = given[source]
  if (source === 'keys') return readKeyRecord(material, algorithms)
  const wanted = algorithms.every(isSecretAlgorithm) ? 'secret' : 'key'
  if (source !== wanted) return withProblem(`${algorithms.join(', ')} cannot verify with ${source}: pass ${wanted}`)
  return collected([[ANY_KID, readKey(source, material, algorithms, 'every')]])
}

function readKeyRecord(given: unknown, algorithms: readonly JwtAlgorithm[]): ReadKeys {
  if (!isKeyRecord(given)) return withProblem('keys must be an object with at least one key by its id')
  const read = Object.entries(given).map(([kid, material]): [KeyId, ReadKey] => {
    const name = `keys[${JSON.stringify(kid)}]`
    return [kid, readKey(name, material, algorithms, 'some')]
  })
  return collected(read)
}

function collected(read: readonly (readonly [KeyId, ReadKey])[]): ReadKeys {
  const keys = new Map<KeyId, KeyObject>()
  const problems: string[] = []
  for (const [kid, result] of read) {
    if (result.problem === undefined) keys.set(kid, result.key)
    else problems.push(result.problem)
  }
  return { keys, problems }
}

const withProblem = (problem: string): ReadKeys => ({ keys: new Map(), problems: [problem] })

function isKeyRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && Object.keys(given).length > 0
}
