import type { Clock, WaitOptions } from '@stageflow/core'

/** Starts to measure a limit. The function that it returns gives what is left of it, for a call that comes later. */
export function waitLeft(clock: Pick<Clock, 'now'>, { signal, timeoutMs = Infinity }: WaitOptions): () => WaitOptions {
  const endsAt = clock.now() + timeoutMs
  return () => {
    const left = Math.max(0, endsAt - clock.now())
    return signal === undefined ? { timeoutMs: left } : { timeoutMs: left, signal }
  }
}
