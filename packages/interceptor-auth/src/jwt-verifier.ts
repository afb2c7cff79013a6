import type { KeyObject } from 'node:crypto'
import type { JwtAlgorithm } from './jwt-algorithms.ts'
import { type JwtPublicKey, type JwtSecret, readKey } from './jwt-key.ts'
import { type JwtRulesOptions, RULE_NAMES, jwtRules, ruleProblems } from './jwt-rules.ts'
import { verifiedClaims } from './jwt-signature.ts'
import { readToken } from './jwt-token.ts'
import { checkOptions, optionsObject, refusal, unknownProblems } from './refusal.ts'
import type { Verify } from './verification.ts'

/** Exactly one of `secret`, `key` and `keys` says what tokens are verified with. */
export interface JwtVerifierOptions extends JwtRulesOptions {
  /** The secret of HS…, at least as long as its hash: 32, 48 or 64 bytes. */
  readonly secret?: JwtSecret
  /** The public key of RS…, PS… or ES…. */
  readonly key?: JwtPublicKey
  /** Several keys or secrets by the key id (`kid`) that tokens name, for rotation. */
  readonly keys?: Readonly<Record<string, JwtSecret | JwtPublicKey>>
}

const SOURCES = ['secret', 'key', 'keys'] as const

/** Verifies JWTs with keys that the app has. What it refuses has a code of its own, such as `auth/expired`; bad options are `auth/illegal-option`. */
export function jwtVerifier(options: JwtVerifierOptions): Verify {
  const example = "jwtVerifier({ algorithms: ['RS256'], key, issuer, audience })"
  const given = optionsObject('jwtVerifier', example, options)
  const found = ruleProblems(given, true)
  const { keys, problems } = found[0] === undefined ? readKeys(given) : { keys: NO_KEYS, problems: [] }
  checkOptions('jwtVerifier', [...found, ...problems, ...unknownProblems(given, [...RULE_NAMES, ...SOURCES])])
  const rules = jwtRules(options)
  return (text, { clock }) => {
    const token = readToken(text, rules)
    const key = keys.get(token.kid) ?? keys.get(ANY)
    if (key !== undefined) return verifiedClaims(token, key, rules, clock.now())
    throw refusal('auth/unknown-key', 'The token names no key ("kid") that this verifier has (keys).')
  }
}

/** Where the one key stands that is there for every token. */
const ANY = Symbol('any')
type Keys = ReadonlyMap<string | symbol | undefined, KeyObject>
const NO_KEYS: Keys = new Map()

function readKeys(given: Readonly<Record<string, unknown>>): {
  readonly keys: Keys
  readonly problems: readonly string[]
} {
  const algorithms = given['algorithms'] as readonly JwtAlgorithm[]
  const isSecret = algorithms[0]?.startsWith('HS')
  const sources = SOURCES.filter((name) => given[name] !== undefined)
  const [source] = sources
  if (source === undefined || sources.length > 1)
    return {
      keys: NO_KEYS,
      problems: [
        `Pass one of "secret", "key" and "keys", not ${sources.length === 0 ? 'none' : sources.join(' and ')}.`,
      ],
    }
  if (source !== 'keys' && (source === 'secret') !== isSecret)
    return {
      keys: NO_KEYS,
      problems: [
        `"${source}" is not what ${algorithms.join(', ')} verify with; pass "${isSecret ? 'secret' : 'key'}".`,
      ],
    }
  const material = given[source]
  if (source === 'keys' && !isKeyRecord(material))
    return { keys: NO_KEYS, problems: ['"keys" has to be an object with at least one key by its id.'] }
  const named: readonly (readonly [string | symbol, string, unknown])[] =
    source === 'keys'
      ? Object.entries(material as object).map(([kid, key]) => [kid, `keys[${JSON.stringify(kid)}]`, key] as const)
      : [[ANY, `"${source}"`, material]]
  const keys = new Map<string | symbol | undefined, KeyObject>()
  const problems: string[] = []
  for (const [kid, name, each] of named) {
    const read = readKey(name, each, algorithms, source === 'keys' ? 'some' : 'every')
    if (read.problem === undefined) keys.set(kid, read.key)
    else problems.push(read.problem)
  }
  return { keys, problems }
}

function isKeyRecord(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && Object.keys(given).length > 0
}
