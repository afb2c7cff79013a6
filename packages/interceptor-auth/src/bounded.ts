import type { RunContext } from '@stageflow/core'

/**
 * Waits for other people's code, no longer than the run lasts and no longer than `limitMs`. An abort of the run ends it with
 * the abort's reason. A late answer is dropped, and the signal that `start` was given has told it to stop.
 */
export function bounded<T>(
  run: RunContext,
  limitMs: number,
  expired: () => Error,
  start: (signal: AbortSignal) => T | PromiseLike<T>,
): T | Promise<T> {
  const outer = run.signal
  outer.throwIfAborted()
  const inner = new AbortController()
  const given = start(inner.signal)
  if (!isThenable(given)) return given
  const leftMs = Math.min(limitMs, (run.deadline ?? Infinity) - run.clock.now())
  return new Promise((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      end()
      inner.abort(reason)
      reject(reason)
    }
    const onAbort = (): void => giveUp(outer.reason)
    const stop = leftMs === Infinity ? undefined : run.clock.setTimeout(() => giveUp(expired()), Math.max(leftMs, 0))
    const end = (): void => {
      stop?.()
      outer.removeEventListener('abort', onAbort)
    }
    if (outer.aborted) onAbort() // `start` may have stopped the run
    else outer.addEventListener('abort', onAbort, { once: true })
    Promise.resolve(given).then(
      (value) => {
        end()
        resolve(value)
      },
      (thrown: unknown) => {
        end()
        reject(thrown)
      },
    )
  })
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  if (typeof value !== 'object' || value === null || !('then' in value)) return false
  return typeof value.then === 'function'
}
