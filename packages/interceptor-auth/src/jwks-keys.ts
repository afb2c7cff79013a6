import { type KeyObject, createPublicKey } from 'node:crypto'
import { type Clock, StageflowError } from '@stageflow/core'
import { textOf, isError } from '@stageflow/core/kit'
import { refusal } from './refusal.ts'
import type { VerifyRequest } from './verification.ts'

/** A key of a key set. */
export interface JwksKey {
  readonly key: KeyObject
  /** The only algorithm that the set allows for the key; undefined if it names none. */
  readonly algorithm: string | undefined
}

export interface JwksSettings {
  readonly uri: URL
  readonly ttlMs: number
  readonly requestsPerMinute: number
  readonly timeoutMs: number
  readonly maxResponseBytes: number
}

/** Returns the keys with this id; undefined if the server's set has none. An issuer may publish several, such as one for each algorithm. */
export type FindKeys = (kid: string, request: VerifyRequest) => KeysOfId | undefined | Promise<KeysOfId | undefined>
export type KeysOfId = readonly [JwksKey, ...JwksKey[]]
type KeySet = ReadonlyMap<string, KeysOfId>

interface Refresh {
  readonly done: Promise<KeySet>
  readonly abort: (reason: unknown) => void
  /** How many calls wait for it. */
  waiting: number
}

const MINUTE_MS = 60_000

/** Caches the server's key set as a whole: one request serves every key and every waiting call, and a key that a newer set lacks is gone at once. */
export function jwksKeys(settings: JwksSettings): FindKeys {
  const { uri, ttlMs, requestsPerMinute } = settings
  let known: KeySet = new Map()
  let fetchedAt = -Infinity
  let requestTimes: readonly number[] = []
  /** The request in progress, which new calls wait for. */
  let current: Refresh | undefined

  function countRequest(now: number): void {
    const lastMinute = requestTimes.filter((at) => now - at < MINUTE_MS)
    // Made-up ids can use up the requests. Then even a good new key can't be looked up, so this says nothing about the token.
    if (lastMinute.length >= requestsPerMinute)
      throw unavailable(uri, `all ${requestsPerMinute} requests of this minute are used up (requestsPerMinute)`)
    requestTimes = [...lastMinute, now]
  }

  function startRefresh(clock: Clock): Refresh {
    const { done, abort } = startFetch(settings, clock)
    const leave = (): void => {
      if (current === refresh) current = undefined
    }
    const giveUp = (reason: unknown): void => {
      // First, so that the next call makes a request of its own.
      leave()
      abort(reason)
    }
    const refresh: Refresh = { done, abort: giveUp, waiting: 0 }
    done.then((keys) => {
      // All calls have given up on it, and a newer request may have been faster.
      if (current !== refresh) return
      leave()
      known = keys
      fetchedAt = clock.now()
    }, leave)
    return refresh
  }

  return (kid, { signal, clock }) => {
    const now = clock.now()
    const isFresh = now - fetchedAt < ttlMs
    if (isFresh && known.has(kid)) return known.get(kid)
    if (current === undefined) {
      countRequest(now)
      current = startRefresh(clock)
    }
    return waitFor(current, signal).then((keys) => keys.get(kid))
  }
}

/** Waits as one of several calls. The request is aborted when the last of them leaves. */
function waitFor(refresh: Refresh, signal: AbortSignal): Promise<KeySet> {
  refresh.waiting++
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      refresh.waiting--
      if (refresh.waiting === 0) refresh.abort(signal.reason)
      reject(signal.reason as Error)
    }
    if (signal.aborted) return leave()
    signal.addEventListener('abort', leave, { once: true })
    refresh.done.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

function startFetch(settings: JwksSettings, clock: Clock): Pick<Refresh, 'done' | 'abort'> {
  const { uri, timeoutMs, maxResponseBytes } = settings
  const controller = new AbortController()
  const abort = (reason: unknown): void => controller.abort(reason)
  const late = (): void => abort(unavailable(uri, `no response within ${timeoutMs} ms (timeoutMs)`))
  const clearLate = clock.setTimeout(late, timeoutMs)
  const load = async (): Promise<KeySet> => {
    try {
      const keys = readKeys(await fetchKeys(uri, maxResponseBytes, controller.signal))
      if (keys.size > 0) return keys
      throw unavailable(uri, 'it has no public key for signatures with a key id ("kid")')
    } catch (cause) {
      throw StageflowError.is(cause) ? cause : unavailable(uri, reasonOf(cause), cause)
    } finally {
      clearLate()
    }
  }
  return { done: load(), abort }
}

// One request

/** Fetches the list of keys: follows no redirect, accepts HTTP 200 only, and reads no more than `maxBytes`. */
async function fetchKeys(uri: URL, maxBytes: number, signal: AbortSignal): Promise<readonly unknown[]> {
  const response = await fetch(uri, { signal, redirect: 'error', headers: { accept: 'application/json' } })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw unavailable(uri, `HTTP ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop closes the connection.
    if (size > maxBytes) throw unavailable(uri, `the response is longer than ${maxBytes} bytes (maxResponseBytes)`)
    chunks.push(chunk)
  }
  const keys = keysIn(Buffer.concat(chunks).toString('utf8'))
  if (keys === undefined) throw unavailable(uri, 'the response is not a key set: { "keys": [ … ] }')
  return keys
}

function keysIn(text: string): readonly unknown[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { readonly keys: unknown }
    return Array.isArray(keys) ? keys : undefined
  } catch {
    return undefined
  }
}

/** The error of a key set that could not be fetched. It is retryable, because nothing speaks against the token. */
function unavailable(uri: URL, why: string, cause?: unknown): Error {
  const options = cause === undefined ? undefined : { cause }
  const error = refusal('auth/unavailable', `Could not fetch the key set from ${placeOf(uri)}: ${why}.`, options)
  return Object.assign(error, { retryable: true })
}

/** What fetch threw, in words. Its own message is only "fetch failed"; the cause says why. */
function reasonOf(thrown: unknown): string {
  const cause = isError(thrown) ? thrown.cause : undefined
  return isError(cause) ? `${textOf(thrown)} (${textOf(cause)})` : textOf(thrown)
}

/** Leaves out the query, which may hold a secret. */
const placeOf = (uri: URL): string => `${uri.origin}${uri.pathname}`

// The keys of a response

/** The keys of a set by their ids, without those that can't verify signatures. */
function readKeys(listed: readonly unknown[]): KeySet {
  const keys = new Map<string, KeysOfId>()
  for (const each of listed) {
    const jwk = (each ?? {}) as Jwk
    const { kid } = jwk
    if (typeof kid !== 'string') continue
    const key = readJwk(jwk)
    if (key === undefined) continue
    const others = keys.get(kid) ?? []
    if (others.length < MOST_KEYS_OF_ID) keys.set(kid, [...others, key] as unknown as KeysOfId)
  }
  return keys
}

/** A token is tried with each key of its id, so there may not be many. */
const MOST_KEYS_OF_ID = 4

type Jwk = Readonly<Record<string, unknown>>

/**
 * Skips keys for other uses and of kinds that Node doesn't know: a set may list them. Skips secrets and private keys too: anyone
 * who reads the set could sign with them.
 */
function readJwk(jwk: Jwk): JwksKey | undefined {
  const { use, key_ops: operations, alg: algorithm, d: privatePart, k: secret } = jwk
  if (use !== undefined && use !== 'sig') return undefined
  const isForVerifying = operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
  if (!isForVerifying) return undefined
  if (privatePart !== undefined || secret !== undefined) return undefined
  if (algorithm !== undefined && typeof algorithm !== 'string') return undefined
  try {
    return { key: createPublicKey({ key: jwk, format: 'jwk' }), algorithm }
  } catch {
    return undefined
  }
}
