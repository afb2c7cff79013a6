import { type Clock, StageflowError } from '@stageflow/core'
import { type JwksKey, readKeys } from './jwk.ts'
import { fetchKeys, reasonOf, unavailable } from './jwks-fetch.ts'
import type { VerifyRequest } from './verification.ts'

export interface JwksSettings {
  readonly uri: URL
  readonly maxAgeMs: number
  readonly requestsPerMinute: number
  readonly timeoutMs: number
  readonly maxResponseBytes: number
}

/** Returns the key with this id; undefined if the server's set has none. */
export type FindKey = (kid: string, request: VerifyRequest) => JwksKey | undefined | Promise<JwksKey | undefined>
type KeySet = ReadonlyMap<string, JwksKey>

interface Refresh {
  readonly done: Promise<KeySet>
  readonly abort: (reason: unknown) => void
  /** How many calls wait for it. */
  waiting: number
}

const MINUTE_MS = 60_000

/** Caches the server's key set as a whole: one request serves every key and every waiting call, and a key that a newer set lacks is gone at once. */
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
      // First, so that the next call makes a request of its own.
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
    if (now - fetchedAt < maxAgeMs && known.has(kid)) return known.get(kid)
    if (refresh === undefined) {
      requestedAt = requestedAt.filter((at) => now - at < MINUTE_MS)
      // Made-up ids can use up the requests. Then even a good new key can't be looked up, so this says nothing about the token.
      if (requestedAt.length >= requestsPerMinute)
        throw unavailable(uri, `all ${requestsPerMinute} requests of this minute are used up (requestsPerMinute)`)
      requestedAt = [...requestedAt, now]
      refresh = start(clock)
    }
    return wait(refresh, signal).then((set) => set.get(kid))
  }
}

/** Waits as one of several calls. The request is aborted when the last of them leaves. */
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
    () => abort(unavailable(uri, `no response within ${timeoutMs} ms (timeoutMs)`)),
    timeoutMs,
  )
  const load = async (): Promise<KeySet> => {
    try {
      const keys = readKeys(await fetchKeys(uri, maxResponseBytes, controller.signal))
      if (keys.size > 0) return keys
      throw unavailable(uri, 'it has no public key for signatures with a key id ("kid")')
    } catch (cause) {
      throw StageflowError.is(cause) ? cause : unavailable(uri, reasonOf(cause), cause)
    } finally {
      stop()
    }
  }
  return { done: load(), abort }
}
