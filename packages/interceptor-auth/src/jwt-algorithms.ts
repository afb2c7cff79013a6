import type { KeyObject } from 'node:crypto'
import { shown } from './refusal.ts'

/** The algorithms of jsonwebtoken. It cannot do EdDSA: an app that needs it passes its own `verify`. */
export type JwtAlgorithm = SecretAlgorithm | PublicKeyAlgorithm
/** Signed and verified with one secret. */
export type SecretAlgorithm = 'HS256' | 'HS384' | 'HS512'
/** Signed with a private key, verified with its public one. */
export type PublicKeyAlgorithm = `${'RS' | 'PS' | 'ES'}${'256' | '384' | '512'}`

const SIZES = ['256', '384', '512']
const NAMES: ReadonlySet<string> = new Set(['HS', 'RS', 'PS', 'ES'].flatMap((kind) => SIZES.map((size) => kind + size)))
const CURVES: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' }
const FEWEST_RSA_BITS = 2_048

export const isSecretAlgorithm = (algorithm: string): algorithm is SecretAlgorithm => algorithm.startsWith('HS')

/** What is wrong with a list of algorithms; undefined when nothing is. */
export function algorithmsProblem(given: unknown, secretsAllowed: boolean): string | undefined {
  if (!Array.isArray(given) || given.length === 0)
    return `"algorithms" has to list the algorithms that tokens may be signed with, such as ['RS256']; there is no default.`
  const unknown = given.find((name) => typeof name !== 'string' || !NAMES.has(name)) as unknown
  if (unknown !== undefined || given.includes(undefined))
    return `"algorithms" has ${shown(unknown)}; jsonwebtoken verifies ${[...NAMES].join(', ')}. For another, such as EdDSA, pass auth() a verify of your own.`
  const secrets = (given as string[]).filter(isSecretAlgorithm).length
  if (secrets > 0 && !secretsAllowed)
    return `"algorithms" has ${(given as string[]).find(isSecretAlgorithm)}; the keys of a JWKS are public, so that anybody could sign with them.`
  if (secrets > 0 && secrets < given.length)
    return `"algorithms" mixes HS… with others: a public key could be taken for a secret, and anybody could sign with it. Make a verifier for each.`
  return undefined
}

/** Why this key cannot verify what was signed with this algorithm; undefined when it can. */
export function keyProblem(algorithm: JwtAlgorithm, key: KeyObject): string | undefined {
  const bits = Number(algorithm.slice(2))
  if (isSecretAlgorithm(algorithm)) {
    if (key.type !== 'secret') return `${algorithm} needs a secret, not a ${key.type} key`
    const size = key.symmetricKeySize ?? 0
    return size * 8 < bits ? `${algorithm} needs a secret of at least ${bits / 8} bytes, not ${size}` : undefined
  }
  if (key.type !== 'public')
    return `${algorithm} needs a public key, not a ${key.type === 'secret' ? 'secret' : 'private key'}`
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key
  if (algorithm.startsWith('ES')) {
    const curve = CURVES[algorithm]
    return type === 'ec' && details.namedCurve === curve ? undefined : `${algorithm} needs an EC key on ${curve}`
  }
  if (type !== 'rsa' && (type !== 'rsa-pss' || algorithm.startsWith('RS'))) return `${algorithm} needs an RSA key`
  if ((details.modulusLength ?? 0) < FEWEST_RSA_BITS) return `RSA keys need at least ${FEWEST_RSA_BITS} bits`
  if (type === 'rsa-pss' && details.hashAlgorithm !== undefined && details.hashAlgorithm !== `sha${bits}`)
    return `${algorithm} needs an RSA-PSS key for sha${bits}`
  return undefined
}
