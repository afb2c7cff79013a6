import type { Clock } from '@stageflow/core'
import { isThenable, withinLimit } from '@stageflow/core/kit'

/** Who waits for a function of the app: a run, or a request to one. */
export interface Waiting {
  readonly signal: AbortSignal
  readonly clock: Clock
  /** When a run ends, on its clock. */
  readonly deadline?: number | undefined
}

/**
 * Waits for a function of the app: `limitMs` at most, and no longer than the run lasts. An abort ends the wait with the
 * abort's reason. When it ends without a value, the signal that `start` got aborts; a late value is dropped.
 */
export async function bounded<T>(
  { signal, clock, deadline = Infinity }: Waiting,
  limitMs: number,
  late: () => Error,
  start: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<T> {
  signal.throwIfAborted()
  const inner = new AbortController()
  const given = start(inner.signal)
  if (!isThenable(given)) return given
  try {
    return await withinLimit(given, {
      clock,
      limitMs: Math.min(limitMs, deadline - clock.now()),
      signal,
      late,
    })
  } catch (thrown) {
    inner.abort(thrown)
    throw thrown
  }
}
