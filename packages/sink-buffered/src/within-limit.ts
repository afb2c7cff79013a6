import type { Clock } from '@stageflow/core'

/** How long somebody waits at most. */
export interface WaitOptions {
  /** Gives up waiting with the signal's reason. */
  readonly signal?: AbortSignal
  /** Gives up waiting after so many milliseconds. Default: no limit. */
  readonly timeoutMs?: number
}

/** What `promise` comes to; rejects with `late()` when the time is up, and with the signal's reason when it aborts first. */
export function withinLimit<T>(
  promise: Promise<T>,
  clock: Clock,
  { signal, timeoutMs = Infinity }: WaitOptions,
  late: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      promise.catch(() => {}) // nobody waits for it any more
      return reject(signal.reason as Error)
    }
    const onAbort = (): void => end(() => reject(signal?.reason as Error))
    const stop = timeoutMs === Infinity ? undefined : clock.setTimeout(() => end(() => reject(late())), timeoutMs)
    function end(settle: () => void): void {
      stop?.()
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    promise.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    )
  })
}
