import { type KeyObject, createPublicKey } from 'node:crypto'
import { type Clock, StageflowError } from '@stageflow/core'
import { fetchKeySet, unavailable } from './jwks-fetch.ts'
import type { VerifyRequest } from './verification.ts'

export interface JwksKey {
  readonly key: KeyObject
  /** The only algorithm that the set allows the key for, where it says one. */
  readonly algorithm: string | undefined
}

export interface JwksSettings {
  readonly uri: URL
  readonly maxAgeMs: number
  readonly requestsPerMinute: number
  readonly timeoutMs: number
  readonly maxResponseBytes: number
}

/** Answers with the key of an id; undefined where the server's set has none. */
export type FindKey = (kid: string, request: VerifyRequest) => JwksKey | undefined | Promise<JwksKey | undefined>
type KeySet = ReadonlyMap<string, JwksKey>

interface Refresh {
  readonly done: Promise<KeySet>
  readonly abort: (reason: unknown) => void
  waiting: number
}

const MINUTE_MS = 60_000

/**
 * Keeps the server's key set as a whole: one request serves all keys and everybody who waits, and a key that a newer set lacks
 * is gone at once. (The cache of jwks-rsa is per key: it asks once for each, and goes on trusting one that was taken out.)
 */
export function jwksKeys(settings: JwksSettings): FindKey {
  const { uri, maxAgeMs, requestsPerMinute } = settings
  let known: KeySet = new Map()
  let fetchedAt = -Infinity
  let requestedAt: readonly number[] = []
  let refresh: Refresh | undefined

  function start(clock: Clock): Refresh {
    const { done, abort } = startFetch(settings, clock)
    const end = (): boolean => {
      const isCurrent = refresh === started
      if (isCurrent) refresh = undefined
      return isCurrent
    }
    const giveUp = (reason: unknown): void => {
      // At once: whoever comes next must not wait for a request that is given up.
      end()
      abort(reason)
    }
    const started: Refresh = { done, abort: giveUp, waiting: 0 }
    done.then((set) => {
      if (!end()) return
      known = set
      fetchedAt = clock.now()
    }, end)
    return started
  }

  return (kid, { signal, clock }) => {
    const now = clock.now()
    const isFresh = now - fetchedAt < maxAgeMs
    if (isFresh && known.has(kid)) return known.get(kid)
    if (refresh === undefined) {
      requestedAt = requestedAt.filter((at) => now - at < MINUTE_MS)
      if (requestedAt.length >= requestsPerMinute) {
        // The set is as new as it can be had: tokens with made-up ids must not turn into requests.
        if (isFresh) return undefined
        throw unavailable(uri, `${requestsPerMinute} requests were made in a minute (requestsPerMinute)`)
      }
      requestedAt = [...requestedAt, now]
      refresh = start(clock)
    }
    return wait(refresh, signal).then((set) => set.get(kid))
  }
}

/** Waits as one of several; when the last of them has left, the request is given up. */
function wait(refresh: Refresh, signal: AbortSignal): Promise<KeySet> {
  refresh.waiting++
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      if (--refresh.waiting === 0) refresh.abort(signal.reason)
      reject(signal.reason as Error)
    }
    const end = (): void => signal.removeEventListener('abort', leave)
    if (signal.aborted) return leave()
    signal.addEventListener('abort', leave, { once: true })
    refresh.done.then(resolve, reject).finally(end)
  })
}

function startFetch(settings: JwksSettings, clock: Clock): Pick<Refresh, 'done' | 'abort'> {
  const { uri, timeoutMs, maxResponseBytes } = settings
  const controller = new AbortController()
  const abort = (reason: unknown): void => controller.abort(reason)
  const stop = clock.setTimeout(
    () => abort(unavailable(uri, `no answer within ${timeoutMs} ms (timeoutMs)`)),
    timeoutMs,
  )
  const load = async (): Promise<KeySet> => {
    try {
      return await readSet(() => fetchKeySet(uri, maxResponseBytes, controller.signal))
    } catch (cause) {
      throw StageflowError.is(cause) ? cause : unavailable(uri, reasonOf(cause), cause)
    } finally {
      stop()
    }
  }
  return { done: load(), abort }
}

/** What fetch and jwks-rsa say; neither has seen a token. */
const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'the request failed')

/** jwks-rsa reads the set: it leaves out what is no public key for signatures. Loaded when it is needed. */
async function readSet(fetcher: () => Promise<{ readonly keys: unknown }>): Promise<KeySet> {
  const { default: jwksRsa } = await import('jwks-rsa')
  const found = await jwksRsa({ cache: false, fetcher }).getSigningKeys()
  const set = new Map<string, JwksKey>()
  for (const each of found) {
    const { kid, alg } = each
    // Of two keys of one id the first counts, as in jwks-rsa.
    if (kid !== undefined && !set.has(kid)) set.set(kid, { key: createPublicKey(each.getPublicKey()), algorithm: alg })
  }
  return set
}
