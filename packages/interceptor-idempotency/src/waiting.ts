import type { Clock } from '@stageflow/core'

export interface Limits {
  readonly clock: Clock
  readonly limitMs: number
  /** Rejects with its reason when it aborts first. Asked for only where there is something to wait for. */
  readonly signal?: () => AbortSignal
}

/** What is asked for, at once where it is there at once; rejects when it takes longer than the limit. */
export async function withinLimit<T>(ask: () => T | Promise<T>, { clock, limitMs, signal }: Limits): Promise<T> {
  const answer = ask()
  if (!isThenable(answer)) return answer
  const limit = Promise.withResolvers<never>()
  const cancel = clock.setTimeout(
    () => limit.reject(new Error(`the store did not answer within ${limitMs} ms`)),
    limitMs,
  )
  try {
    const first = Promise.race([answer, limit.promise])
    return await (signal === undefined ? first : orAborted(first, signal()))
  } finally {
    cancel()
  }
}

/** `promise`, or a rejection with the signal's reason when it aborts first; no listener is left. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
