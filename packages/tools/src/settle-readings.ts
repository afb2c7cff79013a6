import type { Clock } from '@stageflow/core'

import type { Reading } from './resolve-events.ts'

/** A call whose schema is still checking. */
export interface PendingReading {
  /** Never rejects. */
  readonly answer: Promise<Reading>
  /** What the call is where the schema took longer than this. */
  readonly late: (timeoutMs: number) => Reading
  /** What it is where its caller gave up. */
  readonly cancelled: () => Reading
}

export interface SettleLimits {
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number | undefined
  readonly clock: Clock
}

export const isPending = (reading: Reading | PendingReading): reading is PendingReading => 'answer' in reading

/** All readings, in order; those that are not there when the time is over, or the signal aborts, as such. Never rejects. */
export function settleReadings(
  given: readonly (Reading | PendingReading)[],
  { signal, timeoutMs, clock }: SettleLimits,
): Promise<readonly Reading[]> {
  return new Promise((resolve) => {
    const readings = given.map((each) => (isPending(each) ? undefined : each))
    let left = readings.filter((reading) => reading === undefined).length

    const end = (missing: (pending: PendingReading) => Reading): void => {
      stop?.()
      signal?.removeEventListener('abort', abort)
      resolve(given.map((each, at) => readings[at] ?? (isPending(each) ? missing(each) : each)))
    }
    const late = (pending: PendingReading): Reading => pending.late(timeoutMs ?? Infinity)
    const abort = (): void => end((pending) => pending.cancelled())
    const stop = timeoutMs === undefined ? undefined : clock.setTimeout(() => end(late), timeoutMs)
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort, { once: true })
    for (const [at, each] of given.entries()) {
      if (!isPending(each)) continue
      void each.answer.then((reading) => {
        readings[at] = reading
        if (--left === 0) end(late)
      })
    }
  })
}
