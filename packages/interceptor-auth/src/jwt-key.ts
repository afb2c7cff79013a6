import { KeyObject, createPublicKey, createSecretKey } from 'node:crypto'
import { type JwtAlgorithm, isSecretAlgorithm, keyProblem } from './jwt-algorithms.ts'

/** A secret for HS…: a string (its UTF-8 bytes are the secret), bytes, or a secret KeyObject. */
export type JwtSecret = string | Uint8Array | KeyObject
/** A public key for RS…, PS…, ES… and EdDSA: PEM, or a public KeyObject. */
export type JwtPublicKey = string | KeyObject

/** The key, or what is wrong with it. The problem never holds a part of the key. */
export type ReadKey = { readonly key: KeyObject; readonly problem?: undefined } | { readonly problem: string }

/** Reads a key for algorithms of one family. It must fit `every` one of them, or `some`. */
export function readKey(
  name: string,
  material: unknown,
  algorithms: readonly JwtAlgorithm[],
  fits: 'every' | 'some',
): ReadKey {
  const read = algorithms.every(isSecretAlgorithm) ? readSecret(name, material) : readPublicKey(name, material)
  if (read.problem !== undefined) return read
  const problems = algorithms.map((algorithm) => keyProblem(algorithm, read.key))
  const problem = problems.find((found) => found !== undefined)
  const isFit = fits === 'every' ? problem === undefined : problems.includes(undefined)
  return isFit ? read : { problem: `${name} does not fit: ${problem}` }
}

const LOOKS_PUBLIC = /-----BEGIN |^\s*ssh-|^\s*\{[^]*"kty"/

function readSecret(name: string, material: unknown): ReadKey {
  if (material instanceof KeyObject) return { key: material }
  const bytes = typeof material === 'string' ? Buffer.from(material) : material
  if (!(bytes instanceof Uint8Array)) return { problem: `${name} must be a string, bytes or a KeyObject` }
  if (bytes.byteLength === 0) return { problem: `${name} is empty` }
  if (LOOKS_PUBLIC.test(Buffer.from(bytes).toString('latin1')) || isPublicDer(bytes))
    return { problem: `${name} is a key of a key pair, not a secret: anyone who has the public key could sign` }
  return { key: createSecretKey(bytes) }
}

function isPublicDer(bytes: Uint8Array): boolean {
  try {
    createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' })
    return true
  } catch {
    return false
  }
}

function readPublicKey(name: string, material: unknown): ReadKey {
  if (material instanceof KeyObject) return { key: material }
  if (typeof material !== 'string') return { problem: `${name} must be a public key: PEM or a KeyObject` }
  if (material.includes('PRIVATE KEY'))
    return {
      problem: `${name} is a private key. Pass the public key, and keep the private key with the issuer only`,
    }
  try {
    return { key: createPublicKey(material) }
  } catch {
    return { problem: `${name} is not a public key in PEM` }
  }
}
