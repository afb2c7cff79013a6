import { type KeyObject, constants, createHmac, generateKeyPairSync, sign } from 'node:crypto'

/** The time of all tests, in seconds since 1970. */
export const NOW = 1_800_000_000
export const NOW_MS: number = NOW * 1_000
export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'chat'
export const SECRET = 'a secret of the tests, at least sixty-four bytes long, for all of HS…'

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}
export const rsa: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
export const otherRsa: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
export const ec: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const ed25519: KeyPair = generateKeyPairSync('ed25519')

export const pemOf = ({ publicKey }: KeyPair): string => publicKey.export({ format: 'pem', type: 'spki' }).toString()

export type Json = Readonly<Record<string, unknown>>

/** Claims that every verifier of the tests accepts. */
export const goodClaims = (changes: Json = {}): Json => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'ada',
  org_id: 'acme',
  roles: ['reader'],
  iat: NOW - 60,
  exp: NOW + 600,
  ...changes,
})

export interface TokenParts {
  /** An object, or JSON text that is used unchanged. */
  readonly header?: Json | string
  readonly claims?: Json | string
  /** What signs it. Default: RS256. The header has the same `alg` unless it gives its own. */
  readonly algorithm?: string
  readonly key?: KeyObject | string
}

/** A token with a right signature, whatever its header and claims are. */
export function token({
  header = {},
  claims = goodClaims(),
  algorithm = 'RS256',
  key = rsa.privateKey,
}: TokenParts = {}): string {
  const head = typeof header === 'string' ? header : JSON.stringify({ alg: algorithm, typ: 'JWT', ...header })
  const body = typeof claims === 'string' ? claims : JSON.stringify(claims)
  return signed(base64url(head), base64url(body), algorithm, key)
}

/** Signs two encoded parts. */
export function signed(header: string, claims: string, algorithm: string, key: KeyObject | string): string {
  const text = `${header}.${claims}`
  return `${text}.${signature(text, algorithm, key).toString('base64url')}`
}

export const base64url = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url')

function signature(text: string, algorithm: string, key: KeyObject | string): Buffer {
  if (algorithm === 'EdDSA') return sign(null, Buffer.from(text), key as KeyObject)
  const hash = `sha${algorithm.slice(2)}`
  if (algorithm.startsWith('HS')) return createHmac(hash, key).update(text).digest()
  const bytes = Buffer.from(text)
  if (algorithm.startsWith('ES')) return sign(hash, bytes, { key: key as KeyObject, dsaEncoding: 'ieee-p1363' })
  if (algorithm.startsWith('PS'))
    return sign(hash, bytes, {
      key: key as KeyObject,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    })
  return sign(hash, bytes, key as KeyObject)
}
