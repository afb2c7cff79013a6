import { KeyObject, createPublicKey, createSecretKey } from 'node:crypto'
import { type JwtAlgorithm, isSecretAlgorithm, keyProblem } from './jwt-algorithms.ts'

/** A secret for HS…: a text (its UTF-8 bytes are the secret), bytes, or a secret KeyObject. */
export type JwtSecret = string | Uint8Array | KeyObject
/** A public key for RS…, PS… and ES…: PEM text, or a public KeyObject. */
export type JwtPublicKey = string | KeyObject

/** The key, or what is wrong with it. No message holds anything of the key. */
export type ReadKey = { readonly key: KeyObject; readonly problem?: undefined } | { readonly problem: string }

/** Reads a key for one family of algorithms; it has to fit `every` or at least one of them. */
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
  return isFit ? read : { problem: `${name} does not fit: ${problem}.` }
}

const LOOKS_PUBLIC = /-----BEGIN |^\s*ssh-|^\s*\{[^]*"kty"/

function readSecret(name: string, material: unknown): ReadKey {
  if (material instanceof KeyObject) return { key: material }
  const bytes = typeof material === 'string' ? Buffer.from(material) : material
  if (!(bytes instanceof Uint8Array)) return { problem: `${name} has to be a text, bytes or a KeyObject.` }
  if (bytes.byteLength === 0) return { problem: `${name} is empty.` }
  if (LOOKS_PUBLIC.test(Buffer.from(bytes).toString('latin1')) || isPublicDer(bytes))
    return { problem: `${name} is a key of a pair, which is no secret: anybody who has it could sign.` }
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
  if (typeof material !== 'string') return { problem: `${name} has to be a public key: PEM text or a KeyObject.` }
  if (material.includes('PRIVATE KEY'))
    return {
      problem: `${name} is a private key; a verifier needs the public one, and nobody else should have this one.`,
    }
  try {
    return { key: createPublicKey(material) }
  } catch {
    return { problem: `${name} is no public key in PEM.` }
  }
}
