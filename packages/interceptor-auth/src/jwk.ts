import { type KeyObject, createPublicKey } from 'node:crypto'

/** A key of a key set. */
export interface JwksKey {
  readonly key: KeyObject
  /** The only algorithm that the set allows for the key; undefined if it names none. */
  readonly algorithm: string | undefined
}

/** The keys of a set by their ids, without those that can't verify signatures. If two keys have the same id, the first counts. */
export function readKeys(listed: readonly unknown[]): ReadonlyMap<string, JwksKey> {
  const keys = new Map<string, JwksKey>()
  for (const each of listed) {
    const { kid } = (each ?? {}) as { readonly kid?: unknown }
    if (typeof kid !== 'string' || keys.has(kid)) continue
    const key = readJwk(each as Jwk)
    if (key !== undefined) keys.set(kid, key)
  }
  return keys
}

type Jwk = Readonly<Record<string, unknown>>

/**
 * Skips keys for other uses and of kinds that Node doesn't know: a set may list them. Skips secrets and private keys too: anyone
 * who reads the set could sign with them.
 */
function readJwk(jwk: Jwk): JwksKey | undefined {
  const { use, key_ops: operations, alg, d, k } = jwk
  const isForSignatures = use === undefined || use === 'sig'
  const isForVerifying = operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
  if (!isForSignatures || !isForVerifying || d !== undefined || k !== undefined) return undefined
  if (alg !== undefined && typeof alg !== 'string') return undefined
  try {
    return { key: createPublicKey({ key: jwk, format: 'jwk' }), algorithm: alg }
  } catch {
    return undefined
  }
}
