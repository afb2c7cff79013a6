import type { Clock } from '@stageflow/core'

interface Limit {
  readonly clock: Clock
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** What it rejects with when time is up. */
  readonly late: () => Error
}

/** `work`, or a rejection when time is up or the signal aborts; the work itself goes on. */
export function withinLimit<T>(work: Promise<T>, { clock, timeoutMs, signal, late }: Limit): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = timeoutMs === Infinity ? () => {} : clock.setTimeout(() => end(() => reject(late())), timeoutMs)
    const onAbort = (): void => end(() => reject(signal?.reason as Error))
    function end(settle: () => void): void {
      stop()
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted === true) onAbort()
    work.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    )
  })
}
