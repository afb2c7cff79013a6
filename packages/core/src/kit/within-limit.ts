import type { Clock } from '../base/clock.ts'

export interface Limit {
  readonly clock: Pick<Clock, 'setTimeout'>
  /** How long to wait, in ms; Infinity: no limit. */
  readonly limitMs: number
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Makes the error that the wait ends with when the time is up. */
  readonly late: () => unknown
}

/**
 * Resolves or rejects as `work` does, unless the time is up or the signal aborts first. The work itself goes on, and its late
 * rejection is ignored. Leaves no timer and no listener behind.
 */
export function withinLimit<T>(work: PromiseLike<T>, { clock, limitMs, signal, late }: Limit): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => end(() => reject(signal?.reason as Error))
    const stop =
      limitMs === Infinity ? undefined : clock.setTimeout(() => end(() => reject(late())), Math.max(0, limitMs))
    const end = (settle: () => void): void => {
      stop?.()
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    if (signal?.aborted === true) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
    Promise.resolve(work).then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    )
  })
}
