import type { Clock } from './clock.ts'
import { StageflowError, textOf } from './errors.ts'

export type Cleanup = () => void | Promise<void>

/** Runs the cleanups last in first out, under one limit for all; what throws or takes too long is reported and changes nothing. */
export async function runCleanups(
  cleanups: Cleanup[],
  clock: Clock,
  limitMs: number,
  report: (problem: StageflowError) => void,
): Promise<void> {
  let expired = false
  const limit = Promise.withResolvers<void>()
  const cancelTimer = clock.setTimeout(() => {
    expired = true
    limit.resolve()
  }, limitMs)
  for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop()) {
    const ended = runCleanup(cleanup, report)
    // Past the limit the rest are still started: a resource that is never asked to close is worse than one nobody waits for.
    if (!expired) await Promise.race([ended, limit.promise])
  }
  cancelTimer()
  if (expired)
    report(
      new StageflowError(
        'core/cleanup-timeout',
        `The cleanups of the run took longer than ${limitMs} ms (cleanupMs), and were given up.`,
      ),
    )
}

export async function runCleanup(cleanup: Cleanup, report: (problem: StageflowError) => void): Promise<void> {
  try {
    await cleanup()
  } catch (cause) {
    report(new StageflowError('core/cleanup-threw', `A cleanup of the run threw: ${textOf(cause)}`, { cause }))
  }
}
