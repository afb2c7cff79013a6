import type { KeyObject } from 'node:crypto'
import { show } from '@stageflow/core/kit'

/** An algorithm that tokens may be signed with. */
export type JwtAlgorithm = SecretAlgorithm | PublicKeyAlgorithm
/** Signs and verifies with the same secret. */
export type SecretAlgorithm = 'HS256' | 'HS384' | 'HS512'
/** Signs with a private key and verifies with its public key. EdDSA is Ed25519 here. */
export type PublicKeyAlgorithm = `${'RS' | 'PS' | 'ES'}${'256' | '384' | '512'}` | 'EdDSA'

const SIZES = ['256', '384', '512']
const NAMES: ReadonlySet<unknown> = new Set([
  ...['HS', 'RS', 'PS', 'ES'].flatMap((kind) => SIZES.map((size) => kind + size)),
  'EdDSA',
])
const CURVES: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' }
const FEWEST_RSA_BITS = 2_048

export const isSecretAlgorithm = (algorithm: string): algorithm is SecretAlgorithm => algorithm.startsWith('HS')

/** What is wrong with a list of algorithms; undefined if nothing is. */
export function algorithmsProblem(given: unknown, secretsAllowed: boolean): string | undefined {
  if (!Array.isArray(given) || given.length === 0)
    return `algorithms must be an array of the algorithms that tokens may be signed with, such as ['RS256'], not ${show(given)}; there is no default`
  const unknown = given.findIndex((name) => !NAMES.has(name))
  if (unknown >= 0)
    return `algorithms has ${show(given[unknown])}; known are ${[...NAMES].join(', ')}. For another, pass auth() a verify function of your own`
  const secrets = (given as string[]).filter(isSecretAlgorithm)
  if (secrets.length > 0 && !secretsAllowed)
    return `algorithms has ${secrets[0]}, but the keys of a key set are public: anyone could sign with them`
  if (secrets.length > 0 && secrets.length < given.length)
    return 'algorithms mixes HS… with others: a public key could be taken for a secret, and anyone could sign with it. Make one verifier for each'
  return undefined
}

/** Why this key can't verify a signature of this algorithm; undefined if it can. */
export function keyProblem(algorithm: JwtAlgorithm, key: KeyObject): string | undefined {
  if (isSecretAlgorithm(algorithm)) return secretProblem(algorithm, key)
  if (key.type !== 'public')
    return `${algorithm} needs a public key, not a ${key.type === 'secret' ? 'secret' : 'private key'}`
  const { asymmetricKeyType: type, asymmetricKeyDetails: { namedCurve } = {} } = key
  if (algorithm === 'EdDSA') return type === 'ed25519' ? undefined : 'EdDSA needs an Ed25519 key'
  const curve = CURVES[algorithm]
  if (curve === undefined) return rsaProblem(algorithm, key)
  return type === 'ec' && namedCurve === curve ? undefined : `${algorithm} needs an EC key on ${curve}`
}

function secretProblem(algorithm: SecretAlgorithm, { type, symmetricKeySize = 0 }: KeyObject): string | undefined {
  if (type !== 'secret') return `${algorithm} needs a secret, not a ${type} key`
  const least = bitsOf(algorithm) / 8
  return symmetricKeySize < least
    ? `${algorithm} needs a secret of at least ${least} bytes, not ${symmetricKeySize}`
    : undefined
}

function rsaProblem(algorithm: string, key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails = {} } = key
  const { modulusLength = 0, publicExponent = 0n, hashAlgorithm } = asymmetricKeyDetails
  if (type !== 'rsa' && (type !== 'rsa-pss' || algorithm.startsWith('RS'))) return `${algorithm} needs an RSA key`
  if (modulusLength < FEWEST_RSA_BITS) return `RSA keys need at least ${FEWEST_RSA_BITS} bits`
  // With the exponent 1, anyone can write a signature that fits.
  if (publicExponent < 3n || publicExponent % 2n === 0n) return 'RSA keys need an odd exponent of at least 3'
  const hash = `sha${bitsOf(algorithm)}`
  if (type === 'rsa-pss' && hashAlgorithm !== undefined && hashAlgorithm !== hash)
    return `${algorithm} needs an RSA-PSS key for ${hash}`
  return undefined
}

const bitsOf = (algorithm: string): number => Number(algorithm.slice(2))
