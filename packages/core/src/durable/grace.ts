import type { Clock } from '../base/clock.ts'

/** Resolves `graceMs` after `signal` has aborted. */
export function graceOver(
  signal: AbortSignal,
  clock: Pick<Clock, 'setTimeout'>,
  graceMs: number,
): { readonly over: Promise<undefined>; cancel(): void } {
  const over = Promise.withResolvers<undefined>()
  let stop: (() => void) | undefined
  const onAbort = (): void => {
    stop = clock.setTimeout(() => over.resolve(undefined), graceMs)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    over: over.promise,
    cancel: () => {
      signal.removeEventListener('abort', onAbort)
      stop?.()
    },
  }
}
