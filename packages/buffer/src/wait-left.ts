import type { Clock, WaitOptions } from '@stageflow/core'
import { plainOptions } from '@stageflow/core/kit'

/** Starts to measure a limit. The function that it returns gives what is left of it, for a call that comes later. */
export function waitLeft(
  clock: Pick<Clock, 'now'>,
  wait: WaitOptions,
): () => Required<Pick<WaitOptions, 'timeoutMs'>> & WaitOptions {
  const { timeoutMs = Infinity } = wait
  const endsAt = clock.now() + timeoutMs
  return () => ({ ...plainOptions(wait), timeoutMs: Math.max(0, endsAt - clock.now()) })
}
